"""How long is kept what is not kept for good: photos of leavers, the audit, and who saw whose photo."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

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
