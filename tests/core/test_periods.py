from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import Refused, WrongUse
from photosync.core.periods import (
    AcademicYearRule,
    TimetablePeriod,
    check_group,
    copied_a_year_on,
    default_group_number,
    suggested_copy_code,
)


def period(code="2026S2", start="2026-07-20", end="2026-12-18", group=1, year=2026, description=""):
    return TimetablePeriod(
        code=code,
        description=description,
        start=date.fromisoformat(start),
        end=date.fromisoformat(end),
        group_number=group,
        academic_year=year,
    )


def test_period_keeps_its_code_in_upper_case_and_is_visible_by_default():
    made = period(code=" 2026s2.a_b-c ")
    assert (made.code, made.visible_in_marks_book, made.visible_to_students, made.visible_to_parents) == (
        "2026S2.A_B-C",
        True,
        True,
        True,
    )
    assert made.sync_only is False


@pytest.mark.parametrize("code", ["", " ", "A B", "ÄRGER", "2026/S2", "A" * 17, "ſ", "ı"])
def test_period_code_that_is_malformed_is_refused(code):
    with pytest.raises(WrongUse) as refused:
        period(code=code)
    assert refused.value.message == (
        f"{code!r} cannot be the code of a timetable period; nothing was saved. "
        "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen."
    )


def test_period_that_ends_before_it_starts_is_refused():
    with pytest.raises(WrongUse) as refused:
        period(start="2026-12-18", end="2026-12-17")
    assert refused.value.message == (
        "Timetable period 2026S2 would end on Thursday 17 December 2026, before it starts on "
        "Friday 18 December 2026; nothing was saved. Choose an end date that is not before the start date."
    )


def test_period_of_one_day_is_one():
    one_day = period(start="2026-12-18", end="2026-12-18")
    assert [one_day.contains(date(2026, 12, day)) for day in (17, 18, 19)] == [False, True, False]


def test_period_with_a_year_of_two_digits_is_refused():
    with pytest.raises(WrongUse) as refused:
        period(start="0026-07-20")
    assert refused.value.message == (
        "Timetable period 2026S2 would start in the year 26; nothing was saved. "
        "Write the year of a date with four digits, from 1900 on."
    )


def test_period_with_group_number_nought_is_refused():
    with pytest.raises(WrongUse) as refused:
        period(group=0)
    assert refused.value.message == (
        "0 cannot be the group number of timetable period 2026S2; nothing was saved. "
        "Use a whole number from 1 to 9999."
    )


def test_period_with_an_impossible_year_is_refused():
    with pytest.raises(WrongUse) as refused:
        period(year=26)
    assert refused.value.message == (
        "26 cannot be the year of timetable period 2026S2; nothing was saved. "
        "Write the year with four digits, from 1900 on."
    )


def test_overlap_in_a_group_is_refused_naming_the_other_and_a_free_group():
    others = [period(), period("PHOTO", "2026-01-01", "2030-12-31", group=2)]
    with pytest.raises(Refused) as refused:
        check_group(period("2027S1", "2026-12-18", "2027-06-25", year=2027), others)
    assert refused.value.message == (
        "Timetable period 2027S1 (Friday 18 December 2026 to Friday 25 June 2027) shares days with 2026S2 "
        "(Monday 20 July 2026 to Friday 18 December 2026), which is in group 1 too; periods of one group "
        "may not overlap. Nothing was saved. Change the dates, or set the group number to 3, the lowest "
        "that is free."
    )


def test_neighbours_in_a_group_and_overlap_across_groups_are_allowed():
    others = [period(), period("PHOTO", "2026-01-01", "2030-12-31", group=99)]
    check_group(period("2027S1", "2026-12-19", "2027-06-25", year=2027), others)
    check_group(period("EXTRA", "2026-12-01", "2027-06-25", group=2), others)


def test_period_that_is_edited_does_not_clash_with_its_former_self():
    check_group(period(end="2026-12-31"), [period()])


days = st.dates(date(2026, 1, 1), date(2026, 1, 20))
spans = st.tuples(days, days).map(sorted)


@given(spans, spans, st.integers(1, 3), st.integers(1, 3))
def test_group_rule_equals_a_count_of_shared_days(one_span, other_span, one_group, other_group):
    one = replace(period("ONE"), start=one_span[0], end=one_span[1], group_number=one_group)
    other = replace(period("OTHER"), start=other_span[0], end=other_span[1], group_number=other_group)
    all_days = [date(2026, 1, 1) + timedelta(days=number) for number in range(20)]
    shared = [day for day in all_days if one.contains(day) and other.contains(day)]
    clash = bool(shared) and one_group == other_group
    refused = False
    try:
        check_group(one, [other])
    except Refused:
        refused = True
    assert refused == clash


