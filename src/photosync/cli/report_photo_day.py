"""photosync report photo-day."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.wording import date_words

YEARS = click.IntRange(1900, 9998)


@click.group("photo-day")
def command() -> None:
    """Set and clear the photo day of an academic year."""


@command.command("set")
@click.argument("year", type=YEARS)
@click.argument("day")
@options.reporting
def set_(year: int, day: str) -> None:
    """Set the day on which the photographer comes in an academic year, or move it.

    Example: photosync report photo-day set 2027 2027-03-02
    """
    wanted = options.day_of(day, "DAY")
    installation.connect()
    from photosync.apps.reports.photo_day import set_photo_day

    row = set_photo_day(options.school(), year, wanted)
    if output.wants_json():
        output.print_json({"year": row.academic_year, "day": row.day.isoformat()})
    else:
        output.print_text(f"Photo day of {row.academic_year} is on {date_words(row.day)}.")


@command.command("clear")
@click.argument("year", type=YEARS)
@options.reporting
def clear(year: int) -> None:
    """Take the photo day of an academic year away.

    Example: photosync report photo-day clear 2027
    """
    installation.connect()
    from photosync.apps.reports.photo_day import clear_photo_day

    clear_photo_day(options.school(), year)
    if output.wants_json():
        output.print_json({"year": year, "day": None})
    else:
        output.print_text(f"The photo day of {year} was cleared.")
