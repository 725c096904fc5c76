"""Signed links to one photo, for embedding where no one signs in. Whoever has the link sees the photo until it ends.

A link says who made it (by which API token), of whom, of which year, in which size and until when; nothing is
stored. It shows nothing any more once its end has come, the token or its right is gone, or the person is protected or
the photo withdrawn.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer

from photosync.apps.accounts.models import ApiToken
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import counts, may_of
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.library.photos import PhotoFile, photo_file
from photosync.apps.people.models import Person
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.photos import Rendition

SALT = "photosync.photo-link"
USUAL_S, MOST_S = 3_600, 7 * 24 * 3_600
LONGEST = 200
NO_YEAR = 0
_PARTS = 5


@dataclass(frozen=True, slots=True)
class MadeLink:
    """`path` is to be put behind the address of the pages."""

    path: str
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LinkedPhoto:
    file: PhotoFile
    expires_at: datetime


def make_link(
    person: Person, token: ApiToken, rendition: Rendition, *, year: int | None, valid_s: int, now: datetime
) -> MadeLink:
    """Return a link to the photo of `person` for an academic year (None: always that of the day it is looked at).

    It ends after `valid_s`, and no later than the token. Raises WrongUse for more than MOST_S.
    """
    if not 1 <= valid_s <= MOST_S:
        raise WrongUse(f"A link is valid for 1 to {MOST_S} seconds, not {valid_s}. No link was made.")
    expires_at = (now + timedelta(seconds=valid_s)).replace(microsecond=0)
    if token.expires_at is not None:
        expires_at = min(expires_at, token.expires_at.replace(microsecond=0))
    numbers = (person.pk, year or NO_YEAR, list(Rendition).index(rendition), token.pk, int(expires_at.timestamp()))
    signed = _signer().sign("_".join(map(str, numbers)))
    changes = [("size", None, rendition.value), ("expires", None, expires_at.isoformat())]
    record(Act.PHOTO_LINK_MADE, person, school=person.school, person_id=person.pk, changes=changes)
    return MadeLink(f"/photo-links/{signed}.jpg", expires_at)


def linked_photo(signed: str, now: datetime) -> LinkedPhoto | None:
    """Return what a link shows at `now`; None where it is not ours, has ended, or may not be shown any more."""
    if len(signed) > LONGEST:
        return None
    try:
        numbers = [int(each) for each in _signer().unsign(signed).split("_")]
    except (BadSignature, ValueError):
        return None
    if len(numbers) != _PARTS:
        return None
    person_id, year, size, token_id, ends = numbers
    expires_at = datetime.fromtimestamp(ends, UTC)
    token = ApiToken.objects.select_related("owner", "school").filter(pk=token_id).first()
    person = Person.objects.select_related("school").filter(pk=person_id, protected=False).first()
    if expires_at <= now or token is None or person is None or not counts(token, now):
        return None
    if Permission.PHOTO_VIEW not in may_of(token, person.school):
        return None
    try:
        return LinkedPhoto(photo_file(person, list(Rendition)[size], year=year or None, now=now), expires_at)
    except (NotFound, Refused):
        return None


def _signer() -> Signer:
    return Signer(sep=".", salt=SALT)
