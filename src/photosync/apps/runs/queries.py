"""Reading runs: as documents for the command line and the API, and as rows for pages."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import QuerySet

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.record import counts_of
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.queries import files_in
from photosync.core.run_states import RunState
from photosync.engine.names import joined_path

COUNTED = (
    "observed",
    "unchanged",
    "added",
    "replaced",
    "withdrawn",
    "unmatched",
    "review",
    "rejected",
    "failed",
    "waiting",
)
WAITING_FOR_A_PERSON = (ListedFile.State.UNMATCHED, ListedFile.State.REVIEW)


def runs_of(school: School, profile: SyncProfile | None = None) -> QuerySet[Run]:
    """Return the runs of a school, or of one profile, the latest first."""
    runs = Run.objects.filter(profile__school=school).select_related("profile__school", "undoes")
    return runs if profile is None else runs.filter(profile=profile)


def run_document(run: Run) -> dict[str, Any]:
    """Return the run as the command line's `--json` shows it. Times carry the school's offset."""
    zone = run.profile.school.zone
    return {
        "run": run.pk,
        "profile": run.profile.name,
        "state": run.state,
        "trigger": run.trigger,
        "mode": run.mode,
        "due": _time(run.due_at, zone),
        "started": _time(run.accepted_at, zone),
        "finished": _time(run.finished_at, zone),
        "started_by": run.started_by,
        "duration_s": None if run.duration is None else round(run.duration.total_seconds(), 3),
        "counts": _in_order(run.counts or (counts_of(run) if not RunState(run.state).alive else {})),
        "delivered": {},
        "explanation": run.explanation,
        "new_year_delivery": run.new_year_delivery,
        "approved_by": run.approved_by or None,
        "undoes": run.undoes_id,
        "progress": run.progress if RunState(run.state).alive else None,
    }


def _in_order(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts in the order of the report: PostgreSQL keeps the members of a document in its own."""
    return {name: counts[name] for name in COUNTED if name in counts}


def change_documents(run: Run) -> Iterator[dict[str, Any]]:
    """Yield every line of the run's plan with its reason, streaming; then the files without a person."""
    items = run.items.select_related("person", "picture", "shown_before").order_by("pk")
    for item in items.iterator(chunk_size=1000):
        yield _item_document(item)
    for state, action in ((ListedFile.State.UNMATCHED, "unmatched"), (ListedFile.State.REVIEW, "review")):
        rows = files_in(run.profile_id, [state]).filter(person__isnull=True, noted_in_run=run.pk)
        for row in rows.select_related("page").order_by("pk").iterator(chunk_size=1000):
            yield {
                "action": action,
                "person": None,
                "file": joined_path(row.page.folder, row.name),
                "reason_code": row.reason_code,
                "reason": row.reason,
            }


def _item_document(item: PlanItem) -> dict[str, Any]:
    person = item.person
    return {
        "action": item.action,
        "state": item.state,
        "person": None if person is None else {"kind": person.kind, "code": person.code, "name": person.label},
        "year": item.academic_year,
        "file": item.file_path or None,
        "reason_code": item.reason_code,
        "reason": item.reason,
        "before": item.shown_before.full_sha256 if item.shown_before else None,
        "after": item.picture.full_sha256 if item.picture and item.action != "withdraw" else None,
    }


def _time(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")
