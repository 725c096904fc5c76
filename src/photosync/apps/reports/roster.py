"""Who is in a reporting cycle: students of year levels, roll groups, houses and campuses, or of a list of codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from django.db import connection, transaction
from django.db.models import BigIntegerField, Exists, OuterRef, Q, QuerySet, Value
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record, record_each
from photosync.apps.people.models import Person
from photosync.apps.people.queries import GROUPINGS
from photosync.apps.reports.locking import locked_cycle, refuse_unless_open, refuse_while_working
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.reporting import MOST_NAMED, check_known, choice_words, counted
from photosync.core.wording import list_words
from photosync.engine.observe import batches

CODES_AT_ONCE = 500
MOST_CHOICES = 50
GROUP_WORDS = {"year_level": "year level", "roll_group": "roll group", "house": "house", "campus": "campus"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """Students by their groups, and by codes besides. Of one kind of group any, of several kinds all must be so:
    year levels 7 and 8 with campus North are those of Year 7 and of Year 8 at North.
    """

    year_level: tuple[str, ...] = ()
    roll_group: tuple[str, ...] = ()
    house: tuple[str, ...] = ()
    campus: tuple[str, ...] = ()
    codes: tuple[str, ...] = ()

    @property
    def groups(self) -> dict[str, list[str]]:
        return {name: list(values) for name in GROUPINGS if (values := getattr(self, name))}

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) for field in fields(self))


@dataclass(frozen=True, slots=True)
class Added:
    """How many came into the cycle, and how many of those who were asked for were in it already."""

    added: int
    already: int


def add_people(cycle: ReportingCycle, choice: Choice) -> Added:
    """Take the students of `choice` into the cycle, with their classes as they are now.

    Of groups those who have not left; a code names also who has. Raises WrongUse for an empty choice or codes that
    are no student's, Refused where the cycle is closed or being worked on.
    """
    if not choice:
        raise WrongUse(_("No one was chosen. Nothing was changed. Choose a year level or another group, or codes."))
    with transaction.atomic():
        stored = locked_cycle(cycle)
        refuse_unless_open(stored)
        refuse_while_working(stored)
        added = already = 0
        for people in _chosen(stored.school, choice):
            already += people.filter(_inside(stored)).count()
            added += _taken_in(stored, people)
        if choice.groups and choice.groups not in stored.chosen:
            stored.chosen = [*stored.chosen, choice.groups][-MOST_CHOICES:]
            stored.save(update_fields=("chosen",))
        if added:
            _record_added(stored, added, _told(choice))
    return Added(added, already)


def newcomers(cycle: ReportingCycle) -> QuerySet[Person]:
    """Return the students who belong to the groups that were taken in, and are not in the cycle."""
    if not cycle.chosen:
        return Person.objects.none()
    condition = Q(pk__in=[])
    for groups in cycle.chosen:
        condition |= _of_groups(groups)
    return _students(cycle.school).filter(condition).filter(~_inside(cycle))


def take_in_newcomers(cycle: ReportingCycle) -> int:
    """Take in everyone of `newcomers`; return how many. Raises Refused."""
    with transaction.atomic():
        stored = locked_cycle(cycle)
        refuse_unless_open(stored)
        refuse_while_working(stored)
        added = _taken_in(stored, newcomers(stored))
        if added:
            _record_added(stored, added, _("Newcomers of the groups that were taken in."))
    return added


def remove_people(cycle: ReportingCycle, members: Collection[int]) -> int:
    """Take these members (their ids) out of the cycle, with their reports; return how many.

    Raises Refused where the report of one of them is archived: then no one is removed.
    """
    with transaction.atomic():
        stored = locked_cycle(cycle)
        refuse_unless_open(stored)
        refuse_while_working(stored)
        found: list[CycleMember] = []
        for part in batches(sorted(set(members)), CODES_AT_ONCE):
            rows = CycleMember.objects.filter(cycle=stored, pk__in=part).order_by("pk")
            found += rows.select_related("person")
        if archived := [str(each.person) for each in found if each.archived_id is not None]:
            raise Refused(_archived_words(stored, archived))
        changes = [("reporting_cycle", stored.name, stored.name)]
        record_each(Act.CYCLE_PERSON_REMOVED, ((each.person, changes) for each in found), school=stored.school)
        for part in batches([each.pk for each in found], CODES_AT_ONCE):
            CycleMember.objects.filter(pk__in=part).delete()
    return len(found)


def members_coded(cycle: ReportingCycle, codes: Collection[str]) -> list[int]:
    """Return the ids of the members with these student codes. Raises WrongUse, naming codes that are not in it."""
    found: dict[str, int] = {}
    for part in batches(list(codes), CODES_AT_ONCE):
        rows = CycleMember.objects.filter(cycle=cycle, person__code__in=part).order_by()
        found.update(rows.values_list("person__code", "pk"))
    if unknown := [code for code in codes if code not in found]:
        named = list_words([f'"{code}"' for code in unknown[:MOST_NAMED]])
        raise WrongUse(
            _("No one with the code %(codes)s is in %(cycle)s. Nothing was changed. Correct the list.")
            % {"codes": named, "cycle": cycle.name}
        )
    return list(found.values())


def _archived_words(cycle: ReportingCycle, people: list[str]) -> str:
    named = people[:MOST_NAMED]
    if len(people) > MOST_NAMED:
        named.append(_("%(number)d more") % {"number": len(people) - MOST_NAMED})
    told = (
        _("The report of %(people)s is archived") if len(people) == 1 else _("The reports of %(people)s are archived")
    )
    return _("%(told)s, so no one was taken out of %(cycle)s. Leave out who is archived.") % {
        "told": told % {"people": list_words(named)},
        "cycle": cycle.name,
    }


def _chosen(school: School, choice: Choice) -> Iterator[QuerySet[Person]]:
    """Yield the people of `choice` in parts that share no one. Raises WrongUse for codes that are no student's."""
    students = Person.objects.filter(school=school, kind=Person.Kind.STUDENT)
    parts = [students.filter(code__in=part) for part in batches(filter(str.isprintable, choice.codes), CODES_AT_ONCE)]
    check_known(choice.codes, (code for part in parts for code in part.order_by().values_list("code", flat=True)))
    if choice.groups:
        yield _students(school).filter(_of_groups(choice.groups))
        parts = [part.exclude(_of_groups(choice.groups), status=Person.Status.ACTIVE) for part in parts]
    yield from parts


