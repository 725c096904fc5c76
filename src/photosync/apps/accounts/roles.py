"""Giving and taking roles. The installation is never left without an administrator."""

from __future__ import annotations

from collections.abc import Collection

from django.db import transaction

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted


def check_role(role: Role | str, not_done: str) -> Role:
    """Return the role that is so called. Raises WrongUse, naming what was `not_done`."""
    if role not in Role.values:
        raise WrongUse(f"{quoted(role)} is not a role. {not_done} Choose one of: {', '.join(Role.values)}.")
    return Role(role)


def role_words(role: Role | str, school: School | None) -> str:
    return f"{role} in {'every school' if school is None else school.code}"


def give_role(user: User, role: Role | str, school: School | None) -> None:
    """Give `role` in `school` (None: in every school). One that is held already stays as it is."""
    role = check_role(role, "Nothing was changed.")
    with transaction.atomic():
        _, is_new = Membership.objects.get_or_create(user=user, school=school, role=role)
        if is_new:
            record(Act.USER_ROLES, user, school=school, changes=[("roles", None, role_words(role, school))])


def take_role(user: User, role: Role | str, school: School | None) -> None:
    """Take `role` in `school` away. Raises Refused for the role of the last administrator of the installation."""
    role = check_role(role, "Nothing was changed.")
    with transaction.atomic():
        if school is None and role == Role.ADMINISTRATOR:
            refuse_without_administrator(but_user=user)
        number, _ = Membership.objects.filter(user=user, school=school, role=role).delete()
        if number:
            record(Act.USER_ROLES, user, school=school, changes=[("roles", role_words(role, school), None)])


def set_roles(user: User, school: School | None, roles: Collection[Role | str]) -> None:
    """Let `user` hold exactly `roles` in `school` (None: those that hold in every school)."""
    wanted = {check_role(role, "Nothing was changed.") for role in roles}
    with transaction.atomic():
        held = {Role(each.role) for each in Membership.objects.filter(user=user, school=school)}
        for role in sorted(held - wanted):
            take_role(user, role, school)
        for role in sorted(wanted - held):
            give_role(user, role, school)


def refuse_without_administrator(*, but_user: User) -> None:
    """Raise Refused where `but_user` is the only active administrator of the whole installation.

    Locks the rows that it counts, so that two cannot take each other's place away at once.
    """
    administrators = set(
        Membership.objects.select_for_update()
        .filter(school=None, role=Role.ADMINISTRATOR, user__is_active=True)
        .values_list("user_id", flat=True)
    )
    if administrators == {but_user.pk}:
        raise Refused(
            f"{quoted(but_user.get_username())} is the last administrator of the installation. Nothing was changed. "
            "Make another account an administrator in every school first."
        )
