"""photosync review."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.people import PersonKind

if TYPE_CHECKING:
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.review.models import ReviewDecision

QUEUES = ("unmatched", "collision", "same-picture", "two-pictures", "returned", "rejected", "without-photo")
ROWS_PRINTED = 200
PROFILE = click.option("--profile", "name", metavar="NAME", help="Only what this sync profile left over.")


@click.group("review")
def command() -> None:
    """Decide on what runs left to a person: files that match nobody, doubtful and rejected pictures."""


@command.command("list")
@click.option("--queue", type=click.Choice(QUEUES), help="Only this queue; by default all that have files.")
@PROFILE
@options.reporting
def list_(queue: str | None, name: str | None) -> None:
    """List what waits for a decision, with the reason, and who may be meant.

    Example: photosync review list --queue unmatched
    """
    installation.connect()
    profile = _profile(name)
    rows = _rows(queue, profile)
    if output.wants_json():
        output.print_json_rows(rows)
        return
    shown, more = output.limited(rows, ROWS_PRINTED)
    if shown:
        output.print_table(("queue", "file", "person", "reason", "perhaps"), map(_row, shown))
    else:
        output.print_text("Nothing waits in review.")
    if more:
        output.print_text(f"Only the first {ROWS_PRINTED} are shown; see them all with --json.")


@command.command("match")
@click.argument("file", metavar="FILE")
@click.argument("code")
@click.option("--kind", type=click.Choice([kind.value for kind in PersonKind]), help="Where the code is both's.")
@PROFILE
@options.reporting
def match(file: str, code: str, kind: str | None, name: str | None) -> None:
    """Decide that a file is a photo of a person. The next run follows it, and so does every later one.

    FILE is the path in the source, as review list shows it. Of a picture that came for several people it says
    whose it is; of an old photo, or of two, which is right.

    Example: photosync review match IMG_2231.jpg 002082
    """
    installation.connect()
    from photosync.apps.people.queries import person_coded
    from photosync.apps.review import services
    from photosync.apps.review.documents import file_named

    school = options.school()
    found = file_named(school, file, _profile(name))
    person = person_coded(school, code, None if kind is None else PersonKind(kind))
    made = services.accept(found.pk, school, person, by=options.STARTED_BY, now=options.right_now())
    _print(made, f"{made.path}: {person}. The next run of {found.profile.name} follows it.")


@command.command("dismiss")
@click.argument("file", metavar="FILE")
@PROFILE
@options.reporting
def dismiss(file: str, name: str | None) -> None:
    """Decide against a file: not a person, nobody's picture, not the photo of this year, or a refusal that was seen.

    Example: photosync review dismiss logo.jpg
    """
    installation.connect()
    from photosync.apps.review import services
    from photosync.apps.review.documents import file_named

    school = options.school()
    found = file_named(school, file, _profile(name))
    made = services.dismiss(found.pk, school, by=options.STARTED_BY, now=options.right_now())
    _print(made, f"{made.path}: {made.get_verdict_display()}. It is remembered.")


@command.command("undo")
@click.argument("decision", metavar="ID", type=int)
@options.reporting
def undo(decision: int) -> None:
    """Take a decision back. A photo that a run has published meanwhile stays; undo that run for it.

    Example: photosync review undo 12
    """
    installation.connect()
    from photosync.apps.review import services

    made = services.undo(decision, options.school(), by=options.STARTED_BY, now=options.right_now())
    _print(made, f"{made.path}: the decision was taken back.")


@command.command("decisions")
@PROFILE
@options.reporting
def decisions(name: str | None) -> None:
    """List the decisions in force, the newest first, with the number that undo takes.

    Example: photosync review decisions
    """
    installation.connect()
    from photosync.apps.review.documents import decision_document, decisions_of

    documents = map(decision_document, decisions_of(options.school(), _profile(name)))
    if output.wants_json():
        output.print_json_rows(documents)
        return
    shown, more = output.limited(documents, ROWS_PRINTED)
    if shown:
        output.print_table(("id", "decision", "file", "person", "by", "on"), map(_decision_row, shown))
    else:
        output.print_text("No decision is in force.")
    if more:
        output.print_text(f"Only the first {ROWS_PRINTED} are shown; see them all with --json.")


def _profile(name: str | None) -> SyncProfile | None:
    from photosync.apps.profiles.queries import profile_named

    return None if name is None else profile_named(options.school(), name)


def _rows(queue: str | None, profile: SyncProfile | None) -> Iterator[dict[str, Any]]:
    from photosync.apps.review.documents import waiting_documents, without_photo_documents
    from photosync.apps.review.queues import OF_FILES, Queue, Waiting

    school = options.school()
    if queue == Queue.WITHOUT_PHOTO:
        yield from without_photo_documents(school, options.right_now(), shows_protected=True)
        return
    # The operator's own command sees everyone, as people list does.
    waiting = Waiting(school, profile, shows_protected=True)
    for each in OF_FILES if queue is None else (Queue(queue),):
        yield from waiting_documents(waiting, each)


def _row(row: dict[str, Any]) -> tuple[object, ...]:
    person = row["person"]
    who = "" if person is None else f"{person['name']} ({person['code']})"
    if "file" not in row:
        return row["queue"], "", who, _instead(row), ""
    perhaps = ", ".join(f"{each['name']} ({each['code']})" for each in row["suggestions"][:3])
    return row["queue"], row["file"], who, row["reason"], perhaps


def _instead(row: dict[str, Any]) -> str:
    if row["withdrawn"]:
        return "The photo is withdrawn."
    return "No photo of any year." if row["shown_year"] is None else f"{row['shown_year']}'s is shown."


def _decision_row(row: dict[str, Any]) -> tuple[object, ...]:
    person = row["person"]
    who = "" if person is None else f"{person['name']} ({person['code']})"
    return row["decision"], row["verdict"], row["file"], who, row["made_by"], row["made_at"][:16].replace("T", " ")


def _print(made: ReviewDecision, words: str) -> None:
    from photosync.apps.review.documents import decision_document

    if output.wants_json():
        output.print_json(decision_document(made))
    else:
        output.print_text(
            f"{words} Take it back with: photosync review undo {made.pk}" if not made.undone_at else words
        )
