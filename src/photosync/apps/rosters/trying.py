"""Test connection: whom a roster names, before anything is saved or read for good."""

from __future__ import annotations

import time
from collections.abc import Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.roster.columns import Columns, recognise
from photosync.apps.people.roster.naming import Named, note, people_of_rows
from photosync.apps.people.roster.rows import RosterPerson
from photosync.apps.profiles.places import has_leave, options_now
from photosync.apps.profiles.settings import source_guard
from photosync.apps.rosters.models import SavedRoster
from photosync.apps.rosters.planning import mapping_for
from photosync.apps.rosters.settings import RosterSettings, wanted_kinds, wanted_place
from photosync.connectors.roster.contract import Roster, Row, UnreadableLine
from photosync.connectors.roster.registry import open_roster
from photosync.core.errors import WrongUse
from photosync.core.instants import local_date
from photosync.core.people import PersonKind

MOST_ROWS = 20_000
WITHIN_S = 20.0
SHOWN = 10


@dataclass(frozen=True, slots=True)
class TriedRow:
    """One row: the person it names, or the sentence why it cannot be used."""

    kind: PersonKind
    line: int
    person: str
    details: str
    reason: str


@dataclass(slots=True)
class TriedPart:
    """The students, or the staff. `columns` is None where none of them is known to hold the code."""

    kind: PersonKind
    header: Sequence[str]
    columns: Columns | None = None
    problem: str = ""
    people: int = 0
    refused: int = 0
    shown: list[TriedRow] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class TriedRoster:
    """What was found. `is_whole` is False where the roster holds more than was looked at."""

    parts: tuple[TriedPart, ...]
    is_whole: bool
    recognised: str
    warnings: tuple[str, ...]

    @property
    def refused(self) -> int:
        return sum(part.refused for part in self.parts)

    @property
    def shown(self) -> tuple[TriedRow, ...]:
        """Return the first rows: what cannot be used comes first, for that is to be looked at."""
        rows = [row for part in self.parts for row in part.shown]
        return tuple(sorted(rows, key=lambda row: not row.reason)[:SHOWN])

    @property
    def sentence(self) -> str:
        """Return for instance "812 students, 64 staff; 3 rows cannot be used; 10 are shown."."""
        numbers = []
        for part in self.parts:
            words = (
                ngettext("%(number)d student", "%(number)d students", part.people)
                if part.kind is PersonKind.STUDENT
                else _("%(number)d staff")
            )
            numbers.append(words % {"number": part.people})
        told = [", ".join(numbers)]
        if self.refused:
            words = ngettext("%(number)d row cannot be used", "%(number)d rows cannot be used", self.refused)
            told.append(words % {"number": self.refused})
        if len(self.shown) < sum(part.people + part.refused for part in self.parts) and self.shown:
            told.append(_("%(number)d are shown") % {"number": len(self.shown)})
        if not self.is_whole:
            told.append(_("there are more, that were not looked at"))
        return f"{'; '.join(told)}."

    def document(self) -> dict[str, Any]:
        """Return it as the command line and the API show it."""
        return {
            "explanation": self.sentence,
            "recognised": self.recognised,
            "is_whole": self.is_whole,
            "tables": [
                {
                    "component": part.kind.component,
                    "people": part.people,
                    "refused": part.refused,
                    "columns": dict(part.columns.mapping) if part.columns else {},
                    "unused_columns": list(part.columns.unknown if part.columns else part.header),
                    "problem": part.problem,
                }
                for part in self.parts
            ],
            "shown": [
                {
                    "component": row.kind.component,
                    "line": row.line,
                    "person": row.person,
                    "details": row.details,
                    "reason": row.reason,
                }
                for row in self.shown
            ],
            "warnings": list(self.warnings),
        }


