"""The timeline of a profile: its periods, pauses, today, its stop, and runs as ticks. Geometry only.

Places are in per cent of the width, so that the drawing needs no script and no style of its own.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from photosync.core.forecast import Pause
from photosync.core.instants import local_date
from photosync.core.run_states import RunState
from photosync.core.status import ProfileSchedule, due_times
from photosync.core.wording import date_words
from photosync.web.day_scale import A_DAY, Month, Window, months, percent

LOOKS_BACK = timedelta(days=184)
LOOKS_BACK_AT_LEAST = timedelta(days=28)
LOOKS_AHEAD = timedelta(days=400)
LOOKS_AHEAD_AT_LEAST = timedelta(days=70)
AFTER_THE_STOP = timedelta(days=28)
COMING_DAYS = 42
LANE_HEIGHT_PX = 26
TOP_PX = 22
TICKS_HEIGHT_PX = 24


@dataclass(frozen=True, slots=True)
class Bar:
    """A timetable period, or a pause, from `x` for `width` per cent, in a lane that begins at `y_px`."""

    x: str
    width: str
    y_px: int
    label: str
    words: str
    goes_on: bool = False


@dataclass(frozen=True, slots=True)
class Tick:
    x: str
    kind: str
    words: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeline:
    bars: tuple[Bar, ...]
    pauses: tuple[Bar, ...]
    months: tuple[Month, ...]
    past: tuple[Tick, ...]
    coming: tuple[Tick, ...]
    today_x: str
    stop_x: str | None
    lanes_height_px: int
    ticks_y_px: int
    height_px: int
    words: str

    @property
    def keys(self) -> frozenset[str]:
        """What the drawing shows, for its legend; an end that is neither done, failed nor held is "other"."""
        kinds = {tick.kind if tick.kind in _KEYED else "other" for tick in self.past}
        return frozenset(kinds | ({"coming"} if self.coming else set()) | ({"pause"} if self.pauses else set()))


_KEYED = frozenset({RunState.DONE.slug, RunState.FAILED.slug, RunState.HELD.slug})


def draw(
    schedule: ProfileSchedule,
    pauses: tuple[Pause, ...],
    runs: Mapping[date, RunState],
    now: datetime,
    *,
    runs_ahead: bool,
) -> Timeline:
    """Return the drawing for `now` (UTC). `runs_ahead`: the coming weeks' runs are drawn (not when Disabled)."""
    today = local_date(now, schedule.zone)
    window = window_of(schedule, today)
    bars, lanes = _bars(schedule, window)
    ticks_y_px = TOP_PX + lanes * LANE_HEIGHT_PX + 4
    stops_on = schedule.stops_on
    return Timeline(
        bars=bars,
        pauses=tuple(_pause(pause, window) for pause in pauses if pause.first_day <= window.last),
        months=months(window),
        past=tuple(_past(day, state, window) for day, state in sorted(runs.items()) if window.holds(day)),
        coming=_coming(schedule, now, window) if runs_ahead else (),
        today_x=percent(window.x(today)),
        stop_x=percent(window.x(stops_on + A_DAY)) if stops_on and window.holds(stops_on) else None,
        lanes_height_px=lanes * LANE_HEIGHT_PX,
        ticks_y_px=ticks_y_px,
        height_px=ticks_y_px + TICKS_HEIGHT_PX,
        words=_words(schedule, window, today),
    )


def window_of(schedule: ProfileSchedule, today: date) -> Window:
    """Return the days to draw: today, what of the periods is near it, and some days after the stop."""
    starts = [each.period.start for each in schedule.assigned if each.period.end >= today - LOOKS_BACK]
    first = max(min([*starts, today - LOOKS_BACK_AT_LEAST]), today - LOOKS_BACK)
    stops_on = schedule.stops_on or today
    last = min(max(stops_on + AFTER_THE_STOP, today + LOOKS_AHEAD_AT_LEAST), today + LOOKS_AHEAD)
    return Window(first, last)


def _bars(schedule: ProfileSchedule, window: Window) -> tuple[tuple[Bar, ...], int]:
    """Return the periods in the window, those that overlap below one another, and the number of lanes."""
    lane_ends: list[date] = []
    bars = []
    for each in sorted(schedule.assigned, key=lambda each: (each.period.start, each.period.code)):
        period = each.period
        if period.end < window.first or period.start > window.last:
            continue
        lane = next((n for n, end in enumerate(lane_ends) if end < period.start), len(lane_ends))
        lane_ends[lane : lane + 1] = [period.end]
        x, end = window.x(period.start), window.x(period.end + A_DAY)
        words = f"{period.code}: {date_words(period.start)} to {date_words(period.end)}, {each.frequency.phrase}"
        y_px = TOP_PX + lane * LANE_HEIGHT_PX
        bars.append(Bar(percent(x), percent(end - x), y_px, period.code, words, goes_on=period.end > window.last))
    return tuple(bars), max(len(lane_ends), 1)


def _pause(pause: Pause, window: Window) -> Bar:
    x, end = window.x(pause.first_day), window.x(pause.last_day + A_DAY)
    words = f"Pause: {date_words(pause.first_day)} to {date_words(pause.last_day)}"
    return Bar(percent(x), percent(end - x), TOP_PX, "pause", words)


def _past(day: date, state: RunState, window: Window) -> Tick:
    return Tick(_middle(day, window), state.slug, f"{date_words(day)}: {state}")


def _coming(schedule: ProfileSchedule, now: datetime, window: Window) -> tuple[Tick, ...]:
    """Return one tick for each of the next days on which something is due."""
    ticks = []
    instant = now
    last = min(window.last, local_date(now, schedule.zone) + timedelta(days=COMING_DAYS))
    while due := next(due_times(schedule, instant), None):
        day = local_date(due.at_utc, schedule.zone)
        if day > last:
            break
        ticks.append(Tick(_middle(day, window), "coming", date_words(day)))
        instant = max(
            datetime.combine(day + A_DAY, time(), schedule.zone).astimezone(UTC), due.at_utc + timedelta(hours=1)
        )
    return tuple(ticks)


def _middle(day: date, window: Window) -> str:
    return percent((window.x(day) + window.x(day + A_DAY)) / 2)


def _words(schedule: ProfileSchedule, window: Window, today: date) -> str:
    """Return the drawing in words, for those who do not see it."""
    periods = "; ".join(
        f"{each.period.code} from {date_words(each.period.start)} to {date_words(each.period.end)}"
        for each in schedule.assigned
        if each.period.end >= window.first
    )
    return f"Timeline, today {date_words(today)}. " + (f"Timetable periods: {periods}." if periods else "No periods.")
