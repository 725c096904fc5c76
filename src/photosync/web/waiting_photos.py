"""The pictures that a session has uploaded and not saved yet: for whom, under what name, and of which version."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest
from django.utils.translation import gettext as _

from photosync.apps.library.waiting_pictures import forget_waiting
from photosync.apps.people.models import Person
from photosync.core.errors import NotFound

SESSION_KEY = "pictures"
MOST_WAITING = 5


@dataclass(frozen=True, slots=True)
class WaitingPhoto:
    """`version_id` where it is a photo of the library that is turned or cut; then `year` is its year."""

    token: str
    person_id: int
    name: str
    width_px: int
    height_px: int
    version_id: int | None = None
    year: int | None = None


def remember(request: HttpRequest, waiting: WaitingPhoto) -> None:
    """Keep what is known of a picture in the session; the oldest of too many are forgotten."""
    kept = dict(request.session.get(SESSION_KEY, {}))
    kept[waiting.token] = {
        "person": waiting.person_id,
        "name": waiting.name,
        "size": [waiting.width_px, waiting.height_px],
        "version": waiting.version_id,
        "year": waiting.year,
    }
    for token in list(kept)[:-MOST_WAITING]:
        del kept[token]
        forget_waiting(token)
    request.session[SESSION_KEY] = kept


def waiting_photo(request: HttpRequest, person: Person, token: str) -> WaitingPhoto:
    """Raises NotFound where this session has not uploaded it for this person."""
    known = request.session.get(SESSION_KEY, {}).get(token)
    if known is None or known["person"] != person.pk:
        raise NotFound(
            _(
                "This picture is no longer here: it was saved already, or is more than a day old. "
                "Nothing was saved now. Choose the picture again."
            )
        )
    width_px, height_px = known["size"]
    return WaitingPhoto(token, person.pk, known["name"], width_px, height_px, known["version"], known["year"])


def forget(request: HttpRequest, token: str) -> None:
    forget_waiting(token)
    kept = dict(request.session.get(SESSION_KEY, {}))
    kept.pop(token, None)
    request.session[SESSION_KEY] = kept
