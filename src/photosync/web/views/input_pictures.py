"""The small picture of a file of an input. What cannot be shown is told in a picture too: no script stands behind it.

SYNC: VIEW sees the files, PHOTO: VIEW the pictures.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.utils.html import escape
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.inputs.matching import how_matched, look_at
from photosync.apps.inputs.queries import files_of
from photosync.apps.inputs.thumbnails import is_called_a_picture, thumbnail_of, thumbnail_tag
from photosync.core.errors import ItemRejected, PhotoSyncError
from photosync.web.photo_gate import PLAIN_HEADERS, matches_etag
from photosync.web.views.inputs import LARGEST_ID, the_input
from photosync.web.workplace import Workplace, in_workplace

WORDS_IN_PLACE = (
    '<svg xmlns="http://www.w3.org/2000/svg" width="128" height="160" viewBox="0 0 64 80">'
    '<rect width="64" height="80" fill="#e4e6ea"/>'
    '<text x="32" y="44" fill="#3d4148" font-family="sans-serif" font-size="12" text-anchor="middle">{words}</text>'
    "</svg>"
)
"""Light in both themes, as a picture is: it can neither ask for the theme nor carry a style."""


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def picture(request: HttpRequest, workplace: Workplace, input_id: int, held_file_id: int) -> HttpResponse:
    """The picture, small. Of a file that may be of someone whose photo is not shown there is none."""
    if not workplace.may_see_photos:
        raise Http404
    found = the_input(workplace, input_id)
    file = files_of(found).filter(pk=min(held_file_id, LARGEST_ID - 1)).first()
    if file is None or not is_called_a_picture(file.name):
        raise Http404
    try:
        (looked,) = look_at(found, how_matched(found), [file])
    except PhotoSyncError as error:
        raise Http404 from error
    if not looked.may_be_shown:
        raise Http404
    tag = thumbnail_tag(file.sha256)
    is_known = matches_etag(request.headers.get("If-None-Match", ""), tag)
    try:
        content = b"" if is_known else thumbnail_of(file.sha256)
    except ItemRejected as error:
        return _told(_of_refused(error), status=422)
    except PhotoSyncError:
        return _told(_("not now"), status=503)
    if looked.tried.person_id is not None and request.method == "GET":
        note_view(request.user.pk, looked.tried.person_id, school_id=found.school_id)
    response = HttpResponse(content, status=304 if is_known else 200, content_type="image/jpeg")
    response.headers["ETag"] = f'"{tag}"'
    return _plain(response, "private, no-cache")


def _of_refused(error: ItemRejected) -> str:
    words = {
        "empty": _("empty"),
        "not_an_image": _("no picture"),
        "too_many_bytes": _("too large"),
        "too_many_pixels": _("too large"),
        "too_much_memory": _("too large"),
        "unsupported": _("unreadable"),
        "heic_not_installed": _("HEIC"),
    }
    return words.get(error.code, _("damaged"))


def _told(words: str, *, status: int) -> HttpResponse:
    content = WORDS_IN_PLACE.format(words=escape(words))
    response = HttpResponse(content, status=status, content_type="image/svg+xml; charset=utf-8")
    return _plain(response, "private, no-store")


def _plain(response: HttpResponse, cache_control: str) -> HttpResponse:
    response.headers["Cache-Control"] = cache_control
    for name, value in PLAIN_HEADERS:
        response.headers[name] = value
    return response
