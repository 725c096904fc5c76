"""photosync people."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output, people_erasing
from photosync.core.people import PersonKind

if TYPE_CHECKING:
    from photosync.apps.people.models import Person
    from photosync.apps.people.roster.report import RosterReport

KINDS = click.Choice([kind.value for kind in PersonKind])
REFUSALS_PRINTED = 20


@click.group("people")
def command() -> None:
    """Import, list and show students and staff; consent, protection, leaving, erasing."""


for each in people_erasing.COMMANDS:
    command.add_command(each)


@command.command("import")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--kind", type=KINDS, required=True, help="Whom the file lists.")
@click.option("--map", "mapped", metavar="COL=FIELD", multiple=True, help="Which column holds which field.")
@click.option("--preview", is_flag=True, help="Say what would change; write nothing.")
@click.option("--leavers-by-absence", is_flag=True, help="Who is not in the file is marked as left.")
@options.reporting
def import_(file: Path, kind: str, mapped: tuple[str, ...], *, preview: bool, leavers_by_absence: bool) -> None:
    """Import a roster: a CSV file of students or of staff, its first line naming the columns; or a OneRoster ZIP.

    Usual column names are recognised; --map names others, and is remembered. People whom the file does not
    name stay, unless --leavers-by-absence is given.

    Example: photosync people import students.csv --kind student --map "Stud No=student_code" --preview
    """
    installation.connect()
    from photosync.apps.people.roster.columns import parse_map
    from photosync.apps.people.services import import_roster

    person_kind = PersonKind(kind)
    report = import_roster(
        options.school(),
        file,
        person_kind,
        given_columns=parse_map(mapped, person_kind),
        leavers_by_absence=leavers_by_absence,
        preview=preview,
        now=options.right_now(),
    )
    if output.wants_json():
        output.print_json(report.document())
    else:
        _print(report)


def _print(report: RosterReport) -> None:
    output.print_text("Preview: nothing was written." if report.preview else "The roster was imported.")
    counts = report.document()["counts"]
    output.print_facts((name.replace("_", " "), number) for name, number in counts.items())
    if report.recognised:
        output.print_text(f"Recognised as {report.recognised}.")
    for warning in report.warnings:
        output.print_text(warning)
    output.print_text("Columns: " + ", ".join(f"{name} = {field}" for name, field in report.columns.items()))
    if report.unknown_columns:
        output.print_text("Not used: " + ", ".join(report.unknown_columns))
    if report.absent > report.absent_left:
        output.print_text(
            f"{report.absent} active people are not in the file; they stay. "
            "If they have left, repeat with --leavers-by-absence."
        )
    for refusal in report.refusals[:REFUSALS_PRINTED]:
        output.print_text(f"Line {refusal.line} was refused: {refusal.reason}")
    if report.refused > REFUSALS_PRINTED:
        output.print_text(f"... and {report.refused - REFUSALS_PRINTED} more lines; see them all with --json.")


@command.command("list")
@click.option("--kind", type=KINDS)
@click.option("--left/--active", "left", default=None, help="Only who has left, or only who has not.")
@click.option("--search", metavar="TEXT", default="", help="In names, and at the beginning of codes.")
@click.option("--limit", metavar="N", type=options.number_from(1), help="At most so many.")
@options.reporting
def list_(kind: str | None, search: str, limit: int | None, *, left: bool | None) -> None:
    """List people.

    Example: photosync people list --kind staff --active
    """
    installation.connect()
    from photosync.apps.people.queries import people_of, person_document

    person_kind = None if kind is None else PersonKind(kind)
    people = people_of(options.school(), kind=person_kind, left=left, search=search)[:limit]
    if output.wants_json():
        output.print_json_rows(map(person_document, people.iterator(chunk_size=2_000)))
        return
    output.print_table(
        ("code", "kind", "name", "year level", "roll group", "status"),
        ((each.code, each.kind, each.label, each.year_level, each.roll_group, each.status) for each in people),
    )


@command.command("show")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def show(code: str, kind: str | None) -> None:
    """Show one person, with the identifiers that sources may know them by.

    Example: photosync people show 002082
    """
    installation.connect()
    from photosync.apps.people.queries import identifier_documents, person_document

    person = _person(code, kind)
    document = person_document(person)
    identifiers = identifier_documents(person)
    if output.wants_json():
        output.print_json(document | {"identifiers": identifiers})
        return
    consent = ", ".join(f"{purpose} {answer}" for purpose, answer in document.pop("consent").items())
    facts = {**document, "protected": "yes" if person.protected else "no", "consent": consent}
    output.print_facts((name.replace("_", " "), value) for name, value in facts.items())
    output.print_facts((each["key"].replace("_", " "), each["value"]) for each in identifiers)


@command.command("consent")
@click.argument("code")
@click.argument("purpose")
@click.argument("answer", metavar="yes|no|unknown")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def consent(code: str, purpose: str, answer: str, kind: str | None) -> None:
    """Store what was answered about consent for one purpose: yes, no or unknown.

    Example: photosync people consent 002082 online_publication no
    """
    installation.connect()
    from photosync.apps.people.privacy import answer_of, set_consent

    person = _person(code, kind)
    name = purpose.strip().lower().replace("-", "_").replace(" ", "_")
    changed = set_consent(person, {name: answer})
    told = f"Consent of {person} for {name.replace('_', ' ')} is {answer_of(person, name)}"
    _print_person(person, f"{told}{'.' if changed else ' already.'}")


@command.command("protect")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def protect(code: str, kind: str | None) -> None:
    """Let a person appear on no wall or list and in no destination. The photos are kept.

    Example: photosync people protect 002082
    """
    installation.connect()
    from photosync.apps.people.privacy import set_protected

    person = _person(code, kind)
    set_protected(person, protected=True)
    _print_person(person, f"{person} is protected now; no page shows the photo any more.")


@command.command("unprotect")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def unprotect(code: str, kind: str | None) -> None:
    """End the protection of a person.

    Example: photosync people unprotect 002082
    """
    installation.connect()
    from photosync.apps.people.privacy import set_protected

    person = _person(code, kind)
    set_protected(person, protected=False)
    _print_person(person, f"{person} is not protected any more.")


@command.command("leave")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def leave(code: str, kind: str | None) -> None:
    """Mark a person as left today. The photos are kept; a roster that names the person undoes it.

    Example: photosync people leave 002082
    """
    installation.connect()
    from photosync.apps.people.services import mark_left

    person = _person(code, kind)
    mark_left(person, now=options.right_now())
    _print_person(person, f"{person} is marked as left.")


def _person(code: str, kind: str | None) -> Person:
    from photosync.apps.people.queries import person_coded

    return person_coded(options.school(), code, None if kind is None else PersonKind(kind))


def _print_person(person: Person, told: str) -> None:
    from photosync.apps.people.queries import person_document

    if output.wants_json():
        output.print_json(person_document(person))
    else:
        output.print_text(told)
