from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.wording import coming_words, date_words, days_words, list_words, past_words, short_date_words
from tests.core.schedules import SYDNEY


def test_dates_are_written_in_words():
    assert [date_words(date(2026, 12, 18)), date_words(date(2027, 1, 27)), date_words(date(2028, 2, 29))] == [
        "Friday 18 December 2026",
        "Wednesday 27 January 2027",
        "Tuesday 29 February 2028",
    ]


def test_short_dates():
    assert [short_date_words(date(2026, 12, 18)), short_date_words(date(2027, 1, 7))] == [
        "Fri 18 Dec 2026",
        "Thu 7 Jan 2027",
    ]


@given(st.dates(date(1900, 1, 1)))
def test_dates_in_words_read_back(day):
    weekday, number, month, year = date_words(day).split()
    months = "January February March April May June July August September October November December"
    weekdays = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]
    a_monday = date(2026, 11, 23)
    read = date(int(year), months.split().index(month) + 1, int(number))
    assert (read, weekday) == (day, weekdays[(day - a_monday).days % 7])


@pytest.mark.parametrize(
    ("days", "words"),
    [(0, "today"), (1, "tomorrow"), (25, "in 25 days"), (-1, "yesterday"), (-25, "25 days ago")],
)
def test_days_words(days, words):
    today = date(2026, 11, 23)
    assert days_words(today + timedelta(days=days), today) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-23 18:05", "today at 18:05"),
        ("2026-11-24 00:00", "tonight at 00:00"),
        ("2026-11-24 01:00", "tomorrow at 01:00"),
        ("2026-11-25 00:00", "on Wednesday 25 November 2026 at 00:00"),
    ],
)
def test_coming_words(then, words):
    now = datetime(2026, 11, 23, 12, tzinfo=SYDNEY)
    assert coming_words(datetime.fromisoformat(then).replace(tzinfo=SYDNEY), now) == words


@pytest.mark.parametrize(
    ("then", "words"),
    [
        ("2026-11-23 09:14", "Monday 09:14"),
        ("2026-11-17 23:59", "Tuesday 23:59"),
        ("2026-11-16 09:14", "Monday 16 November 2026 09:14"),
    ],
)
def test_past_words(then, words):
    now = datetime(2026, 11, 23, 12, tzinfo=SYDNEY)
    assert past_words(datetime.fromisoformat(then).replace(tzinfo=SYDNEY), now) == words


def test_list_words():
    assert [list_words(items) for items in ([], ["a"], ["a", "b"], ["a", "b", "c"])] == [
        "",
        "a",
        "a and b",
        "a, b and c",
    ]
