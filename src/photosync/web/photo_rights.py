"""Which picture a photo address shows, and who may see it. The only place that answers these two questions."""

from __future__ import annotations

from datetime import datetime

from django.contrib.auth import get_user
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.db import SessionStore
from django.http import HttpRequest

from photosync.apps.accounts.models import User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import may
from photosync.apps.library.models import PhotoVersion, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.instants import local_date
from photosync.web.photo_address import PhotoAddress, ShownPhoto


def shown_photo(address: PhotoAddress, now: datetime) -> ShownPhoto | None:
    """Return what `address` shows at `now` (UTC): of a year without a photo, the latest earlier one.

    None where there is no photo, where it is withdrawn, and for protected people.
    Rule: PRODUCT, "Photos": the year's photo or else the latest earlier one.
    """
    blob = f"{address.size}_sha256"
    if (version_id := address.version_id) is not None:
        versions = PhotoVersion.objects.filter(pk=version_id, person_id=address.person_id)
        rows = versions.filter(person__protected=False, person__withdrawal=None)
        return _photo_in(rows.order_by(), f"picture__{blob}")
    year = address.year or _current_year(address.person_id, now)
    if year is None:
        return None
    photos = YearPhoto.objects.filter(person_id=address.person_id, academic_year__lte=year)
    rows = photos.filter(person__protected=False, person__withdrawal=None)
    return _photo_in(rows.order_by("-academic_year"), f"version__picture__{blob}")


def _photo_in(rows, blob: str) -> ShownPhoto | None:  # type: ignore[no-untyped-def]  # rows of either model
    row = rows.values_list("person__school_id", "academic_year", blob)[:1]
    return next((ShownPhoto(*found) for found in row), None)


def _current_year(person_id: int, now: datetime) -> int | None:
    schools = School.objects.filter(pk__in=Person.objects.filter(pk=person_id).values("school_id"))
    school = schools.first()
    return None if school is None else school.academic_year_rule.academic_year_of(local_date(now, school.zone))


def user_may_see(user: User | AnonymousUser, school_id: int) -> bool:
    return may(user, Permission.PHOTO_VIEW, School(pk=school_id))


def session_may_see(session_key: str, school_id: int) -> bool:
    """Return whether whoever is signed in with this session may see the photos of the school."""
    request = HttpRequest()
    request.session = SessionStore(session_key)
    user = get_user(request)
    return isinstance(user, User | AnonymousUser) and user_may_see(user, school_id)
