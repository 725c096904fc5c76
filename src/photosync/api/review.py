"""/review: what runs left to a person, and what was decided on it."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import LARGEST, Body, Id, Number, SchoolCode, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, part
from photosync.api.review_shapes import Decisions, DecisionShape, WaitingFiles, WithoutPhoto
from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.review import services
from photosync.apps.review.documents import LOADED_WITH, decision_document, file_documents, without_document
from photosync.apps.review.looking import may_show_protected
from photosync.apps.review.models import ReviewDecision
from photosync.apps.review.queues import Queue, Waiting
from photosync.apps.review.remembered import decisions_in_force
from photosync.apps.review.without_photo import told_of, without_photo
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound

router = Router(tags=["review"])
QueueOfFiles = Literal["unmatched", "same-picture", "collision", "returned", "two-pictures", "rejected"]
ProfileId = Annotated[int | None, Query(None, ge=1, le=LARGEST, description="The id of a sync profile.")]
Few = Annotated[int, Query(50, ge=1, le=200, description="At most so many items.")]


class Matched(Body):
    """`person`: the id of the person whose photo it is."""

    person: Number


@router.get("", response=WaitingFiles, openapi_extra=told(Permission.SYNC_VIEW))
def list_waiting(
    request: ApiRequest,
    queue: QueueOfFiles,
    school: SchoolCode = None,
    profile: ProfileId = None,
    limit: Few = 50,
    after: After = None,
) -> HttpResponse:
    """List the files that wait for a decision in a queue, with the reason, and who may be meant."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    sees = Permission.DATA_MANAGE in request.auth.may(the_school)
    waiting = Waiting(the_school, _profile(the_school, profile), shows_protected=sees)
    of = Queue(queue)
    rows = waiting.files(of).select_related(*LOADED_WITH)

    def shown_all(page: list[ListedFile]) -> list[dict[str, Any]]:
        documents = file_documents(page, of, the_school, shows_protected=sees)
        return [{"id": each.pk, **told} for each, told in zip(page, documents, strict=True)]

    return answer(request, part(rows, shown_all, after=after, limit=limit))


@router.get("/without-photo", response=WithoutPhoto, openapi_extra=told(Permission.SYNC_VIEW))
def list_without_photo(
    request: ApiRequest, school: SchoolCode = None, limit: Few = 50, after: After = None
) -> HttpResponse:
    """List the people of whom no photo of this academic year is shown, and what there is of each instead."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    year = academic_year_now(the_school, request.auth.now)
    sees = Permission.DATA_MANAGE in request.auth.may(the_school)
    people = without_photo(the_school, year, shows_protected=sees)
    page = part(people, lambda page: map(without_document, told_of(page, year)), after=after, limit=limit)
    return answer(request, page)


@router.get("/decisions", response=Decisions, openapi_extra=told(Permission.SYNC_VIEW))
def list_decisions(
    request: ApiRequest, school: SchoolCode = None, profile: ProfileId = None, limit: Few = 50, after: After = None
) -> HttpResponse:
    """List the decisions that are in force, the newest first."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    chosen = _profile(the_school, profile)
    rows = decisions_in_force().filter(school=the_school, part_of__isnull=True)
    rows = rows if chosen is None else rows.filter(profile=chosen)
    sees = Permission.DATA_MANAGE in request.auth.may(the_school)
    if not sees:
        rows = rows.filter(Q(person=None) | Q(person__protected=False))
    rows = rows.select_related("school", "profile", "person")
    names = ProtectedNames(the_school.pk, shown=sees)

    def shown(page: list[ReviewDecision]) -> list[dict[str, Any]]:
        return [decision_document(each, names) for each in page]

    return answer(request, part(rows, shown, after=after, limit=limit, newest_first=True))


@router.post(
    "/decisions/{decision_id}/undo", response=DecisionShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True)
)
@idempotent
def undo(request: ApiRequest, decision_id: Id) -> HttpResponse:
    """Take a decision back. A photo that a run has published meanwhile stays; undo that run for it."""
    missing = NotFound(_("There is no decision {number}. Nothing was done.").format(number=decision_id))
    made = ReviewDecision.objects.select_related("school", "person").filter(pk=decision_id).first()
    if made is None:
        raise missing
    request.auth.reach(made.school, Permission.PHOTO_MANAGE, missing)
    if made.person is not None:
        _check_seen(request, made.person, made.school, missing)
    done = services.undo(made.pk, made.school, by=request.auth.name, now=request.auth.now)
    return answer(request, decision_document(done))


@router.post("/{file_id}/match", response=DecisionShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True))
@idempotent
def match(request: ApiRequest, file_id: Id, body: Matched) -> HttpResponse:
    """Decide that a file is a photo of a person. The next run follows it, and so does every later one."""
    file = _file(request, file_id)
    school = file.profile.school
    person = request.auth.person(body.person, Permission.PHOTO_MANAGE)
    made = services.accept(file.pk, school, person, by=request.auth.name, now=request.auth.now)
    return answer(request, decision_document(made))


@router.post("/{file_id}/dismiss", response=DecisionShape, openapi_extra=told(Permission.PHOTO_MANAGE, once=True))
@idempotent
def dismiss(request: ApiRequest, file_id: Id) -> HttpResponse:
    """Decide against a file: not a person, nobody's picture, not this year's photo, or a refusal that was seen."""
    file = _file(request, file_id)
    made = services.dismiss(file.pk, file.profile.school, by=request.auth.name, now=request.auth.now)
    return answer(request, decision_document(made))


def _file(request: ApiRequest, file_id: int) -> ListedFile:
    missing = NotFound(_("No file {number} waits in review. Nothing was done.").format(number=file_id))
    file = ListedFile.objects.select_related("page", "profile__school", "person").filter(pk=file_id).first()
    if file is None:
        raise missing
    request.auth.reach(file.profile.school, Permission.PHOTO_MANAGE, missing)
    sees = Permission.DATA_MANAGE in request.auth.may(file.profile.school)
    if not sees and may_show_protected(file):
        raise missing
    return file


def _check_seen(request: ApiRequest, person: Person, school: School, missing: NotFound) -> None:
    if person.protected and Permission.DATA_MANAGE not in request.auth.may(school):
        raise missing


def _profile(school: School, profile_id: int | None) -> SyncProfile | None:
    if profile_id is None:
        return None
    profile = SyncProfile.objects.filter(school=school, pk=profile_id).first()
    if profile is None:
        raise NotFound(_("There is no sync profile {number}. Nothing was done.").format(number=profile_id))
    return profile
