"""Erasures applied again: those that the journal tells of and a restored database does not know."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from photosync.apps.erasing.journal import Noted, journal_path, key_mark, read_journal, write_down
from photosync.apps.erasing.models import Erasure, Scope
from photosync.apps.erasing.services import allow_photos, erase, hash_of_code
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School


@dataclass(slots=True)
class Applied:
    """Of `applied` the person was found, of `absent` not; whom `other_key` are about no one can say: another key."""

    applied: int = 0
    absent: int = 0
    other_key: int = 0


def catch_up_with_journal(now: datetime) -> Applied:
    """Write down what the journal lacks, then apply what the database does not know. Repeating it is harmless."""
    write_down()
    return apply_again(read_journal(journal_path()), now)


def apply_again(journal: Mapping[str, Noted], now: datetime, *, finishes: bool = True) -> Applied:
    """Apply what the database does not know; unless it `finishes`, blobs and the journal are left for later."""
    known = set(Erasure.objects.filter(mark__in=list(journal)).values_list("mark", flat=True))
    done = Applied()
    _allow_again(journal, known)
    unknown = {mark: noted for mark, noted in journal.items() if mark not in known}
    if not unknown:
        return done
    ours = key_mark()
    mine = {mark: noted for mark, noted in unknown.items() if noted.line["key"] == ours}
    done.other_key = len(unknown) - len(mine)
    people = _people(mine.values())
    for noted in mine.values():
        person_id = people.get(noted.who)
        school = School.objects.filter(code=noted.line["school"]).first()
        if school is not None:
            done.applied += _apply(noted, school, person_id, now, finishes=finishes)
            done.absent += person_id is None
    return done


def _people(wanted: Collection[Noted]) -> dict[str, int]:
    """Return the people who are meant, by their hash; every code of the schools in question is hashed for it."""
    hashes = {noted.who for noted in wanted}
    schools = {str(noted.line["school"]) for noted in wanted}
    rows = (
        Person.objects.filter(school__code__in=schools).order_by().values_list("pk", "school__code", "kind", "code")
    )
    found = {}
    for pk, school_code, kind, code in rows.iterator(chunk_size=5_000):
        who = hash_of_code(school_code, kind, code)
        if who in hashes:
            found[who] = pk
    return found


def _apply(noted: Noted, school: School, person_id: int | None, now: datetime, *, finishes: bool) -> bool:
    row = noted.row()
    person = Person.objects.select_related("school").filter(pk=person_id).first() if person_id is not None else None
    if person is None:
        # Kept as a record all the same: that it was done is asked for later.
        row.school, row.kind, row.who = school, noted.line["kind"], noted.who
        noted.add_counts(row)
        row.is_journaled = True
        row.save(force_insert=True)
        return False
    row.applied_again_at = now
    erased = erase(person, row, finishes=finishes).erasure
    noted.add_counts(erased)
    erased.save()
    if erased.scope == Scope.PHOTOS and erased.allowed_at is not None:
        Person.objects.filter(pk=person.pk).update(keeps_no_photo=False)
    return True


def _allow_again(journal: Mapping[str, Noted], known: Collection[str]) -> None:
    """Allow photos of whom the journal says it, where the database was made before that."""
    allowed = {mark: noted for mark, noted in journal.items() if mark in known and noted.line["allowed_at"]}
    rows = Erasure.objects.filter(mark__in=list(allowed), allowed_at__isnull=True, person__keeps_no_photo=True)
    for row in rows.select_related("person"):
        noted = allowed[row.mark].row()
        if row.person is not None and noted.allowed_at is not None:
            allow_photos(row.person, by=noted.allowed_by, now=noted.allowed_at)
