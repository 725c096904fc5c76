"""Sending what was decided: claimed by one sender, tried again with growing pauses, given up after the last."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.utils import parseaddr

import structlog
from django.conf import settings
from django.db.models import F, Q

from photosync.apps.notifications.models import Message, NotificationAddress
from photosync.apps.sealing import unseal
from photosync.core.errors import PhotoSyncError, TryLater
from photosync.outgoing import AllowedRanges, call_apart

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

PURPOSE = "notification address"
WITHIN_S = 30.0
TEST_WITHIN_S = 15.0
CLAIM = timedelta(minutes=2)
PAUSES = tuple(
    map(lambda minutes: timedelta(minutes=minutes), (1, 5, 15, 60, 180, 360))  # noqa: C417 - reads as a list of minutes
)
"""After the attempt that follows the last of them, a message is given up: ten and a half hours after it was due."""
MOST_AT_ONCE = 20
NO_MAIL_SERVER = (
    "This server has no mail server to send e-mail with. Nothing was sent. The operator of the server must set "
    "PHOTOSYNC_SMTP_HOST and PHOTOSYNC_SMTP_FROM; docs/settings.md lists the settings beside them."
)
BROKE_OFF = "The sender was ended before it knew whether the message went out."


def send_waiting(clock: Clock) -> int:
    """Send what is due, up to MOST_AT_ONCE messages; return how many were sent. Any number may do it at once."""
    now = clock()
    due = Message.objects.filter(_free(now), state=Message.State.WAITING, next_attempt_at__lte=now)
    sent = 0
    for pk in list(due.order_by("next_attempt_at", "pk").values_list("pk", flat=True)[:MOST_AT_ONCE]):
        message = _claimed(pk, clock())
        if message is not None:
            sent += _attempt(message, clock)
    return sent


def deliver(address: NotificationAddress, message: Message, *, within_s: float = WITHIN_S) -> None:
    """Send `message` now, once. Raises Refused where it may not be sent there, TryLater where it did not work."""
    target = unseal(address.sealed, PURPOSE)
    if address.way == NotificationAddress.Way.APPRISE:
        call_apart(
            "photosync.outgoing.apprise_address:send",
            {"address": target, "subject": message.subject, "body": message.body},
            allowed=settings.PHOTOSYNC_ALLOWED_RANGES,
            within_s=within_s,
        )
        return
    server = settings.PHOTOSYNC_MAIL_SERVER
    if server is None:
        raise TryLater(NO_MAIL_SERVER)
    domain = parseaddr(server.sender)[1].rpartition("@")[2]
    call_apart(
        "photosync.outgoing.mail:send",
        {
            "server": server.as_document(),
            "to": target,
            "subject": message.subject,
            "body": message.body,
            "message_id": f"<photosync-{message.pk}-{int(message.created_at.timestamp())}@{domain}>",
        },
        # The operator's own settings name the host, and the operator's mail server is often inside.
        allowed=AllowedRanges.everything(),
        within_s=within_s,
    )


def _free(now: datetime) -> Q:
    return Q(claimed_until__isnull=True) | Q(claimed_until__lt=now)


def _claimed(pk: int, now: datetime) -> Message | None:
    """Take the message, so that no other sender does until the claim runs out; None where it is taken."""
    free = Message.objects.filter(_free(now), pk=pk, state=Message.State.WAITING, next_attempt_at__lte=now)
    if not free.update(claimed_until=now + CLAIM, attempts=F("attempts") + 1):
        return None
    return Message.objects.select_related("address").get(pk=pk)


def _attempt(message: Message, clock: Clock) -> bool:
    try:
        if message.attempts > len(PAUSES) + 1:  # every sender that had it was ended in the middle
            raise TryLater(message.reason or BROKE_OFF)
        if message.address is None:
            _record(message, state=Message.State.DROPPED, ended_at=clock())
            return False
        deliver(message.address, message)
    except TryLater as error:
        _failed(message, error.message, clock(), is_final=message.attempts > len(PAUSES))
    except PhotoSyncError as error:
        _failed(message, error.message, clock(), is_final=True)
    except Exception as error:
        log.exception("a message could not be sent", message=message.pk)
        _failed(message, type(error).__name__, clock(), is_final=message.attempts > len(PAUSES))
    else:
        _record(message, state=Message.State.SENT, ended_at=clock(), reason="")
        return True
    return False


def _failed(message: Message, reason: str, now: datetime, *, is_final: bool) -> None:
    log.warning("a message was not sent", message=message.pk, attempt=message.attempts, reason=reason)
    if is_final:
        _record(message, state=Message.State.FAILED, ended_at=now, reason=reason)
    else:
        _record(message, next_attempt_at=now + PAUSES[message.attempts - 1], reason=reason)


def _record(message: Message, **fields: object) -> None:
    """Write what came of it, unless the claim ran out and another sender has the message now."""
    mine = Message.objects.filter(pk=message.pk, claimed_until=message.claimed_until, state=Message.State.WAITING)
    if fields.get("state"):
        fields["next_attempt_at"] = None
    mine.update(claimed_until=None, **fields)
