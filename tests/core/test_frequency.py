from datetime import UTC, datetime, time
from itertools import islice
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.cron import CronExpression
from photosync.core.errors import WrongUse
from photosync.core.frequency import (
    HOUR_STEPS,
    MINUTE_STEPS,
    Cron,
    Daily,
    EveryHours,
    EveryMinutes,
    Nightly,
    OnWeekdays,
    occurrences,
    parse_frequency,
)

SYDNEY = ZoneInfo("Australia/Sydney")

FREQUENCIES = {
    "nightly": (Nightly(), "every night at 00:00"),
    "daily@06:30": (Daily(time(6, 30)), "every day at 06:30"),
    "mon,wed@06:30": (OnWeekdays((0, 2), time(6, 30)), "on Mondays and Wednesdays at 06:30"),
    "mon,tue,sun@23:05": (
        OnWeekdays((0, 1, 6), time(23, 5)),
        "on Mondays, Tuesdays and Sundays at 23:05",
    ),
    "fri@00:00": (OnWeekdays((4,), time()), "on Fridays at 00:00"),
    "every 15m": (EveryMinutes(15), "every 15 minutes"),
    "every 1h": (EveryHours(1), "every hour"),
    "every 2h": (EveryHours(2), "every 2 hours"),
    "cron:*/20 7-17 * * 1-5": (
        Cron(CronExpression("*/20 7-17 * * 1-5")),
        "at the times of the cron expression */20 7-17 * * 1-5",
    ),
}


@pytest.mark.parametrize("text", FREQUENCIES)
def test_frequency_text_is_read_written_and_said(text):
    frequency = parse_frequency(text)
    assert (frequency, frequency.text, frequency.phrase) == (FREQUENCIES[text][0], text, FREQUENCIES[text][1])


def test_frequency_text_may_have_capitals_and_surplus_blanks():
    texts = ["  Nightly ", "DAILY@6:05", "Wed, mon,mon@06:30", "every  15 M", "cron: 0  6 * * mon"]
    assert [parse_frequency(text).text for text in texts] == [
        "nightly",
        "daily@06:05",
        "mon,wed@06:30",
        "every 15m",
        "cron:0 6 * * MON",
    ]


FORMS = (
    "Write one of: nightly, daily@06:30, mon,wed@06:30, every 15m (5, 10, 15, 20, 30), "
    "every 2h (1, 2, 3, 4, 6, 8, 12), or cron:*/20 7-17 * * 1-5."
)
STEPS = "nothing was changed. Choose 5, 10, 15, 20, 30 minutes or 1, 2, 3, 4, 6, 8, 12 hours."
FIVE = "Write five fields: minute, hour, day of month, month, day of week, for instance */20 7-17 * * 1-5."
REFUSALS = {
    "weekly": f"'weekly' is not a frequency; nothing was changed. {FORMS}",
    "": f"'' is not a frequency; nothing was changed. {FORMS}",
    "mon,day@06:30": f"'mon,day@06:30' is not a frequency; nothing was changed. {FORMS}",
    "every 7m": f"A sync cannot run 'every 7m'; {STEPS}",
    "every 5h": f"A sync cannot run 'every 5h'; {STEPS}",
    "every 0m": f"A sync cannot run 'every 0m'; {STEPS}",
    "daily@24:00": (
        "'daily@24:00' holds no time of day; nothing was changed. Write the time as HH:MM, from 00:00 to 23:59."
    ),
    "mon@": "'mon@' holds no time of day; nothing was changed. Write the time as HH:MM, from 00:00 to 23:59.",
    "cron:0 6 * *": (f"'0 6 * *' is not a cron expression (it has 4 fields); nothing was changed. {FIVE}"),
    "cron:bad": f"'bad' is not a cron expression (it has 1 field); nothing was changed. {FIVE}",
    "cron:0 0 6 * * *": (f"'0 0 6 * * *' is not a cron expression (it has 6 fields); nothing was changed. {FIVE}"),
    "cron:61 6 * * *": f"'61 6 * * *' is not a cron expression (bad minute); nothing was changed. {FIVE}",
    "cron:0 6 31 2 *": (f"'0 6 31 2 *' is not a cron expression (bad day-of-month); nothing was changed. {FIVE}"),
    "cron:0 6 31 2,4 */7": (
        f"'0 6 31 2,4 */7' is not a cron expression (bad day-of-month); nothing was changed. {FIVE}"
    ),
    "cron:0 6 * 2 */7#5": (
        f"'0 6 * 2 */7#5' is not a cron expression (bad day-of-week); nothing was changed. {FIVE}"
    ),
}


