"""photosync init."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.errors import WrongUse


@click.command("init")
@click.option("--name", metavar="TEXT", help="The name of the first school.")
@click.option("--timezone", "time_zone", metavar="ZONE", help="Its IANA time zone, such as Australia/Sydney.")
@options.reporting
def command(name: str | None, time_zone: str | None) -> None:
    """Make the data folder, the database and the first school. Repeating it is harmless.

    Example: photosync init --school WGC --name "Wattle Grove College" --timezone Australia/Sydney
    """
    code = options.asked().school_code
    if (name or time_zone) and not (code and name and time_zone):
        raise WrongUse("A school needs all of --school, --name and --timezone. Nothing was done.")
    installation.load_settings()
    if code and name and time_zone:
        _refuse_ill_formed(code, name, time_zone)
    made = installation.set_up()
    school = None if code is None else _school(code, name, time_zone)
    folder = installation.data_folder()
    if output.wants_json():
        output.print_json({"data_folder": str(folder), "made": made, "school": None if school is None else school[0]})
        return
    output.print_text(f"The data folder {folder} is {'ready' if made else 'up to date'}.")
    if school is not None:
        output.print_text(school[1])


def _refuse_ill_formed(code: str, name: str, time_zone: str) -> None:
    """Raise WrongUse for a school that cannot be, before the data folder is made."""
    from photosync.apps.schools.services import well_formed

    well_formed(code, name, time_zone)


def _school(code: str, name: str | None, time_zone: str | None) -> tuple[str, str]:
    """Return the code of the school and a sentence: made now, or there already and left as it is."""
    from photosync.apps.schools.models import School
    from photosync.apps.schools.queries import school_named
    from photosync.apps.schools.services import add_school

    if not name or not time_zone:
        school = school_named(code)
    elif not School.objects.filter(code=code.strip().upper()).exists():
        school = add_school(code, name, time_zone)
        return school.code, f"School {school.code}, {school.name}, was made in {school.time_zone}."
    else:
        school = school_named(code)
    there = f"School {school.code}, {school.name}, in {school.time_zone} was there already."
    differs = (name or school.name).strip() != school.name or (time_zone or "").strip().casefold() not in (
        "",
        school.time_zone.casefold(),
    )
    return school.code, f"{there} It keeps its name and time zone: init changes neither." if differs else there
