"""photosync report results."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output

if TYPE_CHECKING:
    from photosync.apps.reports.results import ResultsReport

LINES_PRINTED = 20


@click.command("results")
@click.argument("cycle")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--map", "mapped", metavar="COL=FIELD", multiple=True, help="Which column holds which field.")
@click.option("--replace", is_flag=True, help="The file is all there is of whom it names; else it adds to that.")
@click.option("--preview", is_flag=True, help="Say what would change; write nothing.")
@options.reporting
def command(cycle: str, file: Path, mapped: tuple[str, ...], *, replace: bool, preview: bool) -> None:
    """Store results for the reports of a cycle: a CSV file with a line for each subject of a student.

    Columns: student_code, subject, mark, grade, effort, comment, teacher; and, once for each student, absences,
    late, general_comment, year_adviser. Usual column names are recognised; --map names others.

    Example: photosync report results "2026 Semester 2" results.csv --preview
    """
    installation.connect()
    from photosync.apps.reports.queries import cycle_named
    from photosync.apps.reports.results import store_results
    from photosync.apps.reports.results_file import parse_map

    report = store_results(
        cycle_named(options.school(), cycle),
        file,
        given_columns=parse_map(mapped),
        replace=replace,
        preview=preview,
        by=options.STARTED_BY,
        now=options.right_now(),
    )
    if output.wants_json():
        output.print_json(report.document())
    else:
        _print(report)


def _print(report: ResultsReport) -> None:
    output.print_text("Preview: nothing was written." if report.preview else "The results were stored.")
    counts = report.document()["counts"]
    output.print_facts((name.replace("_", " "), number) for name, number in counts.items())
    output.print_text("Columns: " + ", ".join(f"{name} = {field}" for name, field in report.columns.items()))
    if report.unknown_columns:
        output.print_text("Not used: " + ", ".join(report.unknown_columns))
    for each in report.unmatched_shown[:LINES_PRINTED]:
        output.print_text(f"{each.code} (from line {each.line} on) is for nobody here: {each.reason}")
    if report.unmatched > LINES_PRINTED:
        output.print_text(f"... and {report.unmatched - LINES_PRINTED} more codes; see them with --json.")
    for refusal in report.refusals[:LINES_PRINTED]:
        output.print_text(f"Line {refusal.line} was refused: {refusal.reason}")
    if report.refused > LINES_PRINTED:
        output.print_text(f"... and {report.refused - LINES_PRINTED} more lines; see them with --json.")
