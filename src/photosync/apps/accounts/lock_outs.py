"""Names that may not be tried for a while, because of wrong passwords (django-axes)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.db import transaction
from django.db.models import Max, Sum
from django.http import HttpRequest

from photosync.apps.accounts.models import User
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record

LONGEST_NAME = 150


def typed_name(request: HttpRequest, credentials: Mapping[str, Any] | None = None) -> str:
    """Return the name that was typed, as it is counted: letter case makes no difference."""
    given = (credentials or {}).get("username") or request.POST.get("username") or ""
    return str(given).strip().lower()[:LONGEST_NAME]


def locked_until(name: str, address: str, now: datetime) -> datetime | None:
    """Return until when `name` may not be tried from `address`; None where it may."""
    return max(_locks(name, now, ip_address=address), default=None)


def lock_outs_of(name: str, now: datetime) -> list[tuple[str, datetime]]:
    """Return the addresses from which `name` may not be tried at `now`, each with until when."""
    rows = (
        _attempts(name, now)
        .values("ip_address")
        .annotate(number=Sum("failures_since_start"), last=Max("attempt_time"))
    )
    return sorted(
        (row["ip_address"] or "", row["last"] + _cool_off())
        for row in rows
        if row["number"] >= settings.AXES_FAILURE_LIMIT
    )


def unlock(user: User) -> int:
    """Let the name be tried again from everywhere. Returns how many addresses were locked out or counted."""
    with transaction.atomic():
        attempts = AccessAttempt.objects.filter(username=user.get_username().lower())
        number = attempts.values("ip_address").distinct().count()
        attempts.delete()
        if number:
            record(Act.USER_UNLOCKED, user, school=None)
    return number


def _cool_off() -> timedelta:
    return settings.AXES_COOLOFF_TIME


def _attempts(name: str, now: datetime) -> Any:
    return AccessAttempt.objects.filter(username=name.lower(), attempt_time__gt=now - _cool_off())


def _locks(name: str, now: datetime, ip_address: str) -> list[datetime]:
    return [until for address, until in lock_outs_of(name, now) if address == ip_address]
