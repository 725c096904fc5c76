"""photosync roster."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.kind_options import of_a_kind, options_given, print_kinds
from photosync.cli.outcome import HELD
from photosync.cli.processes import processes
from photosync.cli.roster_shown import print_changes, print_reading, print_roster, print_tried
from photosync.cli.system_user import operator_name
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.rosters.models import RosterReading, SavedRoster
    from photosync.apps.rosters.settings import RosterSettings

READINGS_PRINTED = 20


@click.group("roster")
def command() -> None:
    """Rosters that are read again and again: who the students and staff are."""


@command.command("kinds")
@options.as_json
@options.with_debug
def kinds() -> None:
    """List the kinds of roster and the options of each.

    Example: photosync roster kinds
    """
    from photosync.connectors.roster import registry

    print_kinds(registry.kinds(), registry.kind_document)


def _settings(decorated: Any) -> Any:
    """Add the options that say what of a roster may be set."""
    for option in (
        click.option("--frequency", metavar="F", help='nightly, daily@23:00, "every 2h", cron:..., or "on demand".'),
        click.option("--leave-number", metavar="N", type=click.IntRange(0), help="Held beyond this number, and"),
        click.option("--leave-share", metavar="PERCENT", type=click.IntRange(0, 100), help="beyond this share."),
        click.option(
            "--missing-leave/--missing-stay",
            "missing_leave",
            default=None,
            help="Whether who is not in it any more has left.",
        ),
        click.option(
            "--everyone/--updates-only", "is_whole", default=None, help="Whether it names everyone, or what is new."
        ),
        click.option("--components", metavar="WHO", help="Of students,staff."),
        click.option("--map", "mapped", metavar="COL=FIELD", multiple=True, help="Which column holds which field."),
        of_a_kind(),
    ):
        decorated = option(decorated)
    return decorated


@command.command("add")
@click.argument("name")
@click.option("--kind", metavar="KIND", required=True, help="See: photosync roster kinds.")
@_settings
@options.reporting
def add(name: str, kind: str, **given: Any) -> None:
    """Save a roster. It is read every day at 23:00, unless --frequency says otherwise.

    Example: photosync roster add Students --kind csv --option path=/srv/rosters/students.csv --components students
    """
    installation.connect()
    settings = _changes(given, kind=kind)
    from photosync.apps.rosters.services import add_roster

    made = add_roster(options.school(), name, settings, now=options.right_now(), anywhere=True)
    print_roster(made, f"Roster {made.name} was saved. See what it would do with photosync roster read --preview.")


@command.command("set")
@click.argument("name")
@click.option("--name", "new_name", metavar="TEXT", help="A new name.")
@click.option("--kind", metavar="KIND")
@_settings
@options.reporting
def set_(name: str, new_name: str | None, kind: str | None, **given: Any) -> None:
    """Change a roster. --option KEY= and --map COL= take one away.

    Example: photosync roster set Students --map "Stud No=student_code" --frequency daily@22:30
    """
    installation.connect()
    settings = _changes(given, kind=kind, name=new_name)
    if settings.is_empty:
        raise WrongUse("No change was given. Nothing was done. See: photosync roster set --help")
    from photosync.apps.rosters.services import change_roster

    changed = change_roster(_named(name), settings, now=options.right_now(), anywhere=True)
    print_roster(changed, f"Roster {changed.name} was saved.")


@command.command("list")
@options.reporting
def list_() -> None:
    """List the rosters of the school, and whether each is read as it should be.

    Example: photosync roster list
    """
    installation.connect()
    from photosync.apps.rosters.documents import roster_documents
    from photosync.apps.rosters.queries import rosters_of

    documents = roster_documents(list(rosters_of(options.school())), options.right_now())
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        rows = (
            (each["name"], each["kind"], ", ".join(each["components"]), each["health"]["state"], each["frequency"])
            for each in documents
        )
        output.print_table(("roster", "kind", "lists", "health", "is read"), rows)
    else:
        output.print_text("There is no roster yet. Save one with photosync roster add NAME.")


@command.command("show")
@click.argument("name")
@click.option("--reading", metavar="ID", type=options.number_from(1), help="Show what one reading did, for whom.")
@options.reporting
def show(name: str, reading: int | None) -> None:
    """Show a roster with its last readings, or one reading with everyone whom it changed.

    Example: photosync roster show Students --reading 12
    """
    roster = _connected(name)
    if reading is not None:
        from photosync.apps.rosters.queries import reading_numbered

        print_changes(reading_numbered(roster, reading))
        return
    print_roster(roster, "", readings=READINGS_PRINTED)


@command.command("test")
@click.argument("name")
@click.option("--kind", metavar="KIND", help="Try a roster that is not saved; NAME is only what it is called.")
@_settings
@options.reporting
def test(name: str, kind: str | None, **given: Any) -> None:
    """Look into a roster and say whom it names, with these changes. Nothing is saved, and nobody is changed.

    Example: photosync roster test Students --map "Stud No=student_code"
    """
    installation.connect()
    settings = _changes(given, kind=kind)
    from photosync.apps.rosters.models import SavedRoster
    from photosync.apps.rosters.trying import try_roster

    roster = SavedRoster(school=options.school(), name=name) if kind is not None else _named(name)
    print_tried(try_roster(roster, settings, now=options.right_now(), anywhere=True))


@command.command("read")
@click.argument("name")
@click.option("--preview", is_flag=True, help="Say what would become of whom; write nothing.")
@options.reporting
def read(name: str, *, preview: bool) -> None:
    """Read a roster now, wait, and say what became of whom. Exit status 4: held.

    Example: photosync roster read Students --preview
    """
    roster = _connected(name)
    from photosync.apps.rosters.services import request_reading

    _follow(lambda: request_reading(roster, preview=preview, by=operator_name(), now=options.right_now()))


@command.command("approve")
@click.argument("name")
@options.reporting
def approve(name: str) -> None:
    """Let those leave whom the held reading of a roster names: it is read again, and done.

    Example: photosync roster approve Students
    """
    roster = _connected(name)
    from photosync.apps.rosters.services import approve_reading

    held = _held(roster)
    _follow(lambda: approve_reading(held, by=operator_name(), now=options.right_now()))


@command.command("discard")
@click.argument("name")
@options.reporting
def discard(name: str) -> None:
    """Let the held reading of a roster change nothing. The next reading plans afresh.

    Example: photosync roster discard Students
    """
    roster = _connected(name)
    from photosync.apps.rosters.services import discard_reading

    print_reading(discard_reading(_held(roster), by=operator_name(), now=options.right_now()))


@command.command("delete")
@click.argument("name")
@options.reporting
def delete(name: str) -> None:
    """Delete a roster with the record of its readings. The people stay as they are.

    Example: photosync roster delete Students
    """
    roster = _connected(name)
    from photosync.apps.rosters.services import delete_roster

    document = {"deleted": roster.name}
    delete_roster(roster)
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(f"Roster {document['deleted']} was deleted. The people stay as they are.")


def _changes(given: dict[str, Any], *, kind: str | None, name: str | None = None) -> RosterSettings:
    from photosync.apps.rosters.settings import RosterSettings

    mapping = dict(map(_column, given["mapped"]))
    components = given["components"]
    return RosterSettings(
        name=name,
        kind=kind,
        options=options_given(given["given_options"], given["secret_files"]) or None,
        mapping=mapping or None,
        components=None if components is None else components.split(","),
        is_whole=given["is_whole"],
        missing_leave=given["missing_leave"],
        leave_share_percent=given["leave_share"],
        leave_number=given["leave_number"],
        frequency=given["frequency"],
    )


def _column(word: str) -> tuple[str, str]:
    name, equals, field = word.rpartition("=")
    if not equals or not name.strip():
        raise WrongUse(
            f'"{word}" does not map a column. Nothing was done. Write it as COLUMN=FIELD, such as '
            '"Student No=student_code".'
        )
    return name.strip(), field.strip().lower()


def _connected(name: str) -> SavedRoster:
    installation.connect()
    return _named(name)


def _named(name: str) -> SavedRoster:
    from photosync.apps.rosters.queries import roster_called

    return roster_called(options.school(), name)


def _held(roster: SavedRoster) -> RosterReading:
    from photosync.apps.rosters.queries import held_reading

    held = held_reading(roster)
    if held is None:
        from photosync.core.errors import Refused

        raise Refused(f"The roster {roster.name} has no reading that is held. Nothing was done.")
    return held


def _follow(asked: Any) -> None:
    from photosync.apps.rosters.models import RosterReading
    from photosync.core.errors import PhotoSyncError

    reading = processes().read_or_follow(asked)
    if reading.state == RosterReading.State.FAILED:
        raise PhotoSyncError(reading.explanation)
    print_reading(reading)
    if reading.state == RosterReading.State.HELD:
        raise Exit(HELD)
