"""Where an account is signed in, and ending that."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from allauth.usersessions.models import UserSession
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from photosync.apps.accounts.addresses import client_address
from photosync.apps.accounts.models import User
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.core.devices import device_words
from photosync.core.errors import NotFound

SEEN_EVERY_S = 60.0
REMEMBERED_SESSIONS = 10_000


@dataclass(frozen=True, slots=True)
class SignedInAt:
    """One place where the account is signed in. `session_id` is a number, not the secret."""

    session_id: int
    device: str
    address: str
    since: datetime
    last_seen: datetime
    is_this_one: bool


def sessions_of(user: User, current_key: str | None = None) -> list[SignedInAt]:
    """Return where `user` is signed in: this one first, then what was seen last. Sessions that ended are dropped."""
    found = [
        SignedInAt(
            row.pk,
            device_words(row.user_agent),
            row.ip,
            row.created_at,
            row.last_seen_at,
            is_this_one=row.session_key == current_key,
        )
        for row in UserSession.objects.purge_and_list(user)
    ]
    return sorted(found, key=lambda each: (not each.is_this_one, -each.last_seen.timestamp()))


def end_session(user: User, session_id: int) -> None:
    """End one session of `user`. Raises NotFound."""
    row = UserSession.objects.filter(user=user, pk=session_id).first()
    if row is None:
        raise NotFound("That session has ended already. Nothing was done.")
    _end(user, [row])


def end_sessions(user: User, *, but: str | None = None) -> int:
    """End the sessions of `user`, all `but` the one with this key. Returns how many."""
    rows = list(UserSession.objects.filter(user=user).exclude(session_key=but or ""))
    _end(user, rows)
    return len(rows)


def rename_session(before: str | None, after: str | None) -> None:
    """Let the session that was known by the key `before` be known by `after`."""
    if before and after:
        UserSession.objects.filter(session_key=before).update(session_key=after)


def _end(user: User, rows: Iterable[UserSession]) -> None:
    with transaction.atomic():
        for row in rows:
            row.end()
            record(Act.USER_SESSION_ENDED, user, school=None, note=f"{device_words(row.user_agent)}, {row.ip}")


class LastSeen:
    """Remembers when each session was last written down: with every page, a page would be a write."""

    def __init__(self) -> None:
        self._written_at_s: OrderedDict[str, float] = OrderedDict()
        self._lock = threading.Lock()

    def is_due(self, session_key: str) -> bool:
        now_s = time.monotonic()
        with self._lock:
            written_at_s = self._written_at_s.get(session_key)
            if written_at_s is not None and now_s - written_at_s < SEEN_EVERY_S:
                return False
            self._written_at_s[session_key] = now_s
            self._written_at_s.move_to_end(session_key)
            if len(self._written_at_s) > REMEMBERED_SESSIONS:
                self._written_at_s.popitem(last=False)
        return True


last_seen = LastSeen()


def seen(request: HttpRequest) -> None:
    """Write down that the session of `request` was seen, at most once a minute in each process."""
    key = request.session.session_key
    if not key or not last_seen.is_due(key):
        return
    agent = request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:200]
    changed = UserSession.objects.filter(session_key=key).update(
        last_seen_at=timezone.now(), ip=client_address(request), user_agent=agent
    )
    if not changed:
        UserSession.objects.create_from_request(request)
