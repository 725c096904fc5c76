"""For machines: is the server there, and does what the status promises happen? Nothing private is told."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from photosync.apps.profiles.documents import health_at
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.core.errors import StorageUnavailable
from photosync.core.health import HealthState
from photosync.apps.library.store import photo_store

REMEMBERED_FOR_S = 5.0

_lock = threading.Lock()
_remembered: tuple[float, dict[str, object]] | None = None


@require_safe
def readyz(request: HttpRequest) -> JsonResponse:
    """Whether pages can be served: the database answers."""
    return _json({"status": "ok"} if _database_answers() else {"status": "no database"})


@require_safe
def healthz(request: HttpRequest) -> JsonResponse:
    """Whether everything that should run does; otherwise the profiles that do not, by school code and name."""
    global _remembered
    if not _database_answers():
        return _json({"status": "no database"})
    with _lock:
        if _remembered is None or time.monotonic() - _remembered[0] >= REMEMBERED_FOR_S:
            _remembered = (time.monotonic(), health_document(datetime.now(UTC)))
        return _json(_remembered[1])


def health_document(now: datetime) -> dict[str, object]:
    """Return {status} when all is well, else {status, profiles: [{school, profile, health}]} of those not ok."""
    unwell = []
    for profile in SyncProfile.objects.select_related("school").order_by("school__code", "name"):
        state = health_at(profile, schedule_of(profile), now).state
        if state is not HealthState.OK:
            unwell.append({"school": profile.school.code, "profile": profile.name, "health": state.value})
    try:
        photo_store().require()
    except StorageUnavailable:
        return {"status": "no photo store", "profiles": unwell}
    return {"status": "not well", "profiles": unwell} if unwell else {"status": "ok"}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _json(document: dict[str, object]) -> JsonResponse:
    response = JsonResponse(document, status=200 if document["status"] == "ok" else 503)
    response.headers["Cache-Control"] = "no-store"
    return response
