"""photosync report match, file and dismiss: what is decided of uploaded files that match nobody."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.system_user import operator_name

if TYPE_CHECKING:
    from photosync.apps.reports.models import ReportingCycle, UploadedReport


@click.command("match")
@click.argument("cycle")
@click.argument("file")
@click.argument("code")
@click.option("--import", "import_id", metavar="N", type=int, help="The import; by default the latest.")
@options.reporting
def command(cycle: str, file: str, code: str, import_id: int | None) -> None:
    """Say whose report an uploaded file is; it is imported with photosync report import --waiting.

    Example: photosync report match "2026 Semester 2" "Chen Mia.pdf" 0417
    """
    installation.connect()
    from photosync.apps.reports.importing import match_by_hand
    from photosync.apps.reports.queries import member_coded

    found, uploaded = _meant(cycle, file, import_id)
    member = member_coded(found, code)
    match_by_hand(uploaded, member, by=operator_name())
    _tell(uploaded, f"{uploaded.name} is the report of {member.person}.")


@click.command("file")
@click.argument("cycle")
@click.argument("file")
@click.option("--import", "import_id", metavar="N", type=int, help="The import; by default the latest.")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="- is standard output."
)
@options.reporting
def file_(cycle: str, file: str, import_id: int | None, target: Path | None) -> None:
    """Get an uploaded PDF as it came, to see whose it is. Without -o it goes to standard output.

    Example: photosync report file "2026 Semester 2" "Chen Mia.pdf" -o look.pdf
    """
    installation.connect()
    from photosync.apps.reports.imports import file_document
    from photosync.apps.reports.stored_pdf import open_uploaded
    from photosync.cli.report_archive import give_pdf

    _cycle, uploaded = _meant(cycle, file, import_id)
    give_pdf(lambda: open_uploaded(uploaded), target, {"uploaded": file_document(uploaded)})


@click.command("dismiss")
@click.argument("cycle")
@click.argument("file")
@click.option("--import", "import_id", metavar="N", type=int, help="The import; by default the latest.")
@options.reporting
def dismiss(cycle: str, file: str, import_id: int | None) -> None:
    """Say that an uploaded file is not to be imported.

    Example: photosync report dismiss "2026 Semester 2" cover.pdf
    """
    installation.connect()
    from photosync.apps.reports.importing import dismiss_file

    _cycle, uploaded = _meant(cycle, file, import_id)
    dismiss_file(uploaded, by=operator_name())
    _tell(uploaded, f"{uploaded.name} was dismissed: it is not imported.")


@click.command("drop")
@click.argument("cycle")
@click.option("--import", "import_id", metavar="N", type=int, help="The import; by default the latest.")
@options.reporting
def drop(cycle: str, import_id: int | None) -> None:
    """Forget the uploaded files that are not imported. Reports that were imported stay.

    Example: photosync report drop "2026 Semester 2" --import 3
    """
    installation.connect()
    from photosync.apps.reports.importing import drop_import, import_numbered
    from photosync.apps.reports.imports import import_head, latest_import
    from photosync.apps.reports.queries import cycle_named

    found = cycle_named(options.school(), cycle)
    made = latest_import(found) if import_id is None else import_numbered(import_id, found)
    drop_import(made)
    made.refresh_from_db()
    if output.wants_json():
        output.print_json(import_head(made))
    else:
        output.print_text(f"The files of import {made.pk} that are not imported were dropped.")


def _meant(cycle: str, file: str, import_id: int | None) -> tuple[ReportingCycle, UploadedReport]:
    from photosync.apps.reports.importing import import_numbered
    from photosync.apps.reports.imports import file_called, latest_import
    from photosync.apps.reports.queries import cycle_named

    found = cycle_named(options.school(), cycle)
    made = latest_import(found) if import_id is None else import_numbered(import_id, found)
    return found, file_called(made, file)


def _tell(uploaded: UploadedReport, told: str) -> None:
    from photosync.apps.reports.imports import file_document

    uploaded.refresh_from_db()
    if output.wants_json():
        output.print_json(file_document(uploaded))
    else:
        output.print_text(told)
