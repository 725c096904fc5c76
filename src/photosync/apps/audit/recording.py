"""Recording an act, in the transaction that does it: what is rolled back was not done."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

from django.db.models import Model
from django.utils import timezone

from photosync.apps.audit.acting import acting
from photosync.apps.audit.acts import Act
from photosync.apps.audit.models import Entry
from photosync.apps.schools.models import School

LONGEST_SUBJECT = 300
LONGEST_NAME = 200
Change = tuple[str, str | None, str | None]


def record(
    act: Act,
    subject: Model | str,
    *,
    school: School | None,
    person_id: int | None = None,
    changes: Iterable[Change] = (),
    note: str = "",
) -> Entry:
    """Record that whoever acts (`acting`) did `act` to `subject`, a row or its words. Returns the entry.

    `school` is None for what concerns the whole installation. `person_id` is the person whom it concerns.
    """
    actor = acting()
    return Entry.objects.create(
        at=timezone.now(),
        school=school,
        actor=actor.name[:LONGEST_NAME],
        actor_user_id=actor.user_id,
        via=actor.via,
        act=act,
        subject=str(subject)[:LONGEST_SUBJECT],
        subject_id=subject.pk if isinstance(subject, Model) else None,
        person_id_of=person_id,
        changes=[list(change) for change in changes],
        note=note,
    )


def values_of(row: Model, fields: Iterable[str]) -> dict[str, Any]:
    """Return the values that `row` has now, to be compared with those it has later."""
    return {name: getattr(row, name) for name in fields}


def differences(before: Mapping[str, Any], after: Mapping[str, Any]) -> list[Change]:
    """Return what differs, field by field in the order of `after`, as texts; null for what is not there."""
    return [
        (name, _as_text(before.get(name)), _as_text(value))
        for name, value in after.items()
        if before.get(name) != value
    ]


def _as_text(value: object) -> str | None:
    if value is None:
        return None
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime | date):
        return value.isoformat()
    if isinstance(value, Mapping):
        return ", ".join(f"{key}={_as_text(each)}" for key, each in value.items())
    return str(value)
