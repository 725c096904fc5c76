"""How long messages are kept, and what of them is forgotten."""

from __future__ import annotations

from datetime import datetime, timedelta

from photosync.apps.notifications.models import Message

KEPT = timedelta(days=400)


def forget_old_messages(now: datetime) -> int:
    """Delete the messages that ended long ago; return how many. Notices stay: what was told is not told again."""
    return Message.objects.exclude(state=Message.State.WAITING).filter(created_at__lt=now - KEPT).delete()[0]
