"""Timetable periods: what one is, the group rule, its academic year, and copying one a year on."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from photosync.core.errors import Refused, WrongUse
from photosync.core.wording import date_words

CODE_FORM = re.compile(r"[A-Z0-9._-]{1,16}", re.ASCII | re.IGNORECASE)
PHOTO_CODE = "PHOTO"
PHOTO_GROUP_NUMBER = 99
HIGHEST_GROUP_NUMBER = 9999
EARLIEST_YEAR = 1900

CODE_MALFORMED = (
    "{code!r} cannot be the code of a timetable period; nothing was saved. "
    "Use 1 to 16 of the characters A-Z, 0-9, full stop, underscore and hyphen."
)
END_BEFORE_START = (
    "Timetable period {code} would end on {end}, before it starts on {start}; nothing was saved. "
    "Choose an end date that is not before the start date."
)
TOO_EARLY = (
    "Timetable period {code} would start in the year {year}; nothing was saved. "
    "Write the year of a date with four digits, from 1900 on."
)
GROUP_MALFORMED = (
    "{group} cannot be the group number of timetable period {code}; nothing was saved. "
    "Use a whole number from 1 to 9999."
)
YEAR_MALFORMED = (
    "{year} cannot be the year of timetable period {code}; nothing was saved. "
    "Write the year with four digits, from 1900 on."
)
GROUP_OVERLAP = (
    "Timetable period {code} ({start} to {end}) shares days with {other} ({other_start} to {other_end}), "
    "which is in group {group} too; periods of one group may not overlap. Nothing was saved. "
    "Change the dates, or set the group number to {free_group}, the lowest that is free."
)
NO_CODE_FREE = (
    "A copy of timetable period {code} needs a code of its own; nothing was copied. "
    "Choose one that no other period has."
)
YEAR_BEGINS_MALFORMED = (
    "An academic year cannot begin on day {day} of month {month}; nothing was saved. Choose a day of the calendar."
)
NO_LATER_YEAR = "Timetable period {code} already ends in the last year of the calendar; nothing was copied."


class GroupOverlap(Refused):
    """Two periods of one group would share a day; `free_group` is the lowest group number that would do."""

    def __init__(self, message: str, *, free_group: int) -> None:
        super().__init__(message)
        self.free_group = free_group


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetablePeriod:
    """A dated range of school-local calendar days, both inclusive, that limits when a sync may run.

    `code` is stored in upper case. Raises WrongUse where it is not well formed.
    """

    code: str
    description: str = ""
    start: date
    end: date
    group_number: int
    academic_year: int
    visible_in_marks_book: bool = True
    visible_to_students: bool = True
    visible_to_parents: bool = True
    sync_only: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "code", normal_code(self.code))
        object.__setattr__(self, "description", self.description.strip())
        if self.end < self.start:
            raise WrongUse(end_before_start(self.code, self.start, self.end))
        if self.start.year < EARLIEST_YEAR:
            raise WrongUse(TOO_EARLY.format(code=self.code, year=self.start.year))
        if not 1 <= self.group_number <= HIGHEST_GROUP_NUMBER:
            raise WrongUse(GROUP_MALFORMED.format(code=self.code, group=self.group_number))
        if not EARLIEST_YEAR <= self.academic_year <= date.max.year:
            raise WrongUse(YEAR_MALFORMED.format(code=self.code, year=self.academic_year))

    def contains(self, day: date) -> bool:
        return self.start <= day <= self.end

    def shares_a_day_with(self, other: "TimetablePeriod") -> bool:
        return self.start <= other.end and other.start <= self.end


def end_before_start(code: str, start: date, end: date) -> str:
    """Return why a period of these days cannot be."""
    return END_BEFORE_START.format(code=code, end=date_words(end), start=date_words(start))


def normal_code(code: str) -> str:
    """Return the code as it is stored: without surrounding blanks, in upper case. Raises WrongUse."""
    trimmed = code.strip()
    if not CODE_FORM.fullmatch(trimmed):
        raise WrongUse(CODE_MALFORMED.format(code=code))
    return trimmed.upper()


def lowest_free_group_number(others: Iterable[TimetablePeriod]) -> int:
    """Return the lowest group number, from 1 on, that none of `others` has."""
    used = {other.group_number for other in others}
    return next(number for number in range(1, len(used) + 2) if number not in used)


def default_group_number(code: str, others: Iterable[TimetablePeriod]) -> int:
    """Return the group number of a new period: the lowest unused, but 99 for code PHOTO if that is free."""
    others = tuple(others)
    if normal_code(code) == PHOTO_CODE and all(other.group_number != PHOTO_GROUP_NUMBER for other in others):
        return PHOTO_GROUP_NUMBER
    return lowest_free_group_number(others)


def overlap_in_group(period: TimetablePeriod, others: Iterable[TimetablePeriod]) -> TimetablePeriod | None:
    """Return the earliest of `others` that has the group number of `period` and shares a day with it."""
    clashes = [
        other
        for other in others
        if other.code != period.code and other.group_number == period.group_number and other.shares_a_day_with(period)
    ]
    return min(clashes, key=lambda other: (other.start, other.code), default=None)


def check_group(period: TimetablePeriod, others: Sequence[TimetablePeriod]) -> None:
    """Raise GroupOverlap where `period` shares a day with one of `others` of its group.

    `others` are the periods of the same school; one with the code of `period` is its former self.
    """
    other = overlap_in_group(period, others)
    if other is None:
        return
    free_group = lowest_free_group_number(each for each in others if each.code != period.code)
    message = GROUP_OVERLAP.format(
        code=period.code,
        start=date_words(period.start),
        end=date_words(period.end),
        other=other.code,
        other_start=date_words(other.start),
        other_end=date_words(other.end),
        group=period.group_number,
        free_group=free_group,
    )
    raise GroupOverlap(message, free_group=free_group)


@dataclass(frozen=True, slots=True)
class AcademicYearRule:
    """The calendar day on which a school's academic year begins. Raises WrongUse for a day that no year has.

    One that begins before 1 July is named by the year it begins in, otherwise by the next. One that
    begins on 29 February begins on 1 March in the years that have none.
    """

    begins_month: int = 1
    begins_day: int = 1

    def __post_init__(self) -> None:
        try:
            date(2000, self.begins_month, self.begins_day)
        except ValueError as exc:
            raise WrongUse(YEAR_BEGINS_MALFORMED.format(day=self.begins_day, month=self.begins_month)) from exc

    def academic_year_of(self, day: date) -> int:
        begins_in = day.year if day >= self._begin_in(day.year) else day.year - 1
        return begins_in + self._name_offset

    def first_day_of(self, academic_year: int) -> date:
        return self._begin_in(academic_year - self._name_offset)

    def last_day_of(self, academic_year: int) -> date:
        return self.first_day_of(academic_year + 1) - timedelta(days=1)

    @property
    def _name_offset(self) -> int:
        return 0 if self.begins_month < 7 else 1

    def _begin_in(self, year: int) -> date:
        try:
            return date(year, self.begins_month, self.begins_day)
        except ValueError:
            return date(year, 3, 1)


def copied_a_year_on(
    period: TimetablePeriod,
    others: Sequence[TimetablePeriod],
    *,
    code: str | None = None,
    first_day: date | None = None,
    last_day: date | None = None,
) -> TimetablePeriod:
    """Return a copy of `period`: dates, academic year, and the year in code and description moved on by one.

    `first_day` and `last_day` are its dates instead, where they are given.

    `others` are all periods of the school, `period` included. The copy stays in the group unless that
    would overlap; then it gets the lowest free one. 29 February moves to 1 March as a start and to
    28 February as an end. `code` overrides the suggested code. Raises Refused where the code is taken, WrongUse for
    what is no code, and where it would end before it starts.
    """
    if period.end.year >= date.max.year:
        raise WrongUse(NO_LATER_YEAR.format(code=period.code))
    taken = {other.code for other in others} | {period.code}
    new_code = normal_code(code) if code is not None else suggested_copy_code(period, taken)
    if new_code in taken:
        raise Refused(NO_CODE_FREE.format(code=period.code))
    end = _a_year_on(period.end, leap_day_becomes=date(period.end.year + 1, 2, 28))
    start = _a_year_on(period.start, leap_day_becomes=date(period.start.year + 1, 3, 1))
    copy = replace(
        period,
        code=new_code,
        description=_year_moved_on(period.description, period),
        start=first_day or min(start, end),
        end=last_day or end,
        academic_year=min(period.academic_year + 1, date.max.year),
    )
    if overlap_in_group(copy, others) is None:
        return copy
    return replace(copy, group_number=lowest_free_group_number(others))


def suggested_copy_code(period: TimetablePeriod, taken: Iterable[str]) -> str:
    """Return a free code for a copy: 2026S2 becomes 2027S2, one without a year gets -2, -3 and so on."""
    taken = set(taken)
    moved_on = _year_moved_on(period.code, period)
    if moved_on not in taken:
        return moved_on
    candidates = (f"{period.code[: 15 - len(str(number))]}-{number}" for number in range(2, len(taken) + 3))
    return next(candidate for candidate in candidates if candidate not in taken)


def _a_year_on(day: date, *, leap_day_becomes: date) -> date:
    return leap_day_becomes if (day.month, day.day) == (2, 29) else day.replace(year=day.year + 1)


def _year_moved_on(text: str, period: TimetablePeriod) -> str:
    """Return `text` with every number that is a year of the period's dates raised by one."""
    years = {str(year): str(year + 1) for year in (period.start.year, period.end.year, period.academic_year)}
    return re.sub(r"(?<!\d)\d{4}(?!\d)", lambda found: years.get(found[0], found[0]), text)


def nearest_day(start: date, end: date, today: date) -> date:
    """Return today within a period, else its day that is nearest to today."""
    return min(max(start, today), end)
