"""Every sentence that says why a profile runs or does not."""

import pytest

from photosync.core.explanation import approval_refusal, on_demand_refusal
from photosync.core.forecast import forecast
from photosync.core.status import Mode
from tests.core.schedules import PHOTO, S1, S2, SUMMER, assigned, at, schedule

ADDITIONS = Mode.ADDITIONS
A_NOON = "2026-11-23 12:00"  # a Monday within 2026S2

SENTENCES = {
    "active_until_the_stop": (
        schedule(assigned(*S2)),
        A_NOON,
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then stops: no later "
        "timetable period has been added.",
    ),
    "ended": (
        schedule(assigned(*S2)),
        "2026-12-19 00:00",
        "Ended on Friday 18 December 2026, when 2026S2 ended. To re-enable it, add a timetable period "
        "whose end date is in the future.",
    ),
    "disabled_tonight": (
        schedule(assigned(*S2), enabled=False),
        A_NOON,
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. If enabled now, it would "
        "next run tonight at 00:00.",
    ),
    "waiting": (
        schedule(assigned(*S1)),
        "2026-12-25 12:00",
        "Waiting. 2027S1 starts on Wednesday 27 January 2027; the first run is at 00:00 that day.",
    ),
    "active_until_a_pause": (
        schedule(assigned(*S2), assigned(*S1)),
        A_NOON,
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then pauses until "
        "Wednesday 27 January 2027 (2027S1).",
    ),
    "active_after_the_pause": (
        schedule(assigned(*S2), assigned(*S1)),
        "2027-01-27 00:00",
        "Active. Runs every night at 00:00 until Friday 25 June 2027 (2027S1), then stops: no later "
        "timetable period has been added.",
    ),
    "active_over_neighbouring_periods": (
        schedule(assigned(*S2), assigned(*SUMMER)),
        A_NOON,
        "Active. Runs every night at 00:00 until Tuesday 26 January 2027 (SUMMER), then stops: no later "
        "timetable period has been added.",
    ),
    "active_with_a_change_ahead": (
        schedule(assigned(*S2, "every 2h"), assigned(*SUMMER, "daily@06:30", ADDITIONS), assigned(*S1)),
        A_NOON,
        "Active. Runs every 2 hours until Friday 25 June 2027 (2027S1), then stops: no later timetable "
        "period has been added. From Saturday 19 December 2026 (SUMMER) it runs every day at 06:30 "
        "(additions only: no face that is shown changes).",
    ),
    "active_for_additions": (
        schedule(assigned(*SUMMER, "every 30m", ADDITIONS)),
        "2026-12-25 12:00",
        "Active. Runs every 30 minutes (additions only: no face that is shown changes) until Tuesday 26 "
        "January 2027 (SUMMER), then stops: no later timetable period has been added.",
    ),
    "active_in_overlapping_periods": (
        schedule(assigned(*S2), assigned(*PHOTO, "mon,wed@06:30")),
        A_NOON,
        "Active. Runs every night at 00:00 (2026S2, until Friday 18 December 2026) and on Mondays and "
        "Wednesdays at 06:30 (PHOTO) until Tuesday 31 December 2030 (PHOTO), then stops: no later "
        "timetable period has been added.",
    ),
    "active_in_overlapping_periods_alike": (
        schedule(assigned(*S2), assigned(*PHOTO)),
        A_NOON,
        "Active. Runs every night at 00:00 until Tuesday 31 December 2030 (PHOTO), then stops: no later "
        "timetable period has been added.",
    ),
    "active_in_two_that_end_together": (
        schedule(assigned(*S2), assigned("EXTRA", "2026-10-01", "2026-12-18")),
        A_NOON,
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2 and EXTRA), then stops: "
        "no later timetable period has been added.",
    ),
    "active_on_the_last_day_with_a_run_to_come": (
        schedule(assigned(*S2, "daily@18:00")),
        "2026-12-18 12:00",
        "Active. Runs every day at 18:00 until Friday 18 December 2026 (2026S2), then stops: no later "
        "timetable period has been added.",
    ),
    "active_on_the_last_day_without_a_run_to_come": (
        schedule(assigned(*S2)),
        "2026-12-18 00:00",
        "Active, but no further run is due by the end of Friday 18 December 2026 (2026S2). Then it stops: "
        "no later timetable period has been added.",
    ),
    "active_on_the_last_day_before_a_pause": (
        schedule(assigned(*S2), assigned(*S1)),
        "2026-12-18 12:00",
        "Active, but no further run is due by the end of Friday 18 December 2026 (2026S2). Then it pauses "
        "until Wednesday 27 January 2027 (2027S1).",
    ),
    "active_by_cron": (
        schedule(assigned(*S2, "cron:*/20 7-17 * * 1-5")),
        A_NOON,
        "Active. Runs at the times of the cron expression */20 7-17 * * 1-5 until Friday 18 December 2026 "
        "(2026S2), then stops: no later timetable period has been added.",
    ),
    "waiting_in_a_pause": (
        schedule(assigned(*S2), assigned(*S1, "daily@06:30")),
        "2026-12-19 00:00",
        "Waiting. 2027S1 starts on Wednesday 27 January 2027; the first run is at 06:30 that day.",
    ),
    "waiting_for_a_later_day": (
        schedule(assigned(*S1, "fri@06:30")),
        "2027-01-26 23:59",
        "Waiting. 2027S1 starts on Wednesday 27 January 2027; the first run is on Friday 29 January 2027 at 06:30.",
    ),
    "waiting_for_two": (
        schedule(assigned(*S1), assigned("EXTRA", "2027-01-27", "2027-02-01", "every 1h")),
        "2026-12-25 12:00",
        "Waiting. 2027S1 and EXTRA start on Wednesday 27 January 2027; the first run is at 00:00 that day.",
    ),
    "waiting_for_additions": (
        schedule(assigned(*SUMMER, "nightly", ADDITIONS)),
        A_NOON,
        "Waiting. SUMMER starts on Saturday 19 December 2026; the first run is at 00:00 that day. It is for "
        "additions only: no face that is shown changes.",
    ),
    "waiting_for_nothing": (
        schedule(assigned("ODD", "2027-01-26", "2027-01-27", "fri@06:30")),
        A_NOON,
        "Waiting. ODD starts on Tuesday 26 January 2027, but no run is due before the sync stops on "
        "Wednesday 27 January 2027.",
    ),
    "disabled_today": (
        schedule(assigned(*S2, "daily@18:00"), enabled=False),
        A_NOON,
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. If enabled now, it would "
        "next run today at 18:00.",
    ),
    "disabled_tomorrow": (
        schedule(assigned(*S2, "daily@06:30"), enabled=False),
        A_NOON,
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. If enabled now, it would "
        "next run tomorrow at 06:30.",
    ),
    "disabled_before_the_start": (
        schedule(assigned(*S1), enabled=False),
        A_NOON,
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. If enabled now, it would "
        "next run on Wednesday 27 January 2027 at 00:00.",
    ),
    "disabled_on_the_last_day": (
        schedule(assigned(*S2), enabled=False),
        "2026-12-18 12:00",
        "Disabled: Scheduled Sync Enabled is off. It can still be run on demand. If enabled now, it would "
        "not run: no run is due before it stops on Friday 18 December 2026.",
    ),
    "ended_and_disabled": (
        schedule(assigned(*S2), enabled=False),
        "2026-12-19 00:00",
        "Ended on Friday 18 December 2026, when 2026S2 ended, and Disabled: Scheduled Sync Enabled is "
        "off. To re-enable it, add a timetable period whose end date is in the future and turn Scheduled "
        "Sync Enabled on.",
    ),
    "ended_without_a_period": (
        schedule(),
        A_NOON,
        "Ended: it has no timetable period. To enable it, add a timetable period whose end date is in the future.",
    ),
    "ended_and_disabled_without_a_period": (
        schedule(enabled=False),
        A_NOON,
        "Ended: it has no timetable period, and Disabled: Scheduled Sync Enabled is off. To enable it, add a "
        "timetable period whose end date is in the future and turn Scheduled Sync Enabled on.",
    ),
}


@pytest.mark.parametrize("case", SENTENCES)
def test_explanation(case):
    profile, now, sentence = SENTENCES[case]
    assert forecast(profile, at(now)).explanation == sentence


def test_on_demand_is_refused_when_ended_saying_how_to_re_enable():
    assert on_demand_refusal(schedule(assigned(*S2)), at("2026-12-19 00:00")) == (
        "Photo Sync cannot be run on demand; nothing was changed. Ended on Friday 18 December 2026, when "
        "2026S2 ended. To re-enable it, add a timetable period whose end date is in the future."
    )


@pytest.mark.parametrize("enabled", [True, False])
@pytest.mark.parametrize("now", ["2026-07-19 23:59", "2026-12-18 23:59"])
def test_on_demand_and_approval_are_allowed_until_the_last_second(now, enabled):
    profile = schedule(assigned(*S2), enabled=enabled)
    assert (on_demand_refusal(profile, at(now)), approval_refusal(profile, at(now))) == (None, None)


def test_approval_is_refused_when_ended():
    assert approval_refusal(schedule(), at(A_NOON)) == (
        "The held run of Photo Sync cannot be approved; nothing was changed. Ended: it has no timetable "
        "period. To enable it, add a timetable period whose end date is in the future."
    )
