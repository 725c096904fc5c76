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
    told = [[_storable(text) for text in change] for change in changes]
    name, what = _clean(actor.name)[:LONGEST_NAME], _clean(str(subject))[:LONGEST_SUBJECT]
    return Entry.objects.create(
        at=timezone.now(),
        school=school,
        actor=name,
        actor_user_id=actor.user_id,
        via=actor.via,
        act=act,
        about=act.value.partition(".")[0],
        subject=what,
        subject_id=subject.pk if isinstance(subject, Model) else None,
        person_id_of=person_id,
        changes=told,
        note=_clean(note),
        words=searchable(" ".join([name, what, note, *(text for change in told for text in change if text)])),
    )


def searchable(text: str) -> str:
    """Return `text` as it is kept to be searched: without letter case, each space single."""
    return " ".join(_clean(text).casefold().split())


def _clean(text: str) -> str:
    """Return `text` without what PostgreSQL does not store."""
    return text.replace("\0", "")


def _storable(text: str | None) -> str | None:
    return None if text is None else _clean(text)


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
