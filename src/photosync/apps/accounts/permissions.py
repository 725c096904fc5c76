"""What the parts of Photo Sync may be asked for, and which role has it."""

from __future__ import annotations

from enum import StrEnum

from photosync.apps.accounts.models import Role


class Permission(StrEnum):
    SYNC_VIEW = "SYNC: VIEW"
    SYNC_MANAGE = "SYNC: MANAGE"
    SYNC_APPROVE = "SYNC: APPROVE"
    PHOTO_VIEW = "PHOTO: VIEW"
    PHOTO_MANAGE = "PHOTO: MANAGE"
    DATA_MANAGE = "DATA: MANAGE"
    ACAD_ARCHIVE = "ACAD: ARCHIVE"
    SYSTEM_MANAGE = "SYSTEM: MANAGE"


OF_THE_INSTALLATION = frozenset({Permission.SYSTEM_MANAGE})
"""Held only through a role in every school: these reach beyond any one of them."""

PERMISSIONS: dict[str, frozenset[Permission]] = {
    Role.ADMINISTRATOR.value: frozenset(Permission),
    Role.SYNC_MANAGER.value: frozenset(
        {
            Permission.SYNC_VIEW,
            Permission.SYNC_MANAGE,
            Permission.SYNC_APPROVE,
            Permission.PHOTO_VIEW,
            Permission.PHOTO_MANAGE,
            Permission.DATA_MANAGE,
        }
    ),
    Role.ARCHIVIST.value: frozenset({Permission.SYNC_VIEW, Permission.PHOTO_VIEW, Permission.ACAD_ARCHIVE}),
    Role.STAFF.value: frozenset({Permission.PHOTO_VIEW}),
}


def may_read_audit(permissions: frozenset[Permission]) -> bool:
    """Return whether what is recorded of the school may be read: by those who hold all that one school gives."""
    return permissions >= frozenset(Permission) - OF_THE_INSTALLATION
