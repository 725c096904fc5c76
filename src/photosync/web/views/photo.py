"""A photo over HTTP, as the gate gives it, where the request did not come through the gate."""

from __future__ import annotations

from datetime import UTC, datetime

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from photosync.apps.audit.viewing import note_view
from photosync.apps.library.store import photo_store
from photosync.core.photos import Rendition
from photosync.web.photo_address import photo_address
from photosync.web.photo_gate import NOT_FOUND, PhotoAnswer, matches_etag, photo_headers
from photosync.web.photo_rights import shown_photo, user_may_see


@require_safe
def photo(request: HttpRequest, person_id: str, which: str, size: str) -> HttpResponse:
    answer = _answer(request, person_id, which, size)
    response = HttpResponse(answer.body, status=answer.status)
    del response.headers["Content-Type"]
    for name, value in answer.headers:
        response.headers[name] = value
    return response


def _answer(request: HttpRequest, person_id: str, which: str, size: str) -> PhotoAnswer:
    if not request.user.is_authenticated:
        return NOT_FOUND
    shown = shown_photo(photo_address(person_id, which, size), datetime.now(UTC))
    if shown is None or not user_may_see(request.user, shown.school_id, is_planned=shown.is_planned):
        return NOT_FOUND
    if request.method == "GET":
        full = size == Rendition.FULL
        note_view(request.user.pk, int(person_id), school_id=shown.school_id, full=full)
    headers = photo_headers(shown)
    if matches_etag(request.headers.get("If-None-Match", ""), shown.sha256):
        return PhotoAnswer(304, headers)
    return PhotoAnswer(200, headers, photo_store().read(shown.sha256))
