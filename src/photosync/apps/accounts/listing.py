"""The list of accounts: searched, filtered, page by page."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from photosync.apps.accounts.models import Membership, User
from photosync.apps.accounts.second_factor import FACTORS
from photosync.apps.schools.models import School

PER_PAGE = 50
INACTIVE, ACTIVE, ALL = "inactive", "active", "all"


@dataclass(frozen=True, slots=True)
class Asked:
    """What the list is narrowed to; empty text is no limit. `school` is a code, or `*` for roles in every school."""

    search: str = ""
    role: str = ""
    school: str = ""
    state: str = ACTIVE
    page: int = 1


@dataclass(frozen=True, slots=True)
class AccountLine:
    user_id: int
    name: str
    email: str
    is_active: bool
    has_password: bool
    has_second_factor: bool
    last_signed_in: datetime | None
    roles: tuple[tuple[str, School | None], ...]


@dataclass(frozen=True, slots=True)
class AccountPage:
    lines: list[AccountLine] = field(default_factory=list)
    has_more: bool = False


def accounts(among: QuerySet[User], asked: Asked, *, per_page: int = PER_PAGE) -> AccountPage:
    """Return one page of `among`, by name. Two queries, however many accounts there are."""
    found = narrowed(among, asked).order_by("username")
    start = (max(asked.page, 1) - 1) * per_page
    users = list(found[start : start + per_page + 1])
    return AccountPage(lines_of(users[:per_page]), has_more=len(users) > per_page)


def lines_of(users: Sequence[Any]) -> list[AccountLine]:
    """Return what lists show of each account, in two queries."""
    ids = [each.pk for each in users]
    roles: dict[int, list[tuple[str, School | None]]] = {}
    held = Membership.objects.filter(user__in=ids).select_related("school")
    for each in held.order_by("school__name", "role"):
        roles.setdefault(each.user_id, []).append((each.role, each.school))
    return [
        AccountLine(
            user.pk,
            user.get_username(),
            user.email,
            user.is_active,
            user.has_usable_password(),
            user.with_factor,
            user.last_login,
            tuple(roles.get(user.pk, ())),
        )
        for user in users
    ]


def narrowed(found: QuerySet[User], asked: Asked) -> QuerySet[Any]:
    """Return the accounts that are asked for, each with whether it has a second factor as `with_factor`."""
    from allauth.mfa.models import Authenticator

    if asked.search:
        found = found.filter(Q(username__icontains=asked.search) | Q(email__icontains=asked.search))
    if asked.state != ALL:
        found = found.filter(is_active=asked.state == ACTIVE)
    if asked.role or asked.school:
        held = Membership.objects.filter(user=OuterRef("pk"))
        if asked.role:
            held = held.filter(role=asked.role)
        if asked.school == "*":
            held = held.filter(school=None)
        elif asked.school:
            held = held.filter(school__code=asked.school)
        found = found.filter(Exists(held))
    return found.annotate(with_factor=Exists(Authenticator.objects.filter(user=OuterRef("pk"), type__in=FACTORS)))
