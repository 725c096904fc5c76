"""What a roster that was read would make of whom, before anything is written."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from itertools import islice
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.models import Person
from photosync.apps.people.roster.columns import IGNORE, Columns, fields_for, plain_name, recognise
from photosync.apps.people.roster.merging import Becomes, Merge, PersonLine, merge_chunk
from photosync.apps.people.roster.naming import Named, accepted, note, people_of_rows, settle_years
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.people.roster.rows import RosterPerson
from photosync.apps.rosters.disputes import STATUS, Dispute
from photosync.apps.rosters.models import RosterReading, SavedRoster
from photosync.apps.rosters.spool import Spool
from photosync.apps.schools.models import School
from photosync.connectors.roster.registry import roster_kind
from photosync.core.errors import Refused
from photosync.core.people import PersonKind, quoted

CHUNK_ROWS = 1_000
LEAVES = frozenset({Becomes.LEFT, Becomes.ABSENT})
Item = TypeVar("Item")


@dataclass(slots=True)
class Part:
    """The students, or the staff, of a roster that was read to its end."""

    school: School
    spool: Spool
    columns: Columns
    named: Named
    status_was: str = ""
    """The column that the last reading took the status from, where there is none now: who has left stays so."""

    @property
    def kind(self) -> PersonKind:
        return self.spool.kind

    def merges(self, report: RosterReport, today: date) -> Iterator[Merge]:
        """Yield what each 1,000 rows ask for as people are now, and count it in `report`."""
        people = accepted(people_of_rows(self.spool, self.columns, self.kind), self.named, report)
        if self.status_was:
            people = (replace(person, left=None) for person in people)
        while chunk := list(islice(people, CHUNK_ROWS)):
            if self.status_was:
                chunk = self._known(chunk, report)
            yield merge_chunk(self.school, self.kind, chunk, self.named.lines, report, today)

    def _known(self, chunk: list[RosterPerson], report: RosterReport) -> list[RosterPerson]:
        """Return those of `chunk` who are people here: who is not may be one whom the column said to have left."""
        people = Person.objects.filter(school=self.school, kind=self.kind, code__in=[each.code for each in chunk])
        codes = set(people.values_list("code", flat=True))
        report.skipped += sum(each.code not in codes for each in chunk)
        return [each for each in chunk if each.code in codes]

    def report(self, *, preview: bool) -> RosterReport:
        return RosterReport(self.kind, preview, self.columns.mapping, self.columns.unknown)


@dataclass(slots=True)
class Plan:
    """What would become of a part. `absent` are the ids of those who would have left by not being in it."""

    part: Part
    report: RosterReport
    active_before: int
    lines: list[PersonLine] = field(default_factory=list)
    absent: list[int] = field(default_factory=list)
    disputes: dict[str, Dispute] = field(default_factory=dict)
    """By code."""

    def leavers(self) -> set[str]:
        """Return the codes of those who would leave."""
        return {line.code for line in self.lines if line.becomes in LEAVES}


def part_of(roster: SavedRoster, spool: Spool) -> Part:
    """Return the part with its columns and with whom it names. Raises WrongUse for columns that do not fit."""
    columns = recognise(
        spool.columns, spool.kind, given=mapping_for(roster, spool.kind, spool.columns), remembered={}
    )
    named = Named()
    owners: dict[tuple[str, str], str] = {}
    for item in people_of_rows(spool, columns, spool.kind):
        note(item, named, owners)
    settle_years(roster.school, spool.kind, named)
    return Part(roster.school, spool, columns, named, _status_was(roster, spool, columns))


def mapping_for(roster: SavedRoster, kind: PersonKind, columns: Sequence[str]) -> Mapping[str, str]:
    """Return what of the roster's mapping is of this table; all of it where there is one table only."""
    if roster_kind(roster.kind).has_one_table:
        return dict(roster.mapping)
    there = {plain_name(column) for column in columns}
    fields = {*fields_for(kind), IGNORE}
    return {name: field for name, field in roster.mapping.items() if plain_name(name) in there and field in fields}


def plan_of(part: Part, today: date, *, concludes_leaving: bool) -> Plan:
    """Return what would become of everyone. Raises Refused where the roster names no one and everyone would leave."""
    active = Person.objects.filter(school=part.school, kind=part.kind, status=Person.Status.ACTIVE).order_by()
    plan = Plan(part, part.report(preview=True), active.count())
    kept_from: set[str] = set()
    if part.status_was:
        plan.report.warnings.append(_status_words(part))
    for merge in part.merges(plan.report, today):
        plan.lines += merge.lines
        kept_from |= merge.kept_from
    if concludes_leaving:
        _note_absent(plan, kept_from)
    return plan


def _status_was(roster: SavedRoster, spool: Spool, columns: Columns) -> str:
    """Return the column of the status of the last reading that had one, where this one has none by that name.

    One that is there and is not used any more is not used on purpose, and so is one that went when the roster's place
    or columns were changed.
    """
    if STATUS in columns.fields:
        return ""
    done = RosterReading.objects.filter(roster=roster, state=RosterReading.State.DONE)
    if roster.place_changed_at:
        done = done.filter(asked_at__gte=roster.place_changed_at)
    there = {plain_name(name) for name in spool.columns}
    component = spool.kind.component
    real = done.exclude(trigger=RosterReading.Trigger.PREVIEW).order_by("-pk")
    for used in real.values_list("columns", flat=True).iterator():
        of_status = [name for name, field in used.get(component, {}).get("used", {}).items() if field == STATUS]
        if of_status:
            return "" if plain_name(of_status[0]) in there else of_status[0]
    return ""


def _status_words(part: Part) -> str:
    return _(
        "The roster no longer has the column %(column)s, which said which %(who)s have left. So who had left stays "
        "so, and nobody new was added. Have the column back; or, if there is to be none, change and save this roster."
    ) % {"column": quoted(part.status_was), "who": part.kind.component}


def _note_absent(plan: Plan, kept_from: Collection[str]) -> None:
    part, report = plan.part, plan.report
    who = part.kind.component
    if not part.named.lines and plan.active_before:
        raise Refused(
            _(
                "The roster names no %(who)s, and everyone would have left. Nothing was changed. See that the "
                "school's system has filled it; or take %(who)s out of what is read from this roster."
            )
            % {"who": who}
        )
    if part.named.unreadable:
        told = ngettext(
            "%(number)d row of the %(who)s could not be read, so that no one was taken to have left by not being in "
            "the roster.",
            "%(number)d rows of the %(who)s could not be read, so that no one was taken to have left by not being in "
            "the roster.",
            part.named.unreadable,
        )
        report.warnings.append(told % {"number": part.named.unreadable, "who": who})
        return
    active = Person.objects.filter(school=part.school, kind=part.kind, status=Person.Status.ACTIVE)
    for person in active.iterator(chunk_size=2_000):
        if person.code not in part.named.lines and person.code not in kept_from:
            plan.absent.append(person.pk)
            plan.lines.append(PersonLine(person.code, str(person), Becomes.ABSENT))
    report.absent = report.absent_left = len(plan.absent)


def chunks(items: Iterator[Item]) -> Iterator[list[Item]]:
    while chunk := list(islice(items, CHUNK_ROWS)):
        yield chunk
