"""What a change of the school does to its academic year of today, and to the photos that are shown."""

from __future__ import annotations

from datetime import date, datetime

from photosync.apps.library.models import YearPhoto
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.core.wording import date_words


def year_sentence(former: School, later: School, now: datetime) -> str:
    """Return in which academic year today is after the change, and what that means for the faces that are shown.

    Photos are stored under the number of an academic year, and keep it: a change only decides which one is today's.
    """
    before, after = academic_year_now(former, now), academic_year_now(later, now)
    rule = later.academic_year_rule
    span = f"{date_words(rule.first_day_of(after))} to {date_words(rule.last_day_of(after))}"
    if before == after:
        return f"Today is in academic year {after}, as before. It goes from {span}. The same photos are current."
    moved = f"Today comes into academic year {after} ({span}) instead of {before}. Every photo keeps its year."
    people = _people_with_photos_between(former, min(before, after), max(before, after))
    if after > before:
        older = f"Photos of {before} are shown as earlier ones until those of {after} have come."
        return f"{moved} {older}{_at_once(people, after)}"
    return f"{moved}{_later(people, after, rule.first_day_of(after + 1))}"


def _at_once(people: int, year: int) -> str:
    if not people:
        return ""
    whom = "1 person gets" if people == 1 else f"{people:,} people get"
    return f" {whom} another face at once, from photos that are stored for {year} already."


def _later(people: int, year: int, next_begins: date) -> str:
    if not people:
        return " The same photos are current."
    whom = "1 person has" if people == 1 else f"{people:,} people have"
    when = date_words(next_begins)
    return f" {whom} photos of later years, which are not shown until {when}; what is stored up to {year} is."


def _people_with_photos_between(school: School, after_year: int, up_to_year: int) -> int:
    """Return how many people have a photo of a year after the one and up to the other."""
    rows = YearPhoto.objects.filter(
        person__school=school, academic_year__gt=after_year, academic_year__lte=up_to_year
    )
    return rows.order_by().values("person_id").distinct().count()
