"""photosync report import."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.report_job import gone_on_with, see_through
from photosync.cli.system_user import operator_name
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.reports.models import ReportImport, ReportingCycle

CHUNK_BYTES = 1 << 20
FILES_PRINTED = 200


@click.command("import")
@click.argument("cycle")
@click.argument("paths", nargs=-1, metavar="[PATH]...", type=click.Path(path_type=Path))
@click.option("--match", type=click.Choice(["stem", "pattern", "index"]), help="How a file names its student.")
@click.option("--pattern", metavar="TEXT", default="", help="Such as Report_{code}_{any}.")
@click.option("--index", "index", metavar="FILE", type=click.Path(path_type=Path), help="File name and student code.")
@click.option("--key", metavar="KEY", default="", help="By default student_code.")
@click.option("--ignore-case", is_flag=True)
@click.option("--ignore-leading-zeros", is_flag=True)
@click.option("--preview", is_flag=True, help="Only show whose each file is; nothing is kept.")
@click.option("--waiting", metavar="N", type=int, help="Import what is matched in the earlier import N.")
@options.reporting
def command(
    cycle: str,
    paths: tuple[Path, ...],
    index: Path | None,
    *,
    preview: bool,
    waiting: int | None,
    **named_by: Any,
) -> None:
    """Import reports of a cycle as PDFs: files, folders or ZIPs of them, one PDF per student.

    Files that match nobody wait: match them with photosync report match, then import them with --waiting.

    Example: photosync report import "2026 Semester 2" reports.zip --preview
    """
    installation.connect()
    from photosync.apps.reports.importing import drop_import, import_numbered
    from photosync.apps.reports.queries import cycle_named

    found = cycle_named(options.school(), cycle)
    if (waiting is None) == (not paths):
        raise WrongUse("Say which files: PATHs, or --waiting with the number of an import. Nothing was imported.")
    made = _read(found, paths, index, named_by) if waiting is None else import_numbered(waiting, found)
    if preview:
        document = _document(made)
        if waiting is None:
            drop_import(made)
        _print(document, "Nothing was imported.")
        return
    _import(made)


def _read(
    cycle: ReportingCycle, paths: tuple[Path, ...], index: Path | None, named_by: dict[str, Any]
) -> ReportImport:
    from photosync.apps.reports.importing import begin_import
    from photosync.apps.reports.models import ReportJob
    from photosync.apps.reports.uploads import Upload

    given = {name: "yes" if value is True else value for name, value in named_by.items() if value}
    gone_on_with(cycle, ReportJob.Kind.READ_UPLOAD)
    with Upload() as upload:
        for path in paths:
            for name, file in _files(path):
                upload.add(name, _chunks(file))
        if index is not None:
            upload.add(index.name, _chunks(index))
            given["index"] = upload.names[-1]
        token = upload.keep()
        try:
            made, job = begin_import(cycle, token, given, by=operator_name(), now=options.right_now())
        except BaseException:
            upload.drop()
            raise
    see_through(job)
    made.refresh_from_db()
    return made


def _import(made: ReportImport) -> None:
    from photosync.apps.reports.importing import request_import
    from photosync.apps.reports.models import ReportJob

    ended = gone_on_with(made.cycle, ReportJob.Kind.IMPORT, {"import": made.pk})
    if ended is None:
        ended = see_through(request_import(made, by=operator_name(), now=options.right_now()))
    outcome = ended["outcome"]
    document = _document(made) | {"imported": outcome}
    told = (
        f"{outcome['imported']} imported, {outcome['replaced']} replaced, {outcome['unchanged']} as they were, "
        f"{outcome['refused']} refused."
    )
    _print(document, told)


def _document(made: ReportImport) -> dict[str, Any]:
    from photosync.apps.reports.imports import import_document

    return import_document(made)


def _print(document: dict[str, Any], told: str) -> None:
    if output.wants_json():
        output.print_json(document)
        return
    counts = ", ".join(f"{number} {state}" for state, number in document["counts"].items())
    output.print_text(f"Import {document['import']}: {counts}.", told)
    undecided = [each for each in document["files"] if each["state"] not in ("matched", "by-hand", "imported")]
    if undecided:
        rows = ([each["file"], each["name"], each["state"], each["reason"]] for each in undecided[:FILES_PRINTED])
        output.print_table(("file", "name", "state", "reason"), rows)
    if document["without_report"]:
        output.print_text(f"Without a report: {document['without_report']}.")


def _files(path: Path) -> Iterator[tuple[str, Path]]:
    """Yield (name, file) of a file, or of every file in a folder; links to folders are not followed."""
    if path.is_file():
        yield path.name, path
    elif path.is_dir():
        for file in sorted(path.rglob("*")):
            if file.is_file():
                yield file.relative_to(path).as_posix(), file
    else:
        raise WrongUse(f"There is no file or folder {path}. Nothing was imported.")


def _chunks(file: Path) -> Iterator[bytes]:
    with file.open("rb") as opened:
        while chunk := opened.read(CHUNK_BYTES):
            yield chunk
