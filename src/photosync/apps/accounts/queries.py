"""Reading accounts: who may do what, in which schools."""

from __future__ import annotations

from django.contrib.auth.models import AnonymousUser
from django.db.models import Q, QuerySet

from photosync.apps.accounts.models import Membership, User
from photosync.apps.accounts.permissions import OF_THE_INSTALLATION, PERMISSIONS, Permission
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.people import quoted


def permissions_of(user: User | AnonymousUser, school: School | None) -> frozenset[Permission]:
    """Return everything `user` may do in `school`; without one, in every school. One query."""
    if not isinstance(user, User) or not user.is_active:
        return frozenset()
    reach = Q(school=None) if school is None else Q(school=None) | Q(school=school)
    found: set[Permission] = set()
    for membership in Membership.objects.filter(reach, user=user):
        allowed = PERMISSIONS.get(membership.role, frozenset())
        found |= allowed if membership.school_id is None else allowed - OF_THE_INSTALLATION
    return frozenset(found)


def may(user: User | AnonymousUser, permission: Permission, school: School | None) -> bool:
    """Return whether `user` has `permission` in `school`; without one, in every school."""
    return permission in permissions_of(user, school)


def schools_of(user: User | AnonymousUser) -> QuerySet[School]:
    """Return the schools in which `user` has any role."""
    if not isinstance(user, User) or not user.is_active:
        return School.objects.none()
    memberships = Membership.objects.filter(user=user)
    if memberships.filter(school=None).exists():
        return School.objects.all()
    return School.objects.filter(pk__in=memberships.values("school_id"))


def user_named(name: str) -> User:
    user = User.objects.filter(username__iexact=name.strip()).first()
    if user is None:
        raise NotFound(
            f"There is no account {quoted(name)}. Nothing was done. Check the name, or add the account.",
            command_line="photosync user add",
        )
    return user
