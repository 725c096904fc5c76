"""Saved rosters and their readings as pages show them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.people.roster.columns import IGNORE
from photosync.apps.rosters.health import RosterSeen
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.connectors.roster.registry import kinds
from photosync.core.frequency import parse_frequency
from photosync.core.people import PersonKind
from photosync.core.roster_health import RosterHealth
from photosync.web.badge import Badge
from photosync.web.roster_form import FIELD_WORDS
from photosync.web.short_dates import short_moment

PLACES = ("path", "address", "host")
"""The options of which one says where a roster is."""
State = RosterReading.State
HEALTH = {
    RosterHealth.OK: ("active", gettext_lazy("OK")),
    RosterHealth.INCOMPLETE: ("ended", gettext_lazy("Incomplete")),
    RosterHealth.NOT_READ: ("waiting", gettext_lazy("Not read yet")),
    RosterHealth.NOT_RUNNING: ("failing", gettext_lazy("Not running")),
    RosterHealth.FAILING: ("failing", gettext_lazy("Failing")),
    RosterHealth.HELD: ("held", gettext_lazy("Held")),
}
STATES = {
    State.QUEUED: "waiting",
    State.RUNNING: "waiting",
    State.DONE: "active",
    State.HELD: "held",
    State.FAILED: "failing",
    State.APPROVED: "active",
    State.DISCARDED: "disabled",
    State.SUPERSEDED: "disabled",
}


@dataclass(frozen=True, slots=True)
class RosterRow:
    roster: SavedRoster
    health: Badge
    explanation: str
    comes_from: str
    lists: str
    when: str


@dataclass(frozen=True, slots=True)
class ReadingRow:
    reading: RosterReading
    badge: Badge
    when: str
    trigger: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """One person whom a reading concerned; `told` are (field, before, after) in words.

    `disputed_with` is the roster that says otherwise, if one does.
    """

    name: str
    kind: str
    becomes: str
    told: tuple[tuple[str, str, str], ...]
    disputed_with: str


@dataclass(frozen=True, slots=True)
class Tally:
    """The counts of the students, or of the staff, with the columns that were used."""

    words: str
    rows: int
    counts: tuple[tuple[str, int], ...]
    used: tuple[tuple[str, str], ...]
    unused: tuple[str, ...]


def health_badge(health: RosterHealth) -> Badge:
    kind, words = HEALTH[health]
    return Badge(kind, str(words))


def roster_rows(seen: Sequence[RosterSeen]) -> list[RosterRow]:
    return [
        RosterRow(
            each.roster,
            health_badge(each.health),
            each.explanation,
            comes_from_words(each.roster),
            lists_words(each.roster),
            when_words(each.roster),
        )
        for each in seen
    ]


def comes_from_words(roster: SavedRoster) -> str:
    """Return the kind, and the file or server that it is at, such as "CSV file, /srv/rosters/students.csv"."""
    titles = {kind.name: kind.title for kind in kinds()}
    place = next((roster.options[name] for name in PLACES if roster.options.get(name)), "")
    return ", ".join(part for part in (titles.get(roster.kind, roster.kind), place) if part)


def lists_words(roster: SavedRoster) -> str:
    who = {PersonKind.STUDENT: _("students"), PersonKind.STAFF: _("staff")}
    named = _(" and ").join(who[kind] for kind in roster.kinds)
    return named if roster.is_whole else _("%(who)s, changes only") % {"who": named}


def when_words(roster: SavedRoster) -> str:
    return parse_frequency(roster.frequency).phrase if roster.frequency else _("on demand only")


def reading_row(reading: RosterReading, now: datetime) -> ReadingRow:
    zone = reading.roster.school.zone
    state = State(reading.state)
    badge = Badge(STATES[state], str(state.label))
    return ReadingRow(
        reading,
        Badge("held", _("Would be held")) if reading.would_be_held else badge,
        short_moment(reading.asked_at.astimezone(zone), now.astimezone(zone)),
        str(RosterReading.Trigger(reading.trigger).label),
    )


def tallies(reading: RosterReading) -> list[Tally]:
    """Return what was counted, component by component."""
    found = []
    for component, counts in reading.counts.items():
        columns = reading.columns.get(component, {"used": {}, "unused": []})
        left = counts.get("left", 0) + counts.get("absent_left", 0)
        found.append(
            Tally(
                words=_("Students") if component == PersonKind.STUDENT.component else _("Staff"),
                rows=counts.get("rows", 0),
                counts=(
                    (_("New"), counts.get("new", 0)),
                    (_("Changed"), counts.get("changed", 0)),
                    (_("Unchanged"), counts.get("unchanged", 0)),
                    (_("Left"), left),
                    (_("Back again"), counts.get("returned", 0)),
                    (_("Left before they were known here"), counts.get("skipped", 0)),
                    (_("Rows that cannot be used"), counts.get("refused", 0)),
                ),
                used=tuple(
                    (name, str(FIELD_WORDS.get(field, field)))
                    for name, field in columns["used"].items()
                    if field != IGNORE
                ),
                unused=tuple(columns["unused"]),
            )
        )
    return found


def change_rows(changes: Sequence[RosterChange]) -> list[ChangeRow]:
    return [
        ChangeRow(
            each.name,
            _("student") if each.kind == PersonKind.STUDENT else _("staff"),
            str(RosterChange.Becomes(each.becomes).label),
            tuple(
                (str(FIELD_WORDS.get(field, field)), before or "", after or "")
                for field, before, after in each.changes
            ),
            each.disputed_with,
        )
        for each in changes
    ]
