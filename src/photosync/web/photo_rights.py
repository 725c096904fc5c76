"""Which picture a photo address shows, and who may see it. The only place that answers these two questions."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.db.models import OuterRef, Q, QuerySet
from django.http import HttpRequest

from photosync.apps.accounts.models import User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import permissions_of
from photosync.apps.accounts.second_factor import lacks_second_factor
from photosync.apps.library.models import PhotoVersion, YearPhoto
from photosync.apps.library.protected import of_protected
from photosync.apps.runs.models import PlanItem
from photosync.apps.schools.models import School
from photosync.core.instants import local_date
from photosync.core.periods import AcademicYearRule
from photosync.core.photos import Rendition, photo_for_year
from photosync.core.plan import Action
from photosync.web.photo_address import PhotoAddress, ShownPhoto

_OF_THE_SCHOOL = (
    "person__school_id",
    "person__school__time_zone",
    "person__school__academic_year_begins_month",
    "person__school__academic_year_begins_day",
)


def shown_photo(address: PhotoAddress, now: datetime) -> ShownPhoto | None:
    return shown_photos((address,), now)[address]


def shown_photos(addresses: Sequence[PhotoAddress], now: datetime) -> dict[PhotoAddress, ShownPhoto | None]:
    """Return what each address shows at `now` (UTC): of a year without a photo, the latest earlier one.

    None where there is no photo, where it is withdrawn, and for protected people. At most three queries.
    """
    of_years = [each for each in addresses if each.version_id is None and each.item_id is None]
    of_versions = [each for each in addresses if each.version_id is not None]
    of_items = [each for each in addresses if each.item_id is not None]
    shown: dict[PhotoAddress, ShownPhoto | None] = {}
    if of_years:
        rows = _rows(YearPhoto.objects.all(), "version__picture__", {each.person_id for each in of_years})
        by_person: dict[int, list[_Row]] = {}
        for row in rows:
            by_person.setdefault(row[0], []).append(row)
        shown |= {each: _of_year(each, by_person.get(each.person_id, []), now) for each in of_years}
    if of_versions:
        versions = PhotoVersion.objects.filter(pk__in={each.version_id for each in of_versions})
        rows = _rows(versions, "picture__", {each.person_id for each in of_versions})
        by_version = {(row[0], row[-1]): row for row in rows}
        for each in of_versions:
            found = by_version.get((each.person_id, each.version_id or 0))
            shown[each] = None if found is None else ShownPhoto(found[1], found[5], found[_BLOB_AT[each.size]])
    return shown | (_planned_photos(of_items) if of_items else {})


def _planned_photos(addresses: Sequence[PhotoAddress]) -> dict[PhotoAddress, ShownPhoto | None]:
    """Return the picture that each line of a plan would publish.

    Of a person whose photo is withdrawn, only where the plan would show it again and waits for a decision. A picture
    that is of a protected person too is not shown, whoever the line is about.
    """
    items = PlanItem.objects.filter(
        Q(person__withdrawal=None) | Q(withdrawn_before=True, state=PlanItem.State.PLANNED),
        pk__in={each.item_id for each in addresses},
        person__protected=False,
        picture__isnull=False,
    ).exclude(
        of_protected(OuterRef("picture"), OuterRef("person__school")) | Q(action__in=(Action.WITHDRAW, Action.UNDO))
    )
    blobs = (f"picture__{size}_sha256" for size in _BLOB_AT)
    rows = items.order_by().values_list("person_id", "pk", "person__school_id", "academic_year", *blobs)
    found = {(row[0], row[1]): row for row in rows}
    shown: dict[PhotoAddress, ShownPhoto | None] = {}
    for each in addresses:
        row = found.get((each.person_id, each.item_id or 0))
        # Blobs stand two places further on in the rows of versions.
        shown[each] = row and ShownPhoto(row[2], row[3] or 0, row[_BLOB_AT[each.size] - 2], is_planned=True)
    return shown


_Row = tuple[Any, ...]
_BLOB_AT = {Rendition.FULL: 6, Rendition.CARD: 7, Rendition.THUMB: 8}


def _rows(photos: QuerySet[Any], picture: str, person_ids: Collection[int]) -> Iterable[_Row]:
    """Return rows of (person, school, its zone and first day, academic year, three blobs, own id)."""
    seen = photos.filter(person_id__in=person_ids, person__protected=False, person__withdrawal=None)
    blobs = (f"{picture}{size}_sha256" for size in _BLOB_AT)
    return seen.order_by().values_list("person_id", *_OF_THE_SCHOOL, "academic_year", *blobs, "pk")


def _of_year(address: PhotoAddress, rows: Sequence[_Row], now: datetime) -> ShownPhoto | None:
    if not rows:
        return None
    _person, school_id, zone, month, day, *_rest = rows[0]
    this_year = AcademicYearRule(month, day).academic_year_of(local_date(now, ZoneInfo(zone)))
    found = photo_for_year({row[5]: row for row in rows}, address.year or this_year)
    return None if found is None else ShownPhoto(school_id, found[1], found[0][_BLOB_AT[address.size]])


def user_may_see(user: User | AnonymousUser, school_id: int, *, is_planned: bool = False) -> bool:
    """Return whether `user` may see photos of the school; what is only planned, those who decide on runs may."""
    held = permissions_of(user, School(pk=school_id))
    return Permission.PHOTO_VIEW in held and (not is_planned or bool(held & _DECIDING))


_DECIDING = frozenset({Permission.SYNC_APPROVE, Permission.SYNC_MANAGE})


def session_user(session_key: str) -> User | None:
    """Return who is signed in with this session: no one in the middle of it, nor who must set up a second factor."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return user if isinstance(user, User) and not lacks_second_factor(user) else None


def session_viewer(session_key: str, school_id: int, *, is_planned: bool = False) -> int:
    """Return the account that is signed in with this session; 0 where it may not see the photos of the school."""
    user = session_user(session_key)
    return user.pk if user is not None and user_may_see(user, school_id, is_planned=is_planned) else 0