def _students(school: School) -> QuerySet[Person]:
    return Person.objects.filter(school=school, kind=Person.Kind.STUDENT, status=Person.Status.ACTIVE)


def _of_groups(groups: Mapping[str, Iterable[str]]) -> Q:
    return Q(**{f"{name}__in": list(groups[name]) for name in GROUPINGS if groups.get(name)})


def _inside(cycle: ReportingCycle) -> Exists:
    return Exists(CycleMember.objects.filter(cycle=cycle, person=OuterRef("pk")).order_by())


def _taken_in(cycle: ReportingCycle, people: QuerySet[Person]) -> int:
    """Make members of those of `people` who are not, with their classes as they are now; return how many.

    The database copies them from table to table: a cycle of a hundred thousand is opened while one waits.
    """
    plain = {"cycle_id": Value(cycle.pk, BigIntegerField()), "released_by": Value(""), "released_reason": Value("")}
    rows = people.filter(~_inside(cycle)).order_by().values_list(*plain.values(), "pk", "year_level", "roll_group")
    chosen, values = rows.query.sql_with_params()
    columns = ", ".join((*plain, "person_id", "year_level", "roll_group"))
    with connection.cursor() as cursor:
        cursor.execute(f"INSERT INTO {CycleMember._meta.db_table} ({columns}) {chosen}", values)
        return cursor.rowcount


def _told(choice: Choice) -> str:
    told = choice_words(choice.groups, GROUP_WORDS)
    return "; ".join(part for part in (told, choice.codes and counted(len(choice.codes), "code")) if part)


def _record_added(cycle: ReportingCycle, added: int, note: str) -> None:
    record(
        Act.CYCLE_PEOPLE_ADDED, cycle, school=cycle.school, changes=[("people_added", None, str(added))], note=note
    )
