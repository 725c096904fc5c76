"""Options that many commands share, and what the user said with them."""

from __future__ import annotations

import sys
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from zoneinfo import ZoneInfo

import click

from photosync.core import asked_time
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

if TYPE_CHECKING:
    from photosync.apps.schools.models import School

Decorated = TypeVar("Decorated", bound=Callable[..., Any])
STARTED_BY = "command line"
MOST = 1_000_000
"""Of what is counted: no more is asked of a database than its numbers hold."""
LONGEST_SECRET = 20_000


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
    return right_now() if text is None else asked_time.instant_said(text, zone)


def words_of(values: tuple[str, ...], what: str) -> dict[str, str]:
    """Return the KEY=VALUE words of a repeated option as a mapping. Raises WrongUse."""
    found = {}
    for word in values:
        key, equals, value = word.partition("=")
        if not equals or not key.strip():
            raise WrongUse(f"{quoted(word)} is not {what}. Nothing was done. Write it as KEY=VALUE.")
        found[key.strip()] = value
    return found


def secrets_of(values: tuple[str, ...]) -> dict[str, str]:
    """Return the KEY=PATH words of a repeated option with the text of each file; `-` is standard input.

    So that no secret stands in a list of processes. Raises WrongUse.
    """
    return {key: _secret_in(path) for key, path in words_of(values, "a secret in a file").items()}


def _secret_in(path: str) -> str:
    try:
        text = sys.stdin.read(LONGEST_SECRET + 1) if path == "-" else Path(path).read_text("utf-8")
    except (OSError, UnicodeDecodeError) as exc:
        why = exc.strerror if isinstance(exc, OSError) else "it is not text"
        raise WrongUse(f"The secret in {quoted(path)} cannot be read: {why}. Nothing was done.") from exc
    if len(text) > LONGEST_SECRET:
        raise WrongUse(f"The secret in {quoted(path)} is longer than {LONGEST_SECRET} characters. Nothing was done.")
    return text.rstrip("\r\n")
