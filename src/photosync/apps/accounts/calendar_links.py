"""Secret links to the calendar feed: one for each account and school, made anew, and taken away.

Whoever has the link reads the feed as its owner, for as long as the owner may. The secret is shown once and kept as
its hash.
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from photosync.apps.accounts.models import ApiToken, CalendarLink, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import may
from photosync.apps.accounts.tokens import LAST_USED_EVERY, SECRET_BYTES, counts, digest_of, may_of
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, Refused
from photosync.core.people import quoted

NEEDS = Permission.SYNC_VIEW
SECRET_LENGTH = 43
"""Of SECRET_BYTES in URL-safe base 64."""


@dataclass(frozen=True, slots=True)
class MadeCalendarLink:
    """`secret` is nowhere else: whoever loses it makes the link anew."""

    link: CalendarLink
    secret: str

    @property
    def path(self) -> str:
        """To be put behind the address of the pages."""
        return calendar_path(self.secret)


def calendar_path(secret: str, profile_id: int | None = None) -> str:
    """Return the path of the feed of all profiles, or of one."""
    return f"/calendar/{secret}.ics" if profile_id is None else f"/calendar/{secret}/{profile_id}.ics"


def make_calendar_link(
    owner: User, school: School, *, now: datetime, token: ApiToken | None = None
) -> MadeCalendarLink:
    """Return a new link of `owner` to the feed of `school`; one that there was before ends at once.

    With the API `token` that asks for it, it ends with that token. Raises Refused without SYNC: VIEW there.
    """
    if not may(owner, NEEDS, school):
        raise Refused(
            _(
                "{owner} does not have {permission} in {school}, so there is no calendar to link to. "
                "No link was made."
            ).format(owner=owner.get_username(), permission=NEEDS.value, school=school.name)
        )
    secret = secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        User.objects.select_for_update().get(pk=owner.pk)
        former, _per_model = CalendarLink.objects.filter(owner=owner, school=school).delete()
        link = CalendarLink.objects.create(
            owner=owner, school=school, token=token, digest=digest_of(secret), created_at=now
        )
        record(
            Act.CALENDAR_LINK_CHANGED,
            owner,
            school=school,
            changes=[("calendar_link", "made" if former else None, "made anew" if former else "made")],
        )
    return MadeCalendarLink(link, secret)


def remove_calendar_link(owner: User, school: School) -> None:
    """End the link at once. Raises NotFound where there is none."""
    with transaction.atomic():
        removed, _per_model = CalendarLink.objects.filter(owner=owner, school=school).delete()
        if not removed:
            raise NotFound(
                _("The account {owner} has no calendar link to {school}. Nothing was done.").format(
                    owner=quoted(owner.get_username()), school=school.name
                )
            )
        record(Act.CALENDAR_LINK_CHANGED, owner, school=school, changes=[("calendar_link", "made", None)])


def calendar_link_of(owner: User, school: School) -> CalendarLink | None:
    return CalendarLink.objects.filter(owner=owner, school=school).select_related("owner", "school", "token").first()


def link_of_secret(secret: str, now: datetime) -> CalendarLink | None:
    """Return the link with this secret while it counts: its owner is active and has SYNC: VIEW in its school now."""
    if len(secret) != SECRET_LENGTH or not secret.isascii():
        return None
    digest = digest_of(secret)
    link = CalendarLink.objects.select_related("owner", "school", "token__owner").filter(digest=digest).first()
    if link is None or not constant_time_compare(link.digest, digest) or not may(link.owner, NEEDS, link.school):
        return None
    token = link.token
    if token is not None and not (counts(token, now) and NEEDS in may_of(token, link.school)):
        return None
    return link


def note_calendar_read(link: CalendarLink, now: datetime) -> None:
    """Remember that the feed was read by the link, to the hour: most requests write nothing."""
    if link.last_used_at is not None and now - link.last_used_at < LAST_USED_EVERY:
        return
    late = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
    CalendarLink.objects.filter(late, pk=link.pk).update(last_used_at=now)


def calendar_link_document(owner: User, school: School) -> dict[str, Any]:
    """Return whether there is a link, since when, and when it was last read; never its secret. Times are UTC."""
    link = calendar_link_of(owner, school)
    return {
        "owner": owner.get_username(),
        "school": school.code,
        "made": None if link is None else link.created_at.isoformat(timespec="seconds"),
        "last_used": None
        if link is None or link.last_used_at is None
        else link.last_used_at.isoformat(timespec="seconds"),
    }
