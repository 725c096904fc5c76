"""photosync report cycle."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import written_date, written_moment
from photosync.cli.report_people import as_choice, choosing, command_add, command_newcomers, command_remove
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.reports.models import ReportingCycle

NO_DAY = "none"
AUDIENCES = ("staff", "students", "parents")


@click.group("cycle")
def command() -> None:
    """Open, fill, change, release, close and list reporting cycles."""


command.add_command(command_add)
command.add_command(command_remove)
command.add_command(command_newcomers)


def _days(decorated: Any) -> Any:
    """Add the options that say from when each audience sees the archived reports."""
    for who in reversed(AUDIENCES):
        told = f"From when {who} see the archived reports, YYYY-MM-DD; {NO_DAY} takes the day away."
        decorated = click.option(f"--{who}-from", metavar="D", help=told)(decorated)
    return decorated


def _days_given(given: Mapping[str, str | None]) -> dict[str, date | None]:
    return {
        name: None if text.strip().lower() == NO_DAY else options.day_of(text, f"--{name.replace('_', '-')}")
        for name, text in given.items()
        if text is not None
    }


@command.command("add")
@click.argument("name")
@click.option("--year", metavar="Y", type=int, help="Academic year; by default today's.")
@click.option("--semester", metavar="TEXT", default="", help="Such as: Semester 2.")
@_days
@choosing
@options.reporting
def add(
    name: str,
    year: int | None,
    semester: str,
    staff_from: str | None,
    students_from: str | None,
    parents_from: str | None,
    **chosen: Any,
) -> None:
    """Open a reporting cycle. From then on the photos of who is in it wait until their report is archived.

    Of one kind of group any is taken, of several kinds all must be so; codes are taken in besides.

    Example: photosync report cycle add "2026 Semester 2" --year-level 7 --year-level 8 --parents-from 2026-12-11
    """
    days = _days_given({"staff_from": staff_from, "students_from": students_from, "parents_from": parents_from})
    installation.connect()
    from photosync.apps.reports.cycles import open_cycle

    cycle = open_cycle(
        options.school(),
        name,
        academic_year=year,
        semester=semester,
        people=as_choice(chosen),
        by=options.STARTED_BY,
        now=options.right_now(),
        **days,
    )
    _print_cycle(cycle, f"Reporting cycle {cycle.name} was opened.")


@command.command("list")
@click.option("--state", type=click.Choice(["open", "archived"]))
@click.option("--year", metavar="Y", type=int, help="Only those of this academic year.")
@options.reporting
def list_(state: str | None, year: int | None) -> None:
    """List the reporting cycles with how far they are and what waits for them.

    Example: photosync report cycle list --state open
    """
    installation.connect()
    from photosync.apps.reports.documents import cycle_documents
    from photosync.apps.reports.queries import cycles_of

    school = options.school()
    documents = cycle_documents(list(cycles_of(school, state=state or "", year=year)), school)
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        names = ("name", "year", "semester", "state")
        rows = (
            [
                *(each[name] for name in names),
                each["progress"]["members"],
                each["progress"]["archived"],
                each["waiting"],
            ]
            for each in documents
        )
        output.print_table((*names, "people", "archived", "photos waiting"), rows)
    else:
        output.print_text("There is no reporting cycle yet.")


@command.command("show")
@click.argument("name")
@options.reporting
def show(name: str) -> None:
    """Show a reporting cycle, with its progress per roll group.

    Example: photosync report cycle show "2026 Semester 2"
    """
    installation.connect()
    _print_cycle(_named(name), "")


@command.command("edit")
@click.argument("name")
@click.option("--name", "new_name", metavar="TEXT", help="A new name.")
@click.option("--year", "academic_year", metavar="Y", type=int)
@click.option("--semester", metavar="TEXT")
@_days
@options.reporting
def edit(
    name: str,
    new_name: str | None,
    academic_year: int | None,
    semester: str | None,
    **days: str | None,
) -> None:
    """Change a reporting cycle. Name, year and semester stay once a report is archived under them.

    Example: photosync report cycle edit "2026 Semester 2" --parents-from 2026-12-11
    """
    given = {"name": new_name, "academic_year": academic_year, "semester": semester}
    changes: dict[str, Any] = {key: value for key, value in given.items() if value is not None}
    changes |= _days_given(days)
    if not changes:
        raise WrongUse("No change was given. Nothing was done. See: photosync report cycle edit --help")
    installation.connect()
    from photosync.apps.reports.cycles import edit_cycle

    cycle = edit_cycle(_named(name), **changes)
    _print_cycle(cycle, f"Reporting cycle {cycle.name} was saved.")


@command.command("close")
@click.argument("name")
@click.option("--reason", metavar="TEXT", default="", help="Needed where reports are missing.")
@options.reporting
def close(name: str, reason: str) -> None:
    """Close a reporting cycle: from then on no photo waits for it.

    Example: photosync report cycle close "2026 Semester 2"
    """
    installation.connect()
    from photosync.apps.reports.cycles import close_cycle

    cycle = close_cycle(_named(name), reason=reason, by=options.STARTED_BY, now=options.right_now())
    _print_cycle(cycle, f"Reporting cycle {cycle.name} was closed.")


@command.command("reopen")
@click.argument("name")
@click.option("--reason", metavar="TEXT", required=True)
@options.reporting
def reopen(name: str, reason: str) -> None:
    """Open a closed reporting cycle again. What is archived stays archived.

    Example: photosync report cycle reopen "2026 Semester 2" --reason "A late report came"
    """
    installation.connect()
    from photosync.apps.reports.cycles import reopen_cycle

    cycle = reopen_cycle(_named(name), reason=reason)
    _print_cycle(cycle, f"Reporting cycle {cycle.name} is open again.")


@command.command("release")
@click.argument("name")
@click.option("--reason", metavar="TEXT", required=True, help="Goes into the audit.")
@click.option("--code", metavar="CODE", help="Only the photo of the student with this code.")
@options.reporting
def release(name: str, reason: str, code: str | None) -> None:
    """Let photos not wait for missing reports: of the whole cycle, or of one student. The next run decides.

    Example: photosync report cycle release "2026 Semester 2" --code 002082 --reason "Has no report this year"
    """
    installation.connect()
    from photosync.apps.reports import holding
    from photosync.apps.reports.queries import member_coded

    cycle = _named(name)
    given: dict[str, Any] = {"reason": reason, "by": options.STARTED_BY, "now": options.right_now()}
    if code is None:
        cycle = holding.release_cycle(cycle, **given)
        _print_cycle(cycle, f"No photo waits for {cycle.name} any more. The next run of each sync profile decides.")
        return
    member = holding.release_person(member_coded(cycle, code), **given)
    _print_cycle(cycle, f"The photo of {member.person} does not wait for {cycle.name}. The next run decides on it.")


@command.command("hold")
@click.argument("name")
@click.option("--code", metavar="CODE", help="Only the photo of the student with this code.")
@options.reporting
def hold(name: str, code: str | None) -> None:
    """Take a release back: who is not archived waits again.

    Example: photosync report cycle hold "2026 Semester 2"
    """
    installation.connect()
    from photosync.apps.reports import holding
    from photosync.apps.reports.queries import member_coded

    cycle = _named(name)
    if code is None:
        cycle = holding.hold_again(cycle)
        _print_cycle(cycle, f"Photos wait for {cycle.name} again.")
        return
    member = holding.hold_person_again(member_coded(cycle, code))
    _print_cycle(cycle, f"The photo of {member.person} waits for {cycle.name} again.")


@command.command("members")
@click.argument("name")
@click.option("--state", metavar="S", default="", help="Of missing, stored, archived, released, left.")
@click.option("--year-level", metavar="L")
@click.option("--roll-group", metavar="G")
@click.option("--search", metavar="TEXT", default="", help="In names, and at the beginning of codes.")
@click.option("--limit", metavar="N", type=options.number_from(1), help="At most so many.")
@options.reporting
def members(
    name: str, state: str, year_level: str | None, roll_group: str | None, search: str, limit: int | None
) -> None:
    """List who is in a reporting cycle, and how far each report is.

    Example: photosync report cycle members "2026 Semester 2" --state missing
    """
    installation.connect()
    from photosync.apps.reports.documents import member_document
    from photosync.apps.reports.queries import MembersWanted, checked_member_state, members_of

    cycle = _named(name)
    wanted = MembersWanted(
        search=search, year_level=year_level, roll_group=roll_group, state=checked_member_state(state)
    )
    rows = members_of(cycle, wanted)[:limit]
    zone = cycle.school.zone
    documents = (member_document(each, zone) for each in rows.iterator(chunk_size=2_000))
    if output.wants_json():
        output.print_json_rows(documents)
        return
    columns = ("code", "name", "year_level", "roll_group", "state")
    output.print_table(
        [each.replace("_", " ") for each in columns],
        ([*(each[column] for column in columns[:-1]), _state(each)] for each in documents),
    )


def _state(document: dict[str, Any]) -> str:
    return f"{document['state']}, left" if document["left"] else str(document["state"])


def _named(name: str) -> ReportingCycle:
    from photosync.apps.reports.queries import cycle_named

    return cycle_named(options.school(), name)


def _print_cycle(cycle: ReportingCycle, sentence: str) -> None:
    from photosync.apps.reports.documents import whole_cycle_document

    document = whole_cycle_document(cycle)
    if output.wants_json():
        output.print_json(document)
        return
    if sentence:
        output.print_text(sentence)
    output.print_text(document["explanation"])
    output.print_facts(
        (
            ("name", document["name"]),
            ("academic year", document["year"]),
            ("semester", document["semester"]),
            ("state", document["state"]),
            ("opened", f"{written_moment(document['opened_at'])} by {document['opened_by']}"),
            ("closed", _by(document, "archived")),
            ("  because", document["archived_note"]),
            ("released", _by(document, "released")),
            ("  because", document["released_reason"]),
            *((f"{who} see it from", written_date(document[f"{who}_from"])) for who in AUDIENCES),
            *((f"waiting in {each['profile']}", each["photos"]) for each in document["waiting_by_profile"]),
            ("newcomers not in it", document["newcomers"] or None),
            ("left the school", document["progress"]["left"] or None),
        )
    )
    if document["groups"]:
        columns = ("year_level", "roll_group", "members", "with_report", "archived")
        output.print_table(
            ("year level", "roll group", "people", "with report", "archived"),
            ([each[column] for column in columns] for each in document["groups"]),
        )


def _by(document: dict[str, Any], act: str) -> str:
    at, who = document[f"{act}_at"], document[f"{act}_by"]
    return f"{written_moment(at)} by {who}" if at else ""
