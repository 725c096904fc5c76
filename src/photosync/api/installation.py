"""/source-kinds, /roster-kinds and /health: what there is to read, and whether what should run does."""

from __future__ import annotations

from datetime import timedelta

from django.http import HttpResponse
from ninja import Router

from photosync.api.access import ApiRequest
from photosync.api.answers import answer
from photosync.api.fields import SchoolCode, told
from photosync.api.roster_shapes import RosterKinds
from photosync.api.shapes import HealthReport, Kinds
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.documents import observed_of
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedules_of
from photosync.apps.runs.models import Worker
from photosync.connectors import registry
from photosync.connectors.roster import registry as roster_registry
from photosync.core.health import health_of

router = Router(tags=["installation"])
HEARD_WITHIN = timedelta(minutes=1)


@router.get("/source-kinds", response=Kinds, openapi_extra=told(None))
def list_kinds(request: ApiRequest) -> HttpResponse:
    """List the kinds of source and the options of each."""
    return answer(request, {"items": [registry.kind_document(kind) for kind in registry.kinds()]})


@router.get("/roster-kinds", response=RosterKinds, openapi_extra=told(None))
def list_roster_kinds(request: ApiRequest) -> HttpResponse:
    """List the kinds of roster, and the options of each."""
    return answer(request, {"items": [roster_registry.kind_document(kind) for kind in roster_registry.kinds()]})


@router.get("/health", response=HealthReport, openapi_extra=told(Permission.SYNC_VIEW))
def show_health(request: ApiRequest, school: SchoolCode = None) -> HttpResponse:
    """Say whether what the status of each sync profile promises does happen, and how many workers there are."""
    the_school = request.auth.school(school, Permission.SYNC_VIEW)
    profiles = list(SyncProfile.objects.select_related("school").filter(school=the_school).order_by("pk"))
    schedules, observed = schedules_of(profiles), observed_of(profiles)
    found = [(each, health_of(schedules[each.pk], observed[each.pk], request.auth.now)) for each in profiles]
    document = {
        "at": request.auth.now.astimezone(the_school.zone).isoformat(timespec="seconds"),
        "workers": Worker.objects.filter(heartbeat_at__gt=request.auth.now - HEARD_WITHIN).count(),
        "profiles": [
            {"id": each.pk, "name": each.name, "state": health.state.value, "explanation": health.explanation}
            for each, health in found
        ],
    }
    return answer(request, document)