@pytest.mark.parametrize(
    ("code", "used", "expected"),
    [
        ("2026S1", [], 1),
        ("2026S1", [1, 2, 4], 3),
        ("2026S1", [2], 1),
        ("photo", [1], 99),
        ("PHOTO", [1, 99], 2),
        ("PHOTOS", [1], 2),
    ],
)
def test_default_group_number(code, used, expected):
    others = [period(f"P{number}", group=number) for number in used]
    assert default_group_number(code, others) == expected


@pytest.mark.parametrize(
    ("begins", "day", "expected"),
    [
        ((1, 1), "2026-01-01", 2026),
        ((1, 1), "2025-12-31", 2025),
        ((6, 30), "2026-06-29", 2025),
        ((6, 30), "2026-06-30", 2026),
        ((7, 1), "2026-06-30", 2026),
        ((7, 1), "2026-07-01", 2027),
        ((9, 1), "2026-08-31", 2026),
        ((9, 1), "2026-09-01", 2027),
        ((2, 29), "2026-02-28", 2025),
        ((2, 29), "2026-03-01", 2026),
        ((2, 29), "2028-02-28", 2027),
        ((2, 29), "2028-02-29", 2028),
    ],
)
def test_academic_year_of_a_day(begins, day, expected):
    assert AcademicYearRule(*begins).academic_year_of(date.fromisoformat(day)) == expected


@given(st.dates(date(2000, 1, 1), date(2000, 12, 31)), st.dates(date(1950, 1, 1), date(2150, 1, 1)))
def test_every_day_lies_in_the_academic_year_that_it_is_named_by(begins, day):
    rule = AcademicYearRule(begins.month, begins.day)
    year = rule.academic_year_of(day)
    assert rule.first_day_of(year) <= day <= rule.last_day_of(year)
    assert rule.last_day_of(year) + timedelta(days=1) == rule.first_day_of(year + 1)


def test_academic_year_that_begins_on_no_day_of_the_calendar_is_refused():
    with pytest.raises(WrongUse) as refused:
        AcademicYearRule(2, 30)
    assert refused.value.message == (
        "An academic year cannot begin on day 30 of month 2; nothing was saved. Choose a day of the calendar."
    )


def test_copy_moves_dates_year_code_and_description_on():
    original = period(description="Semester 2, 2026")
    assert copied_a_year_on(original, [original]) == period(
        "2027S2", "2027-07-20", "2027-12-18", year=2027, description="Semester 2, 2027"
    )


def test_copy_that_would_overlap_its_original_gets_a_free_group():
    original = period("PHOTO", "2026-01-01", "2030-12-31", group=99)
    assert copied_a_year_on(original, [original, period()]) == period(
        "PHOTO-2", "2027-01-01", "2031-12-31", group=2, year=2027
    )


@pytest.mark.parametrize(
    ("start", "end", "copied_start", "copied_end"),
    [
        ("2028-02-29", "2028-06-30", "2029-03-01", "2029-06-30"),
        ("2028-01-27", "2028-02-29", "2029-01-27", "2029-02-28"),
        ("2028-02-29", "2028-02-29", "2029-02-28", "2029-02-28"),
        ("2027-02-28", "2027-03-01", "2028-02-28", "2028-03-01"),
    ],
)
def test_copy_of_the_leap_day(start, end, copied_start, copied_end):
    copy = copied_a_year_on(period("LEAP", start, end), [])
    assert (copy.start, copy.end) == (date.fromisoformat(copied_start), date.fromisoformat(copied_end))


def test_copy_gets_the_code_that_is_asked_for_unless_it_is_taken():
    original = period()
    assert copied_a_year_on(original, [original], code="next").code == "NEXT"
    with pytest.raises(Refused) as refused:
        copied_a_year_on(original, [original], code="2026s2")
    assert refused.value.message == (
        "A copy of timetable period 2026S2 needs a code of its own; nothing was copied. "
        "Choose one that no other period has."
    )


def test_copy_beyond_the_calendar_is_refused():
    with pytest.raises(WrongUse) as refused:
        copied_a_year_on(period(end="9999-12-31"), [])
    assert refused.value.message == (
        "Timetable period 2026S2 already ends in the last year of the calendar; nothing was copied."
    )


def test_suggested_code_is_free_and_short_enough():
    long = period("A" * 16)
    assert suggested_copy_code(long, {long.code}) == "A" * 14 + "-2"
    assert suggested_copy_code(period(), {"2026S2", "2027S2"}) == "2026S2-2"
    assert suggested_copy_code(period(), {"2026S2", "2027S2", "2026S2-2"}) == "2026S2-3"
