"""What turns in the next weeks, and what of a profile wants a person."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from photosync.core.attention import Concern, wants_of
from photosync.core.coming import Coming, Turn, coming_between
from photosync.core.forecast import forecast
from photosync.core.health import Health, HealthState
from photosync.core.periods import TimetablePeriod
from photosync.core.status import AssignedPeriod, ProfileSchedule

ZONE = ZoneInfo("Australia/Sydney")
NOW = datetime(2026, 11, 23, 2, 0, tzinfo=UTC)
WELL = Health(HealthState.OK, "The last good run was Monday 00:00.")


def assigned(code: str, start: date, end: date) -> AssignedPeriod:
    return AssignedPeriod(TimetablePeriod(code=code, start=start, end=end, group_number=1, academic_year=2026))


def schedule(*periods: AssignedPeriod, enabled: bool = True) -> ProfileSchedule:
    return ProfileSchedule(name="Photo Sync", enabled=enabled, zone=ZONE, assigned=periods)


def test_turns_are_told_in_their_order() -> None:
    found = coming_between(
        schedule(
            assigned("2026S2", date(2026, 7, 20), date(2026, 12, 18)),
            assigned("2027S1", date(2027, 1, 27), date(2027, 6, 25)),
        ),
        date(2026, 11, 23),
        date(2027, 6, 25),
    )

    assert found == (
        Coming(
            date(2026, 12, 18),
            Turn.PAUSES,
            "Last day of 2026S2: Photo Sync pauses until Wednesday 27 January 2027 (2027S1).",
        ),
        Coming(date(2027, 1, 27), Turn.STARTS, "Photo Sync starts (2027S1)."),
        Coming(
            date(2027, 6, 25),
            Turn.STOPS,
            "Last day of 2027S1: Photo Sync stops. No later timetable period has been added.",
        ),
    )


def test_what_turns_outside_the_days_is_not_told() -> None:
    one = schedule(assigned("2026S2", date(2026, 7, 20), date(2026, 12, 18)))

    assert coming_between(one, date(2026, 7, 21), date(2026, 12, 17)) == ()


def test_periods_without_a_gap_do_not_pause() -> None:
    found = coming_between(
        schedule(
            assigned("A", date(2026, 11, 1), date(2026, 11, 30)),
            assigned("B", date(2026, 12, 1), date(2026, 12, 31)),
        ),
        date(2026, 11, 1),
        date(2026, 12, 31),
    )

    assert [(each.on, each.turn) for each in found] == [
        (date(2026, 11, 1), Turn.STARTS),
        (date(2026, 12, 31), Turn.STOPS),
    ]


@pytest.mark.parametrize(
    ("last_day", "concerns"),
    [(date(2026, 12, 23), [Concern.STOPS_SOON]), (date(2026, 12, 24), []), (date(2026, 11, 22), [Concern.ENDED])],
)
def test_stop_within_thirty_days_wants_a_person(last_day: date, concerns: list[Concern]) -> None:
    found = forecast(schedule(assigned("2026S2", date(2026, 7, 20), last_day)), NOW)

    assert [each.concern for each in wants_of(found, WELL, NOW, NOW, ZONE)] == concerns


@pytest.mark.parametrize(("days", "wanted"), [(6, False), (7, True)])
def test_disabled_inside_a_period_wants_a_person_after_a_week(days: int, *, wanted: bool) -> None:
    found = forecast(schedule(assigned("2026S2", date(2026, 7, 20), date(2027, 3, 1)), enabled=False), NOW)

    wants = wants_of(found, WELL, NOW - timedelta(days=days), NOW, ZONE)

    assert [each.concern for each in wants] == ([Concern.DISABLED] if wanted else [])


def test_what_does_not_work_comes_before_what_will_stop() -> None:
    found = forecast(schedule(assigned("2026S2", date(2026, 7, 20), date(2026, 12, 1))), NOW)
    failing = Health(HealthState.FAILING, "Active, but the last run failed.")

    wants = wants_of(found, failing, NOW, NOW, ZONE)

    assert [(each.concern, each.concern.urgency) for each in wants] == [
        (Concern.FAILING, 1),
        (Concern.STOPS_SOON, 5),
    ]
