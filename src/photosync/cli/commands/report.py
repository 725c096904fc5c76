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
    "import": ("photosync.cli.report_import", "Import reports of a cycle as PDFs."),
    "match": ("photosync.cli.report_match", "Say whose report an uploaded file is."),
    "file": ("photosync.cli.report_match:file_", "Get an uploaded PDF, to see whose it is."),
    "dismiss": ("photosync.cli.report_match:dismiss", "Say that an uploaded file is not to be imported."),
    "drop": ("photosync.cli.report_match:drop", "Forget the uploaded files that are not imported."),
    "archive": ("photosync.cli.report_archive", "Archive the reports of a cycle for good."),
    "list": ("photosync.cli.report_archive:list_", "List archived reports."),
    "history": ("photosync.cli.report_archive:history", "List every archived report of one person."),
    "get": ("photosync.cli.report_archive:get", "Get an archived report as a PDF."),
    "download": ("photosync.cli.report_archive:download", "Write archived reports into a ZIP with an index."),
    "verify": ("photosync.cli.report_archive:verify", "Prove that the archive is what was archived."),
    "job": ("photosync.cli.report_job", "Look at long work on a reporting cycle, follow or cancel it."),
}


@click.group("report", cls=LazyGroup, commands_of=PARTS)
def command() -> None:
    """Reporting cycles, their reports and the archive, and the end of the year."""
