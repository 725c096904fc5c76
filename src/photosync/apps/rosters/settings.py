"""What may be set on a saved roster; checked as a whole before it is saved."""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass, fields
from datetime import datetime
from hashlib import sha256
from typing import Any

from photosync.apps.people.roster.columns import IGNORE, fields_for
from photosync.apps.profiles.places import (
    Called,
    check_secrets_stay,
    has_leave,
    needs_leave,
    options_now,
    options_that_fit,
    put_options,
)
from photosync.apps.profiles.settings import component_kinds, source_guard
from photosync.apps.profiles.source_secrets import secrets_told
from photosync.apps.rosters.models import LONGEST_NAME, SavedRoster
from photosync.connectors.roster.registry import RosterKind, open_roster, roster_kind
from photosync.core.errors import Refused, WrongUse, about_option
from photosync.core.frequency import parse_frequency
from photosync.core.instants import local_date
from photosync.core.people import PersonKind, quoted
from photosync.core.roster_guard import LeaverLimits

ON_DEMAND = "on demand"
CALLED = Called("The roster", "place", "Nothing was saved.")
_PLAIN = ("is_whole", "missing_leave", "leave_share_percent", "leave_number")


@dataclass(frozen=True, slots=True, kw_only=True)
class RosterSettings:
    """Changes of a roster; None leaves a setting as it is.

    `options` and `mapping` (column to field) are merged; "" removes one. `frequency` is as `core.frequency` writes
    it, or "on demand".
    """

    name: str | None = None
    kind: str | None = None
    options: Mapping[str, str] | None = None
    mapping: Mapping[str, str] | None = None
    components: Collection[str] | None = None
    is_whole: bool | None = None
    missing_leave: bool | None = None
    leave_share_percent: int | None = None
    leave_number: int | None = None
    frequency: str | None = None

    @property
    def is_empty(self) -> bool:
        return all(getattr(self, field.name) is None for field in fields(self))


def settings_told(roster: SavedRoster) -> dict[str, Any]:
    """Return what is recorded of a roster when it changes."""
    return {
        "name": roster.name,
        "source": roster.kind,
        **{f"option {name}": value for name, value in sorted(roster.options.items())},
        **secrets_told(roster),
        **{f"column {name}": field for name, field in sorted(roster.mapping.items())},
        "components": ", ".join(kind.component for kind in roster.kinds),
        **{name: getattr(roster, name) for name in _PLAIN},
        "frequency": roster.frequency or ON_DEMAND,
    }


def roster_seen(roster: SavedRoster) -> str:
    """Return what is the same for the same settings."""
    return sha256(json.dumps(settings_told(roster), sort_keys=True).encode()).hexdigest()


def apply_settings(roster: SavedRoster, changes: RosterSettings, *, now: datetime, anywhere: bool) -> None:
    """Set `changes` on `roster` and check the outcome as a whole; the caller saves it.

    `anywhere` is true for the user of the command line, who may choose a place outside the allowed roots.
    Raises WrongUse, Refused.
    """
    if changes.name is not None:
        roster.name = _checked_name(roster, changes.name)
    if changes.components is not None:
        kinds = wanted_kinds(changes.components)
        roster.reads_students, roster.reads_staff = PersonKind.STUDENT in kinds, PersonKind.STAFF in kinds
    for name in _PLAIN:
        if (value := getattr(changes, name)) is not None:
            setattr(roster, name, value)
    LeaverLimits(share_percent=roster.leave_share_percent, number=roster.leave_number)
    if changes.frequency is not None:
        roster.frequency = frequency_text(changes.frequency)
    if changes.kind is not None or changes.options is not None:
        _set_place(roster, changes, now=now, anywhere=anywhere)
    if roster_kind(roster.kind).has_one_table and len(roster.kinds) > 1:
        raise WrongUse(
            f"A roster of kind {roster.kind} lists students or staff, not both. Nothing was saved. Choose one of "
            "them, and save another roster for the others.",
            command_line="--components students",
        )
    if changes.mapping is not None:
        roster.mapping = _mapping(roster, changes.mapping)
    _check_alone(roster)


def wanted_kinds(components: Collection[str]) -> list[str]:
    """Return the kinds of people (`student`, `staff`) of the components, one at least. Raises WrongUse."""
    if not any(name.strip() for name in components):
        raise WrongUse("A roster lists students, staff or both. Nothing was saved. Choose whom it lists.")
    return component_kinds(components)


