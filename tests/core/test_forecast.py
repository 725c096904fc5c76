from datetime import date, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from photosync.core.forecast import Forecast, Pause, forecast
from photosync.core.status import Flags, Mode, Status, due_times, flags_of, may_run, mode_allowed, status_of
from tests.core.minute_walk import minutes, wall_time_instants
from tests.core.schedules import PHOTO, S1, S2, SUMMER, SYDNEY, assigned, at, schedule

A_SECOND = timedelta(seconds=1)


def test_forecast_of_an_active_profile_is_whole():
    profile = schedule(assigned(*S2), assigned(*S1))
    assert forecast(profile, at("2026-12-16 10:00"), upcoming=4) == Forecast(
        status=Status.ACTIVE,
        flags=Flags(ended=False, disabled=False, in_period=True),
        explanation=(
            "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then pauses until "
            "Wednesday 27 January 2027 (2027S1)."
        ),
        next_run=at("2026-12-17 00:00"),
        stops_on=date(2027, 6, 25),
        upcoming=(
            at("2026-12-17 00:00"),
            at("2026-12-18 00:00"),
            at("2027-01-27 00:00"),
            at("2027-01-28 00:00"),
        ),
        if_enabled_next_run=None,
        pauses=(Pause(date(2026, 12, 19), date(2027, 1, 26), after=("2026S2",), before=("2027S1",)),),
    )


def test_forecast_of_a_disabled_profile_has_no_next_run_but_tells_what_it_would_be():
    told = forecast(schedule(assigned(*S2), enabled=False), at("2026-12-16 10:00"))
    assert (told.status, told.next_run, told.upcoming, told.if_enabled_next_run, told.stops_on) == (
        Status.DISABLED,
        None,
        (),
        at("2026-12-17 00:00"),
        date(2026, 12, 18),
    )


def test_forecast_of_an_ended_profile_has_no_run_at_all():
    told = forecast(schedule(assigned(*S2)), at("2026-12-19 00:00"))
    assert (told.status, told.next_run, told.upcoming, told.if_enabled_next_run, told.pauses) == (
        Status.ENDED,
        None,
        (),
        None,
        (),
    )
    assert told.stops_on == date(2026, 12, 18)


def test_forecast_without_a_period_is_ended_and_has_no_stop_date():
    told = forecast(schedule(), at("2026-12-19 00:00"))
    assert (told.status, told.stops_on, told.next_run) == (Status.ENDED, None, None)


def test_forecast_is_strictly_after_now():
    profile = schedule(assigned(*S2))
    assert forecast(profile, at("2026-12-17 00:00")).next_run == at("2026-12-18 00:00")
    assert forecast(profile, at("2026-12-17 00:00") - A_SECOND).next_run == at("2026-12-17 00:00")


def test_forecast_with_no_upcoming_asked_for_still_has_the_next_run():
    told = forecast(schedule(assigned(*S2)), at("2026-12-16 10:00"), upcoming=0)
    assert (told.upcoming, told.next_run) == ((), at("2026-12-17 00:00"))


def test_pause_that_is_going_on_is_told_and_one_that_is_over_is_not():
    profile = schedule(assigned(*S2), assigned(*S1))
    assert len(forecast(profile, at("2027-01-26 23:59")).pauses) == 1
    assert forecast(profile, at("2027-01-27 00:00")).pauses == ()


def test_periods_that_meet_leave_no_pause():
    profile = schedule(assigned(*S2), assigned(*SUMMER), assigned(*S1))
    assert forecast(profile, at("2026-12-16 10:00")).pauses == ()


def test_status_table():
    """ended, disabled, in period -> status, as in the rule."""
    table = {}
    for now in ("2026-07-19 12:00", "2026-12-18 12:00", "2026-12-19 12:00"):
        for enabled in (True, False):
            profile = schedule(assigned(*S2), enabled=enabled)
            flags = flags_of(profile, at(now))
            table[flags.ended, flags.disabled, flags.in_period] = status_of(profile, at(now)).value
    assert table == {
        (True, False, False): "Ended",
        (True, True, False): "Ended",
        (False, True, True): "Disabled",
        (False, True, False): "Disabled",
        (False, False, False): "Waiting",
        (False, False, True): "Active",
    }


def test_status_changes_at_local_midnight_to_the_second():
    profile = schedule(assigned(*S2))
    instants = [at("2026-07-20 00:00"), at("2026-12-19 00:00")]
    assert [
        [status_of(profile, instant - A_SECOND).value, status_of(profile, instant).value] for instant in instants
    ] == [["Waiting", "Active"], ["Active", "Ended"]]