@pytest.mark.parametrize("text", REFUSALS)
def test_frequency_text_that_cannot_be_read_is_refused_with_the_forms(text):
    with pytest.raises(WrongUse) as refused:
        parse_frequency(text)
    assert refused.value.message == REFUSALS[text]


cron_texts = st.from_regex(r"cron:([-0-9*/,#LWa-f]{1,6} ){4}[-0-9*/,#LWa-z]{1,6}")


@given(st.one_of(st.text(max_size=30), cron_texts))
def test_any_text_is_a_frequency_that_reads_back_the_same_or_is_refused(text):
    read = read_or_refusal(text)
    if isinstance(read, str):
        assert "nothing was changed" in read
    else:
        assert parse_frequency(read.text) == read


def read_or_refusal(text):
    try:
        return parse_frequency(text)
    except WrongUse as refused:
        return refused.message


def test_weekdays_need_at_least_one():
    with pytest.raises(WrongUse) as refused:
        OnWeekdays((), time(6))
    assert refused.value.message == (
        "A frequency on weekdays needs at least one of mon, tue, wed, thu, fri, sat, sun; nothing was changed."
    )


def test_time_with_seconds_is_refused():
    with pytest.raises(WrongUse) as refused:
        Daily(time(6, 30, 15))
    assert refused.value.message == (
        "A run starts on a whole minute, not at 06:30:15; nothing was changed. Leave the seconds out."
    )


@pytest.mark.parametrize("minutes", MINUTE_STEPS)
def test_minutes_of_a_day_without_clock_change(minutes):
    start = datetime(2026, 6, 1, tzinfo=SYDNEY)
    found = list(occurrences(EveryMinutes(minutes), start, datetime(2026, 6, 2, tzinfo=SYDNEY), SYDNEY))
    assert (len(found), found[0]) == (24 * 60 // minutes, start.astimezone(UTC))


@pytest.mark.parametrize("hours", HOUR_STEPS)
def test_hours_of_the_day_that_has_25_begin_anew_at_its_end(hours):
    start, end = datetime(2026, 4, 5, tzinfo=SYDNEY), datetime(2026, 4, 6, tzinfo=SYDNEY)
    found = list(occurrences(EveryHours(hours), start, end, SYDNEY))
    assert len(found) == 24 // hours + 1


def test_occurrences_far_away_are_taken_without_walking_there():
    window = (datetime(2990, 1, 1, tzinfo=UTC), datetime(9000, 1, 1, tzinfo=UTC))
    zone = ZoneInfo("Europe/London")
    found = {
        text: [instant.isoformat() for instant in islice(occurrences(parse_frequency(text), *window, zone), 2)]
        for text in ("nightly", "every 12h", "fri@06:30", "cron:0 0 29 2 *", "cron:30 6 * 7 *")
    }
    assert found == {
        "nightly": ["2990-01-01T00:00:00+00:00", "2990-01-02T00:00:00+00:00"],
        "every 12h": ["2990-01-01T00:00:00+00:00", "2990-01-01T12:00:00+00:00"],
        "fri@06:30": ["2990-01-01T06:30:00+00:00", "2990-01-08T06:30:00+00:00"],
        "cron:0 0 29 2 *": ["2992-02-29T00:00:00+00:00", "2996-02-29T00:00:00+00:00"],
        "cron:30 6 * 7 *": ["2990-07-01T05:30:00+00:00", "2990-07-02T05:30:00+00:00"],
    }


def test_window_is_half_open():
    start, end = datetime(2026, 6, 1, tzinfo=UTC), datetime(2026, 6, 2, tzinfo=UTC)
    found = {
        text: list(occurrences(parse_frequency(text), start, end, ZoneInfo("UTC")))
        for text in ("nightly", "every 12h", "cron:0 0 * * *")
    }
    assert found == {
        "nightly": [start],
        "every 12h": [start, datetime(2026, 6, 1, 12, tzinfo=UTC)],
        "cron:0 0 * * *": [start],
    }
