"""Whether a saved roster is read as it should be, in one sentence."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from photosync.core.wording import coming_words, past_words

OVERDUE_AFTER = timedelta(minutes=5)

OVERDUE = "It should have been read {when}, and no worker has: start `photosync serve`."
HELD = "Reading {reading} has waited since {when}. {explanation}"
FAILED = "The last reading failed ({when}). {explanation}"
NOT_READ = "It has not been read yet. {next}"
LAST_READ = "Last read {when}: {explanation} {next}"
NEXT = "It is read next {when}."
ON_DEMAND = "It is read on demand only."


class RosterHealth(StrEnum):
    OK = "ok"
    INCOMPLETE = "incomplete"
    NOT_READ = "not read yet"
    NOT_RUNNING = "not running"
    FAILING = "failing"
    HELD = "held"

    @property
    def wants_someone(self) -> bool:
        return self in (RosterHealth.NOT_RUNNING, RosterHealth.FAILING, RosterHealth.HELD)


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading as far as health is concerned."""

    number: int
    at_utc: datetime
    explanation: str
    warning: str = ""
    """What of the roster could not be used, or was not concluded from it."""


@dataclass(frozen=True, slots=True)
class Seen:
    """What is known of a roster: its held reading, and the last one that ended, previews left out."""

    held: Reading | None = None
    failed: Reading | None = None
    good: Reading | None = None
    next_due_utc: datetime | None = None


def health_of_roster(seen: Seen, now_utc: datetime, zone: ZoneInfo) -> tuple[RosterHealth, str]:
    """Return the state and its sentence. Of `failed` and `good`, only the later one is set."""
    now = now_utc.astimezone(zone)

    def past(at_utc: datetime) -> str:
        return past_words(at_utc.astimezone(zone), now)

    if seen.next_due_utc is not None and now_utc - seen.next_due_utc > OVERDUE_AFTER:
        return RosterHealth.NOT_RUNNING, OVERDUE.format(when=past(seen.next_due_utc))
    if seen.held is not None:
        told = HELD.format(reading=seen.held.number, when=past(seen.held.at_utc), explanation=seen.held.explanation)
        return RosterHealth.HELD, told
    if seen.failed is not None:
        return RosterHealth.FAILING, FAILED.format(when=past(seen.failed.at_utc), explanation=seen.failed.explanation)
    following = ON_DEMAND
    if seen.next_due_utc is not None:
        following = NEXT.format(when=coming_words(seen.next_due_utc.astimezone(zone), now))
    if seen.good is None:
        return RosterHealth.NOT_READ, NOT_READ.format(next=following)
    told = LAST_READ.format(when=past(seen.good.at_utc), explanation=seen.good.explanation, next=following)
    if seen.good.warning:
        return RosterHealth.INCOMPLETE, f"{told} {seen.good.warning}"
    return RosterHealth.OK, told
