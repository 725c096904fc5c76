"""/runs: what runs did or would do, and decisions on them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.http import HttpResponse
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import LARGEST, Body, Id, Number, SchoolCode, Year, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, cursor, part, place_of
from photosync.api.shapes import Changes, OneRun, Runs, RunShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs import services
from photosync.apps.runs.models import Run
from photosync.apps.runs.parts import Part
from photosync.apps.runs.queries import changed_since, changes_after, put_off_to, run_document
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.people import PersonKind
from photosync.core.run_states import RunState, Trigger

router = Router(tags=["runs"])
Action = Literal["add", "replace", "withdraw", "undo", "keep", "unmatched", "review", "rejected", "failed", "waiting"]
MOST_LEFT_OUT = 10_000
MOST_NAMES = 1_000
People = Annotated[list[Number], Field(max_length=MOST_LEFT_OUT)]
Names = Annotated[list[Annotated[str, Field(min_length=1, max_length=32)]], Field(max_length=MOST_NAMES)]


class Approval(Body):
    """`as_year`: publish as photos of this academic year, or of the next. `leave_out`: ids of people.

    The others choose a part: what they do not choose is put off and stays held, as a run of its own. `only` and
    `not_now` are ids of people; `but_most_doubtful` puts off so many changes of what else is chosen.
    """

    as_year: Year | None = None
    leave_out: People = []
    components: Annotated[list[PersonKind], Field(max_length=2)] = []
    year_levels: Names = []
    roll_groups: Names = []
    only: People = []
    not_now: People = []
    but_most_doubtful: Annotated[int, Field(ge=0, le=MOST_LEFT_OUT)] = 0

    def part(self) -> Part:
        return Part(
            kinds=frozenset(kind.value for kind in self.components),
            year_levels=frozenset(self.year_levels),
            roll_groups=frozenset(self.roll_groups),
            people=frozenset(self.only),
            not_now=frozenset(self.not_now),
            but_most_doubtful=self.but_most_doubtful,
        )


class Undoing(Body):
    """`person`: only this person's photo; null undoes the run as a whole."""

    person: Number | None = None


@router.get("", response=Runs, openapi_extra=told(Permission.SYNC_VIEW))
def list_runs(
    request: ApiRequest,
    school: SchoolCode = None,
    profile: Annotated[int | None, Query(None, ge=1, le=LARGEST, description="The id of a sync profile.")] = None,
    state: RunState | None = None,
    trigger: Trigger | None = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the runs, the latest first."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    # Named one by one, and without a join, the profiles let the database walk along the runs.
    profiles = SyncProfile.objects.filter(school=the_school).order_by()
    profiles = profiles if profile is None else profiles.filter(pk=profile)
    runs = Run.objects.prefetch_related("profile__school").filter(
        profile_id__in=list(profiles.values_list("pk", flat=True))
    )
    runs = runs if state is None else runs.filter(state=state)
    runs = runs if trigger is None else runs.filter(trigger=trigger)
    names = _names(request, the_school)

    def shown(page: list[Run]) -> list[dict[str, Any]]:
        return [run_document(each, names) for each in page]

    return answer(request, part(runs, shown, after=after, limit=limit, newest_first=True))


@router.get("/{run_id}", response=OneRun, openapi_extra=told(Permission.SYNC_VIEW))
def show_run(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Show a run."""
    run = _run(request, run_id, Permission.SYNC_VIEW)
    further = {"changed_since": changed_since(run), "put_off_to": put_off_to(run)}
    return answer(request, _shown(request, run) | further)


@router.get("/{run_id}/changes", response=Changes, openapi_extra=told(Permission.SYNC_VIEW))
def list_changes(
    request: ApiRequest, run_id: Id, action: Action | None = None, limit: Limit = 100, after: After = None
) -> HttpResponse:
    """List every change of a run with its reason, and the files that it could not use."""
    run = _run(request, run_id, Permission.SYNC_VIEW)
    sees = Permission.DATA_MANAGE in request.auth.may(run.profile.school)
    place = None if after is None else place_of(after, 2)
    page = changes_after(run, place, limit, action=action, names_protected=sees)  # type: ignore[arg-type]  # two
    following = None if page.goes_on is None else cursor(*page.goes_on)
    return answer(request, {"items": page.documents, "next": following})


@router.post("/{run_id}/approve", response={202: RunShape}, openapi_extra=told(Permission.SYNC_APPROVE, once=True))
@idempotent
def approve(request: ApiRequest, run_id: Id, body: Approval) -> HttpResponse:
    """Approve a held run, or a part of it: what it planned is published, without the people who are left out."""
    run = _run(request, run_id, Permission.SYNC_APPROVE)
    approved = services.approve(
        run.pk,
        by=request.auth.name,
        now=request.auth.now,
        publish_as_year=body.as_year,
        leave_out=body.leave_out,
        part=body.part(),
    )
    return answer(request, _shown(request, approved), status=202, location=f"/api/v1/runs/{run.pk}")


@router.post("/{run_id}/discard", response=RunShape, openapi_extra=told(Permission.SYNC_APPROVE, once=True))
@idempotent
def discard(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Discard a held run: nothing is published, and the same pictures are not planned again."""
    run = _run(request, run_id, Permission.SYNC_APPROVE)
    return answer(request, _shown(request, services.discard(run.pk, by=request.auth.name, now=request.auth.now)))


@router.post("/{run_id}/undo", response={202: RunShape}, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def undo(request: ApiRequest, run_id: Id, body: Undoing) -> HttpResponse:
    """Undo a run, as a whole or for one person: the former photos become current again. Undo is itself a run."""
    run = _run(request, run_id, Permission.SYNC_MANAGE)
    person = None if body.person is None else request.auth.person(body.person, Permission.SYNC_MANAGE)
    undoing = services.undo(run.pk, by=request.auth.name, now=request.auth.now, person=person)
    return answer(request, _shown(request, undoing), status=202, location=f"/api/v1/runs/{undoing.pk}")


@router.post("/{run_id}/cancel", response=RunShape, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def cancel(request: ApiRequest, run_id: Id) -> HttpResponse:
    """Cancel a run that is queued or running. What it has published stays."""
    run = _run(request, run_id, Permission.SYNC_MANAGE)
    return answer(request, _shown(request, services.cancel(run.pk, by=request.auth.name, now=request.auth.now)))


def _names(request: ApiRequest, school: School) -> ProtectedNames:
    return ProtectedNames(school.pk, shown=Permission.DATA_MANAGE in request.auth.may(school))


def _shown(request: ApiRequest, run: Run) -> dict[str, Any]:
    return run_document(run, _names(request, run.profile.school))


def _run(request: ApiRequest, run_id: int, needs: Permission) -> Run:
    missing = NotFound(f"There is no run {run_id}. Nothing was done. See the runs with: photosync run list")
    run = Run.objects.select_related("profile__school").filter(pk=run_id).first()
    if run is None:
        raise missing
    request.auth.reach(run.profile.school, needs, missing)
    return run
