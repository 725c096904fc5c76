"""Reading people."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.db.models import Q, QuerySet

from photosync.apps.people.models import Identifier, Person
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, WrongUse
from photosync.core.matching import close_codes
from photosync.core.people import Comparison, PersonKind, plain_letters, quoted

FOLDED = Comparison(ignore_case=True, ignore_leading_zeros=True)
"""The loosest comparison: identifiers are stored in this form too, so that any match rule can find them."""

LAST_CODE_POINT = chr(0x10FFFF)


def people_of(
    school: School, *, kind: PersonKind | None = None, left: bool | None = None, search: str = ""
) -> QuerySet[Person]:
    """Return the people of `school`; `search` looks in names and at the beginning of codes."""
    people = Person.objects.filter(school=school)
    if kind is not None:
        people = people.filter(kind=kind)
    if left is not None:
        people = people.filter(status=Person.Status.LEFT if left else Person.Status.ACTIVE)
    for word in search.split():
        people = people.filter(
            Q(given_name__icontains=word)
            | Q(family_name__icontains=word)
            | Q(preferred_name__icontains=word)
            | Q(code__istartswith=word)
            | Q(pk__in=plainly_named(school, word))
        )
    return people


def person_coded(school: School, code: str, kind: PersonKind | None = None) -> Person:
    """Return the person with this code. Raises NotFound with similar codes, WrongUse where two have it."""
    code = code.strip()
    found = list(people_of(school, kind=kind).select_related("school").filter(code=code)[:2])
    if len(found) == 1:
        return found[0]
    if found:
        raise WrongUse(
            f"The code {quoted(code)} is both a student's and a staff member's. Nothing was done. "
            "Say which of the two is meant.",
            command_line="--kind student or --kind staff",
        )
    codes = people_of(school, kind=kind).order_by().values_list("code", flat=True)
    near = close_codes(code, codes.iterator(chunk_size=5_000))
    hint = f" Is it one of: {', '.join(map(quoted, near))}?" if near else ""
    who = "person" if kind is None else kind.one
    raise NotFound(
        f"School {school.code} has no {who} with the code {quoted(code)}. Nothing was done."
        f"{hint or ' See the codes that there are.'}",
        command_line="" if hint else "photosync people list",
    )


def identified_by(school: School, beginning: str) -> QuerySet[Identifier, int]:
    """Return the ids of people with an identifier that begins so; leading zeros and letter case do not matter."""
    form = FOLDED.form(beginning)
    known = Identifier.objects.filter(school=school).order_by()
    if connection.vendor == "sqlite":
        # Its LIKE uses no index; its texts are ordered by code point, so that a range is the same.
        known = known.filter(folded__gte=form, folded__lt=form + LAST_CODE_POINT)
    else:
        known = known.filter(folded__startswith=form)
    return known.values_list("person_id", flat=True)


def plainly_named(school: School, part: str) -> QuerySet[Person, int]:
    """Return the ids of people whose names have marks, and `part` in them where both are written without."""
    plain = plain_letters(part)
    people = Person.objects.filter(school=school, plain_name__gt="").order_by()
    found = people.filter(plain_name__contains=plain) if plain else people.none()
    return found.values_list("pk", flat=True)


GROUPINGS = ("year_level", "roll_group", "house", "campus")
"""What people are grouped by, and lists filtered."""
MOST_VALUES = 500

_VALUES_IN_USE = """
WITH RECURSIVE found(value) AS (
    SELECT min({column}) FROM {people} WHERE {fixed} AND {column} > ''
    UNION ALL
    SELECT (SELECT min({column}) FROM {people} WHERE {fixed} AND {column} > found.value)
    FROM found WHERE found.value IS NOT NULL
)
SELECT value FROM found WHERE value IS NOT NULL LIMIT {most}
"""


def values_in_use(school: School, kind: PersonKind, grouping: str) -> set[str]:
    """Return the year levels, houses, ... that people of `kind` have, without the empty text.

    From one value the index leads to the next, so that this takes as many steps as there are values, not people.
    """
    if grouping not in GROUPINGS:
        raise ValueError(grouping)
    statuses = Person.Status.values if grouping == "year_level" else [None]
    found: set[str] = set()
    for status in statuses:
        fixed = "school_id = %s AND kind = %s" + (" AND status = %s" if status else "")
        names = {"people": Person._meta.db_table, "column": grouping, "fixed": fixed, "most": MOST_VALUES}
        values = [school.pk, kind.value, *([status] if status else [])]
        with connection.cursor() as cursor:
            cursor.execute(_VALUES_IN_USE.format(**names), values * 2)
            found |= {row[0] for row in cursor.fetchall()}
    return found


def person_document(person: Person) -> dict[str, Any]:
    """Return the person as the command line and the API show one."""
    return {
        "code": person.code,
        "kind": person.kind,
        "given_name": person.given_name,
        "family_name": person.family_name,
        "preferred_name": person.preferred_name,
        "year_level": person.year_level,
        "roll_group": person.roll_group,
        "house": person.house,
        "campus": person.campus,
        "status": person.status,
        "left_on": None if person.left_on is None else person.left_on.isoformat(),
        "protected": person.protected,
        "keeps_no_photo": person.keeps_no_photo,
        "consent": dict(person.consent),
    }


def identifier_documents(person: Person) -> list[dict[str, str]]:
    rows = Identifier.objects.filter(person=person).order_by("key", "value")
    return [{"key": row.key, "value": row.value} for row in rows]
