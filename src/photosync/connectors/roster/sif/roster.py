"""StudentPersonal and StaffPersonal as a roster, with what enrolments and schools say of them.

All of a kind is read before its first row: only then is it known who is enrolled, and what nobody has a value of.
"""

from __future__ import annotations

import tempfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date
from typing import IO, Final, Self

from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.kept_rows import KeptRows
from photosync.connectors.roster.sif import words
from photosync.connectors.roster.sif.enrollments import (
    ENROLLMENT_PATHS,
    Counts,
    Enrollment,
    enrollment_read,
    status_of,
    the_one,
)
from photosync.connectors.roster.sif.gathered import MOST_OF_ONE, Gathered, People
from photosync.connectors.roster.sif.people import (
    ENROLLMENT,
    PERSON_PATHS,
    SCHOOL,
    SCHOOL_PATHS,
    PersonRead,
    School,
    campus_of,
    person_read,
    school_read,
    schools_of,
)
from photosync.connectors.roster.sif.reading import Objects
from photosync.connectors.sif.documents import NOTHING
from photosync.connectors.sif.objects import OBJECT_NAMES, PersonId
from photosync.connectors.sif.versions import odd_versions, versions_told
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind, quoted

MOST_SCHOOLS: Final = 50_000
MOST_SCHOOLS_NAMED: Final = 20
_NAMES: Final = ("given_name", "family_name")
_OF_ENROLLMENTS: Final = frozenset({"year_level", "roll_group", "house"})
_OPTIONAL: Final = {
    PersonKind.STUDENT: (
        *("alternate_id", "preferred_name", "email", "year_level", "roll_group", "house", "campus", "status"),
    ),
    PersonKind.STAFF: ("alternate_id", "preferred_name", "email", "campus", "status"),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Which identifier is the code, what enrolments say, and which school of several; "" is all."""

    person_id: PersonId
    counts: Counts = Counts.EXITS
    school: str = ""


class SifRoster:
    """Each table is read anew."""

    def __init__(self, objects: Objects, choice: Choice, today: date) -> None:
        self.objects, self.choice, self.today = objects, choice, today
        self._versions: Counter[str] = Counter()
        self._told: dict[PersonKind, list[str]] = {}
        self._unsure: set[PersonKind] = set()
        self._open = ExitStack()
        self._open.callback(objects.close)

    def table(self, kind: PersonKind) -> PeopleTable:
        """Read the people of `kind`, all of them. Raises SourceUnavailable, Refused."""
        self._told[kind] = []
        self._unsure.discard(kind)
        spool = self._open.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 - closed with the roster
        return PeopleTable(self, kind, spool)

    def names_everyone(self, kind: PersonKind) -> bool:
        """Whether it does, once it has been read: somebody may be missing who is only not told of."""
        return kind not in self._unsure

    @property
    def recognised(self) -> str:
        """Return for instance "SIF AU 3.4", once it has been read."""
        return versions_told(self._versions)

    def warnings(self) -> Sequence[str]:
        told = [each for told in self._told.values() for each in told]
        return tuple(dict.fromkeys([*odd_versions(self._versions), *told]))

    def note_version(self, version: str) -> None:
        self._versions[version] += 1

    def warn(self, kind: PersonKind, sentence: str, *, is_unsure: bool = False) -> None:
        """Tell a sentence. Where it `is_unsure` whether everyone is there, nobody leaves by not being there."""
        self._told[kind].append(sentence)
        if is_unsure:
            self._unsure.add(kind)

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class PeopleTable:
    """The students, or the staff."""

    def __init__(self, roster: SifRoster, kind: PersonKind, spool: IO[str]) -> None:
        self._roster, self._kind = roster, kind
        self._choice = roster.choice
        self._reads_enrollments = kind is PersonKind.STUDENT and self._choice.counts is not Counts.NONE
        self._schools: dict[str, School] = {}
        self._numbers: Counter[str] = Counter()
        self._of_nobody: Counter[str] = Counter()
        """By the school that they name, how many enrolments name no student."""
        code = "student_code" if kind is PersonKind.STUDENT else "staff_code"
        self._columns = (code, *_NAMES, *_OPTIONAL[kind])
        self._people = People()
        try:
            self._gather()
            wanted = self._wanted_schools()
            self._count_those_of_nobody(wanted)
            self._kept = KeptRows(self._columns, _OPTIONAL[kind], spool)
            for item in self._rows(wanted):
                self._kept.add(item)
            self._tell()
        finally:
            self._people.close()
        self.columns: Sequence[str] = self._kept.columns

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        return iter(self._kept)

    def _gather(self) -> None:
        """Take in all objects that say something of these people. Raises SourceUnavailable."""
        own, objects = OBJECT_NAMES[self._kind], self._roster.objects
        wanted = {SCHOOL: SCHOOL_PATHS}
        if self._reads_enrollments:
            wanted[ENROLLMENT] = ENROLLMENT_PATHS
        wanted[own] = PERSON_PATHS
        for found in objects.read(wanted, optional=frozenset({SCHOOL, ENROLLMENT})):
            self._roster.note_version(found.version)
            if found.name == own:
                self._people.add(person_read(found, self._kind, self._choice.person_id))
            elif found.name == ENROLLMENT:
                enrollment = enrollment_read(found)
                self._numbers["odd dates"] += enrollment.is_odd
                self._of_nobody[enrollment.school] += not enrollment.student
                self._people.add_enrollment(enrollment, self._roster.today)
            else:
                self._add_school(school_read(found))
        self._see_that_enrollments_came()
        if SCHOOL in objects.missing:
            if self._choice.school:
                raise SourceUnavailable(objects.missing[SCHOOL])
            self._roster.warn(self._kind, words.NO_SCHOOLS)

    def _see_that_enrollments_came(self) -> None:
        if not self._reads_enrollments:
            return
        if told := self._roster.objects.missing.get(ENROLLMENT):
            raise SourceUnavailable(f"{told} {words.MAY_DO_WITHOUT}")
        if self._people.count and not self._people.enrollments:
            raise SourceUnavailable(words.NO_ENROLLMENTS.format(number=self._people.count, nothing=NOTHING))

    def _add_school(self, school: School) -> None:
        if school.ref:
            self._schools[school.ref] = school
        if len(self._schools) > MOST_SCHOOLS:
            raise SourceUnavailable(words.TOO_MANY_SCHOOLS.format(most=f"{MOST_SCHOOLS:,}", nothing=NOTHING))

    def _wanted_schools(self) -> Mapping[str, School] | None:
        """Return the schools that are asked for, None for all. Raises SourceUnavailable where there is none."""
        wanted = self._choice.school
        if not wanted:
            return None
        found = {ref: school for ref, school in self._schools.items() if school.is_called(wanted)}
        if not found:
            names = [quoted(each.name) for each in self._schools.values()][:MOST_SCHOOLS_NAMED]
            raise SourceUnavailable(
                words.NO_SUCH_SCHOOL.format(
                    wanted=quoted(wanted),
                    what=self._roster.objects.what,
                    nothing=NOTHING,
                    named=", ".join(names) or "none",
                )
            )
        return found

    def _count_those_of_nobody(self, wanted: Mapping[str, School] | None) -> None:
        """Leave out what an enrolment says where some may be anyone's: it would be that of another year."""
        of_here = [school for school in self._of_nobody if self._may_be(wanted, school)]
        if number := sum(self._of_nobody[school] for school in of_here):
            self._numbers["of nobody"] = number
            self._columns = tuple(name for name in self._columns if name not in _OF_ENROLLMENTS)

    def _may_be(self, wanted: Mapping[str, School] | None, school: str) -> bool:
        """Whether a school, by its RefId, is wanted, or may be: where none is named, or none that is known."""
        return wanted is None or school in wanted or school not in self._schools

    def _rows(self, wanted: Mapping[str, School] | None) -> Iterator[Row | UnreadableLine]:
        self._numbers["shared"] = self._people.note_shared_alternates()
        self._numbers["not there"] = self._people.enrolled_who_are_not_there(wanted)
        for each in self._people.everyone():
            if each.differs:
                yield UnreadableLine(each.line, words.TWICE.format(ref=quoted(each.person.ref)))
                continue
            if self._reads_enrollments and not each.person.ref:
                yield UnreadableLine(each.line, words.NO_REF)
                continue
            enrollments = self._people.enrollments_of(each.person) if self._reads_enrollments else ()
            if len(enrollments) > MOST_OF_ONE:
                # The one that counts may be among those that were not looked at.
                yield UnreadableLine(each.line, words.TOO_MANY_ENROLLMENTS.format(most=MOST_OF_ONE))
                continue
            is_elsewhere = False
            if wanted is not None:
                is_here = self._is_at(wanted, each.person, enrollments)
                self._numbers["no school"] += is_here is None
                if not is_here:
                    continue
                enrollments, is_elsewhere = self._of_the_wanted(wanted, enrollments)
            if doubtful := self._people.doubtful_enrollment_of(each.person):
                yield UnreadableLine(each.line, words.ENROLLMENT_TWICE.format(ref=quoted(doubtful)))
                continue
            yield self._row(each, enrollments, is_elsewhere=is_elsewhere)

    def _of_the_wanted(
        self, wanted: Mapping[str, School], enrollments: Sequence[Enrollment]
    ) -> tuple[Sequence[Enrollment], bool]:
        """Return the enrolments that are, or may be, of the wanted schools, and whether a later one is of now.

        One that names no school may be of this one: it is never dropped, or whoever it keeps would leave. One of a
        school that nobody knows keeps its student too, while it is not over.
        """
        today = self._roster.today
        possible = [one for one in enrollments if self._may_be(wanted, one.school)]
        kept = [one for one in possible if one.school in wanted or not one.school or not one.is_over(today)]
        self._numbers["enrolled nowhere"] += not all(one.school in wanted for one in kept)
        # Who learns a language elsewhere besides, or was never closed at a former school, has not gone on there.
        since = max((one.entry_date for one in kept), default="")
        elsewhere = (one for one in enrollments if not self._may_be(wanted, one.school))
        return kept, any(one.is_home and one.entry_date > since and one.is_now(today) for one in elsewhere)

    def _is_at(
        self, wanted: Mapping[str, School], person: PersonRead, enrollments: Sequence[Enrollment]
    ) -> bool | None:
        """Return whether someone is, or was, at one of the schools; None where nothing says it."""
        if any(each.school in wanted for each in enrollments):
            return True
        if enrollments and all(each.school in self._schools for each in enrollments):
            return False
        # An identifier that no SchoolInfo has may be this school's in another form.
        last = schools_of(person, self._schools.values())
        if any(school.ref in wanted for school in last):
            return True
        # Whoever moves from one school to another is at the new one, whichever was the last.
        unknown = (each for each in enrollments if each.school not in self._schools)
        goes_on = any(not each.is_over(self._roster.today) for each in unknown)
        return False if last and not goes_on else None

    def _row(
        self, gathered: Gathered, enrollments: Sequence[Enrollment], *, is_elsewhere: bool
    ) -> Row | UnreadableLine:
        person, choice, today = gathered.person, self._choice, self._roster.today
        one = the_one(enrollments, today)
        if self._reads_enrollments:
            self._numbers["without"] += not enrollments
            status = status_of(enrollments, choice.counts, today, is_elsewhere=is_elsewhere)
            if status == "left" and self._numbers["of nobody"]:
                return UnreadableLine(gathered.line, words.OF_NOBODY_MAY_BE)
        else:
            status = person.employment
        values = {
            "student_code": person.code,
            "staff_code": person.code,
            "alternate_id": ";".join(self._people.alternates_of(person)),
            "given_name": person.given_name,
            "family_name": person.family_name,
            "preferred_name": person.preferred_name,
            "email": person.email,
            "year_level": (one.year_level if one else "") or person.year_level,
            "roll_group": (one.roll_group if one else "") or person.roll_group,
            "house": one.house if one else "",
            "campus": campus_of(person, one.school if one else "", self._schools),
            "status": status,
        }
        return Row(gathered.line, [values[name] for name in self._columns])

    def _tell(self) -> None:
        numbers, kind = self._numbers, self._kind
        if number := numbers["not there"]:
            self._roster.warn(kind, words.NOT_THERE.format(number=number), is_unsure=True)
        if number := numbers["of nobody"]:
            self._roster.warn(kind, words.OF_NOBODY.format(number=number), is_unsure=True)
        if number := numbers["no school"]:
            told = words.NO_SCHOOL.format(number=number, object=OBJECT_NAMES[kind])
            self._roster.warn(kind, told, is_unsure=True)
        if number := numbers["enrolled nowhere"]:
            self._roster.warn(kind, words.ENROLLED_NOWHERE.format(number=number), is_unsure=True)
        if (number := numbers["without"]) and self._choice.counts is Counts.EXITS:
            self._roster.warn(kind, words.WITHOUT_ENROLLMENT.format(number=number))
        if number := numbers["odd dates"]:
            self._roster.warn(kind, words.ODD_DATES.format(number=number))
        if number := numbers["shared"]:
            self._roster.warn(kind, words.SHARED.format(number=number))