def try_roster(roster: SavedRoster, changes: RosterSettings, *, now: datetime, anywhere: bool = False) -> TriedRoster:
    """Look into the roster as it would be with `changes`; a new one is a roster without its kind. Nothing is saved.

    `anywhere` is true for the user of the command line. Raises WrongUse, Refused, SourceUnavailable.
    """
    former = options_now(roster)
    kind, given = wanted_place(roster, changes)
    names = None if changes.components is None else wanted_kinds(changes.components)
    kinds = list(roster.kinds) if names is None else [PersonKind(name) for name in names]
    if kind.has_one_table and len(kinds) > 1:
        raise WrongUse(_("Choose students or staff: a roster of this kind lists one of them. Nothing was done."))
    mapping = {**roster.mapping, **(changes.mapping or {})}
    tried = SavedRoster(kind=kind.name, mapping={name: field for name, field in mapping.items() if field})
    guard = source_guard(
        roster.school, may_override=anywhere or has_leave(former, given, granted=roster.may_be_anywhere)
    )
    today = local_date(now, roster.school.zone)
    until = time.monotonic() + WITHIN_S
    with open_roster(kind.name, given, guard=guard, today=today) as opened:
        looks = [_Look(opened, each, tried, until) for each in kinds]
        parts = tuple(look.part() for look in looks)
        is_whole = all(look.is_whole for look in looks)
        recognised = opened.recognised
        warnings = tuple(opened.warnings()) if is_whole else ()
    return TriedRoster(parts, is_whole, recognised, warnings)


@dataclass(slots=True)
class _Look:
    """Looks at one table, up to MOST_ROWS and until a time."""

    opened: Roster
    kind: PersonKind
    roster: SavedRoster
    until: float
    is_whole: bool = True

    def part(self) -> TriedPart:
        table = self.opened.table(self.kind)
        part = TriedPart(self.kind, tuple(table.columns))
        given = mapping_for(self.roster, self.kind, table.columns)
        try:
            part.columns = recognise(table.columns, self.kind, given=given, remembered={})
        except WrongUse as error:
            part.problem = error.message.replace("Nothing was imported. ", "")
            part.refused = sum(1 for _row in self._rows(iter(table)))
            return part
        named, owners = Named(), dict[tuple[str, str], str]()
        items = shown_refused = 0
        for item in people_of_rows(self._rows(iter(table)), part.columns, self.kind):
            note(item, named, owners)
            items += 1
            line = item[0] if isinstance(item, tuple) else item.line
            if line in named.refused:
                if shown_refused < SHOWN:
                    shown_refused += 1
                    part.shown.append(TriedRow(self.kind, line, "", "", named.refused[line][1]))
            elif isinstance(item, RosterPerson) and items - len(named.refused) <= SHOWN:
                part.shown.append(_shown(self.kind, item))
        # A later row may have contradicted one that was shown.
        part.shown = [_as_refused(row, named) for row in part.shown]
        part.refused, part.people = len(named.refused), items - len(named.refused)
        return part

    def _rows(self, rows: Iterator[Row | UnreadableLine]) -> Iterator[Row | UnreadableLine]:
        for number, row in enumerate(rows):
            if number >= MOST_ROWS or time.monotonic() > self.until:
                self.is_whole = False
                with suppress(AttributeError):
                    rows.close()  # type: ignore[attr-defined]  # a generator's
                return
            yield row


def _as_refused(row: TriedRow, named: Named) -> TriedRow:
    return TriedRow(row.kind, row.line, "", "", named.refused[row.line][1]) if row.line in named.refused else row


def _shown(kind: PersonKind, person: RosterPerson) -> TriedRow:
    fields = person.fields
    name = f"{fields.get('preferred_name') or fields.get('given_name', '')} {fields.get('family_name', '')}".strip()
    details = [fields[each] for each in ("year_level", "roll_group", "house", "campus") if fields.get(each)]
    if person.left:
        details.append(_("has left"))
    return TriedRow(kind, person.line, f"{name} ({person.code})" if name else person.code, ", ".join(details), "")
