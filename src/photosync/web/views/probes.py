"""For machines: is the server there, and does what the status promises happen? Nothing private is told."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime

from django.db import DatabaseError, connection
from django.http import HttpRequest, JsonResponse
from django.views.decorators.http import require_safe

from photosync.apps.library.store import photo_store
from photosync.apps.profiles.walk import states_of_all
from photosync.apps.rosters.health import unwell_rosters
from photosync.core.errors import StorageUnavailable
from photosync.core.health import HealthState

REMEMBERED_FOR_S = 5.0
WELL = "ok"

Document = dict[str, object]


class RememberedHealth:
    """The last document for a few seconds: everyone may ask, and asking costs queries for every profile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._made_at = float("-inf")
        self._document: Document = {}

    def document(self) -> Document:
        with self._lock:
            if time.monotonic() - self._made_at >= REMEMBERED_FOR_S:
                self._document = health_document(datetime.now(UTC))
                self._made_at = time.monotonic()
            return self._document


_health = RememberedHealth()


@require_safe
def readyz(_request: HttpRequest) -> JsonResponse:
    """Whether pages can be served: the database answers."""
    return _json({"status": WELL if _database_answers() else "no database"})


@require_safe
def healthz(_request: HttpRequest) -> JsonResponse:
    """Whether everything that should run does; otherwise the profiles that do not, by school code and name."""
    return _json(_health.document() if _database_answers() else {"status": "no database"})


def health_document(now: datetime) -> Document:
    """Return {status} when all is well, else {status, profiles: [{school, profile, health}]} of those not ok.

    A held run is not ok either: it waits for a person, and an outside monitor is to say so. Where a roster is not ok,
    `rosters` has it in the same way.
    """
    unwell = [
        {"school": each.school_code, "profile": each.name, "health": each.health.value}
        for each in states_of_all(now)
        if each.health is not HealthState.OK
    ]
    try:
        photo_store().require()
    except StorageUnavailable:
        return {"status": "no photo store", "profiles": unwell}
    rosters = [
        {"school": each.roster.school.code, "roster": each.roster.name, "health": each.health.value}
        for each in unwell_rosters(now)
    ]
    if rosters:
        return {"status": "not well", "profiles": unwell, "rosters": rosters}
    return {"status": "not well", "profiles": unwell} if unwell else {"status": WELL}


def _database_answers() -> bool:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except DatabaseError:
        return False
    return True


def _json(document: Document) -> JsonResponse:
    response = JsonResponse(document, status=200 if document["status"] == WELL else 503)
    response.headers["Cache-Control"] = "no-store"
    return response
