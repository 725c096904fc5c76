"""The photo that is printed on a report: whose, of which year, and exactly which version."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from photosync.apps.library.models import PhotoVersion, Withdrawal, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import showing_of
from photosync.apps.schools.models import School
from photosync.core.consent import Purpose
from photosync.core.photos import photo_for_year


@dataclass(frozen=True, slots=True)
class PrintedPhoto:
    """`full_sha256` is the version's full rendition, and what it is known by; `card_sha256` is what is printed."""

    version_id: int
    year: int
    full_sha256: str
    card_sha256: str


def photos_to_print(people: Sequence[Person], year: int, school: School) -> dict[int, PrintedPhoto]:
    """Return, by the person's id, the photo of academic year `year`, else of the latest earlier year.

    There is none for who is protected, whose photo is withdrawn, or whose photo may not be used within the school.
    """
    may = [person.pk for person in people if showing_of(person, Purpose.SCHOOL_USE, school).allowed]
    withdrawn = set(Withdrawal.objects.filter(person_id__in=may).values_list("person_id", flat=True))
    versions: dict[int, dict[int, PhotoVersion]] = {}
    rows = YearPhoto.objects.filter(person_id__in=may, academic_year__lte=year).select_related("version__picture")
    for row in rows.order_by():
        if row.person_id not in withdrawn:
            versions.setdefault(row.person_id, {})[row.academic_year] = row.version
    found = {}
    for person_id, by_year in versions.items():
        shown = photo_for_year(by_year, year)
        if shown is not None:
            version, of_year = shown
            picture = version.picture
            found[person_id] = PrintedPhoto(version.pk, of_year, picture.full_sha256, picture.card_sha256)
    return found
