"""Rows of a roster beside the people who are stored: what changes, and writing it, a chunk at a time."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from django.db.models import F
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import Change, differences, record_each
from photosync.apps.people.models import Identifier, Person, set_name_forms
from photosync.apps.people.queries import FOLDED
from photosync.apps.people.roster.columns import code_field
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.roster.rows import PLAIN_FIELDS, RosterPerson
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind, quoted

UNSHARED = ("username", "alternate_id")
"""Identifiers that two people of one kind may not share; families do share e-mail addresses."""
_GIVEN_AGAIN = frozenset({"username"})
"""Those that go on to somebody else once who had them has left."""
_UPDATED = (*PLAIN_FIELDS, "plain_name", "sought_as", "sought_also_as", "status", "left_on", "consent")
_MATCHED_BY = frozenset({"given_name", "family_name", "preferred_name", "year_level", "roll_group"})
"""By what a photographer's index finds people."""
Status = Person.Status


class Becomes(StrEnum):
    """What a roster makes of a person. `ABSENT` has left by not being in it any more."""

    NEW = "new"
    CHANGED = "changed"
    LEFT = "left"
    RETURNED = "returned"
    ABSENT = "absent"


@dataclass(frozen=True, slots=True)
class PersonLine:
    """`changes` are (field, before, after); of who is new, the fields that are not empty."""

    code: str
    name: str
    becomes: Becomes
    changes: tuple[Change, ...] = ()


@dataclass(slots=True)
class Merge:
    """What a chunk of rows asks for. `identifiers` are the wanted (key, value) of each code."""

    people: list[Person] = field(default_factory=list)
    identifiers: dict[str, dict[str, tuple[str, ...]]] = field(default_factory=dict)
    matching_changes: bool = False
    told: dict[Act, list[tuple[Person, list[Change]]]] = field(default_factory=dict)
    """What each person who was known is to have recorded: consent that changed, having left or returned."""
    lines: list[PersonLine] = field(default_factory=list)
    """What becomes of each person whom something becomes of."""
    kept_from: set[str] = field(default_factory=set)
    """The codes of those whose identifier a refused row has: they may be that row's person under another code."""
    released: set[int] = field(default_factory=set)
    """The ids of identifiers that people who have left give up to those who have them now."""


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
            report.refuse(row.line, row.code, clash.reason)
            merge.kept_from.add(clash.code)
            continue
        _release(row, holders, named, merge)
        if person is None:
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
    person = Person(school=school, kind=kind, code=row.code, consent=row.consent or {}, **row.fields)
    merge.people.append(person)
    merge.lines.append(PersonLine(row.code, str(person), Becomes.NEW, _told({}, row, {})))
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
    is_left = was_left if row.left is None else row.left
    wanted = {code_key: (row.code,), **row.identifiers}
    differing = {key: values for key, values in wanted.items() if set(known.get(key, ())) != set(values)}
    changes = {name: value for name, value in row.fields.items() if getattr(person, name) != value}
    consent = {**person.consent, **(row.consent or {})}
    if not (changes or differing or was_left != is_left or consent != person.consent):
        report.unchanged += 1
        return
    told = _told({name: getattr(person, name) for name in row.fields} | _consents(person.consent), row, known)
    for name, value in changes.items():
        setattr(person, name, value)
    becomes = _becomes(was_left=was_left, is_left=is_left)
    merge.lines.append(PersonLine(row.code, str(person), becomes, told))
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
    # A label is part of the reasons that files are shown with, and index files know people by what they are called.
    merge.matching_changes |= bool(differing) or was_left != is_left or bool(set(changes) & _MATCHED_BY)
    merge.people.append(person)
    if differing:
        merge.identifiers[row.code] = differing


def _becomes(*, was_left: bool, is_left: bool) -> Becomes:
    if was_left == is_left:
        return Becomes.CHANGED
    return Becomes.LEFT if is_left else Becomes.RETURNED


def _consents(answers: Mapping[str, str]) -> dict[str, str]:
    return {f"consent_{purpose}": answer for purpose, answer in answers.items()}


def _told(before: Mapping[str, str], row: RosterPerson, known: Mapping[str, tuple[str, ...]]) -> tuple[Change, ...]:
    """Return what differs from `before` and from the identifiers that are `known`; the code itself does not."""
    after = {
        **row.fields,
        **{key: ", ".join(sorted(values)) for key, values in row.identifiers.items()},
        **_consents(row.consent or {}),
    }
    then = {**before, **{key: ", ".join(sorted(known.get(key, ()))) for key in row.identifiers}}
    return tuple(
        (name, then.get(name) or None, value or None)
        for name, value in after.items()
        if (then.get(name) or None) != (value or None)
    )


def write_merge(school: School, merge: Merge, *, note: str = "") -> None:
    """Write what `merge` holds; `note` says where it comes from. To be called in a transaction."""
    if not merge.people and not merge.released:
        return
    Identifier.objects.filter(pk__in=merge.released).delete()
    for person in merge.people:
        set_name_forms(person)
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
        record_each(act, told, school=school, note=note or _("By importing a roster."))
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


@dataclass(frozen=True, slots=True)
class Holder:
    """Who has an identifier, whose id is `identifier`."""

    code: str
    has_left: bool
    identifier: int


@dataclass(frozen=True, slots=True)
class Clash:
    """Why a row cannot be used, and whose identifier it has."""

    code: str
    reason: str


Holders = dict[tuple[str, str], list[Holder]]


def _holders(school: School, kind: PersonKind, chunk: Sequence[RosterPerson]) -> Holders:
    """Return who has the unshared identifiers of `chunk` now, by (key, value)."""
    values = {value for row in chunk for key in UNSHARED for value in row.identifiers.get(key, ())}
    rows = Identifier.objects.filter(school=school, person__kind=kind, key__in=UNSHARED, value__in=values)
    found: Holders = {}
    for key, value, code, status, pk in rows.values_list("key", "value", "person__code", "person__status", "pk"):
        found.setdefault((key, value), []).append(Holder(code, status == Status.LEFT, pk))
    return found


def _held_by_others(
    row: RosterPerson, holders: Holders, named: Mapping[str, int]
) -> Iterator[tuple[str, str, Holder]]:
    """Yield what of the row's identifiers somebody has whom the file does not name: key, value, who."""
    for key in UNSHARED:
        for value in row.identifiers.get(key, ()):
            for holder in holders.get((key, value), ()):
                if holder.code != row.code and holder.code not in named:
                    yield key, value, holder


def _clash(row: RosterPerson, holders: Holders, named: Mapping[str, int]) -> Clash | None:
    """Return why `row` cannot have its identifiers: someone who has not left, or a card, has one."""
    for key, value, holder in _held_by_others(row, holders, named):
        if not (holder.has_left and key in _GIVEN_AGAIN):
            words = key.replace("_", " ")
            reason = f"The {words} {quoted(value)} is that of {quoted(holder.code)}, whom the file does not name."
            return Clash(holder.code, reason)
    return None


def _release(row: RosterPerson, holders: Holders, named: Mapping[str, int], merge: Merge) -> None:
    """Let those who have left give up what `row` has now, unless its person has left as well."""
    if row.left:
        return
    for _key, _value, holder in _held_by_others(row, holders, named):
        merge.released.add(holder.identifier)
        merge.matching_changes = True
