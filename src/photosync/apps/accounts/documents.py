"""An account as a document, for the command line and for programs."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from photosync.apps.accounts.listing import AccountLine
from photosync.apps.accounts.lock_outs import lock_outs_of
from photosync.apps.accounts.models import Membership, User
from photosync.apps.accounts.providers import linked_to
from photosync.apps.accounts.second_factor import second_factor_of
from photosync.apps.accounts.sessions import sessions_of
from photosync.apps.schools.models import School


def account_document(user: User, now: datetime) -> dict[str, Any]:
    """Return everything there is to tell of the account, except its secrets. Times are in UTC."""
    held = Membership.objects.filter(user=user).select_related("school").order_by("school__code", "role")
    factor = second_factor_of(user)
    return {
        "name": user.get_username(),
        "email": user.email or None,
        "active": user.is_active,
        "password": user.has_usable_password(),
        "second_factor": {
            "app": factor.app_since is not None,
            "passkeys": [passkey.name for passkey in factor.passkeys],
            "recovery_codes": factor.codes_left,
        },
        "roles": [role_document(each.role, each.school) for each in held],
        "last_signed_in": _time(user.last_login),
        "signs_in_with": linked_to(user),
        "sessions": [
            {
                "id": each.session_id,
                "device": each.device,
                "address": each.address,
                "since": _time(each.since),
                "last_seen": _time(each.last_seen),
            }
            for each in sessions_of(user)
        ],
        "locked": [
            {"address": address, "until": _time(until)} for address, until in lock_outs_of(user.get_username(), now)
        ],
    }


def line_document(line: AccountLine) -> dict[str, Any]:
    """Return the account as lists show it."""
    return {
        "name": line.name,
        "email": line.email or None,
        "active": line.is_active,
        "second_factor": line.has_second_factor,
        "roles": [role_document(role, school) for role, school in line.roles],
    }


def role_document(role: str, school: School | None) -> dict[str, str | None]:
    """Return the role; `school` is null for one that holds in every school."""
    return {"role": role, "school": None if school is None else school.code}


def _time(at: datetime | None) -> str | None:
    return None if at is None else at.astimezone(UTC).isoformat(timespec="seconds")
