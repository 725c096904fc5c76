"""photosync report archive, list, history, get, download and verify: the report archive."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment
from photosync.cli.files import write_pieces, write_whole
from photosync.cli.outcome import FAILED, say_error
from photosync.cli.progress import RunProgress
from photosync.cli.report_job import gone_on_with, see_through
from photosync.cli.report_words import BROKEN, archive_words
from photosync.cli.system_user import operator_name

LISTED = 200


def _groups(decorated: Any) -> Any:
    decorated = click.option("--roll-group", metavar="TEXT", default="")(decorated)
    return click.option("--year-level", metavar="TEXT", default="")(decorated)


@click.command("archive")
@click.argument("cycle")
@_groups
@click.option("--code", "codes", metavar="CODE", multiple=True, help="Only of this person; as often as needed.")
@options.reporting
def command(cycle: str, year_level: str, roll_group: str, codes: tuple[str, ...]) -> None:
    """Archive the reports of a cycle for good: all that are there, of a year level, a roll group or of some people.

    Example: photosync report archive "2026 Semester 2" --roll-group 7A
    """
    installation.connect()
    from photosync.apps.reports.archiving import Whose, request_archiving
    from photosync.apps.reports.models import ReportJob
    from photosync.apps.reports.queries import cycle_named, member_coded

    found = cycle_named(options.school(), cycle)
    members = tuple(member_coded(found, code).pk for code in codes)
    whose = Whose(year_level=year_level, roll_group=roll_group, member_ids=members)
    document = gone_on_with(found, ReportJob.Kind.ARCHIVE, whose.asked())
    if document is None:
        document = see_through(request_archiving(found, whose, by=operator_name(), now=options.right_now()))
    outcome = document["outcome"]
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(
            f"{outcome['archived']} archived, {outcome['without_photo']} of them without a photo, "
            f"{outcome['damaged']} damaged and not archived.",
            *outcome.get("problems", ()),
        )
    if outcome["damaged"]:
        say_error("Some reports could not be archived, as their PDFs are damaged. Import them again.")
        raise Exit(FAILED)


@click.command("list")
@click.option("--cycle", metavar="NAME", help="Only of this reporting cycle.")
@_groups
@click.option("--search", metavar="TEXT", default="", help="In names, and at the beginning of codes.")
@click.option("--limit", metavar="N", type=options.number_from(1), default=LISTED, show_default=True)
@options.reporting
def list_(cycle: str | None, year_level: str, roll_group: str, search: str, limit: int) -> None:
    """List archived reports, in order of names.

    Example: photosync report list --cycle "2026 Semester 2" --search chen
    """
    installation.connect()
    from photosync.apps.reports.archive import Audience, Wanted, found, reports_for
    from photosync.apps.reports.queries import cycle_named

    school = options.school()
    named = None if cycle is None else cycle_named(school, cycle)
    wanted = Wanted(
        cycle_id=None if named is None else named.pk, year_level=year_level, roll_group=roll_group, search=search
    )
    _print_list(found(reports_for(Audience.ARCHIVE, school, options.right_now()), wanted)[:limit], school)


@click.command("history")
@click.argument("code")
@options.reporting
def history(code: str) -> None:
    """List every archived report of one person, the latest first.

    Example: photosync report history 0417
    """
    installation.connect()
    from photosync.apps.reports.models import ArchivedReport

    school = options.school()
    rows = ArchivedReport.objects.filter(school=school, person_code=code.strip()).order_by("-number")
    _print_list(rows, school)


def _print_list(rows: Any, school: Any) -> None:
    from photosync.apps.reports.archive import archived_document

    documents = [archived_document(each, school.zone) for each in rows]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        columns = ("number", "cycle", "code", "name", "year_level", "roll_group")
        shown = ([*(each[name] for name in columns), short_moment(each["archived_at"])] for each in documents)
        output.print_table([*(name.replace("_", " ") for name in columns), "archived"], shown)
    else:
        output.print_text("No archived report is found with this.")


@click.command("get")
@click.argument("code")
@click.option("--cycle", metavar="NAME", required=True)
@click.option("--not-archived", is_flag=True, help="The report that is there and not archived yet.")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="- is standard output."
)
@options.reporting
def get(code: str, cycle: str, target: Path | None, *, not_archived: bool) -> None:
    """Get an archived report as the PDF that was archived. Without -o it goes to standard output.

    Example: photosync report get 0417 --cycle "2026 Semester 2" -o mia.pdf
    """
    installation.connect()
    from photosync.apps.reports.archive import Audience, archived_document, open_pdf, report_of
    from photosync.apps.reports.documents import member_document
    from photosync.apps.reports.queries import cycle_named, member_coded
    from photosync.apps.reports.stored_pdf import open_stored

    school = options.school()
    found = cycle_named(school, cycle)
    if not_archived:
        member = member_coded(found, code)
        give_pdf(lambda: open_stored(member)[1], target, member_document(member, school.zone))
    else:
        report = report_of(school, code.strip(), found)
        give_pdf(lambda: open_pdf(report, Audience.ARCHIVE), target, archived_document(report, school.zone))


def give_pdf(opened: Callable[[], bytes], target: Path | None, document: dict[str, Any]) -> None:
    """Write what `opened` returns to `target`, or to standard output where that is no JSON document's."""
    to_standard = target is None or str(target) == "-"
    if not (to_standard and output.wants_json()):
        content = opened()
        if target is None or to_standard:
            sys.stdout.flush()
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
        else:
            write_whole(content, target, what="The report")
    if output.wants_json():
        output.print_json(document | {"file": None if to_standard else str(target)})


