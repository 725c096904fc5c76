"""photosync school."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output


@click.group("school")
def command() -> None:
    """Make and list schools."""


@command.command("add")
@click.argument("code")
@click.option("--name", metavar="TEXT", required=True)
@click.option("--timezone", "time_zone", metavar="ZONE", required=True, help="Such as Australia/Sydney.")
@click.option("--year-begins", metavar="MM-DD", default="01-01", show_default=True, help="Of its academic year.")
@options.as_json
@options.with_debug
def add(code: str, name: str, time_zone: str, year_begins: str) -> None:
    """Make a school.

    Example: photosync school add WGC --name "Wattle Grove College" --timezone Australia/Sydney
    """
    installation.connect()
    from photosync.apps.schools.queries import school_document
    from photosync.apps.schools.services import add_school

    begins = options.day_of(f"2000-{year_begins}", "--year-begins")
    school = add_school(
        code,
        name,
        time_zone,
        academic_year_begins_month=begins.month,
        academic_year_begins_day=begins.day,
    )
    if output.wants_json():
        output.print_json(school_document(school))
    else:
        output.print_text(f"School {school.code}, {school.name}, was made in {school.time_zone}.")


@command.command("list")
@options.as_json
@options.with_debug
def list_() -> None:
    """List the schools.

    Example: photosync school list --json
    """
    installation.connect()
    from photosync.apps.schools.models import School
    from photosync.apps.schools.queries import school_document

    schools = [school_document(school) for school in School.objects.all()]
    if output.wants_json():
        output.print_json(schools)
    elif schools:
        output.print_table(
            ("code", "name", "time zone", "year begins"),
            ((each["code"], each["name"], each["timezone"], each["year_begins"]) for each in schools),
        )
    else:
        output.print_text("There is no school yet.")
