"""People who may be meant by a file that matches nobody, looked up by what its name says."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.db.models import Q, QuerySet

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED, LAST_CODE_POINT
from photosync.apps.sources.models import ListedFile
from photosync.core.keys import stem_of
from photosync.core.people import PersonKind
from photosync.core.suggesting import Clues, Known, suggest
from photosync.engine.names import original_name, readable_path

LOOKED_AT = 200
"""Of each way to find people, so many are compared."""
SHORTEST_WITHIN = 4


@dataclass(frozen=True, slots=True)
class Suggested:
    person: Person
    why: str


def to_choose_from(file: ListedFile, *, shows_protected: bool) -> QuerySet[Person]:
    """Return the people to whom a file may be given: current ones, of the kinds that its profile syncs."""
    people = Person.objects.filter(
        school=file.profile.school_id, kind__in=file.profile.components, status=Person.Status.ACTIVE
    )
    return people if shows_protected else people.filter(protected=False)


def suggestions_for(file: ListedFile, *, shows_protected: bool) -> list[Suggested]:
    """Return at most nine people who may be meant, the likeliest first. To be shown, never applied."""
    stem = stem_of(readable_path(original_name(file.name)))
    clues = Clues.of(file.key_value, stem)
    people = to_choose_from(file, shows_protected=shows_protected)
    found = people.in_bulk(_ids(clues, people, file.profile.school_id))
    identifiers: dict[int, list[str]] = {}
    rows = Identifier.objects.filter(person_id__in=found).order_by()
    for person_id, value in rows.values_list("person_id", "value"):
        identifiers.setdefault(person_id, []).append(value)
    known = [_known(person, identifiers.get(pk, ())) for pk, person in found.items()]
    return [Suggested(found[each.person_id], each.why) for each in suggest(clues, known)]


def collision_for(file: ListedFile, *, shows_protected: bool) -> list[Suggested]:
    """Return the people who have the number of a file that is a student's and a staff member's."""
    people = to_choose_from(file, shows_protected=shows_protected)
    same = Identifier.objects.filter(school=file.profile.school_id, folded=FOLDED.form(file.key_value))
    found = people.filter(pk__in=same.values("person_id")).order_by("kind", "family_name", "pk")[:9]
    return [Suggested(person, _role(person)) for person in found]


def _role(person: Person) -> str:
    return f"The {PersonKind(person.kind).one} with this number."


def _ids(clues: Clues, people: QuerySet[Person], school_id: int) -> set[int]:
    identifiers = Identifier.objects.filter(school=school_id).order_by()
    ways: list[QuerySet[Identifier, int] | QuerySet[Person, int]] = [
        identifiers.filter(folded__in=clues.values()).values_list("person_id", flat=True)
    ]
    ways += [
        identifiers.filter(folded__contains=text).values_list("person_id", flat=True)
        for text in clues.texts
        if len(text) >= SHORTEST_WITHIN
    ]
    ways += [_family_begins(people, word) for word in clues.spellings]
    found = {pk for way in ways for pk in way[:LOOKED_AT]}
    if found or not clues.spellings:
        return found
    # Given names have no index; they alone are looked for only where nothing else says anything.
    return set(people.filter(_given_names(clues)).order_by().values_list("pk", flat=True)[:LOOKED_AT])


def _family_begins(people: QuerySet[Person], word: str) -> QuerySet[Person, int]:
    """Return people whose family name begins so, by the index where the database has one for that."""
    if connection.vendor == "sqlite":
        people = people.filter(family_name__gte=word, family_name__lt=word + LAST_CODE_POINT)
    else:
        people = people.filter(family_name__startswith=word)
    return people.order_by().values_list("pk", flat=True)


def _given_names(clues: Clues) -> Q:
    named = Q()
    for word in clues.spellings:
        named |= Q(given_name__iexact=word) | Q(preferred_name__iexact=word)
    return named


def _known(person: Person, identifiers: Sequence[str]) -> Known:
    names = (person.family_name, person.given_name, person.preferred_name)
    return Known(person.pk, PersonKind(person.kind), names, (person.code, *identifiers))
