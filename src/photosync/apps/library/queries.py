"""Reading the library: which photo a person has, for a year and now."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from django.db.models import QuerySet

from photosync.apps.library.models import PhotoVersion, Pin, Withdrawal, YearPhoto
from photosync.apps.people.models import Person
from photosync.core.photos import photo_for_year


def pins_in_force() -> QuerySet[Pin]:
    """Return the pins that no one has released."""
    return Pin.objects.filter(released_at__isnull=True)


@dataclass(slots=True)
class PhotoState:
    """Everything that a plan needs to know of one person's photos. Contents are hashes of `full`."""

    person_id: int
    label: str
    withdrawn: bool = False
    withdrawn_by_hand: bool = False
    """No run shows it again."""
    versions: dict[int, tuple[int, int, str]] = field(default_factory=dict)
    """Academic year to (version, picture, content) of the version that is current for it."""
    known: dict[int, frozenset[str]] = field(default_factory=dict)
    blocked: frozenset[tuple[int, str]] = frozenset()
    shown_year: int | None = None

    @property
    def years(self) -> Mapping[int, str]:
        return {year: content for year, (_, _, content) in self.versions.items()}

    @property
    def shown_content(self) -> str | None:
        return None if self.shown_year is None else self.versions[self.shown_year][2]

    @property
    def shown_picture_id(self) -> int | None:
        return None if self.shown_year is None else self.versions[self.shown_year][1]

    def version_of(self, year: int) -> int | None:
        return self.versions[year][0] if year in self.versions else None


def photo_states(person_ids: Sequence[int], today_year: int) -> dict[int, PhotoState]:
    """Return the state of each person's photos, in five queries. `shown_year` is None while withdrawn."""
    people = Person.objects.filter(pk__in=person_ids)
    states = {person.pk: PhotoState(person.pk, str(person)) for person in people}
    for row in YearPhoto.objects.filter(person_id__in=person_ids).select_related("version__picture"):
        picture = row.version.picture
        states[row.person_id].versions[row.academic_year] = (row.version_id, picture.pk, picture.full_sha256)
    versions = PhotoVersion.objects.filter(person_id__in=person_ids).order_by()
    for person_id, year, content in versions.values_list("person_id", "academic_year", "picture__full_sha256"):
        known = states[person_id].known
        known[year] = known.get(year, frozenset()) | {content}
    pins = pins_in_force().filter(person_id__in=person_ids, picture__isnull=False)
    for person_id, year, content in pins.values_list("person_id", "academic_year", "picture__full_sha256"):
        states[person_id].blocked |= {(year, content)}
    withdrawals = Withdrawal.objects.filter(person_id__in=person_ids)
    for person_id, decided_by in withdrawals.values_list("person_id", "decided_by"):
        states[person_id].withdrawn = True
        states[person_id].withdrawn_by_hand = bool(decided_by)
    for state in states.values():
        shown = None if state.withdrawn else photo_for_year(state.versions, today_year)
        state.shown_year = shown[1] if shown else None
    return states
