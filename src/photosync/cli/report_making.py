"""photosync report make."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.files import write_whole
from photosync.cli.report_job import gone_on_with, print_job, see_through
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.reports.making import Making
    from photosync.apps.reports.models import ReportingCycle


@click.command("make")
@click.argument("cycle")
@click.option("--year-level", metavar="TEXT", default="", help="Only of this year level.")
@click.option("--roll-group", metavar="TEXT", default="", help="Only of this roll group.")
@click.option("--missing", "only_missing", is_flag=True, help="Only of those who have no report.")
@click.option("--replace-imported", is_flag=True, help="Also in place of imported reports.")
@click.option("--preview", "code", metavar="CODE", help="Make the report of this student alone, and store nothing.")
@click.option("-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="Of the preview.")
@options.reporting
def command(
    cycle: str,
    year_level: str,
    roll_group: str,
    code: str | None,
    target: Path | None,
    *,
    only_missing: bool,
    replace_imported: bool,
) -> None:
    """Make the reports of a cycle from their results, with the photo of the cycle's year.

    Reports that would come out as they are stored stay as they are; archived ones are never touched.

    Example: photosync report make "2026 Semester 2" --roll-group 7B
    """
    if (code is None) != (target is None):
        raise WrongUse(
            "A preview needs the student's code and a file: --preview CODE -o FILE. Nothing was made. Give both, or "
            "neither to make the reports."
        )
    installation.connect()
    from photosync.apps.reports.making import Making, preview_report
    from photosync.apps.reports.queries import cycle_named

    found = cycle_named(options.school(), cycle)
    if code is not None and target is not None:
        shown = preview_report(found, code)
        write_whole(shown.content, target, what="The report")
        _print_preview(target, len(shown.content), with_photo=shown.shown_person_id is not None)
        return
    making = Making(
        year_level=year_level, roll_group=roll_group, only_missing=only_missing, replace_imported=replace_imported
    )
    ended = _made(found, making)
    if output.wants_json():
        output.print_json(ended)
    else:
        print_job(ended)


def _made(cycle: ReportingCycle, making: Making) -> dict[str, Any]:
    from photosync.apps.reports.making import request_making
    from photosync.apps.reports.models import ReportJob

    ended = gone_on_with(cycle, ReportJob.Kind.MAKE, making.document())
    if ended is None:
        ended = see_through(request_making(cycle, making, by=options.STARTED_BY, now=options.right_now()))
    return ended


def _print_preview(target: Path, size_bytes: int, *, with_photo: bool) -> None:
    if output.wants_json():
        output.print_json({"file": str(target), "bytes": size_bytes, "with_photo": with_photo})
    else:
        output.print_text(f"Preview: nothing was stored. Written to {target}.")
