"""photosync report next-period."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import written_date


@click.command("next-period")
@click.argument("profile")
@click.option("--code", metavar="CODE", help="The code of the new period; by default with the next year.")
@click.option("--start", metavar="D", help="Its first day, YYYY-MM-DD; by default a year on.")
@click.option("--end", metavar="D", help="Its last day, YYYY-MM-DD; by default a year on.")
@click.option("--assign", metavar="CODE", help="Assign this period, which exists, instead of making one.")
@click.option("--preview", is_flag=True, help="Say what it would do; save nothing.")
@options.reporting
def command(
    profile: str, code: str | None, start: str | None, end: str | None, assign: str | None, *, preview: bool
) -> None:
    """Make next year's timetable period from this year's and assign it to the sync profile, in one step.

    Frequency and mode are those of this year's period.

    Example: photosync report next-period "Photo Sync" --code 2027S1 --start 2027-01-27 --end 2027-06-25
    """
    first_day = None if start is None else options.day_of(start, "--start")
    last_day = None if end is None else options.day_of(end, "--end")
    installation.connect()
    from photosync.apps.profiles.queries import profile_named
    from photosync.apps.reports.next_period import Asked, give_next_period, preview_next_period

    found = profile_named(options.school(), profile)
    asked = Asked(code=code, first_day=first_day, last_day=last_day, assign=assign)
    act = preview_next_period if preview else give_next_period
    document = act(found, asked, now=options.right_now()).document
    if output.wants_json():
        output.print_json(document | {"preview": preview})
        return
    period = document["period"]
    made = "was made and assigned" if document["made"] else "was assigned"
    dates = f"{written_date(period['start'])} to {written_date(period['end'])}"
    output.print_text(
        *(["Preview: nothing was saved."] if preview else []),
        f"Timetable period {period['code']}, {dates}, {made} to {document['profile']}.",
        document["explanation"],
        *([document["warning"]] if document["warning"] else []),
    )