def frequency_text(text: str) -> str:
    """Return the frequency as it is stored; "" is on demand only. Raises WrongUse."""
    plain = " ".join(text.split()).lower()
    return "" if plain in ("", ON_DEMAND) else parse_frequency(plain).text


def wanted_place(roster: SavedRoster, changes: RosterSettings) -> tuple[RosterKind, dict[str, str]]:
    """Return the kind and all options, secrets among them, that `changes` would give the roster. Raises WrongUse."""
    former = options_now(roster)
    kind = roster_kind((changes.kind or roster.kind).strip())
    if kind.name != roster.kind:
        former = options_that_fit(kind.options, former)
    asked = {name.strip(): value.strip() for name, value in (changes.options or {}).items()}
    wanted = former | asked
    if _is_moved(kind, former, wanted):
        check_secrets_stay(CALLED, kind.secrets, former, asked)
    given_options = {name: value for name, value in wanted.items() if value}
    kind.check(given_options)
    return kind, given_options


def _is_moved(kind: RosterKind, former: Mapping[str, str], wanted: Mapping[str, str]) -> bool:
    """Whether an option that says where secrets go says another place."""
    usual = {option.name: option.default for option in kind.options}
    # A default that is said, and the line ends that browsers send, are no other place.
    return any(
        (wanted.get(name) or usual[name]).split() != (former.get(name) or usual[name]).split()
        for name in kind.secrets_go_to
    )


def _set_place(roster: SavedRoster, changes: RosterSettings, *, now: datetime, anywhere: bool) -> None:
    former = options_now(roster)
    kind, given = wanted_place(roster, changes)
    if kind.name != roster.kind:
        roster.mapping = {}
    leave = anywhere or has_leave(former, given, granted=roster.may_be_anywhere)
    roster.kind = kind.name
    put_options(roster, kind.secrets, given)
    roster.may_be_anywhere = _open_once(roster, given, now=now, may_override=leave)


def _open_once(roster: SavedRoster, given: Mapping[str, str], *, now: datetime, may_override: bool) -> bool:
    """Return whether the roster needs the operator's leave to be where it is. Raises Refused without it."""
    today = local_date(now, roster.school.zone)

    def try_open(*, may_override: bool) -> None:
        guard = source_guard(roster.school, may_override=may_override)
        open_roster(roster.kind, given, guard=guard, today=today).close()

    return needs_leave(try_open, may_override=may_override)


def _mapping(roster: SavedRoster, changes: Mapping[str, str]) -> dict[str, str]:
    known = {field for kind in roster.kinds for field in fields_for(kind)} | {IGNORE}
    for column, field in changes.items():
        if field and field not in known:
            raise WrongUse(
                f"{quoted(field)} is not a field that the column {quoted(column)} can hold. Nothing was saved. "
                f"Choose from: {', '.join(sorted(known))}."
            )
    merged = {**roster.mapping, **{name.strip(): field for name, field in changes.items()}}
    return {name: field for name, field in merged.items() if name and field}


def _check_alone(roster: SavedRoster) -> None:
    """Raise Refused where two rosters would each mark those as left whom the other names."""
    others = SavedRoster.objects.filter(school_id=roster.school_id, is_whole=True).exclude(pk=roster.pk)
    for other in others if roster.is_whole else ():
        shared = [kind.component for kind in roster.kinds if kind in other.kinds]
        if shared and (roster.missing_leave or other.missing_leave):
            raise Refused(
                f"The roster {quoted(other.name)} names all {shared[0]} too: whom one of them does not name would be "
                "marked as left. Nothing was saved. Let this one be for additions and updates only, or change that.",
                command_line="--updates-only",
            )


@about_option("name")
def _checked_name(roster: SavedRoster, name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(f"A roster needs a name of 1 to {LONGEST_NAME} characters. Nothing was saved.")
    others = SavedRoster.objects.filter(school_id=roster.school_id).exclude(pk=roster.pk)
    if others.filter(name__iexact=name).exists():
        raise Refused(
            f"There is already a roster {quoted(name)} in this school. Nothing was saved. Choose another name, or "
            "change that one."
        )
    return name
