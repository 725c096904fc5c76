"""What is asked for after the password: an authenticator app, or a passkey; and who must have one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import transaction

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record

REQUIRED_OF: dict[str, frozenset[str]] = {
    "no": frozenset(),
    "administrators": frozenset({Role.ADMINISTRATOR.value}),
    "managers": frozenset({Role.ADMINISTRATOR.value, Role.SYNC_MANAGER.value, Role.ARCHIVIST.value}),
}
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)


@dataclass(frozen=True, slots=True)
class Passkey:
    passkey_id: int
    name: str
    added_at: datetime
    last_used_at: datetime | None


@dataclass(frozen=True, slots=True)
class SecondFactor:
    """`codes_left` counts the recovery codes that were not used."""

    app_since: datetime | None
    passkeys: tuple[Passkey, ...]
    codes_left: int

    @property
    def is_on(self) -> bool:
        return self.app_since is not None or bool(self.passkeys)


def second_factor_of(user: User) -> SecondFactor:
    rows = list(Authenticator.objects.filter(user=user).order_by("created_at", "pk"))
    app = next((row for row in rows if row.type == Authenticator.Type.TOTP), None)
    codes = next((row for row in rows if row.type == Authenticator.Type.RECOVERY_CODES), None)
    return SecondFactor(
        app_since=None if app is None else app.created_at,
        passkeys=tuple(
            Passkey(row.pk, str(row.data.get("name", "")), row.created_at, row.last_used_at)
            for row in rows
            if row.type == Authenticator.Type.WEBAUTHN
        ),
        codes_left=0 if codes is None else len(codes.wrap().get_unused_codes()),
    )


def has_second_factor(user: User) -> bool:
    return Authenticator.objects.filter(user=user, type__in=FACTORS).exists()


def lacks_second_factor(user: User) -> bool:
    """Return whether the operator requires a second factor of this account, and it has none.

    An account without a password signs in elsewhere (OpenID Connect), under the rules that hold there.
    Rule: docs/decisions/0010-signing-in.md
    """
    required = settings.PHOTOSYNC_REQUIRE_SECOND_FACTOR
    if required == "no" or not user.has_usable_password() or has_second_factor(user):
        return False
    return required == "everyone" or Membership.objects.filter(user=user, role__in=REQUIRED_OF[required]).exists()


def reset_second_factor(user: User) -> bool:
    """Take app, passkeys and recovery codes off the account. Returns whether it had any."""
    with transaction.atomic():
        number, _ = Authenticator.objects.filter(user=user).delete()
        if number:
            record(Act.USER_SECOND_FACTOR, user, school=None, note="All of it taken off.")
    return number > 0
