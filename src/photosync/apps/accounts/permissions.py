"""What the parts of Photo Sync may be asked for, and which role has it."""

from __future__ import annotations

from collections.abc import Collection
from enum import StrEnum

from photosync.apps.accounts.models import Role


class Permission(StrEnum):
    SYNC_VIEW = "SYNC: VIEW"
    SYNC_MANAGE = "SYNC: MANAGE"
    SYNC_DELIVER = "SYNC: DELIVER"
    SYNC_APPROVE = "SYNC: APPROVE"
    PHOTO_VIEW = "PHOTO: VIEW"
    PHOTO_MANAGE = "PHOTO: MANAGE"
    DATA_MANAGE = "DATA: MANAGE"
    ACAD_ARCHIVE = "ACAD: ARCHIVE"
    SYSTEM_MANAGE = "SYSTEM: MANAGE"


OF_THE_INSTALLATION = frozenset({Permission.SYSTEM_MANAGE})
"""Held only through a role in every school: these reach beyond any one of them."""

OF_ONE_SCHOOL = frozenset(Permission) - OF_THE_INSTALLATION
"""Everything that can be held in one school: its administrator holds all of it."""

PART_OF = {Permission.SYNC_DELIVER: Permission.SYNC_MANAGE}
"""A permission that is a part of another: a role has both, and a token that names the whole has the part."""

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR.value: frozenset(Permission),
    Role.SYNC_MANAGER.value: frozenset(
        {
            Permission.SYNC_VIEW,
            Permission.SYNC_MANAGE,
            Permission.SYNC_DELIVER,
            Permission.SYNC_APPROVE,
            Permission.PHOTO_VIEW,
            Permission.PHOTO_MANAGE,
            Permission.DATA_MANAGE,
        }
    ),
    Role.ARCHIVIST.value: frozenset({Permission.SYNC_VIEW, Permission.PHOTO_VIEW, Permission.ACAD_ARCHIVE}),
    Role.STAFF.value: frozenset({Permission.PHOTO_VIEW}),
}


def reached_by(scopes: Collection[str]) -> frozenset[Permission]:
    """Return the permissions that a token with these scopes names, and those that are a part of one of them."""
    return frozenset(each for each in Permission if each.value in scopes or PART_OF.get(each, "") in scopes)


def may_read_audit(permissions: frozenset[Permission]) -> bool:
    """Return whether what is recorded of the school may be read: by those who hold all that one school gives."""
    return permissions >= OF_ONE_SCHOOL


def may_change_school(permissions: frozenset[Permission]) -> bool:
    """Return whether the school's settings may be changed: by its administrator, and by one of the installation."""
    return permissions >= OF_ONE_SCHOOL or Permission.SYSTEM_MANAGE in permissions
