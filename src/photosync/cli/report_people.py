"""Who is in a reporting cycle, on the command line: options that choose students, and commands that use them."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.errors import WrongUse
from photosync.core.people import quoted
from photosync.core.reporting import codes_in, counted

if TYPE_CHECKING:
    from photosync.apps.reports.roster import Choice

LARGEST_LIST_BYTES = 4_000_000
GROUPS = (("year_level", "L"), ("roll_group", "G"), ("house", "H"), ("campus", "C"))


def choosing(decorated: Any) -> Any:
    """Add the options that choose students: groups of any kind, and codes."""
    decorated = click.option(
        "--codes-file", metavar="FILE", type=click.Path(path_type=Path), help="A list of student codes; - reads it."
    )(decorated)
    decorated = click.option("--code", "codes", metavar="CODE", multiple=True, help="A student, by code.")(decorated)
    for name, letter in reversed(GROUPS):
        decorated = click.option(
            f"--{name.replace('_', '-')}", name, metavar=letter, multiple=True, help="As often as needed."
        )(decorated)
    return decorated


def as_choice(chosen: Mapping[str, Any]) -> Choice:
    from photosync.apps.reports.roster import Choice

    groups = {name: tuple(chosen[name]) for name, _letter in GROUPS}
    return Choice(**groups, codes=codes_given(chosen["codes"], chosen["codes_file"]))


def codes_given(codes: tuple[str, ...], file: Path | None) -> tuple[str, ...]:
    """Return the codes of options and of the list. Raises WrongUse."""
    listed = "" if file is None else _read(file)
    return tuple(dict.fromkeys([*(code.strip() for code in codes), *codes_in(listed)]))


def _read(file: Path) -> str:
    try:
        if str(file) == "-":
            content = sys.stdin.buffer.read(LARGEST_LIST_BYTES + 1)
        else:
            with file.open("rb") as opened:
                content = opened.read(LARGEST_LIST_BYTES + 1)
    except OSError as error:
        raise WrongUse(f"{file} cannot be read: {error.strerror or error}. Nothing was done.") from error
    if len(content) > LARGEST_LIST_BYTES:
        raise WrongUse(f"{file} is larger than 4 MB. Nothing was done. Split it into several lists.")
    try:
        return content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise WrongUse(f"{quoted(file.name)} is not text in UTF-8. Nothing was done. Save it as UTF-8.") from error


@click.command("add-people")
@click.argument("name")
@choosing
@options.reporting
def command_add(name: str, **chosen: Any) -> None:
    """Take students into a reporting cycle, all of them or none.

    Of one kind of group any is taken, of several kinds all must be so; codes are taken in besides.

    Example: photosync report cycle add-people "2026 Semester 2" --year-level 12 --codes-file late.txt
    """
    installation.connect()
    from photosync.apps.reports.queries import cycle_named
    from photosync.apps.reports.roster import add_people

    cycle = cycle_named(options.school(), name)
    added = add_people(cycle, as_choice(chosen))
    if output.wants_json():
        output.print_json({"added": added.added, "already": added.already})
        return
    already = f" {counted(added.already, 'was', 'were')} in it already." if added.already else ""
    output.print_text(f"{counted(added.added, 'student')} came into {cycle.name}.{already}")


@click.command("remove-people")
@click.argument("name")
@click.option("--code", "codes", metavar="CODE", multiple=True, help="A student, by code.")
@click.option("--codes-file", metavar="FILE", type=click.Path(path_type=Path), help="A list of codes; - reads it.")
@options.reporting
def command_remove(name: str, codes: tuple[str, ...], codes_file: Path | None) -> None:
    """Take students out of a reporting cycle, all of them or none. Who is archived stays.

    Example: photosync report cycle remove-people "2026 Semester 2" --code 002082
    """
    chosen = codes_given(codes, codes_file)
    if not chosen:
        raise WrongUse("No code was given. Nothing was done. See: photosync report cycle remove-people --help")
    installation.connect()
    from photosync.apps.reports.queries import cycle_named
    from photosync.apps.reports.roster import members_coded, remove_people

    cycle = cycle_named(options.school(), name)
    removed = remove_people(cycle, members_coded(cycle, chosen))
    if output.wants_json():
        output.print_json({"removed": removed})
    else:
        output.print_text(f"{counted(removed, 'student')} taken out of {cycle.name}.")


@click.command("newcomers")
@click.argument("name")
@click.option("--take-in", is_flag=True, help="Take them in.")
@options.reporting
def command_newcomers(name: str, *, take_in: bool) -> None:
    """List the students of the groups that were taken in who are not in the reporting cycle, or take them in.

    Example: photosync report cycle newcomers "2026 Semester 2" --take-in
    """
    installation.connect()
    from photosync.apps.people.queries import person_document
    from photosync.apps.reports.queries import cycle_named
    from photosync.apps.reports.roster import newcomers, take_in_newcomers

    cycle = cycle_named(options.school(), name)
    if take_in:
        added = take_in_newcomers(cycle)
        if output.wants_json():
            output.print_json({"added": added, "already": 0})
        else:
            output.print_text(f"{counted(added, 'newcomer')} came into {cycle.name}.")
        return
    people = newcomers(cycle).order_by("code")
    if output.wants_json():
        output.print_json_rows(map(person_document, people.iterator(chunk_size=2_000)))
        return
    rows = ((each.code, each.label, each.year_level, each.roll_group) for each in people.iterator(chunk_size=2_000))
    output.print_table(("code", "name", "year level", "roll group"), rows)
