"""Health: whether what the status promises does happen. It stands beside the status everywhere."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from itertools import islice
from zoneinfo import ZoneInfo

from photosync.core.status import AN_INSTANT, ProfileSchedule, Status, due_times, status_of
from photosync.core.wording import past_words

WORKER_SILENT_AFTER = timedelta(seconds=60)
STALE_AFTER_INTERVALS = 3

NO_WORKER_SINCE = "{status}, but no worker has run since {since}: start `photosync serve`."
NO_WORKER_YET = "{status}, but no worker has run yet: start `photosync serve`."
FAILING = "{status}, but the last run failed ({run}, {when}): {reason}"
REASON_UNKNOWN = "its record says why."
HELD = "{status}, but run {run} has been held since {when}: approve or discard it."
STALE_SINCE = (
    "{status}, but there has been no good run since {since}, and three runs have been due: "
    "see the list of runs for the reason."
)
STALE_NEVER = (
    "{status}, but there has been no good run yet, and three runs have been due: see the list of runs for the reason."
)
OK_SINCE = "The last good run was {when}."
OK_NO_RUN_YET = "No run has been needed yet."
RUN_NUMBER = "run {run}"


class HealthState(StrEnum):
    OK = "ok"
    NOT_RUNNING = "not running"
    FAILING = "failing"
    HELD = "held"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class Health:
    state: HealthState
    explanation: str


@dataclass(frozen=True, slots=True)
class RunMark:
    """A run as health sees it: its number, when it ended (or was held), and of a failed one the reason."""

    run: str
    at_utc: datetime
    reason: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Observed:
    """What is known of a profile's runs.

    `failed_run` is set where the last run that ended failed, `held_run` where one waits for approval.
    `watched_since_utc` is when the schedule last became what it is: created, enabled, or changed; no
    good run can be missed from before it.
    """

    last_tick_utc: datetime | None
    watched_since_utc: datetime
    last_good_run_utc: datetime | None = None
    failed_run: RunMark | None = None
    held_run: RunMark | None = None


def health_of(schedule: ProfileSchedule, observed: Observed, now_utc: datetime) -> Health:
    """Return the first that applies of not running, failing, held, stale; else ok.

    An Ended profile is ok: nothing is expected of it. Of a Disabled one no scheduled run is expected, so
    that it can be failing or held, but not "not running" or stale.
    """
    status = status_of(schedule, now_utc)
    zone = schedule.zone
    if status is Status.ENDED:
        return _ok(observed, now_utc, zone)
    if status is not Status.DISABLED and _worker_is_silent(observed, now_utc):
        return _not_running(status, observed, now_utc, zone)
    if observed.failed_run is not None:
        failed = observed.failed_run
        sentence = FAILING.format(
            status=status.value,
            run=RUN_NUMBER.format(run=failed.run),
            when=_when(failed.at_utc, now_utc, zone),
            reason=failed.reason or REASON_UNKNOWN,
        )
        return Health(HealthState.FAILING, sentence)
    if observed.held_run is not None:
        held = observed.held_run
        when = _when(held.at_utc, now_utc, zone)
        return Health(HealthState.HELD, HELD.format(status=status.value, run=held.run, when=when))
    if status is not Status.DISABLED and is_stale(schedule, observed, now_utc):
        return _stale(status, observed, now_utc, zone)
    return _ok(observed, now_utc, zone)


def is_stale(schedule: ProfileSchedule, observed: Observed, now_utc: datetime) -> bool:
    """Return True where three times have fallen due since the last good run; pauses do not count."""
    since = max(observed.watched_since_utc, observed.last_good_run_utc or observed.watched_since_utc)
    dues = due_times(schedule, since + AN_INSTANT, now_utc + AN_INSTANT)
    return len(list(islice(dues, STALE_AFTER_INTERVALS))) == STALE_AFTER_INTERVALS


def _worker_is_silent(observed: Observed, now_utc: datetime) -> bool:
    return observed.last_tick_utc is None or now_utc - observed.last_tick_utc > WORKER_SILENT_AFTER


def _not_running(status: Status, observed: Observed, now_utc: datetime, zone: ZoneInfo) -> Health:
    if observed.last_tick_utc is None:
        return Health(HealthState.NOT_RUNNING, NO_WORKER_YET.format(status=status.value))
    since = _when(observed.last_tick_utc, now_utc, zone)
    return Health(HealthState.NOT_RUNNING, NO_WORKER_SINCE.format(status=status.value, since=since))


def _stale(status: Status, observed: Observed, now_utc: datetime, zone: ZoneInfo) -> Health:
    if observed.last_good_run_utc is None:
        return Health(HealthState.STALE, STALE_NEVER.format(status=status.value))
    since = _when(observed.last_good_run_utc, now_utc, zone)
    return Health(HealthState.STALE, STALE_SINCE.format(since=since, status=status.value))


def _ok(observed: Observed, now_utc: datetime, zone: ZoneInfo) -> Health:
    if observed.last_good_run_utc is None:
        return Health(HealthState.OK, OK_NO_RUN_YET)
    when = _when(observed.last_good_run_utc, now_utc, zone)
    return Health(HealthState.OK, OK_SINCE.format(when=when))


def _when(then_utc: datetime, now_utc: datetime, zone: ZoneInfo) -> str:
    return past_words(then_utc.astimezone(zone), now_utc.astimezone(zone))
