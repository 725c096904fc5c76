"""/profiles: sync profiles, as in Manage Sync."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Query, Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.answers import answer, check_unchanged, file_answer, pdf_answer
from photosync.api.fields import AskedText, Body, Id, LongText, OptionText, SchoolCode, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.api.shapes import AssignmentShape, PingShape, Profiles, ProfileShape, RunShape, StatusShape
from photosync.api.source_shapes import LicencesShape, MatchesShape, PreflightShape, TriedShape
from photosync.apps.accounts.permissions import Permission
from photosync.apps.notifications.pings import ping_document
from photosync.apps.profiles import services
from photosync.apps.profiles.documents import profile_document, status_document, status_documents
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.runs.preflight import Preflight, preflight_of
from photosync.apps.runs.preflight_document import file_name, preflight_file
from photosync.apps.runs.queries import run_document
from photosync.apps.runs.services import request_run
from photosync.apps.schools.models import School
from photosync.apps.sources.choosing import matches_document
from photosync.apps.sources.licences import accept_licence, licence_document, licences_of, read_licences
from photosync.apps.sources.trying import try_profile
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.asked_time import instant_said
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.run_states import Trigger

router = Router(tags=["profiles"])
Percent = Annotated[int, Field(ge=0, le=100)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]
Upcoming = Annotated[int, Query(5, ge=0, le=1_000, description="How many of the next runs to tell.")]
PERIODS = "/{profile_id}/periods/{period_id}"


class Limits(Body):
    replace_share_percent: Percent | None = None
    replace_number: Count | None = None
    withdraw_share_percent: Percent | None = None
    withdraw_number: Count | None = None


class ProfileChanges(Body):
    """What is left out, or null, stays as it is. Options are merged; an empty text removes one."""

    name: ShortText | None = None
    source: ShortText | None = None
    options: Annotated[dict[ShortText, OptionText], Field(max_length=50)] | None = None
    components: Annotated[list[ShortText], Field(max_length=10)] | None = None
    when_missing: Literal["keep", "withdraw"] | None = None
    limits: Limits | None = None
    ping_url: LongText | None = None
    hold_until_archived: bool | None = None

    def as_settings(self) -> ProfileSettings:
        return ProfileSettings(
            name=self.name,
            source_kind=self.source,
            options=self.options,
            components=self.components,
            when_missing=self.when_missing,
            ping_url=self.ping_url,
            hold_until_archived=self.hold_until_archived,
            **(self.limits or Limits()).model_dump(),
        )


class NewProfile(ProfileChanges):
    name: ShortText = services.DEFAULT_NAME
    source: ShortText


class Assigned(Body):
    """Null keeps what is, or the default: every night, full."""

    frequency: ShortText | None = None
    mode: Literal["full", "additions"] | None = None


class AcceptedLicence(Body):
    """The hash of the text that was read and is accepted."""

    sha256: ShortText


class Asked(Body):
    preview: bool = False


def shown(request: ApiRequest, profile: SyncProfile) -> dict[str, Any]:
    """Return the settings; the whole ping address only to who may change it."""
    reveals = Permission.SYNC_MANAGE in request.auth.may(profile.school)
    return {"id": profile.pk, "school": profile.school.code, **profile_document(profile, reveals=reveals)}


@router.get("", response=Profiles, openapi_extra=told(Permission.SYNC_VIEW))
def list_profiles(
    request: ApiRequest,
    school: SchoolCode = None,
    name: AskedText = None,
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the sync profiles with their status, in the order in which they were made."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    profiles = SyncProfile.objects.select_related("school").filter(school=the_school)
    profiles = profiles if name is None else profiles.filter(name__iexact=name.strip())

    def shown_all(page: list[SyncProfile]) -> Iterable[dict[str, Any]]:
        documents = zip(page, status_documents(page, request.auth.now, upcoming=0), strict=True)
        return ({"id": each.pk, "school": the_school.code, **document} for each, document in documents)

    return answer(request, part(profiles, shown_all, after=after, limit=limit))


@router.post("", response={201: ProfileShape}, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def make_profile(request: ApiRequest, body: NewProfile, school: SchoolCode = None) -> HttpResponse:
    """Make a sync profile. It runs once it has a timetable period."""
    the_school = request.auth.school(school, Permission.SYNC_MANAGE)
    profile = services.add_profile(
        the_school,
        body.name,
        source_kind=body.source,
        options=body.options or {},
        components=services.BOTH_COMPONENTS if body.components is None else body.components,
        now=request.auth.now,
        settings=body.as_settings(),
    )
    return answer(request, shown(request, profile), status=201, location=f"/api/v1/profiles/{profile.pk}")


@router.get("/{profile_id}", response=ProfileShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_profile(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Show the settings of a sync profile. Their ETag is needed to change them."""
    return answer(request, shown(request, _profile(request, profile_id, Permission.SYNC_VIEW)))


