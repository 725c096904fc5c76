"""/photo-links/: photos by signed link, for pages of other programs. No one is signed in here."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.api.answers import names
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.photo_links import linked_photo
from photosync.core.photos import Rendition

KEPT_S = 60
"""A browser asks again within so long, so that what is withdrawn is gone from there soon."""


@require_safe
def photo_by_link(request: HttpRequest, signed: str) -> HttpResponse:
    """Give the photo to whoever has the link, on any site's page."""
    now = datetime.now(UTC)
    linked = linked_photo(signed, now)
    if linked is None:
        told = _("There is no photo at this link, or not any more.")
        response = HttpResponse(f"{told}\n", status=404, content_type="text/plain; charset=utf-8")
        response.headers["Cache-Control"] = "no-store"
        return response
    person, file = linked.file.person, linked.file
    if request.method == "GET":
        note_view(None, person.pk, school_id=person.school_id, full=file.rendition is Rendition.FULL)
    tag = f'"{file.sha256}"'
    if names(request.headers.get("If-None-Match", ""), tag):
        response = HttpResponse(status=304)
        del response.headers["Content-Type"]
    else:
        response = HttpResponse(file.content(), content_type="image/jpeg")
    left_s = int((linked.expires_at - now).total_seconds())
    response.headers["ETag"] = tag
    response.headers["Photo-Year"] = str(file.year)
    response.headers["Cache-Control"] = f"private, max-age={max(min(KEPT_S, left_s), 0)}"
    response.headers["Cross-Origin-Resource-Policy"] = "cross-origin"
    return response
