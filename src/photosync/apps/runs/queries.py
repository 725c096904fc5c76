"""Reading runs: as documents for the command line and the API, and as rows for pages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames, may_be_protected, not_named
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.record import counts_of
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.queries import files_in
from photosync.core.run_states import RunState
from photosync.core.status import Mode
from photosync.engine.names import joined_path, original_name, readable_path

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
ROWS_AT_ONCE = 1_000
_OF_AN_ITEM = (
    "run",
    "action",
    "state",
    "academic_year",
    "file_path",
    "reason_code",
    "reason",
    "person__kind",
    "person__code",
    "person__given_name",
    "person__family_name",
    "person__preferred_name",
    "person__protected",
    "picture__full_sha256",
    "shown_before__full_sha256",
    "doubt",
    "doubt_reasons",
)
WAITING_FOR_A_PERSON = (ListedFile.State.UNMATCHED, ListedFile.State.REVIEW)
COUNTED_APART = (*WAITING_FOR_A_PERSON, ListedFile.State.REJECTED, ListedFile.State.FAILED)


def runs_of(school: School, profile: SyncProfile | None = None) -> QuerySet[Run]:
    """Return the runs of a school, or of one profile, the latest first."""
    runs = Run.objects.filter(profile__school=school).select_related("profile__school", "undoes")
    return runs if profile is None else runs.filter(profile=profile)


def run_document(run: Run, names: ProtectedNames | None = None) -> dict[str, Any]:
    """Return the run as the command line's `--json` shows it. Times carry the school's offset.

    `names` are those that its warnings may not tell.
    """
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
        "warnings": run.warnings if names is None else names.texts(run.warnings),
        "new_year_delivery": run.new_year_delivery,
        "approved_by": run.approved_by or None,
        "undoes": run.undoes_id,
        "rest_of": run.rest_of_id,
        "plan_fingerprint": run.plan_fingerprint or None,
        "held_since": _time(run.held_since, zone),
        "progress": run.progress if RunState(run.state).alive else None,
    }


def _in_order(counts: dict[str, int]) -> dict[str, int]:
    """Return the counts in the order of the report: PostgreSQL keeps the members of a document in its own."""
    return {name: counts[name] for name in COUNTED if name in counts}


def change_documents(run: Run) -> Iterator[dict[str, Any]]:
    """Yield every line of the run's plan with its reason, streaming; then the files that its counts name besides.

    Those are the files without a person, and what an earlier run or preview found and still stands. A file that
    has changed since is not among them: `changed_since`.
    """
    for item in _by_id(run.items.select_related("person", "picture", "shown_before").only(*_OF_AN_ITEM)):
        yield _item_document(item)
    for state in _counted_states(run):
        rows = _standing(run, state).select_related("page", "person").order_by("pk")
        for row in rows.iterator(chunk_size=1000):
            yield _file_document(row)


@dataclass(frozen=True, slots=True)
class ChangesPart:
    """`goes_on` is the place of the last one, None at the end."""

    documents: list[dict[str, Any]]
    goes_on: tuple[int, int] | None


def changes_after(
    run: Run, place: tuple[int, int] | None, limit: int, *, action: str | None = None, names_protected: bool
) -> ChangesPart:
    """Return the next changes in the order of `change_documents`. `place` is the source of lines and a row in it."""
    source, last = (0, 0) if place is None else place
    sources: list[QuerySet[Any]] = [run.items.select_related("person", "picture", "shown_before").only(*_OF_AN_ITEM)]
    sources += [_standing(run, state).select_related("page", "person") for state in _counted_states(run)]
    found: list[tuple[tuple[int, int], PlanItem | ListedFile]] = []
    for number, rows in enumerate(sources):
        wanted = limit + 1 - len(found)
        if number < source or not wanted:
            continue
        rows = rows.filter(pk__gt=last) if number == source else rows
        if action is not None:
            rows = rows.filter(action=action) if number == 0 else rows.filter(state=action)
        found += [((number, row.pk), row) for row in rows.order_by("pk")[:wanted]]
    names = ProtectedNames(run.profile.school_id, shown=names_protected)
    shown = [_change_document(row, names) for _, row in found[:limit]]
    return ChangesPart(shown, found[limit - 1][0] if len(found) > limit else None)


def _change_document(row: PlanItem | ListedFile, names: ProtectedNames) -> dict[str, Any]:
    document = _item_document(row) if isinstance(row, PlanItem) else _file_document(row)
    if names.shown:
        return document
    if row.person is None or not row.person.protected:
        return document | _told(document, names)
    hidden = {"person": None, "file": None, "reason": _("A protected person"), "before": None, "after": None}
    return document | hidden | {"doubt": None, "doubt_reasons": []}


def _told(document: dict[str, Any], names: ProtectedNames) -> dict[str, Any]:
    """Return what a line says of a file without what names a protected person."""
    path, reason = document["file"] or "", document["reason"]
    is_matched = document["person"] is not None
    if not is_matched and names.tell_of(path, reason):
        return {"file": not_named(), "reason": may_be_protected()}
    return {
        "file": names.path_of_matched(path) or None,
        "reason": names.text(reason),
        "doubt_reasons": names.texts(document["doubt_reasons"] or ()),
    }


def changed_since(run: Run) -> int:
    """Return how many files the run counted as waiting for a person, or as failed, that are not listed any more."""
    counts = run.counts or {}
    missing = 0
    for state in COUNTED_APART:
        lines = run.items.filter(action=state, state=PlanItem.State.NOTED).count() + _standing(run, state).count()
        missing += max(counts.get(state, 0) - lines, 0)
    return missing


def put_off_to(run: Run) -> int | None:
    """Return the run that holds what was put off when `run` was approved in part."""
    return run.rests.order_by("pk").values_list("pk", flat=True).first()


def latest_look(run: Run) -> int:
    """Return the latest run of the profile that has listed the source, which names what stands now."""
    looked = Run.objects.filter(profile_id=run.profile_id, observed_count__gt=0, pk__gte=run.pk)
    return looked.order_by("-pk").values_list("pk", flat=True).first() or run.pk


def _counted_states(run: Run) -> tuple[ListedFile.State, ...]:
    """What waits is decided on by every full run, and so is in its plan."""
    return (*COUNTED_APART, ListedFile.State.WAITING) if run.mode == Mode.ADDITIONS else COUNTED_APART


def _standing(run: Run, state: ListedFile.State) -> QuerySet[ListedFile]:
    """Return the files in `state` that the run counted and that have no line in its plan."""
    without_line = Q(noted_in_run=run.pk, person__isnull=True, state__in=WAITING_FOR_A_PERSON)
    if run.observed_count:
        without_line |= Q(noted_in_run__lt=run.pk)
    return files_in(run.profile_id, [state]).filter(without_line)


def _file_document(file: ListedFile) -> dict[str, Any]:
    path = joined_path(original_name(file.page.folder), original_name(file.name))
    return {
        "action": file.state,
        "state": PlanItem.State.NOTED.value,
        "person": _person(file.person),
        "year": file.academic_year,
        "file": readable_path(path),
        "reason_code": file.reason_code,
        "reason": file.reason,
        "before": None,
        "after": None,
        "doubt": None,
        "doubt_reasons": [],
    }


def _person(person: Person | None) -> dict[str, str] | None:
    return None if person is None else {"kind": person.kind, "code": person.code, "name": person.label}


def _by_id(rows: QuerySet[PlanItem]) -> Iterator[PlanItem]:
    """Yield `rows` by their id, a part at a time: a cursor over all would join all before it gives the first."""
    last = 0
    while part := list(rows.filter(pk__gt=last).order_by("pk")[:ROWS_AT_ONCE]):
        last = part[-1].pk
        yield from part


def _item_document(item: PlanItem) -> dict[str, Any]:
    return {
        "action": item.action,
        "state": item.state,
        "person": _person(item.person),
        "year": item.academic_year,
        "file": item.file_path or None,
        "reason_code": item.reason_code,
        "reason": item.reason,
        "before": item.shown_before.full_sha256 if item.shown_before else None,
        "after": item.picture.full_sha256 if item.picture and item.action != "withdraw" else None,
        "doubt": item.doubt,
        "doubt_reasons": item.doubt_reasons,
    }


def _time(instant: datetime | None, zone: ZoneInfo) -> str | None:
    return None if instant is None else instant.astimezone(zone).isoformat(timespec="seconds")
