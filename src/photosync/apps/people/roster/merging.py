"""Rows of a roster beside the people who are stored: what changes, and writing it, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db.models import F
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import Change, differences, record_each
from photosync.apps.people.models import Identifier, Person, plain_name_of
from photosync.apps.people.queries import FOLDED
from photosync.apps.people.roster.columns import code_field
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.roster.rows import PLAIN_FIELDS, RosterPerson
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind, quoted

UNSHARED = ("username", "alternate_id")
"""Identifiers that two people of one kind may not share; families do share e-mail addresses."""
_UPDATED = (*PLAIN_FIELDS, "plain_name", "status", "left_on", "consent")
Status = Person.Status


@dataclass(slots=True)
class Merge:
    """What a chunk of rows asks for. `identifiers` are the wanted (key, value) of each code."""

    people: list[Person] = field(default_factory=list)
    identifiers: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    matching_changes: bool = False
    told: dict[Act, list[tuple[Person, list[Change]]]] = field(default_factory=dict)
    """What each person who was known is to have recorded: consent that changed, having left or returned."""


def merge_chunk(
    school: School,
    kind: PersonKind,
    chunk: Sequence[RosterPerson],
    named: Mapping[str, int],
    report: RosterReport,
    today: date,
) -> Merge:
    """Return what to write for `chunk`, and count it in `report`. `named` holds every code of the file."""
    codes = [row.code for row in chunk]
    stored = {person.code: person for person in Person.objects.filter(school=school, kind=kind, code__in=codes)}
    known = _identifiers_of(stored.values())
    holders = _holders(school, kind, chunk)
    merge = Merge()
    for row in chunk:
        person = stored.get(row.code)
        clash = _clash(row, holders, named)
        if clash:
            report.refuse(row.line, row.code, clash)
        elif person is None:
            _merge_new(school, kind, row, merge, report)
        else:
            _merge_known(person, row, known.get(person.pk, {}), merge, report, today, code_field(kind))
    return merge


def _merge_new(school: School, kind: PersonKind, row: RosterPerson, merge: Merge, report: RosterReport) -> None:
    if row.left:
        report.skipped += 1
        return
    report.new += 1
    merge.matching_changes = True
    merge.people.append(Person(school=school, kind=kind, code=row.code, consent=row.consent or {}, **row.fields))
    merge.identifiers[row.code] = {code_field(kind): (row.code,), **row.identifiers}


def _merge_known(
    person: Person,
    row: RosterPerson,
    known: Mapping[str, tuple[str, ...]],
    merge: Merge,
    report: RosterReport,
    today: date,
    code_key: str,
) -> None:
    was_left = person.status == Status.LEFT
    is_left = bool(row.left)
    wanted = {code_key: (row.code,), **row.identifiers}
    differing = {key: values for key, values in wanted.items() if set(known.get(key, ())) != set(values)}
    changes = {name: value for name, value in row.fields.items() if getattr(person, name) != value}
    consent = {**person.consent, **(row.consent or {})}
    if not (changes or differing or was_left != is_left or consent != person.consent):
        report.unchanged += 1
        return
    for name, value in changes.items():
        setattr(person, name, value)
    if consent_changes := differences(person.consent, consent):
        merge.told.setdefault(Act.PERSON_CONSENT, []).append((person, consent_changes))
    person.consent = consent
    if was_left != is_left:
        merge.told.setdefault(Act.PERSON_LEFT if is_left else Act.PERSON_RETURNED, []).append((person, []))
    if was_left != is_left:
        person.status, person.left_on = (Status.LEFT, today) if is_left else (Status.ACTIVE, None)
        report.left += is_left
        report.returned += was_left
    else:
        report.changed += 1
    # A label is part of the reasons that files are shown with.
    merge.matching_changes |= bool(differing) or was_left != is_left
    merge.people.append(person)
    if differing:
        merge.identifiers[row.code] = differing


def write_merge(school: School, merge: Merge) -> None:
    """Write what `merge` holds. To be called in a transaction."""
    if not merge.people:
        return
    for person in merge.people:
        person.plain_name = plain_name_of(person.given_name, person.preferred_name, person.family_name)
    written = Person.objects.bulk_create(
        merge.people,
        update_conflicts=True,
        unique_fields=("school", "kind", "code"),
        update_fields=_UPDATED,
        batch_size=500,
    )
    ids = {person.code: person.pk for person in written}
    _write_identifiers(school, {ids[code]: wanted for code, wanted in merge.identifiers.items()})
    for act, told in merge.told.items():
        record_each(act, told, school=school, note=_("By importing a roster."))
    if merge.matching_changes:
        bump_revision(school)


def bump_revision(school: School) -> None:
    """Let every profile of `school` match its files anew. To be called in the transaction of the change."""
    School.objects.filter(pk=school.pk).update(identifier_revision=F("identifier_revision") + 1)


def _write_identifiers(school: School, wanted: Mapping[int, Mapping[str, tuple[str, ...]]]) -> None:
    """Let each person (by id) have exactly the values given for each key; other keys stay."""
    missing = {
        (person_id, key, value)
        for person_id, by_key in wanted.items()
        for key, values in by_key.items()
        for value in values
    }
    surplus = []
    for row in Identifier.objects.filter(person_id__in=wanted):
        if row.key not in wanted[row.person_id]:
            continue
        if (row.person_id, row.key, row.value) in missing:
            missing.discard((row.person_id, row.key, row.value))
        else:
            surplus.append(row.pk)
    Identifier.objects.filter(pk__in=surplus).delete()
    Identifier.objects.bulk_create(
        [
            Identifier(school=school, person_id=person_id, key=key, value=value, folded=FOLDED.form(value))
            for person_id, key, value in sorted(missing)
        ],
        batch_size=500,
    )


def _identifiers_of(people: Iterable[Person]) -> dict[int, dict[str, tuple[str, ...]]]:
    found: dict[int, dict[str, tuple[str, ...]]] = {}
    rows = Identifier.objects.filter(person__in=[person.pk for person in people])
    for person_id, key, value in rows.values_list("person_id", "key", "value"):
        by_key = found.setdefault(person_id, {})
        by_key[key] = (*by_key.get(key, ()), value)
    return found


Holders = dict[tuple[str, str], list[str]]


def _holders(school: School, kind: PersonKind, chunk: Sequence[RosterPerson]) -> Holders:
    """Return who has the unshared identifiers of `chunk` now: (key, value) to codes."""
    values = {value for row in chunk for key in UNSHARED for value in row.identifiers.get(key, ())}
    rows = Identifier.objects.filter(school=school, person__kind=kind, key__in=UNSHARED, value__in=values)
    found: Holders = {}
    for key, value, code in rows.values_list("key", "value", "person__code"):
        found.setdefault((key, value), []).append(code)
    return found


def _clash(row: RosterPerson, holders: Holders, named: Mapping[str, int]) -> str | None:
    """Return why `row` cannot have its identifiers: someone has one whom the file does not name."""
    for key in UNSHARED:
        for value in row.identifiers.get(key, ()):
            for code in holders.get((key, value), ()):
                if code != row.code and code not in named:
                    words = key.replace("_", " ")
                    return f"The {words} {quoted(value)} is that of {quoted(code)}, whom the file does not name."
    return None
