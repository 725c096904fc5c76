"""Changing who is told: adding and removing addresses, and sending a test."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from threading import BoundedSemaphore
from urllib.parse import urlsplit

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.notifications.models import Kind, Message, NotificationAddress
from photosync.apps.notifications.sending import NO_MAIL_SERVER, PURPOSE, TEST_WITHIN_S, Clock, deliver
from photosync.apps.schools.models import School
from photosync.apps.sealing import fingerprint, seal
from photosync.core.errors import PhotoSyncError, Refused, TryLater, WrongUse
from photosync.core.notice_words import letter_of_test
from photosync.core.people import quoted
from photosync.outgoing import call_apart
from photosync.outgoing.apprise_schemes import HOST_IS_SHOWN

LONGEST_ADDRESS = 2_000
LONGEST_NAME = 100
MOST_ADDRESSES = 50
EXAMINED_WITHIN_S = 20.0
TESTS_AT_ONCE = 2
_tests = BoundedSemaphore(TESTS_AT_ONCE)
MAIL_SCHEMES = frozenset({"mailto", "mailtos"})

NO_ADDRESS = (
    "{address} is not an e-mail address. Nothing was saved. Type in one such as office@school.example, or the "
    "address of a service, such as slack://..."
)


def add_address(
    school: School, address: str, *, name: str = "", kinds: Collection[str] = (), by: str, now: datetime
) -> NotificationAddress:
    """Return the new address. `kinds` are what it is told; none means everything, also what is new later.

    Raises WrongUse for what is no address, Refused for what is not allowed, TryLater where it could not be looked at.
    """
    address, name, wanted = address.strip(), _checked_name(name), _checked_kinds(kinds)
    way, shown = _examined(address)
    new = NotificationAddress(
        school=school,
        name=name,
        way=way,
        sealed=seal(address, PURPOSE),
        fingerprint=fingerprint(address.lower() if way == NotificationAddress.Way.EMAIL else address, PURPOSE),
        shown=shown,
        kinds=wanted,
        added_at=now,
        added_by=by,
    )
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        there = NotificationAddress.objects.filter(school=school)
        if there.filter(fingerprint=new.fingerprint).exists():
            raise Refused(f"{shown} is there already. Nothing was saved. What it is told can be changed there.")
        if there.count() >= MOST_ADDRESSES:
            raise Refused(f"A school has up to {MOST_ADDRESSES} addresses. Nothing was saved. Remove one first.")
        new.save()
        record(Act.NOTIFICATIONS_CHANGED, new, school=school, changes=differences({}, _told(new)))
    return new


def change_address(
    address: NotificationAddress, *, name: str | None = None, kinds: Collection[str] | None = None
) -> NotificationAddress:
    """Change the name, or what is told, and return the address; None leaves it. No `kinds` is everything.

    What waits to be sent to it is still sent. Raises WrongUse for a name or a kind that there cannot be, Refused
    where the address was removed meanwhile.
    """
    with transaction.atomic():
        stored = NotificationAddress.objects.select_for_update(of=("self",)).filter(pk=address.pk).first()
        if stored is None:
            raise Refused(f"{address} was removed meanwhile. Nothing was saved.")
        before = _named(stored) | _told(stored)
        if name is not None:
            stored.name = _checked_name(name)
        if kinds is not None:
            stored.kinds = _checked_kinds(kinds)
        if changes := differences(before, _named(stored) | _told(stored)):
            stored.save(update_fields=("name", "kinds"))
            record(Act.NOTIFICATIONS_CHANGED, stored, school=stored.school, changes=changes)
    return stored


def remove_address(address: NotificationAddress, *, now: datetime) -> None:
    """Remove the address. What waits to be sent to it is not sent."""
    with transaction.atomic():
        waiting = Message.objects.filter(address=address, state=Message.State.WAITING)
        waiting.update(
            state=Message.State.DROPPED, ended_at=now, next_attempt_at=None, reason="The address was removed."
        )
        told = _told(address)
        record(
            Act.NOTIFICATIONS_CHANGED, address, school=address.school, changes=differences(told, dict.fromkeys(told))
        )
        address.delete()


def test_address(address: NotificationAddress, *, by: str, clock: Clock) -> Message:
    """Send a test now and return its message, sent or failed with the reason; it is not tried again.

    Raises TryLater where too many tests are being sent.
    """
    if not _tests.acquire(blocking=False):
        raise TryLater("Other tests are being sent just now. Nothing was sent. Try again in a minute.")
    try:
        letter = letter_of_test(address.school.name, address.school.code, by)
        message = Message.objects.create(
            school=address.school,
            address=address,
            to=str(address),
            subject=letter.subject,
            body=letter.body,
            state=Message.State.FAILED,
            created_at=clock(),
            attempts=1,
            reason="The test was broken off.",
        )
        try:
            deliver(address, message, within_s=TEST_WITHIN_S)
        except PhotoSyncError as error:
            message.reason = error.message
        else:
            message.state, message.reason = Message.State.SENT, ""
        message.ended_at = clock()
        message.save(update_fields=("state", "reason", "ended_at"))
        return message
    finally:
        _tests.release()


test_address.__test__ = False  # type: ignore[attr-defined]  # its name is not that of a test


def _examined(address: str) -> tuple[str, str]:
    """Return the way of an address, and what is shown of it."""
    if not address or len(address) > LONGEST_ADDRESS or not address.isprintable():
        raise WrongUse(NO_ADDRESS.format(address=quoted(address)))
    if "://" not in address:
        try:
            validate_email(address)
        except ValidationError as error:
            raise WrongUse(NO_ADDRESS.format(address=quoted(address))) from error
        if settings.PHOTOSYNC_MAIL_SERVER is None:
            raise Refused(NO_MAIL_SERVER.replace("Nothing was sent", "Nothing was saved"))
        return NotificationAddress.Way.EMAIL, address
    call_apart(
        "photosync.outgoing.apprise_address:examine",
        {"address": address},
        allowed=settings.PHOTOSYNC_ALLOWED_RANGES,
        within_s=EXAMINED_WITHIN_S,
    )
    return NotificationAddress.Way.APPRISE, masked(address)


def masked(address: str) -> str:
    """Return what may be seen of the address of a service: its scheme, and its host where that is no secret."""
    scheme = address.partition("://")[0].strip().lower()
    try:
        host = urlsplit(address).hostname or ""
    except ValueError:
        host = ""
    return f"{scheme}://{host}/\u2026" if host and scheme in HOST_IS_SHOWN | MAIL_SCHEMES else f"{scheme}://\u2026"


def _told(address: NotificationAddress) -> dict[str, str]:
    return {"address": address.shown, "told": ", ".join(address.kinds) or "everything"}


def _named(address: NotificationAddress) -> dict[str, str | None]:
    return {"name": address.name or None}


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(f"The name of an address has up to {LONGEST_NAME} characters. Nothing was saved.")
    return name


def _checked_kinds(kinds: Collection[str]) -> list[str]:
    wanted = {kind.strip().lower() for kind in kinds if kind.strip()}
    unknown = sorted(wanted - set(Kind.values))
    if unknown:
        raise WrongUse(
            f"{quoted(unknown[0])} is not what can be told. Nothing was saved. Choose from: {', '.join(Kind.values)}."
        )
    return [kind for kind in Kind.values if kind in wanted] if wanted != set(Kind.values) else []
