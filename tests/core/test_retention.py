from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.retention import (
    Dropped,
    Retention,
    day_years_before,
    dropped_with,
    is_over,
    over_within,
    time_over_on,
    years_words,
)


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        (date(2026, 11, 28), 7, date(2019, 11, 28)),
        (date(2028, 2, 29), 7, date(2021, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
        (date(2031, 2, 28), 7, date(2024, 2, 28)),
        (date(2031, 3, 1), 7, date(2024, 3, 1)),
        (date(50, 1, 1), 99, date.min),
    ],
)
def test_day_years_before(day: date, years: int, before: date) -> None:
    assert day_years_before(day, years) == before


def test_years_in_words() -> None:
    assert [years_words(years) for years in (1, 7, None)] == ["1 year", "7 years", "for good"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"photos_of_leavers_years": 0},
            "Photos of leavers cannot be kept for 0 years. Nothing was saved. Choose 1 to 99 years.",
        ),
        (
            {"audit_years": 100},
            "Audit entries cannot be kept for 100 years. Nothing was saved. Choose 1 to 99 years.",
        ),
        (
            {"photo_views_years": -1},
            "Records of who saw whose photo cannot be kept for -1 years. Nothing was saved. Choose 1 to 99 years.",
        ),
    ],
)
def test_retention_impossible_is_refused(fields: dict[str, int], message: str) -> None:
    with pytest.raises(WrongUse) as refused:
        Retention(**fields)

    assert refused.value.message == message


@pytest.mark.parametrize(
    ("left_on", "years", "over_on"),
    [
        (date(2019, 12, 18), 7, date(2026, 12, 18)),
        (date(2024, 2, 29), 7, date(2031, 3, 1)),
        (date(2024, 2, 29), 4, date(2028, 2, 29)),
        (date(2021, 2, 28), 7, date(2028, 2, 28)),
        (date(9990, 1, 1), 10, date.max),
    ],
)
def test_day_on_which_the_time_is_over(left_on: date, years: int, over_on: date) -> None:
    assert time_over_on(left_on, years) == over_on


DAYS = st.dates(date(1900, 1, 1), date(9800, 12, 31))
YEARS = st.integers(1, 99)


@given(DAYS, YEARS)
def test_time_is_over_on_the_first_day_that_is_so_many_years_later(left_on: date, years: int) -> None:
    over_on = time_over_on(left_on, years)
    assert left_on <= day_years_before(over_on, years)
    assert left_on > day_years_before(over_on - timedelta(days=1), years)


@given(DAYS, YEARS, DAYS, st.integers(0, 40))
def test_the_list_of_those_whose_time_is_over_agrees_with_each_one(
    left_on: date, years: int, today: date, days: int
) -> None:
    assert is_over(left_on, years, today) == (left_on <= over_within(years, today, 0))
    assert (left_on <= over_within(years, today, days)) == is_over(left_on, years, today + timedelta(days=days))


def test_time_of_a_leaver_whose_day_is_not_known_is_never_over() -> None:
    assert not is_over(None, 1, date.max)
    assert over_within(1, date.max, 30) == date(9998, 12, 31)


BLOBS = st.sets(st.sampled_from("abcdefgh"), max_size=3)


@given(st.dictionaries(st.integers(1, 8), BLOBS), st.sets(st.integers(1, 8)), BLOBS)
def test_what_goes_is_what_nobody_else_has(pictures: dict[int, set[str]], others: set[int], spared: set[str]) -> None:
    found = dropped_with(pictures, others, spared)
    assert found.pictures | found.kept == set(pictures)
    assert found.kept == set(pictures) & others
    every = {blob for blobs in pictures.values() for blob in blobs}
    still = spared | {blob for each in found.kept for blob in pictures[each]}
    assert found.blobs == every - still
    assert dropped_with(pictures, pictures, ()) == Dropped(frozenset(), frozenset(pictures), frozenset())
