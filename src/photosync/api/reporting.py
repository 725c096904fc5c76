"""/reporting-cycles: rounds of academic reports, what waits for them, and long work on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged
from photosync.api.fields import (
    AskedText,
    Body,
    DayText,
    Id,
    LongText,
    Number,
    SchoolCode,
    ShortText,
    Year,
    day,
    told,
)
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.reporting_shapes import Cycles, CycleShape, Jobs, JobShape, WholeStandingShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.reports import cycles, holding
from photosync.apps.reports.documents import (
    cycle_documents,
    job_document,
    record_document,
    whole_progress_document,
)
from photosync.apps.reports.jobs import job_numbered
from photosync.apps.reports.locking import locked_cycle
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.queries import cycles_of, jobs_of
from photosync.apps.reports.roster import Choice
from photosync.apps.reports.working import cancel_work
from photosync.core.errors import NotFound, WrongUse

router = Router(tags=["reporting cycles"])
NEEDS = Permission.ACAD_ARCHIVE
Values = Annotated[list[ShortText], Field(max_length=500)]
Codes = Annotated[list[ShortText], Field(max_length=100_000)]


class People(Body):
    """Of one kind of group any, of several kinds all must be so; codes are taken in besides."""

    year_levels: Values = []
    roll_groups: Values = []
    houses: Values = []
    campuses: Values = []
    codes: Codes = []

    def as_choice(self) -> Choice:
        return Choice(
            year_level=tuple(self.year_levels),
            roll_group=tuple(self.roll_groups),
            house=tuple(self.houses),
            campus=tuple(self.campuses),
            codes=tuple(dict.fromkeys(self.codes)),
        )


class CycleChanges(Body):
    """What is left out, or null, stays as it is. An empty text takes a day away."""

    name: ShortText | None = None
    year: Year | None = None
    semester: ShortText | None = None
    staff_from: DayText | Literal[""] | None = None
    students_from: DayText | Literal[""] | None = None
    parents_from: DayText | Literal[""] | None = None

    def as_fields(self) -> dict[str, Any]:
        """Return what is given, by the names of the columns. Raises WrongUse."""
        plain = {"name": self.name, "academic_year": self.year, "semester": self.semester}
        given: dict[str, Any] = {name: value for name, value in plain.items() if value is not None}
        for name in cycles.AUDIENCES:
            text = getattr(self, name)
            if text is not None:
                given[name] = day(text, name) if text else None
        return given


class NewCycle(CycleChanges):
    """Without a year it is today's academic year."""

    name: ShortText
    people: People | None = None


class Reason(Body):
    reason: LongText = ""


class Released(Reason):
    """`person`: only this person's photo; null is the whole cycle."""

    person: Number | None = None


class Held(Body):
    person: Number | None = None


def shown(cycle: ReportingCycle) -> dict[str, Any]:
    return {"id": cycle.pk, "school": cycle.school.code, **record_document(cycle)}


