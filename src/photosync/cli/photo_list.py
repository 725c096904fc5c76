"""photosync photo list: a class or the staff as a PDF document with faces."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.files import write_whole
from photosync.core.people import PersonKind

AUDIENCES = ("staff", "marks-book", "students", "parents")


@click.command("list")
@click.option("--staff", is_flag=True, help="Of the staff; otherwise of students.")
@click.option("--year-level", metavar="TEXT", default="")
@click.option("--roll-group", metavar="TEXT", default="")
@click.option("--house", metavar="TEXT", default="")
@click.option("--campus", metavar="TEXT", default="")
@click.option("--period", "code", metavar="CODE", help="A timetable period; the photos are those of its days.")
@click.option("--for", "audience", type=click.Choice(AUDIENCES), default="staff", show_default=True)
@click.option("--sort", type=click.Choice(["name", "roll-group"]), default="name", show_default=True)
@click.option("--codes", is_flag=True, help="With the codes of the people.")
@click.option("-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), required=True)
@options.reporting
def command(code: str | None, audience: str, target: Path, *, staff: bool, **asked: Any) -> None:
    """Make a list of faces as a PDF document, of a class, a year level, a house, a campus, or the staff.

    Example: photosync photo list --year-level 7 -o year-7.pdf
    """
    installation.connect()
    from photosync.apps.library.photo_list_pdf import photo_list_pdf
    from photosync.apps.library.photo_lists import ListOf
    from photosync.apps.timetable.choices import Audience, period_offered

    school, readers = options.school(), Audience(audience)
    wanted = ListOf(
        kind=PersonKind.STAFF if staff else PersonKind.STUDENT,
        audience=readers,
        period=None if code is None else period_offered(school, readers, code),
        **asked,
    )
    made = photo_list_pdf(school, wanted, options.right_now())
    write_whole(made.content, target, what="The list")
    if output.wants_json():
        shown = len(made.shown)
        document = {"title": made.title, "year": made.year, "people": made.people, "with_photo": shown}
        output.print_json(document | {"file": str(target)})
        return
    output.print_text(
        f"{made.title}: {made.people} people, {len(made.shown)} with a photo of {made.year} or earlier. "
        f"Written to {target}."
    )