def test_union_of_overlapping_periods_has_each_instant_once():
    profile = schedule(assigned(*S2), assigned(*PHOTO, "every 12h"))
    dues = list(due_times(profile, at("2026-12-18 00:00"), at("2026-12-20 00:00")))
    assert [(due.at_utc, [each.period.code for each in due.assigned]) for due in dues] == [
        (at("2026-12-18 00:00"), ["2026S2", "PHOTO"]),
        (at("2026-12-18 12:00"), ["PHOTO"]),
        (at("2026-12-19 00:00"), ["PHOTO"]),
        (at("2026-12-19 12:00"), ["PHOTO"]),
    ]


def test_may_run_takes_the_mode_of_the_periods_that_give_the_instant():
    profile = schedule(assigned(*S2), assigned(*PHOTO, "every 12h", Mode.ADDITIONS))
    times = ["2026-12-18 00:00", "2026-12-18 12:00", "2026-12-18 12:01", "2026-12-19 00:00"]
    assert [may_run(profile, at(time)) for time in times] == [Mode.FULL, Mode.ADDITIONS, None, Mode.ADDITIONS]


def test_may_run_is_refused_unless_active():
    due = at("2026-12-18 00:00")
    profile, disabled = schedule(assigned(*S2)), schedule(assigned(*S2), enabled=False)
    assert (
        may_run(profile, due),
        may_run(profile, at("2026-12-18 23:59"), due_at_utc=due),
        may_run(profile, at("2026-12-19 00:00"), due_at_utc=due),
        may_run(disabled, due),
    ) == (Mode.FULL, Mode.FULL, None, None)


def test_full_run_that_is_still_going_on_in_an_additions_period_may_only_add():
    profile = schedule(assigned(*S2), assigned(*SUMMER, "nightly", Mode.ADDITIONS))
    instants = [at("2026-12-18 23:59"), at("2026-12-19 00:00"), at("2027-01-27 00:00")]
    assert [mode_allowed(profile, Mode.FULL, instant) for instant in instants] == [
        Mode.FULL,
        Mode.ADDITIONS,
        None,
    ]


days = st.dates(date(2026, 9, 28), date(2026, 10, 8))
spans = st.lists(st.tuples(days, days).map(sorted), max_size=4)
WALK = minutes(at("2026-09-26 00:00"), at("2026-10-12 00:00"), SYDNEY)
instants = st.datetimes(datetime(2026, 9, 28), datetime(2026, 10, 9))  # noqa: DTZ001 local times


@given(spans, instants, st.booleans())
def test_forecast_equals_the_walk_over_every_minute(periods, now_local, enabled):
    now = now_local.replace(tzinfo=SYDNEY)
    profile = schedule(
        *(
            assigned(f"P{number}", first.isoformat(), last.isoformat(), "daily@02:30")
            for number, (first, last) in enumerate(periods)
        ),
        enabled=enabled,
    )
    covered = {minute.utc for minute in WALK if any(first <= minute.wall.date() <= last for first, last in periods)}
    every_day = wall_time_instants(WALK, now_local.time().replace(2, 30, 0, 0))
    expected = [instant for instant in every_day if instant in covered and instant > now]
    told = forecast(profile, now, upcoming=20)
    ended = all(last < now_local.date() for _, last in periods)
    runs = enabled and not ended
    assert list(told.upcoming) == (expected if runs else [])
    assert told.next_run == next(iter(expected if runs else []), None)
    assert told.if_enabled_next_run == next(iter(expected if not enabled and not ended else []), None)
    assert told.flags == Flags(
        ended=ended,
        disabled=not enabled,
        in_period=any(first <= now_local.date() <= last for first, last in periods),
    )


@given(spans, instants)
def test_no_pause_holds_a_day_of_a_period_and_every_gap_ahead_is_in_one(periods, now_local):
    now = now_local.replace(tzinfo=SYDNEY)
    profile = schedule(
        *(assigned(f"P{number}", first.isoformat(), last.isoformat()) for number, (first, last) in enumerate(periods))
    )
    covered = {
        date(2026, 9, 28) + timedelta(days=number)
        for number in range(11)
        if any(first <= date(2026, 9, 28) + timedelta(days=number) <= last for first, last in periods)
    }
    between = {
        day
        for number in range(11)
        if (day := date(2026, 9, 28) + timedelta(days=number)) not in covered
        and covered
        and min(covered) < day < max(covered)
    }
    paused = set()
    for pause in forecast(profile, now).pauses:
        length = (pause.last_day - pause.first_day).days + 1
        paused |= {pause.first_day + timedelta(days=number) for number in range(length)}
    today = now_local.date()
    assert {day for day in paused if day >= today} == {day for day in between if day >= today}
    assert paused <= between
