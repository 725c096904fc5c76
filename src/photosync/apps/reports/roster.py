"""Who is in a reporting cycle: students of year levels, roll groups, houses and campuses, or of a list of codes."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass, fields

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
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

ROWS_AT_ONCE = 1_000
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
        wanted = {pk: (level, group) for pk, level, group in _chosen_rows(stored.school, choice)}
        added = _taken_in(stored, wanted)
        if choice.groups and choice.groups not in stored.chosen:
            stored.chosen = [*stored.chosen, choice.groups][-MOST_CHOICES:]
            stored.save(update_fields=("chosen",))
        if added:
            _record_added(stored, added, _told(choice))
    return Added(added, len(wanted) - added)


def newcomers(cycle: ReportingCycle) -> QuerySet[Person]:
    """Return the students who belong to the groups that were taken in, and are not in the cycle."""
    if not cycle.chosen:
        return Person.objects.none()
    condition = Q(pk__in=[])
    for groups in cycle.chosen:
        condition |= _of_groups(groups)
    inside = CycleMember.objects.filter(cycle=cycle, person=OuterRef("pk")).order_by()
    return _students(cycle.school).filter(condition).filter(~Exists(inside))


def take_in_newcomers(cycle: ReportingCycle) -> int:
    """Take in everyone of `newcomers`; return how many. Raises Refused."""
    with transaction.atomic():
        stored = locked_cycle(cycle)
        refuse_unless_open(stored)
        refuse_while_working(stored)
        rows = newcomers(stored).order_by().values_list("pk", "year_level", "roll_group")
        added = _taken_in(stored, {pk: (level, group) for pk, level, group in rows.iterator(chunk_size=ROWS_AT_ONCE)})
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


def _chosen_rows(school: School, choice: Choice) -> Iterator[tuple[int, str, str]]:
    columns = ("pk", "year_level", "roll_group")
    if choice.groups:
        rows = _students(school).filter(_of_groups(choice.groups)).order_by().values_list(*columns)
        yield from rows.iterator(chunk_size=ROWS_AT_ONCE)
    known = []
    for part in batches(list(choice.codes), CODES_AT_ONCE):
        people = Person.objects.filter(school=school, kind=Person.Kind.STUDENT, code__in=part).order_by()
        for code, *row in people.values_list("code", *columns):
            known.append(code)
            yield row[0], row[1], row[2]
    check_known(choice.codes, known)


def _students(school: School) -> QuerySet[Person]:
    return Person.objects.filter(school=school, kind=Person.Kind.STUDENT, status=Person.Status.ACTIVE)


def _of_groups(groups: Mapping[str, Iterable[str]]) -> Q:
    return Q(**{f"{name}__in": list(groups[name]) for name in GROUPINGS if groups.get(name)})


def _taken_in(cycle: ReportingCycle, wanted: Mapping[int, tuple[str, str]]) -> int:
    """Make members of those in `wanted`, person to year level and roll group, who are not; return how many."""
    inside = set(CycleMember.objects.filter(cycle=cycle).order_by().values_list("person_id", flat=True))
    fresh = [
        CycleMember(cycle=cycle, person_id=pk, year_level=level, roll_group=group)
        for pk, (level, group) in wanted.items()
        if pk not in inside
    ]
    CycleMember.objects.bulk_create(fresh, batch_size=ROWS_AT_ONCE)
    return len(fresh)


def _told(choice: Choice) -> str:
    told = choice_words(choice.groups, GROUP_WORDS)
    return "; ".join(part for part in (told, choice.codes and counted(len(choice.codes), "code")) if part)


def _record_added(cycle: ReportingCycle, added: int, note: str) -> None:
    record(
        Act.CYCLE_PEOPLE_ADDED, cycle, school=cycle.school, changes=[("people_added", None, str(added))], note=note
    )
