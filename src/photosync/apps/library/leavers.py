"""Leavers whose photos have been kept for as long as the school has set."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.db.models import Exists, OuterRef

from photosync.apps.library.models import PhotoVersion
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.instants import local_date
from photosync.core.retention import day_years_before


@dataclass(frozen=True, slots=True)
class LeaversKept:
    """`over` of the `with_photos` leavers left on `left_until` (a local day) or before; their time is over."""

    with_photos: int
    over: int
    left_until: date


def leavers_kept(school: School, now: datetime) -> LeaversKept:
    """Return how many leavers have photos, and of how many the retention time is over at `now`."""
    left_until = day_years_before(local_date(now, school.zone), school.photos_of_leavers_years)
    leavers = Person.objects.filter(
        Exists(PhotoVersion.objects.filter(person=OuterRef("pk"))), school=school, status=Person.Status.LEFT
    ).order_by()
    return LeaversKept(leavers.count(), leavers.filter(left_on__lte=left_until).count(), left_until)


def leavers_document(kept: LeaversKept) -> dict[str, Any]:
    return {"with_photos": kept.with_photos, "over": kept.over, "left_until": kept.left_until.isoformat()}