@click.command("download")
@click.argument("cycle")
@_groups
@click.option("-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), required=True)
@options.reporting
def download(cycle: str, year_level: str, roll_group: str, target: Path) -> None:
    """Write the archived reports of a cycle, or of a class of it, into a ZIP with an index.

    Example: photosync report download "2026 Semester 2" --roll-group 7A -o 7A.zip
    """
    installation.connect()
    from photosync.apps.reports.archive import Audience, Wanted, found, record_download, reports_for, reports_zip
    from photosync.apps.reports.queries import cycle_named
    from photosync.core.errors import NotFound
    from photosync.core.instants import local_date

    school, now = options.school(), options.right_now()
    named = cycle_named(school, cycle)
    wanted = Wanted(cycle_id=named.pk, year_level=year_level, roll_group=roll_group)
    rows = found(reports_for(Audience.ARCHIVE, school, now), wanted)
    number = rows.count()
    if not number:
        raise NotFound("No archived report is found with this. Nothing was written.")
    write_pieces(reports_zip(rows, school, local_date(now, school.zone)), target, what="The ZIP")
    record_download(named, wanted, number)
    if output.wants_json():
        output.print_json({"cycle": named.name, "reports": number, "file": str(target)})
    else:
        output.print_text(f"{number} reports of {named.name} were written to {target}.")


@click.command("verify")
@options.reporting
def verify(**_nothing: Any) -> None:
    """Prove that the archive is what was archived: hash every PDF and photo anew, and check every seal.

    Exit status 1 where anything is missing, damaged or changed.

    Example: photosync report verify
    """
    installation.connect()
    from photosync.apps.reports.models import ArchivedReport
    from photosync.apps.reports.verifying import verify_archive

    school = options.school()
    total = ArchivedReport.objects.filter(school=school).count()
    with RunProgress() as progress:
        verified = verify_archive([school], on_checked=lambda done: progress.update("verify", done, total))
    if output.wants_json():
        output.print_json(verified.document())
    else:
        output.print_text(archive_words(verified), *verified.sentences())
    if not verified.is_whole:
        say_error(BROKEN)
        raise Exit(FAILED)
