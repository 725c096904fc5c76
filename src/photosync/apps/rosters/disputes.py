"""Whom two rosters of a school say otherwise of, so that each reading undoes what the other roster's did.

Rule: docs/decisions/0032-rosters-that-disagree.md
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import islice
from typing import Final

from django.utils.translation import ngettext

from photosync.apps.people.roster.merging import Becomes, PersonLine
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.core.people import PersonKind, quoted

LOOKED_BACK: Final = timedelta(days=35)
"""A roster that is read once a month is among those that are looked at."""
STATUS: Final = "status"
_LEFT: Final = frozenset({Becomes.LEFT, Becomes.ABSENT})
_AT_ONCE: Final = 500
State, Trigger = RosterReading.State, RosterReading.Trigger


@dataclass(frozen=True, slots=True)
class Dispute:
    """Of one person: what this reading changes back, and the roster whose last change that was."""

    roster: str
    fields: tuple[str, ...]


def disputes_of(
    roster: SavedRoster, kind: PersonKind, lines: Sequence[PersonLine], now: datetime
) -> dict[str, Dispute]:
    """Return by their codes the people of `lines` for whom another roster's last change would be undone.

    Who is new is none of them: nobody has said anything of them before.
    """
    readings = RosterReading.objects.filter(
        roster__school=roster.school_id, state__in=(State.DONE, State.FAILED), asked_at__gte=now - LOOKED_BACK
    )
    others = readings.exclude(roster=roster).exclude(trigger=Trigger.PREVIEW)
    ids = list(others.values_list("pk", flat=True))
    found: dict[str, Dispute] = {}
    changed = (line for line in lines if line.becomes is not Becomes.NEW)
    while ids and (chunk := list(islice(changed, _AT_ONCE))):
        said = _said_last(ids, kind, [line.code for line in chunk])
        for line in chunk:
            undone = [
                field
                for field, before, after in _steps(line.becomes, line.changes)
                if (line.code, field) in said and said[line.code, field][1:] == (after, before)
            ]
            if undone:
                found[line.code] = Dispute(said[line.code, undone[0]][0], tuple(undone))
    return found


def dispute_words(disputes: Mapping[str, Dispute]) -> list[str]:
    """Return a sentence for each other roster: of how many people it says otherwise, and of what of them."""
    return [
        _sentence(name, [each for each in disputes.values() if each.roster == name])
        for name in dict.fromkeys(each.roster for each in disputes.values())
    ]


def _sentence(name: str, disputes: Sequence[Dispute]) -> str:
    fields = dict.fromkeys(field.replace("_", " ") for each in disputes for field in each.fields)
    told = ngettext(
        "The roster %(name)s says otherwise of %(number)d person (%(fields)s): each undoes what the other did, and "
        "what was read last holds. Let one of the two not use that column, or have one of them corrected.",
        "The roster %(name)s says otherwise of %(number)d people (%(fields)s): each undoes what the other did, and "
        "what was read last holds. Let one of the two not use that column, or have one of them corrected.",
        len(disputes),
    )
    return told % {"name": quoted(name), "number": len(disputes), "fields": ", ".join(fields)}


Step = tuple[str, str | None, str | None]
"""A field of a person, before and after. That someone has left, or is back, is one of the field STATUS."""


def _steps(becomes: str, changes: Sequence[Sequence[str | None]]) -> Iterator[Step]:
    for field, before, after in changes:
        yield str(field), before, after
    if becomes in _LEFT:
        yield STATUS, "active", "left"
    elif becomes == Becomes.RETURNED:
        yield STATUS, "left", "active"


def _said_last(
    readings: Sequence[int], kind: PersonKind, codes: Sequence[str]
) -> dict[tuple[str, str], tuple[str, str | None, str | None]]:
    """Return the last change by any of `readings`: code and field to (roster, before, after)."""
    rows = RosterChange.objects.filter(kind=kind, code__in=codes, reading__in=readings).order_by("pk")
    found = {}
    for code, becomes, changes, name in rows.values_list("code", "becomes", "changes", "reading__roster__name"):
        for field, before, after in _steps(becomes, changes):
            found[code, field] = name, before, after
    return found
