"""photosync photo."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import written_moment
from photosync.cli.files import write_whole
from photosync.cli.photo_list import command as photo_list
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind, quoted
from photosync.core.photos import Rendition

if TYPE_CHECKING:
    from photosync.apps.people.models import Person
    from photosync.imaging import Adjustment

KINDS = click.Choice([kind.value for kind in PersonKind])


@click.group("photo")
def command() -> None:
    """Get, set, withdraw or show the photo of a person, its history, and lists of faces."""


command.add_command(photo_list)


@command.command("get")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@click.option("--year", metavar="Y", type=int, help="An academic year; by default today's.")
@click.option("--size", type=click.Choice([size.value for size in Rendition]), help="By default full.")
@click.option("--original", is_flag=True, help="The file that the photo was made from, where the school keeps those.")
@click.option("--version", "ordinal", metavar="N", type=int, help="With --original: which version of the year.")
@click.option(
    "-o", "--output", "target", metavar="FILE", type=click.Path(path_type=Path), help="- is standard output."
)
@options.reporting
def get(
    code: str,
    *,
    kind: str | None,
    year: int | None,
    size: str | None,
    original: bool,
    ordinal: int | None,
    target: Path | None,
) -> None:
    """Get the photo of a person as a JPEG file. For a year without one it is the latest earlier photo.

    An original file is as it came, with what the camera wrote into it, such as when and where.

    Example: photosync photo get 002082 --year 2026 -o mia.jpg
    """
    _check_asked(size, ordinal, original=original)
    _check_target(target)
    installation.connect()
    if original:
        _get_original(_person(code, kind), year, ordinal, target)
        return
    from photosync.apps.library.photos import photo_document, photo_file

    file = photo_file(_person(code, kind), Rendition(size or "full"), year=year, now=options.right_now())
    if target is not None or not output.wants_json():
        _write(file.content(), target)
    if output.wants_json():
        written = None if target is None else str(target)
        output.print_json(photo_document(file) | {"file": written})
    elif file.explanation:
        output.print_note(file.explanation)


def _check_asked(size: str | None, ordinal: int | None, *, original: bool) -> None:
    if original and size is not None:
        raise WrongUse("An original file has one size, its own. Nothing was done. Leave out --size or --original.")
    if ordinal is not None and not original:
        raise WrongUse("--version goes with --original, which was not given. Nothing was done.")


def _get_original(person: Person, year: int | None, ordinal: int | None, target: Path | None) -> None:
    from photosync.apps.library.originals import original_document, original_of, version_shown
    from photosync.apps.runs.by_hand import version_numbered
    from photosync.apps.schools.queries import academic_year_now

    now = options.right_now()
    if ordinal is None:
        version = version_shown(person, year=year, now=now)
    else:
        version = version_numbered(person, ordinal, academic_year_now(person.school, now) if year is None else year)
    file = original_of(version)
    if target is not None or not output.wants_json():
        _write(file.content(), target)
    if output.wants_json():
        output.print_json(original_document(file) | {"file": None if target is None else str(target)})


@command.command("history")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def history(code: str, kind: str | None) -> None:
    """Show the photos of a person: every year, every version, and where each came from.

    Example: photosync photo history 002082
    """
    installation.connect()
    from photosync.apps.library.photos import history_document

    document = history_document(_person(code, kind), options.right_now())
    if output.wants_json():
        output.print_json(document)
        return
    output.print_text(f"{document['name']} ({document['code']})")
    if document["withdrawn"] is not None:
        output.print_text(f"The photo is withdrawn: {document['withdrawn']}")
    if document["years"]:
        _print_versions(document)
    else:
        output.print_text("There is no photo of any year.")
    output.print_text(*(_pin_line(pin, document["code"]) for pin in document["pins"]))


@command.command("release")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@click.option("--year", metavar="Y", type=int, help="The academic year that is pinned; by default today's.")
@options.reporting
def release(code: str, kind: str | None, year: int | None) -> None:
    """Release what pins a person's photo: the next run may publish what was undone, discarded or left out.

    Example: photosync photo release 002082 --year 2026
    """
    installation.connect()
    from photosync.apps.runs.releasing import release_document, release_pins

    person = _person(code, kind)
    document = release_document(release_pins(person, by=options.STARTED_BY, now=options.right_now(), year=year))
    if output.wants_json():
        output.print_json(document)
        return
    count = len(document["released"])
    what = "The pin" if count == 1 else f"The {count} pins"
    were = "was" if count == 1 else "were"
    output.print_text(f"{what} of {person} for {document['year']} {were} released. {document['explanation']}")


@command.command("set")
@click.argument("code")
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@click.option("--year", metavar="Y", type=int, help="The academic year whose photo it becomes; by default today's.")
@click.option("--rotate", type=click.Choice(["0", "90", "180", "270"]), default="0", help="Degrees clockwise.")
@click.option(
    "--crop", metavar="L,T,W,H", help="The part: left, top, width and height in percent, after it was turned."
)
@options.reporting
def set_(code: str, file: Path | None, kind: str | None, year: int | None, rotate: str, crop: str | None) -> None:
    """Set the photo of a person by hand. Without FILE the photo that the year has is turned or cropped.

    The photo before stays as an earlier version, and is pinned: the sync does not bring it again by itself.

    Example: photosync photo set 002082 mia.jpg --crop 10,0,80,100
    """
    installation.connect()
    from photosync.apps.runs.by_hand import adjust_photo, current_version, decided_document, set_photo

    person, now, adjustment = _person(code, kind), options.right_now(), _adjustment(rotate, crop)
    if file is None:
        version = current_version(person, year, now)
        decided = adjust_photo(person, version, adjustment, by=options.STARTED_BY, now=now)
    else:
        content = _content_of(file)
        origin = file.name
        decided = set_photo(
            person, content, by=options.STARTED_BY, now=now, year=year, origin=origin, adjustment=adjustment
        )
    _print_decided(decided_document(decided))


@command.command("restore")
@click.argument("code")
@click.option("--version", "ordinal", metavar="N", type=int, required=True, help="See: photosync photo history.")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@click.option("--year", metavar="Y", type=int, help="The academic year; by default today's.")
@options.reporting
def restore(code: str, ordinal: int, kind: str | None, year: int | None) -> None:
    """Make an earlier version the photo of its year again.

    Example: photosync photo restore 002082 --version 1 --year 2026
    """
    installation.connect()
    from photosync.apps.runs.by_hand import decided_document, restore_version, version_numbered
    from photosync.apps.schools.queries import academic_year_now

    person, now = _person(code, kind), options.right_now()
    version = version_numbered(person, ordinal, academic_year_now(person.school, now) if year is None else year)
    _print_decided(decided_document(restore_version(person, version, by=options.STARTED_BY, now=now)))


@command.command("take-off")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@click.option("--year", metavar="Y", type=int, help="The academic year; by default today's.")
@options.reporting
def take_off(code: str, kind: str | None, year: int | None) -> None:
    """Let an academic year have no photo of a person again. The versions are kept, and the sync brings none back.

    Example: photosync photo take-off 002082 --year 2026
    """
    installation.connect()
    from photosync.apps.runs.by_hand import take_off_photo
    from photosync.apps.schools.queries import academic_year_now

    person, now = _person(code, kind), options.right_now()
    chosen = academic_year_now(person.school, now) if year is None else year
    told = take_off_photo(person, chosen, by=options.STARTED_BY, now=now)
    if output.wants_json():
        document = {"code": person.code, "kind": person.kind, "name": person.label, "year": chosen}
        output.print_json(document | {"explanation": told})
        return
    output.print_text(f"{person}: {told}")


@command.command("withdraw")
@click.argument("code")
@click.option("--reason", required=True, help="Why; it stands on the person's page.")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def withdraw(code: str, reason: str, kind: str | None) -> None:
    """Neither show nor deliver the photo of a person, until someone shows it again. The versions are kept.

    Example: photosync photo withdraw 002082 --reason "The parents asked for it"
    """
    installation.connect()
    from photosync.apps.runs.by_hand import withdraw_photo

    person = _person(code, kind)
    withdrawal = withdraw_photo(person, reason=reason, by=options.STARTED_BY, now=options.right_now())
    _print_shown(person, withdrawal.reason)


@command.command("show")
@click.argument("code")
@click.option("--kind", type=KINDS, help="Needed where the code is both a student's and a staff member's.")
@options.reporting
def show(code: str, kind: str | None) -> None:
    """Show and deliver the withdrawn photo of a person again.

    Example: photosync photo show 002082
    """
    installation.connect()
    from photosync.apps.runs.by_hand import show_photo

    person = _person(code, kind)
    show_photo(person, by=options.STARTED_BY, now=options.right_now())
    _print_shown(person, None)


def _print_shown(person: Person, withdrawn: str | None) -> None:
    if output.wants_json():
        output.print_json({"code": person.code, "kind": person.kind, "name": person.label, "withdrawn": withdrawn})
        return
    state = "is shown again" if withdrawn is None else f"is withdrawn: {withdrawn}"
    output.print_text(f"The photo of {person} {state}{'' if state.endswith('.') else '.'}")


def _print_decided(document: dict[str, Any]) -> None:
    if output.wants_json():
        output.print_json(document)
        return
    name, code, number, year = (document[key] for key in ("name", "code", "version", "year"))
    output.print_text(f"{name} ({code}): version {number} of {year}. {document['explanation']}")


def _adjustment(rotate: str, crop: str | None) -> Adjustment:
    from photosync.imaging import Adjustment

    turns = int(rotate) // 90
    if crop is None:
        return Adjustment(quarter_turns=turns)
    try:
        left, top, width, height = (float(part) / 100 for part in crop.split(","))
        return Adjustment(quarter_turns=turns, left=left, top=top, width=width, height=height)
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(crop)} is no part of a picture. Nothing was saved. Write it as left, top, width and height in "
            "percent, such as 10,0,80,100."
        ) from exc


def _content_of(file: Path) -> bytes:
    from photosync.apps.library.store import render_settings

    try:
        with file.open("rb") as opened:
            return opened.read(render_settings().max_bytes + 1)
    except OSError as exc:
        raise WrongUse(
            f"The file {quoted(str(file))} cannot be read ({exc.strerror}). Nothing was saved. Check its path."
        ) from exc


def _print_versions(document: dict[str, Any]) -> None:
    output.print_table(
        ("year", "version", "", "made", "by", "run", "from"),
        (
            (
                year["year"],
                version["version"],
                _mark(year["year"], document["shown_year"], is_current=version["current"]),
                version["made_at"],
                version["made_by"],
                version["run"],
                version["origin"],
            )
            for year in document["years"]
            for version in year["versions"]
        ),
    )


def _pin_line(pin: dict[str, Any], code: str) -> str:
    what = "A picture" if pin["sha256"] else "A withdrawal"
    pinned = f"pinned for {pin['year']}: {pin['reason']}"
    if pin["released_at"] is None:
        return f"{what} is {pinned} Release it with: photosync photo release {code} --year {pin['year']}"
    return f"{what} was {pinned} Released by {pin['released_by']} on {written_moment(pin['released_at'])}."


def _person(code: str, kind: str | None) -> Person:
    from photosync.apps.people.queries import person_coded

    return person_coded(options.school(), code, None if kind is None else PersonKind(kind))


def _mark(year: int, shown_year: int | None, *, is_current: bool) -> str:
    if not is_current:
        return "former"
    return "shown" if year == shown_year else "current"


def _check_target(target: Path | None) -> None:
    to_output = target is None or str(target) == "-"
    if output.wants_json() and target is not None and to_output:
        raise WrongUse("Standard output takes the photo or the JSON, not both. Nothing was done. Give -o FILE.")
    if to_output and not output.wants_json() and sys.stdout.isatty():
        raise WrongUse("A photo cannot be shown on a terminal. Nothing was done. Give -o FILE.")


def _write(content: bytes, target: Path | None) -> None:
    if target is None or str(target) == "-":
        sys.stdout.buffer.write(content)
        sys.stdout.buffer.flush()
    else:
        write_whole(content, target, what="The photo")
