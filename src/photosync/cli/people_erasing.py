"""photosync people erase, allow-photos, leavers, erasures."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.files import write_pieces
from photosync.core.people import PersonKind
from photosync.core.spreadsheets import rows_csv

if TYPE_CHECKING:
    from photosync.apps.people.models import Person

KINDS = click.Choice([kind.value for kind in PersonKind])
WHICH = ("over", "soon", "later", "unknown")
WHOSE = "Needed where the code is both a student's and a staff member's."


@click.command("erase")
@click.argument("code")
@click.option("--kind", type=KINDS, help=WHOSE)
@click.option("--reason", metavar="TEXT", default="", help="Why, without naming the person. It is kept.")
@click.option("--photos-only", is_flag=True, help="The person stays; no photo is kept until it is allowed again.")
@click.option("--preview", is_flag=True, help="Say what would be erased, and what the archive keeps; erase nothing.")
@options.reporting
def erase(code: str, kind: str | None, reason: str, *, photos_only: bool, preview: bool) -> None:
    """Erase a person, or only the photos, for good. Archived reports keep their copy.

    It cannot be undone. A backup from before that is restored has it applied again.

    Example: photosync people erase 002082 --reason "Asked for by letter of 3 August" --preview
    """
    installation.connect()
    from photosync.apps.erasing.models import Scope
    from photosync.apps.erasing.queries import erasure_document, preview_of
    from photosync.apps.erasing.services import erase_on_request

    person = _person(code, kind)
    scope = Scope.PHOTOS if photos_only else Scope.PERSON
    told = preview_of(person, scope)
    if preview:
        _print(told, ["Preview: nothing was erased.", *told["explanation"]])
        return
    done = erase_on_request(person, scope, reason=reason, by=options.STARTED_BY, now=options.right_now())
    sentences = [f"{'The photos of ' if photos_only else ''}{done.label} {'are' if photos_only else 'is'} erased."]
    if done.blobs_left:
        sentences.append("The photo store could not be written: the stored pictures go as soon as it can be.")
    _print(erasure_document(done.erasure), [*sentences, *told["explanation"]])


@click.command("allow-photos")
@click.argument("code")
@click.option("--kind", type=KINDS, help=WHOSE)
@options.reporting
def allow_photos(code: str, kind: str | None) -> None:
    """Let photos of a person be kept again, after they were erased. The next sync takes them in.

    Example: photosync people allow-photos 002082
    """
    installation.connect()
    from photosync.apps.erasing.services import allow_photos as allow
    from photosync.apps.people.queries import person_document

    person = _person(code, kind)
    allow(person, by=options.STARTED_BY, now=options.right_now())
    _print(person_document(person), [f"Photos of {person} are kept again. The next sync takes them in."])


@click.command("leavers")
@click.option("--kind", type=KINDS)
@click.option(
    "--which", type=click.Choice(WHICH), default=None, help="Whose time is over, soon (30 days), later, ..."
)
@click.option("--limit", metavar="N", type=options.number_from(1), help="At most so many.")
@options.reporting
def leavers(kind: str | None, which: str | None, limit: int | None) -> None:
    """List who has left, and on which day each one is erased; the next one first.

    Example: photosync people leavers --which soon
    """
    installation.connect()
    from photosync.apps.erasing.leavers import leaver_of, leavers_of

    school, now = options.school(), options.right_now()
    people = leavers_of(school, now, which=which or "", kind=None if kind is None else PersonKind(kind))[:limit]
    rows = (leaver_of(each, school, now) for each in people.iterator(chunk_size=2_000))
    if output.wants_json():
        output.print_json_rows(each.document() for each in rows)
        return
    output.print_table(
        ("code", "kind", "name", "left on", "erased from", "photos"),
        (
            (
                each.person.code,
                each.person.kind,
                each.person.label,
                each.person.left_on or "not known",
                each.over_on or "not by itself",
                "yes" if each.has_photos else "no",
            )
            for each in rows
        ),
    )


@click.command("erasures")
@click.option("--code", metavar="CODE", default="", help="Only those of whoever had this code.")
@click.option("--limit", metavar="N", type=options.number_from(1), help="At most so many.")
@click.option(
    "--csv", "target", metavar="FILE", type=click.Path(path_type=Path), help="Write the report for a spreadsheet."
)
@options.reporting
def erasures(code: str, limit: int | None, target: Path | None) -> None:
    """List what was erased, with what an archive keeps; the newest first. Who it was is not kept.

    Example: photosync people erasures --csv erasures.csv
    """
    installation.connect()
    from photosync.apps.erasing.queries import erasure_document, erasure_rows, erasures_of, why_words

    rows = erasures_of(options.school(), code=code)[:limit]
    if target is not None:
        cells = erasure_rows(rows)
        write_pieces(rows_csv([str(name) for name in next(cells)], cells), target, what="The report")
    if output.wants_json():
        output.print_json_rows(erasure_document(each) for each in rows.iterator(chunk_size=2_000))
        return
    if target is not None:
        number = rows.count()
        output.print_text(f"{number} {'erasure was' if number == 1 else 'erasures were'} written to {target}.")
        return
    if not rows.exists():
        output.print_text("Nothing was erased of anyone with this code." if code else "Nothing has been erased yet.")
        return
    output.print_table(
        ("at", "what", "who", "why", "photos", "archive keeps"),
        (
            (
                each.at.astimezone(each.school.zone).strftime("%Y-%m-%d %H:%M"),
                each.get_scope_display(),
                "erased" if each.person is None else str(each.person),
                why_words(each),
                each.versions,
                len(each.archived),
            )
            for each in rows
        ),
    )


COMMANDS = (erase, allow_photos, leavers, erasures)


def _person(code: str, kind: str | None) -> Person:
    from photosync.apps.people.queries import person_coded

    return person_coded(options.school(), code, None if kind is None else PersonKind(kind))


def _print(document: dict[str, Any], sentences: list[str]) -> None:
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(*sentences)
