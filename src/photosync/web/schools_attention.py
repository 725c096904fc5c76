"""All schools of an account, a page at a time, with what needs attention in each."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from photosync.apps.accounts.models import Membership
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.accounts.queries import schools_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.schools.models import School
from photosync.web.attention import Looked, badge_of, look_at, urgent_first
from photosync.web.badge import Badge

SCHOOLS_PER_PAGE = 25
DEEPEST_PAGE = 1_000
PROFILES_OF_A_PAGE = 500
WANTS_TOLD = 3


@dataclass(frozen=True, slots=True)
class ToldWant:
    badge: Badge
    profile: str
    sentence: str


@dataclass(frozen=True, slots=True)
class SchoolRow:
    """`wants` are the most urgent; `more` counts the others. `is_shown` is False where the role does not show it."""

    school: School
    profiles: int
    wants: tuple[ToldWant, ...]
    more: int
    is_shown: bool


@dataclass(frozen=True, slots=True)
class SchoolsPage:
    rows: tuple[SchoolRow, ...]
    number: int
    has_next: bool


def schools_page(user: Any, number: int, now: datetime) -> SchoolsPage:
    """Return page `number` of the schools in which `user` has a role, by name, as of `now` (UTC)."""
    start = (number - 1) * SCHOOLS_PER_PAGE
    found = list(schools_of(user).order_by("name", "pk")[start : start + SCHOOLS_PER_PAGE + 1])
    schools = found[:SCHOOLS_PER_PAGE]
    open_to = _with_sync(user, schools)
    profiles = SyncProfile.objects.select_related("school").filter(school__in=open_to).order_by("school_id", "name")
    by_school: dict[int, list[Looked]] = defaultdict(list)
    for each in look_at(list(profiles[:PROFILES_OF_A_PAGE]), now):
        by_school[each.profile.school_id].append(each)
    rows = tuple(_row(each, by_school[each.pk], is_shown=each.pk in open_to) for each in schools)
    return SchoolsPage(rows, number, has_next=len(found) > SCHOOLS_PER_PAGE)


def _with_sync(user: Any, schools: Sequence[School]) -> set[int]:
    """Return the ids of those in which the user's roles show the sync."""
    shown = [role for role, allowed in PERMISSIONS.items() if Permission.SYNC_VIEW in allowed]
    places = set(Membership.objects.filter(user=user, role__in=shown).values_list("school_id", flat=True))
    return {each.pk for each in schools if each.pk in places or None in places}


def _row(school: School, looked: Sequence[Looked], *, is_shown: bool) -> SchoolRow:
    wants = urgent_first(looked)
    told = tuple(
        ToldWant(badge_of(wanted.concern), each.profile.name, wanted.sentence) for each, wanted in wants[:WANTS_TOLD]
    )
    return SchoolRow(school, len(looked), told, max(len(wants) - WANTS_TOLD, 0), is_shown)
