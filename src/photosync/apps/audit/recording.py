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
    subject_id: int | None = None,
) -> Entry:
    """Record that whoever acts (`acting`) did `act` to `subject`, a row or its words. Returns the entry.

    `school` is None for what concerns the whole installation. `person_id` is the person whom it concerns.
    A change whose before and after are the same says which it was, not what became of it. `subject_id` is for a
    row whose words are others by now.
    """
    entry = _entry(act, subject, school, person_id, changes, note)
    entry.subject_id = entry.subject_id or subject_id
    entry.save(force_insert=True)
    return entry


def record_each(act: Act, told: Iterable[tuple[Model, Iterable[Change]]], *, school: School, note: str = "") -> None:
    """Record `act` for many people of a school at once, each with its changes."""
    entries = (_entry(act, person, school, person.pk, changes, note) for person, changes in told)
    Entry.objects.bulk_create(entries, batch_size=500)


def _entry(
    act: Act, subject: Model | str, school: School | None, person_id: int | None, changes: Iterable[Change], note: str
) -> Entry:
    actor = acting()
    told = [[_storable(text) for text in change] for change in changes]
    name, what = _clean(actor.name)[:LONGEST_NAME], _clean(str(subject))[:LONGEST_SUBJECT]
    return Entry(
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
        note=_clean(str(note)),
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