@router.get("", response=Cycles, openapi_extra=told(Permission.SYNC_VIEW))
def list_cycles(
    request: ApiRequest,
    school: SchoolCode = None,
    state: Literal["open", "archived"] | None = None,
    year: Annotated[int | None, Query(None, ge=1900, le=9998)] = None,
    name: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the reporting cycles with how far they are and what waits for them, the latest first."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    found = cycles_of(the_school, state=state or "", year=year)
    found = found if name is None else found.filter(name__iexact=" ".join(name.split()))

    def shown_all(page: list[ReportingCycle]) -> Iterable[dict[str, Any]]:
        documents = zip(page, cycle_documents(page, the_school), strict=True)
        return ({"id": each.pk, "school": the_school.code, **document} for each, document in documents)

    return answer(request, part(found, shown_all, after=after, limit=limit, newest_first=True))


@router.post("", response={201: CycleShape}, openapi_extra=told(NEEDS, once=True))
@idempotent
def make_cycle(request: ApiRequest, body: NewCycle, school: SchoolCode = None) -> HttpResponse:
    """Open a reporting cycle, with its people. From then on their photos wait, where a sync profile says so."""
    the_school = request.auth.school(school, NEEDS)
    people = body.people.as_choice() if body.people is not None else None
    given = body.as_fields()
    cycle = cycles.open_cycle(
        the_school, given.pop("name"), by=request.auth.name, now=request.auth.now, people=people, **given
    )
    return answer(request, shown(cycle), status=201, location=f"/api/v1/reporting-cycles/{cycle.pk}")


@router.get("/{cycle_id}", response=CycleShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_cycle(request: ApiRequest, cycle_id: Id) -> HttpResponse:
    """Show a reporting cycle. Its ETag is needed to change it."""
    return answer(request, shown(the_cycle(request, cycle_id, Permission.SYNC_VIEW)))


@router.get("/{cycle_id}/progress", response=WholeStandingShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_progress(request: ApiRequest, cycle_id: Id) -> HttpResponse:
    """Say how far a reporting cycle is, as a whole and per roll group, and how many photos wait for it."""
    return answer(request, whole_progress_document(the_cycle(request, cycle_id, Permission.SYNC_VIEW)))


@router.patch("/{cycle_id}", response=CycleShape, openapi_extra=told(NEEDS, if_match=True))
def change_cycle(request: ApiRequest, cycle_id: Id, body: CycleChanges) -> HttpResponse:
    """Change a reporting cycle. Name, year and semester stay once a report is archived under them."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    changes = body.as_fields()
    if not changes:
        raise WrongUse(_("No change was given. Nothing was done."))
    with transaction.atomic():
        check_unchanged(request, shown(locked_cycle(cycle)))
        cycle = cycles.edit_cycle(cycle, **changes)
    return answer(request, shown(cycle))


@router.post("/{cycle_id}/close", response=CycleShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def close(request: ApiRequest, cycle_id: Id, body: Reason) -> HttpResponse:
    """Close a reporting cycle: nothing waits for it any more. Where reports are missing, the reason is needed."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    return answer(
        request,
        shown(cycles.close_cycle(cycle, reason=body.reason, by=request.auth.name, now=request.auth.now)),
    )


@router.post("/{cycle_id}/reopen", response=CycleShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def reopen(request: ApiRequest, cycle_id: Id, body: Reason) -> HttpResponse:
    """Open a closed reporting cycle again. What is archived stays archived."""
    return answer(request, shown(cycles.reopen_cycle(the_cycle(request, cycle_id, NEEDS), reason=body.reason)))


@router.post("/{cycle_id}/release", response=CycleShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def release(request: ApiRequest, cycle_id: Id, body: Released) -> HttpResponse:
    """Let photos not wait for missing reports: of the whole cycle, or of one person. A reason is needed."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    given: dict[str, Any] = {"reason": body.reason, "by": request.auth.name, "now": request.auth.now}
    if body.person is None:
        return answer(request, shown(holding.release_cycle(cycle, **given)))
    holding.release_person(the_member(request, cycle, body.person), **given)
    return answer(request, shown(cycle))


@router.post("/{cycle_id}/hold", response=CycleShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def hold(request: ApiRequest, cycle_id: Id, body: Held) -> HttpResponse:
    """Take a release back, of the whole cycle or of one person: who is not archived waits again."""
    cycle = the_cycle(request, cycle_id, NEEDS)
    if body.person is None:
        return answer(request, shown(holding.hold_again(cycle)))
    holding.hold_person_again(the_member(request, cycle, body.person))
    return answer(request, shown(cycle))


@router.get("/{cycle_id}/jobs", response=Jobs, openapi_extra=told(Permission.SYNC_VIEW))
def list_jobs(request: ApiRequest, cycle_id: Id, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the long work on a reporting cycle, the latest first."""
    jobs = jobs_of(the_cycle(request, cycle_id, Permission.SYNC_VIEW))
    page = part(jobs, lambda page: map(job_document, page), after=after, limit=limit, newest_first=True)
    return answer(request, page)


@router.get("/{cycle_id}/jobs/{job_id}", response=JobShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_job(request: ApiRequest, cycle_id: Id, job_id: Id) -> HttpResponse:
    """Say how far long work on a reporting cycle is."""
    return answer(request, job_document(job_numbered(job_id, the_cycle(request, cycle_id, Permission.SYNC_VIEW))))


@router.post("/{cycle_id}/jobs/{job_id}/cancel", response=JobShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def cancel(request: ApiRequest, cycle_id: Id, job_id: Id) -> HttpResponse:
    """Cancel long work on a reporting cycle. What was done before stays."""
    job = job_numbered(job_id, the_cycle(request, cycle_id, NEEDS))
    return answer(request, job_document(cancel_work(job, by=request.auth.name, now=request.auth.now)))


def the_cycle(request: ApiRequest, cycle_id: int, needs: Permission) -> ReportingCycle:
    missing = NotFound(_("There is no reporting cycle {number}. Nothing was done.").format(number=cycle_id))
    cycle = ReportingCycle.objects.select_related("school").filter(pk=cycle_id).first()
    if cycle is None:
        raise missing
    request.auth.reach(cycle.school, needs, missing)
    return cycle


def the_member(request: ApiRequest, cycle: ReportingCycle, person_id: int) -> CycleMember:
    return members_who_are(request, cycle, [person_id])[0]


def members_who_are(request: ApiRequest, cycle: ReportingCycle, people: Sequence[int]) -> list[CycleMember]:
    """Return the members who are these people. Raises NotFound. Protected people are there only with DATA: MANAGE."""
    members = CycleMember.objects.filter(cycle=cycle, person_id__in=people).select_related("person", "cycle__school")
    if Permission.DATA_MANAGE not in request.auth.may(cycle.school):
        members = members.filter(person__protected=False)
    found = {member.person_id: member for member in members}
    for person_id in people:
        if person_id not in found:
            words = _("Person {number} is not in this reporting cycle. Nothing was done.")
            raise NotFound(words.format(number=person_id))
    return list(found.values())
