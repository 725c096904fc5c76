"""photosync report. Each part is a module of its own: its command is its attribute `command`."""

from __future__ import annotations

import rich_click as click

from photosync.cli.lazy import LazyGroup

PARTS = {
    "cycle": ("photosync.cli.report_cycle", "Open, fill, change, release, close and list reporting cycles."),
    "end-of-year": (
        "photosync.cli.report_end_of_year",
        "Say what will happen until next year, and what is to be done.",
    ),
    "photo-day": ("photosync.cli.report_photo_day", "Set and clear the photo day of an academic year."),
    "next-period": ("photosync.cli.report_next_period", "Make next year's timetable period and assign it."),
    "results": ("photosync.cli.report_results", "Store results for the reports of a cycle, from a CSV file."),
    "design": ("photosync.cli.report_design", "Show or change how the reports look that are made here."),
    "make": ("photosync.cli.report_making", "Make the reports of a cycle from their results, or look at one."),
    "job": ("photosync.cli.report_job", "Look at long work on a reporting cycle, follow or cancel it."),
}


@click.group("report", cls=LazyGroup, commands_of=PARTS)
def command() -> None:
    """Reporting cycles, their reports and the archive, and the end of the year."""
