"""A person's photo set by hand: choose a picture, turn and cut it, save. Nothing is changed before the last step.

The picture waits in the data folder under a name made here. Its token is in the address, and counts only where the
session of whoever chose it holds it, for the person that it was chosen for. No picture is decoded in this process.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.library.models import PhotoVersion, YearPhoto
from photosync.apps.library.store import photo_store, render_settings
from photosync.apps.library.waiting_pictures import (
    adjusted_preview,
    keep_waiting,
    waiting_content,
    waiting_preview,
)
from photosync.apps.people.models import Person
from photosync.apps.people.roster.uploads import forget_old_uploads
from photosync.apps.runs.by_hand import DecidedByHand, adjust_photo, set_photo, years_by_hand
from photosync.core.errors import PhotoSyncError
from photosync.core.wording import one_line
from photosync.web.faces_wall import face_of
from photosync.web.page import Crumb, render_page
from photosync.web.photo_form import CutForm, PictureForm, face_part
from photosync.web.photo_history import history_of
from photosync.web.views.data_management import person_crumbs, the_person
from photosync.web.waiting_photos import WaitingPhoto, forget, remember, waiting_photo
from photosync.web.workplace import Workplace, in_workplace

LONGEST_NAME = 100
WHOLE: dict[str, float] = {"left": 0, "top": 0, "width": 100, "height": 100}
CUT_FIELDS = ("turn", "left", "top", "width", "height")


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.PHOTO_MANAGE)
def photo_set(request: HttpRequest, workplace: Workplace, person_id: int) -> HttpResponse:
    """Choose a picture: a new one, or the photo of a year that is there."""
    now = datetime.now(UTC)
    forget_old_uploads(now)
    person = the_person(workplace, person_id)
    years = _years_to_cut(person, now)
    form = PictureForm()
    refusal = ""
    if request.method == "POST" and "version" in request.POST:
        version = next((each for each in years if str(each.pk) == request.POST["version"]), None)
        try:
            if version is not None:
                return _begin_with_version(request, person, version)
            refusal = _("This photo cannot be turned or cut now. Nothing was changed. Choose another.")
        except PhotoSyncError as error:
            refusal = error.message
    elif request.method == "POST":
        form = PictureForm(request.POST, request.FILES)
        if form.is_valid() and form.file is not None:
            try:
                return _begin_with_file(request, person, form.file)
            except PhotoSyncError as error:
                form.add_error("picture", error.message)
    context = {"form": form, "years": years, "refusal": refusal}
    return _page(request, workplace, "web/photo_set.html", person, context, title=_("Set the photo by hand"))


def _years_to_cut(person: Person, now: datetime) -> list[PhotoVersion]:
    """Return the photos that may be turned or cut: none that no page shows."""
    if person.protected or hasattr(person, "withdrawal"):
        return []
    rows = YearPhoto.objects.filter(person=person, academic_year__in=years_by_hand(person, now))
    return [row.version for row in rows.select_related("version__picture").order_by("-academic_year")]


def _begin_with_file(request: HttpRequest, person: Person, file: UploadedFile) -> HttpResponse:
    kept = keep_waiting(file.read())
    name = one_line(file.name or "")[-LONGEST_NAME:]
    remember(request, WaitingPhoto(kept.token, person.pk, name, kept.width_px, kept.height_px))
    return HttpResponseRedirect(reverse("photo-cut", args=[person.pk, kept.token]))


def _begin_with_version(request: HttpRequest, person: Person, version: PhotoVersion) -> HttpResponse:
    kept = keep_waiting(photo_store().read_verified(version.picture.full_sha256))
    name = _("the photo of %(year)d") % {"year": version.academic_year}
    waiting = WaitingPhoto(
        kept.token, person.pk, name, kept.width_px, kept.height_px, version.pk, version.academic_year
    )
    remember(request, waiting)
    return HttpResponseRedirect(reverse("photo-cut", args=[person.pk, kept.token]))


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace(needs=Permission.PHOTO_MANAGE)
def photo_cut(request: HttpRequest, workplace: Workplace, person_id: int, token: str) -> HttpResponse:
    """Turn and cut the picture, see before and after, and save."""
    now = datetime.now(UTC)
    person = the_person(workplace, person_id)
    try:
        waiting = waiting_photo(request, person, token)
        waiting_preview(token)
    except PhotoSyncError as error:
        return _begin_again(request, person, error.message)
    years = years_by_hand(person, now) if waiting.year is None else [waiting.year]
    part = {"turn": 0, "year": years[0], **_part_of(waiting)}
    posted = request.method == "POST"
    form = CutForm(years, request.POST if posted else None, initial=part)
    if posted and form.is_valid():
        try:
            if "save" in request.POST:
                return _save(request, person, waiting, form, now)
            adjusted_preview(token, form.adjustment)
        except PhotoSyncError as error:
            form.add_error(None, error.message)
    preview = reverse("photo-preview", args=[person.pk, token])
    shown = "" if form.errors else f"?{urlencode({name: form[name].value() for name in CUT_FIELDS})}"
    context = {
        "form": form,
        "waiting": waiting,
        "preview_url": preview,
        "after_url": f"{preview}{shown}",
        "year": form["year"].value(),
    }
    return _page(request, workplace, "web/photo_cut.html", person, context, title=_("Turn and cut"))


def _part_of(waiting: WaitingPhoto) -> dict[str, float]:
    """Return the part that is proposed: of a new picture that of a face, of a photo that is there all of it."""
    part = face_part(waiting.width_px, waiting.height_px)
    smallest_px = render_settings().min_short_edge_px
    is_small = min(part["width"] * waiting.width_px, part["height"] * waiting.height_px) < 100 * smallest_px
    return WHOLE if waiting.version_id is not None or is_small else part


def _save(request: HttpRequest, person: Person, waiting: WaitingPhoto, form: CutForm, now: datetime) -> HttpResponse:
    decided = _decided(person, waiting, form, request.user.get_username(), now)
    forget(request, waiting.token)
    messages.success(request, decided.explanation)
    return HttpResponseRedirect(reverse("data-person", args=[person.pk]))


def _decided(person: Person, waiting: WaitingPhoto, form: CutForm, by: str, now: datetime) -> DecidedByHand:
    if waiting.version_id is None:
        return set_photo(
            person,
            waiting_content(waiting.token),
            by=by,
            now=now,
            year=form.cleaned_data["year"],
            origin=waiting.name,
            adjustment=form.adjustment,
        )
    version = PhotoVersion.objects.select_related("picture").get(pk=waiting.version_id, person=person)
    return adjust_photo(person, version, form.adjustment, by=by, now=now)


@require_safe
@in_workplace(needs=Permission.PHOTO_MANAGE)
def photo_preview(request: HttpRequest, workplace: Workplace, person_id: int, token: str) -> HttpResponse:
    """The waiting picture, upright; with a part in the query, that part of it. For the session that chose it."""
    person = the_person(workplace, person_id)
    try:
        waiting_photo(request, person, token)
        if "width" in request.GET:
            asked = CutForm([0], request.GET.dict() | {"year": "0"})
            if not asked.is_valid():
                raise Http404
            content = adjusted_preview(token, asked.adjustment)
        else:
            content = waiting_preview(token)
    except PhotoSyncError as exc:
        raise Http404 from exc
    response = HttpResponse(content, content_type="image/jpeg")
    response.headers["Cache-Control"] = "private, no-store"
    return response


def _begin_again(request: HttpRequest, person: Person, told: str) -> HttpResponse:
    messages.error(request, told)
    return HttpResponseRedirect(reverse("photo-set", args=[person.pk]))


def _page(
    request: HttpRequest, workplace: Workplace, template: str, person: Person, context: dict[str, Any], *, title: str
) -> HttpResponse:
    history = history_of(person, datetime.now(UTC))
    set_url = reverse("photo-set", args=[person.pk])
    words = _("Set the photo by hand")
    crumbs = (Crumb(words, set_url), Crumb(title)) if "waiting" in context else (Crumb(title),)
    shared = {
        "person": person,
        "history": history,
        "face": face_of(person, None if person.protected else history.shown_year, history.current_year),
    }
    return render_page(
        request,
        template,
        shared | context,
        title=f"{title}: {person.label}",
        workspace="data-management",
        crumbs=person_crumbs(person, *crumbs),
        workplace=workplace,
    )