@router.post("/{profile_id}/test", response=TriedShape, openapi_extra=told(Permission.SYNC_MANAGE))
def test_profile(request: ApiRequest, profile_id: Id, body: ProfileChanges) -> HttpResponse:
    """Look into the data source as it would be with these changes: what it holds, and whom it matches.

    Nothing is saved.
    """
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    return answer(request, try_profile(profile, body.as_settings()).document())


@router.post("/{profile_id}/matches", response=MatchesShape, openapi_extra=told(Permission.SYNC_MANAGE))
def count_in_profile(request: ApiRequest, profile_id: Id, body: ProfileChanges) -> HttpResponse:
    """Count whom the files that were listed last would match with these changes. Nothing is saved."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    return answer(request, matches_document(profile, body.as_settings()))


@router.get("/{profile_id}/preflight", response=PreflightShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_preflight(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Say what the photographer is to mend, as the last run or preview of the sync profile found it."""
    return answer(request, _preflight(request, profile_id).document())


@router.get("/{profile_id}/preflight.html", openapi_extra=told(Permission.SYNC_VIEW))
def preflight_as_html(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Get what the photographer is to mend as one HTML file, to be sent."""
    report = _preflight(request, profile_id)
    return file_answer(preflight_file(report, ".html"), file_name(report, ".html"), "text/html; charset=utf-8")


@router.get("/{profile_id}/preflight.pdf", openapi_extra=told(Permission.SYNC_VIEW))
def preflight_as_pdf(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Get what the photographer is to mend as a PDF, to be sent."""
    report = _preflight(request, profile_id)
    try:
        content = preflight_file(report, ".pdf")
    except Refused as error:
        raise Problem(404, error.message) from error
    return pdf_answer(content, file_name(report, ".pdf"))


def _preflight(request: ApiRequest, profile_id: int) -> Preflight:
    profile = _profile(request, profile_id, Permission.SYNC_VIEW)
    try:
        return preflight_of(profile, request.auth.now)
    except Refused as error:
        raise Problem(404, error.message) from error


@router.patch("/{profile_id}", response=ProfileShape, openapi_extra=told(Permission.SYNC_MANAGE, if_match=True))
def edit_profile(request: ApiRequest, profile_id: Id, body: ProfileChanges) -> HttpResponse:
    """Change the settings of a sync profile, all of what is given or none."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    if body.as_settings() == ProfileSettings():
        raise WrongUse(_("No change was given. Nothing was done."))
    with transaction.atomic():
        profile = _locked(profile)
        check_unchanged(request, shown(request, profile))
        profile = services.change_profile(profile, body.as_settings())
    return answer(request, shown(request, profile))


@router.get("/{profile_id}/status", response=StatusShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_status(
    request: ApiRequest,
    profile_id: Id,
    at: AskedText = None,
    upcoming: Upcoming = 5,
) -> HttpResponse:
    """Say whether a sync profile runs, why, when next, and when it will stop."""
    profile = _profile(request, profile_id, Permission.SYNC_VIEW)
    return answer(request, status_document(profile, _instant(request, profile, at), upcoming=upcoming))


@router.get("/{profile_id}/ping", response=PingShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_ping(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Say when the ping address was last called, and what came of it."""
    return answer(request, ping_document(_profile(request, profile_id, Permission.SYNC_VIEW)))


@router.get("/{profile_id}/licences", response=LicencesShape, openapi_extra=told(Permission.SYNC_VIEW))
def show_licences(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Show the licences of the photographer's delivery, as they were when the data source was last read."""
    return _licences(request, _profile(request, profile_id, Permission.SYNC_VIEW))


@router.post("/{profile_id}/licences/read", response=LicencesShape, openapi_extra=told(Permission.SYNC_MANAGE))
def read_licences_anew(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Read the licences in the data source now."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    read_licences(profile, request.auth.now)
    return _licences(request, profile)


@router.post("/{profile_id}/licences/accept", response=LicencesShape, openapi_extra=told(Permission.SYNC_MANAGE))
def accept(request: ApiRequest, profile_id: Id, body: AcceptedLicence) -> HttpResponse:
    """Accept a licence. No photo of a delivery is read before each of its licences is accepted."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    accept_licence(profile, body.sha256, by=request.auth.name, now=request.auth.now)
    return _licences(request, profile)


def _licences(request: ApiRequest, profile: SyncProfile) -> HttpResponse:
    return answer(request, {"items": [licence_document(each, profile) for each in licences_of(profile)]})


@router.put(PERIODS, response=AssignmentShape, openapi_extra=told(Permission.SYNC_MANAGE, if_match=True))
def assign(request: ApiRequest, profile_id: Id, period_id: Id, body: Assigned) -> HttpResponse:
    """Add a timetable period to a sync profile, or change how often it runs in it. If-Match names the settings."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    with transaction.atomic():
        profile = _locked(profile)
        period = _period(profile, period_id)
        check_unchanged(request, shown(request, profile))
        done = services.assign(profile, period, frequency=body.frequency, mode=body.mode, now=request.auth.now)
    return _settings_changed(request, profile, {"warning": done.warning})


@router.delete(PERIODS, response=StatusShape, openapi_extra=told(Permission.SYNC_MANAGE, if_match=True))
def unassign(request: ApiRequest, profile_id: Id, period_id: Id) -> HttpResponse:
    """Take a timetable period off a sync profile. If-Match names the settings."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    with transaction.atomic():
        profile = _locked(profile)
        period = _period(profile, period_id)
        check_unchanged(request, shown(request, profile))
        services.unassign(profile, period, now=request.auth.now)
    return _settings_changed(request, profile, {})


@router.post("/{profile_id}/enable", response=StatusShape, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def enable(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Turn Scheduled Sync Enabled on."""
    return _set_enabled(request, profile_id, enabled=True)


@router.post("/{profile_id}/disable", response=StatusShape, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def disable(request: ApiRequest, profile_id: Id) -> HttpResponse:
    """Turn Scheduled Sync Enabled off. It can still be run on demand."""
    return _set_enabled(request, profile_id, enabled=False)


@router.post("/{profile_id}/runs", response={202: RunShape}, openapi_extra=told(Permission.SYNC_MANAGE, once=True))
@idempotent
def run_profile(request: ApiRequest, profile_id: Id, body: Asked) -> HttpResponse:
    """Run a sync profile on demand, or preview what it would do. The run is queued; look at it until it has ended."""
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    trigger = Trigger.PREVIEW if body.preview else Trigger.ON_DEMAND
    run = request_run(profile, trigger=trigger, started_by=request.auth.name, now=request.auth.now)
    return answer(request, run_document(run), status=202, location=f"/api/v1/runs/{run.pk}")


def _set_enabled(request: ApiRequest, profile_id: int, *, enabled: bool) -> HttpResponse:
    profile = _profile(request, profile_id, Permission.SYNC_MANAGE)
    services.set_enabled(profile, enabled=enabled, now=request.auth.now)
    return _settings_changed(request, profile, {})


def _settings_changed(request: ApiRequest, profile: SyncProfile, further: dict[str, Any]) -> HttpResponse:
    """Return the status, with the ETag that the settings have now, so that one change may follow another."""
    response = answer(request, status_document(profile, request.auth.now) | further)
    response.headers["ETag"] = answer(request, shown(request, profile)).headers["ETag"]
    return response


def _instant(request: ApiRequest, profile: SyncProfile, at: str | None) -> datetime:
    return request.auth.now if at is None else instant_said(at, profile.school.zone)


def _profile(request: ApiRequest, profile_id: int, needs: Permission) -> SyncProfile:
    missing = NotFound(_("There is no sync profile {number}. Nothing was done.").format(number=profile_id))
    profile = SyncProfile.objects.select_related("school").filter(pk=profile_id).first()
    if profile is None:
        raise missing
    request.auth.reach(profile.school, needs, missing)
    return profile


def _locked(profile: SyncProfile) -> SyncProfile:
    """Return the profile as it is now; no one else changes it until the transaction ends."""
    School.objects.select_for_update().get(pk=profile.school_id)
    return SyncProfile.objects.select_for_update(of=("self",)).select_related("school").get(pk=profile.pk)


def _period(profile: SyncProfile, period_id: int) -> TimetablePeriod:
    period = TimetablePeriod.objects.filter(school_id=profile.school_id, pk=period_id).first()
    if period is None:
        told_ = _("School {code} has no timetable period {number}. Nothing was done.")
        raise NotFound(told_.format(code=profile.school.code, number=period_id))
    return period
