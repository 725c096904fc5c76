"""Who has left, when each one's time is over, and erasing those whose time is."""

from __future__ import annotations

import time
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

import structlog
from django.db.models import Exists, F, OuterRef, QuerySet
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import ITSELF, acting_as
from photosync.apps.erasing.applying import catch_up_with_journal
from photosync.apps.erasing.blobs import drop_blobs
from photosync.apps.erasing.models import BlobToDrop, Erasure, Scope, Why
from photosync.apps.erasing.services import BY_RETENTION, erase
from photosync.apps.library.models import PhotoVersion
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, PhotoSyncError
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.core.retention import is_over, over_within, time_over_on, years_words

log = structlog.get_logger(__name__)

MOST_AT_ONCE = 25
"""The tick of the worker waits for these; the next one goes on."""
LOOK_EVERY_S = 3600.0
SOON_DAYS = 30
OVER, SOON, LATER, UNKNOWN = "over", "soon", "later", "unknown"
FILTERS = (OVER, SOON, LATER, UNKNOWN)


@dataclass(frozen=True, slots=True)
class Leaver:
    """`over_on` is the first day on which the time is over; None where the day of leaving is not known."""

    person: Person
    over_on: date | None
    is_over: bool
    has_photos: bool

    def document(self) -> dict[str, Any]:
        return {
            "code": self.person.code,
            "kind": self.person.kind,
            "name": self.person.label,
            "left_on": None if self.person.left_on is None else self.person.left_on.isoformat(),
            "over_on": None if self.over_on is None else self.over_on.isoformat(),
            "is_over": self.is_over,
            "has_photos": self.has_photos,
        }


def leavers_of(school: School, now: datetime, *, which: str = "", kind: PersonKind | None = None) -> QuerySet[Person]:
    """Return who has left, the one whose time is over first at the top; `which` is one of `FILTERS`, or everyone."""
    today = local_date(now, school.zone)
    people = Person.objects.filter(school=school, status=Person.Status.LEFT)
    over, soon = (over_within(school.photos_of_leavers_years, today, days) for days in (0, SOON_DAYS))
    if kind is not None:
        people = people.filter(kind=kind)
    if which == OVER:
        people = people.filter(left_on__lte=over)
    elif which == SOON:
        people = people.filter(left_on__gt=over, left_on__lte=soon)
    elif which == LATER:
        people = people.filter(left_on__gt=soon)
    elif which == UNKNOWN:
        people = people.filter(left_on__isnull=True)
    return people.annotate(has_photos=Exists(PhotoVersion.objects.filter(person=OuterRef("pk")))).order_by(
        F("left_on").asc(nulls_last=True), "family_name", "given_name", "pk"
    )


def leaver_of(person: Person, school: School, now: datetime) -> Leaver:
    """Return what `leavers_of` found, with when the time is over."""
    years, today = school.photos_of_leavers_years, local_date(now, school.zone)
    over_on = None if person.left_on is None else time_over_on(person.left_on, years)
    return Leaver(person, over_on, is_over(person.left_on, years, today), bool(getattr(person, "has_photos", False)))


def erase_leavers(now: datetime, *, most: int = MOST_AT_ONCE) -> list[Erasure]:
    """Erase leavers whose time is over at `now`, the longest over first, `most` of them; return the records."""
    done: list[Erasure] = []
    for school in School.objects.order_by("pk"):
        people = leavers_of(school, now, which=OVER).order_by("left_on", "pk")
        for person in people[: most - len(done)]:
            note = _("Left %(years)s ago or more.") % {"years": years_words(school.photos_of_leavers_years)}
            record = Erasure(scope=Scope.PERSON, why=Why.RETENTION, note=note, by=BY_RETENTION, at=now)
            try:
                with acting_as(ITSELF):
                    done.append(erase(person, record).erasure)
            except NotFound:
                continue  # another worker was faster
    return done


class Eraser:
    """Erases what is due, hour by hour, a few people at a time; at the first call it looks at once."""

    def __init__(self) -> None:
        self._looked_at_s: float | None = None

    def look(self, now: datetime) -> None:
        """Drop what an erasure that was killed left, at once; each hour, erase leavers whose time is over."""
        if BlobToDrop.objects.exists():
            self._try(drop_blobs)
        clock_s = time.monotonic()
        if self._looked_at_s is not None and clock_s - self._looked_at_s < LOOK_EVERY_S:
            return
        self._try(lambda: catch_up_with_journal(now))
        erased = erase_leavers(now)
        if erased:
            log.info("erased leavers whose time is over", people=len(erased))
        # There may be more: the next tick goes on.
        if len(erased) < MOST_AT_ONCE:
            self._looked_at_s = clock_s

    @staticmethod
    def _try(do: Any) -> None:
        try:
            do()
        except PhotoSyncError as error:
            log.warning("an erasure could not be finished yet", why=error.message)
