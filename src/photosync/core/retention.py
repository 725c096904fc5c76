"""How long is kept what is not kept for good: photos of leavers, the audit, and who saw whose photo."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from photosync.core.errors import WrongUse

LONGEST_YEARS = 99
FOR_GOOD = "for good"


@dataclass(frozen=True, slots=True, kw_only=True)
class Retention:
    """Whole years; None keeps for good, which photos of leavers are not. Raises WrongUse for impossible numbers."""

    photos_of_leavers_years: int = 7
    audit_years: int | None = 7
    photo_views_years: int | None = 2

    def __post_init__(self) -> None:
        for what, years in (
            ("Photos of leavers", self.photos_of_leavers_years),
            ("Audit entries", self.audit_years),
            ("Records of who saw whose photo", self.photo_views_years),
        ):
            if years is not None and not 1 <= years <= LONGEST_YEARS:
                raise WrongUse(
                    f"{what} cannot be kept for {years} years. Nothing was saved. Choose 1 to {LONGEST_YEARS} years."
                )


def years_words(years: int | None) -> str:
    """Return "7 years", "1 year" or "for good"."""
    if years is None:
        return FOR_GOOD
    return "1 year" if years == 1 else f"{years} years"


def day_years_before(day: date, years: int) -> date:
    """Return the latest day that is `years` years or more before `day`.

    What began on 29 February is a year old on 1 March of a year without one. Before the year 1 it is the first day.
    """
    if day.year - years < date.min.year:
        return date.min
    try:
        return day.replace(year=day.year - years)
    except ValueError:
        # 29 February: in a year without one, the day before 1 March.
        return date(day.year - years, 2, 28)


def time_over_on(began: date, years: int) -> date:
    """Return the first day on which what began on `began` has been kept for `years` years.

    The same rule as `day_years_before`, read the other way: of 29 February it is 1 March in a year without one. It is
    the last day there is at most.
    """
    year = began.year + years
    if year > date.max.year:
        return date.max
    try:
        return began.replace(year=year)
    except ValueError:
        return date(year, 3, 1)


def is_over(left_on: date | None, years: int, today: date) -> bool:
    """Whether a leaver's time is over on `today`, a day of the school. Of one whose day nobody knows it never is."""
    return left_on is not None and time_over_on(left_on, years) <= today


def over_within(years: int, today: date, days: int) -> date:
    """Return the latest day of leaving of those whose time is over in `days` days from `today`, or before."""
    try:
        then = today + timedelta(days=days)
    except OverflowError:
        then = date.max
    return day_years_before(then, years)


@dataclass(frozen=True, slots=True)
class Dropped:
    """What goes with an erased person: pictures, and the blobs that nothing has any more. `kept` pictures stay."""

    pictures: frozenset[int]
    kept: frozenset[int]
    blobs: frozenset[str]


def dropped_with(
    pictures: Mapping[int, Collection[str]], held_by_others: Collection[int], blobs_of_others: Collection[str]
) -> Dropped:
    """Return what goes with the `pictures` of a person, each with its blobs.

    A picture that others hold stays, with all its blobs. A blob stays too where something else has it
    (`blobs_of_others`): another picture, or the archive.
    """
    kept = frozenset(pictures) & frozenset(held_by_others)
    gone = frozenset(pictures) - kept
    spared = set(blobs_of_others).union(*(pictures[each] for each in kept))
    blobs = frozenset(blob for each in gone for blob in pictures[each] if blob not in spared)
    return Dropped(gone, kept, blobs)
