"""Answers that are kept so that a request of the API which is sent twice is done once."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from django.db import transaction

from photosync.apps.accounts.models import ApiToken, KeptAnswer

KEPT = timedelta(days=1)


def begin(token: ApiToken, key: str, request_digest: str, now: datetime) -> tuple[KeptAnswer, bool]:
    """Return the place for the answer to a request, and whether it is new. Of two at once, one gets a new one."""
    KeptAnswer.objects.filter(token=token, key=key, begun_at__lte=now - KEPT).delete()
    with transaction.atomic():
        return KeptAnswer.objects.get_or_create(
            token=token, key=key, defaults={"request_digest": request_digest, "begun_at": now}
        )


def keep(kept: KeptAnswer, status: int, headers: Mapping[str, str], body: str) -> None:
    """Remember what was answered."""
    kept.status, kept.headers, kept.body = status, dict(headers), body
    kept.save(update_fields=("status", "headers", "body"))


def forget(kept: KeptAnswer) -> None:
    """Let the key be free again: nothing was done."""
    KeptAnswer.objects.filter(pk=kept.pk).delete()


def forget_old(now: datetime) -> int:
    """Delete the answers that are a day old, and return how many there were."""
    deleted, _ = KeptAnswer.objects.filter(begun_at__lte=now - KEPT).delete()
    return deleted
