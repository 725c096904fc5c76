"""What of a profile wants a person, the most urgent first, each in one sentence."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from zoneinfo import ZoneInfo

from photosync.core.forecast import Forecast
from photosync.core.health import Health, HealthState
from photosync.core.instants import local_date
from photosync.core.status import Status
from photosync.core.wording import date_words, days_words

STOPS_SOON = timedelta(days=30)
DISABLED_FOR_LONG = timedelta(days=7)

STOPS = "Stops {when}, on {date}: no later timetable period has been added. Add one that ends later."
STILL_DISABLED = "{explanation} It has been off for at least {days} days, inside a timetable period."


class Concern(StrEnum):
    """In the order of their urgency: nothing works; a person must decide; it has stopped; it will; it was stopped."""

    NOT_RUNNING = "Not running"
    FAILING = "Failing"
    STALE = "Stale"
    HELD = "Held"
    ENDED = "Ended"
    STOPS_SOON = "Stops soon"
    DISABLED = "Disabled"

    @property
    def urgency(self) -> int:
        """0 for the most urgent."""
        return list(Concern).index(self)


_OF_HEALTH = {
    HealthState.NOT_RUNNING: Concern.NOT_RUNNING,
    HealthState.FAILING: Concern.FAILING,
    HealthState.STALE: Concern.STALE,
    HealthState.HELD: Concern.HELD,
}


@dataclass(frozen=True, slots=True)
class Wanted:
    """`on` is the day of the stop, where that is what it is about."""

    concern: Concern
    sentence: str
    on: date | None = None


def wants_of(
    found: Forecast, health: Health, unchanged_since_utc: datetime, now_utc: datetime, zone: ZoneInfo
) -> tuple[Wanted, ...]:
    """Return what wants a person, the most urgent first.

    `unchanged_since_utc` is when what decides about the runs was last changed: a profile that is Disabled inside one
    of its timetable periods was meant to be so at first, and wants a person once that is DISABLED_FOR_LONG ago.
    """
    wants = []
    if health.state in _OF_HEALTH:
        wants.append(Wanted(_OF_HEALTH[health.state], health.explanation))
    today = local_date(now_utc, zone)
    stops_on = found.stops_on
    if found.status is Status.ENDED:
        wants.append(Wanted(Concern.ENDED, found.explanation, stops_on))
    elif stops_on is not None and stops_on - today <= STOPS_SOON:
        sentence = STOPS.format(when=days_words(stops_on, today), date=date_words(stops_on))
        wants.append(Wanted(Concern.STOPS_SOON, sentence, stops_on))
    off_for = now_utc - unchanged_since_utc
    if found.status is Status.DISABLED and found.flags.in_period and off_for >= DISABLED_FOR_LONG:
        sentence = STILL_DISABLED.format(explanation=found.explanation, days=off_for.days)
        wants.append(Wanted(Concern.DISABLED, sentence))
    return tuple(wants)
