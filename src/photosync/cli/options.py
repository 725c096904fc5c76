"""Options that many commands share, and what the user said with them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from photosync.core.errors import WrongUse
from photosync.core.instants import first_instant_of, instant_of
from photosync.core.people import quoted

if TYPE_CHECKING:
    from photosync.apps.schools.models import School

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
STARTED_BY = "command line"
FIRST_YEAR, LAST_YEAR = 1900, 9998
"""Of `--at`: at the ends of the calendar a time has no instant in every zone."""
MOST = 1_000_000
"""Of what is counted: no more is asked of a database than its numbers hold."""


@dataclass(slots=True)
class Asked:
    """What was said once for the whole command, before or after the sub-command's name."""

    json: bool = False
    school_code: str | None = None
    debug: bool = False


def asked() -> Asked:
    found = click.get_current_context().find_root().ensure_object(Asked)
    assert isinstance(found, Asked)  # noqa: S101 - made here
    return found


def _remember(name: str) -> Callable[[click.Context, click.Parameter, Any], None]:
    def remember(context: click.Context, _parameter: click.Parameter, value: Any) -> None:
        if value:
            setattr(context.find_root().ensure_object(Asked), name, value)

    return remember


def as_json(command: Decorated) -> Decorated:
    """Let the command take --json: one document on standard output and nothing else."""
    return click.option(
        "--json", is_flag=True, expose_value=False, callback=_remember("json"), help="Print one JSON document."
    )(command)


def in_school(command: Decorated) -> Decorated:
    """Let the command take --school; where there is one school it may be left out."""
    return click.option(
        "--school",
        metavar="CODE",
        expose_value=False,
        callback=_remember("school_code"),
        help="The school; may be left out where there is only one.",
    )(command)


def with_debug(command: Decorated) -> Decorated:
    """Let the command take --debug: show where an error came from."""
    return click.option(
        "--debug", is_flag=True, expose_value=False, callback=_remember("debug"), help="Show tracebacks."
    )(command)


def reporting(command: Decorated) -> Decorated:
    """The options of every command about one school: --json, --school, --debug."""
    return as_json(in_school(with_debug(command)))


def school() -> School:
    """Return the school that is meant. Raises WrongUse, listing them."""
    from photosync.apps.schools.queries import school_named

    return school_named(asked().school_code)


def number_from(least: int) -> click.IntRange:
    """Return the type of an option that says how many."""
    return click.IntRange(least, MOST)


def right_now() -> datetime:
    return datetime.now(UTC)


def day_of(text: str, option: str) -> date:
    """Return the date that `text` is, as YYYY-MM-DD. Raises WrongUse."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(text)} is not a date for {option}. Nothing was done. Write it as YYYY-MM-DD, "
            "such as 2026-12-18."
        ) from exc


def instant_said(text: str | None, zone: ZoneInfo) -> datetime:
    """Return the instant of `--at`: without an offset it is read in the school's zone; None is now."""
    if text is None:
        return right_now()
    said = text.strip()
    try:
        day = date.fromisoformat(said) if len(said) == 10 else None
        found = datetime.fromisoformat(said)
    except ValueError as exc:
        raise WrongUse(
            f"{quoted(text)} is not a time. Nothing was done. Write it as 2026-12-18T23:59 in the school's time "
            "zone, or with an offset: 2026-12-18T23:59+11:00."
        ) from exc
    if not FIRST_YEAR <= found.year <= LAST_YEAR:
        raise WrongUse(
            f"{quoted(text)} is too far off. Nothing was done. Give a time of the years {FIRST_YEAR} to {LAST_YEAR}."
        )
    if day is not None:
        return first_instant_of(day, zone)
    if found.tzinfo is not None:
        return found.astimezone(UTC)
    seconds = time(found.hour, found.minute, found.second, found.microsecond)
    return instant_of(found.date(), seconds, zone) or first_instant_of(found.date(), zone)


def words_of(values: tuple[str, ...], what: str) -> dict[str, str]:
    """Return the KEY=VALUE words of a repeated option as a mapping. Raises WrongUse."""
    found = {}
    for word in values:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise WrongUse(f"{quoted(word)} is not {what}. Nothing was done. Write it as KEY=VALUE.")
        found[key.strip()] = value
    return found
