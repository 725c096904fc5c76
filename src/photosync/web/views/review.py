"""Review: what runs left to a person, decided one after the other, by keyboard if one likes.

SYNC: VIEW sees the queues, PHOTO: VIEW the pictures, PHOTO: MANAGE decides; DATA: MANAGE alone sees protected people.
"""

from __future__ import annotations

from datetime import UTC, datetime
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.audit.viewing import note_view
from photosync.apps.library.photos import blob_of
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.review import services
from photosync.apps.review.looking import is_picture_of_protected, may_show_protected, picture_to_look_at
from photosync.apps.review.models import ReviewDecision
from photosync.apps.review.queues import Queue, queue_of
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import ItemRejected, PhotoSyncError
from photosync.core.photos import Rendition
from photosync.web.page import Crumb, render_page
from photosync.web.photo_gate import PLAIN_HEADERS, matches_etag
from photosync.web.review_desk import Asked, Desk, decided_page
from photosync.web.review_without import without_page
from photosync.web.runs_list import number_in
from photosync.web.views.administration import administration_crumbs
from photosync.web.workplace import Workplace, in_workplace


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def review(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """One queue: the thing to decide on next, and what comes after it."""
    return _shown(request, workplace, request.GET)


@require_POST
@in_workplace(needs=Permission.PHOTO_MANAGE)
def review_decide(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Decide on one file, and go on to the next."""
    _needs_sync(workplace)
    school, given = workplace.the_school, request.POST
    file_id = number_in(given.get("item", "")) or 0
    shows_protected = Permission.DATA_MANAGE in workplace.permissions
    made, refusal = None, ""
    by, now = request.user.get_username(), datetime.now(UTC)
    if not file_id:
        refusal = _("Nothing was chosen. Nothing was changed. Choose a picture first.")
        return _answered(request, workplace, given, made=None, refusal=refusal, at=0)
    try:
        _see_file(school.pk, file_id, shows_protected=shows_protected)
        if given.get("act") == "dismiss":
            made = services.dismiss(file_id, school, by=by, now=now)
        else:
            person = _person(workplace, given.get("person", ""), file_id)
            if person is None:
                refusal = _("No one was chosen. Nothing was changed. Choose a person first.")
            else:
                made = services.accept(file_id, school, person, by=by, now=now)
    except PhotoSyncError as error:
        refusal = error.message
    return _answered(request, workplace, given, made=made, refusal=refusal, at=file_id)


@require_POST
@in_workplace(needs=Permission.PHOTO_MANAGE)
def review_undo(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """Take a decision back; what it was about is shown again where it waits."""
    _needs_sync(workplace)
    given = request.POST
    decision_id = number_in(given.get("decision", "")) or 0
    made, refusal = None, ""
    hidden = ReviewDecision.objects.filter(pk=decision_id, person__protected=True)
    if Permission.DATA_MANAGE not in workplace.permissions and hidden.exists():
        raise Http404
    try:
        made = services.undo(decision_id, workplace.the_school, by=request.user.get_username(), now=datetime.now(UTC))
    except PhotoSyncError as error:
        refusal = error.message
    return _answered(request, workplace, given, made=made, refusal=refusal, at=0)


@require_safe
@in_workplace(needs=Permission.SYNC_VIEW)
def review_picture(request: HttpRequest, workplace: Workplace, file_id: int, size: str) -> HttpResponse:
    """The picture of a file that waits in review. One that may be of a protected person is shown to no one."""
    if not workplace.may_see_photos or size not in ("card", "thumb"):
        raise Http404
    rows = ListedFile.objects.select_related("page", "profile__school", "person", "picture")
    file = rows.filter(pk=file_id, profile__school=workplace.the_school).first() if file_id < 2**63 else None
    if file is None or queue_of(file) in (None, Queue.REJECTED) or may_show_protected(file):
        raise Http404
    try:
        picture = picture_to_look_at(file)
        # Whose picture it is may be known only now that its bytes are.
        if is_picture_of_protected(file, picture):
            raise Http404
        sha256, _size = blob_of(picture, Rendition(size))
    except PhotoSyncError as error:
        status = 422 if isinstance(error, ItemRejected) else 503
        return HttpResponse(error.message, status=status, content_type="text/plain; charset=utf-8")
    if file.person_id is not None:
        note_view(request.user.pk, file.person_id, school_id=file.profile.school_id)
    is_known = matches_etag(request.headers.get("If-None-Match", ""), sha256)
    response = HttpResponse(b"" if is_known else photo_store().read(sha256), status=304 if is_known else 200)
    response.headers["Content-Type"] = "image/jpeg"
    response.headers["ETag"] = f'"{sha256}"'
    response.headers["Cache-Control"] = "private, no-cache"
    for name, value in PLAIN_HEADERS:
        response.headers[name] = value
    return response


def _needs_sync(workplace: Workplace) -> None:
    if Permission.SYNC_VIEW not in workplace.permissions:
        raise PermissionDenied(str(Permission.SYNC_VIEW))


def _see_file(school_id: int, file_id: int, *, shows_protected: bool) -> None:
    """Raise Http404 for a file that whoever decides may not see; one that has gone is told by the service."""
    file = (
        ListedFile.objects.select_related("page", "profile", "person")
        .filter(pk=file_id, profile__school=school_id)
        .first()
    )
    if file is not None and not shows_protected and may_show_protected(file):
        raise Http404


def _person(workplace: Workplace, text: str, file_id: int) -> Person | None:
    """Return the person that was chosen; where a file was chosen instead, the person that it matches."""
    people = Person.objects.select_related("school").filter(school=workplace.the_school)
    if Permission.DATA_MANAGE not in workplace.permissions:
        people = people.filter(protected=False)
    number = number_in(text)
    if number is not None:
        return people.filter(pk=number).first()
    file = ListedFile.objects.filter(pk=file_id, profile__school=workplace.the_school).first()
    return None if file is None or text else people.filter(pk=file.person_id or 0).first()


def _answered(
    request: HttpRequest,
    workplace: Workplace,
    given: QueryDict,
    *,
    made: ReviewDecision | None,
    refusal: str,
    at: int,
) -> HttpResponse:
    """Show what comes next: in part for htmx, else by sending the browser there."""
    query = {name: given[name] for name in ("queue", "profile") if given.get(name)}
    if made is not None and at:
        query |= {"after": str(at), "done": str(made.pk)}
    elif made is not None:
        query |= {"undone": str(made.pk)}
        file = services.file_of(made)
        if file is not None and (queue := queue_of(file)) is not None:
            query |= {"item": str(file.pk), "queue": queue.value}
    elif at:
        query["item"] = str(at)
    if request.htmx:  # type: ignore[attr-defined]  # by its middleware
        asked = QueryDict(urlencode(query))
        return _shown(request, workplace, asked, refusal=refusal)
    if refusal:
        messages.error(request, refusal)
    return redirect(f"{reverse('review')}?{urlencode(query)}")


def _shown(request: HttpRequest, workplace: Workplace, query: QueryDict, *, refusal: str = "") -> HttpResponse:
    asked = Asked.of(query)
    now = datetime.now(UTC)
    target = request.htmx.target if request.htmx else ""  # type: ignore[attr-defined]  # by its middleware
    names = ProtectedNames(workplace.the_school.pk)
    desk = Desk(workplace.the_school, workplace.permissions, asked, now, names)
    context = desk.context(only_found=target == "found") | {"refusal": refusal}
    if asked.queue is Queue.WITHOUT_PHOTO:
        context |= without_page(workplace.the_school, query, now, shows_protected=desk.shows_protected)
    if asked.is_decided:
        context |= decided_page(workplace.the_school, query, names, shows_protected=desk.shows_protected)
    templates = {"found": "web/parts/review_found.html", "review": "web/parts/review_desk.html"}
    response = render_page(
        request,
        templates.get(target or "", "web/review.html"),
        context,
        title=_("Review"),
        workspace="administration",
        crumbs=administration_crumbs(Crumb(_("Review"))),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    if target == "review":
        response.headers["HX-Replace-Url"] = context["here"]
    return response
