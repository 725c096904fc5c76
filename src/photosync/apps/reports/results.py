"""Results for the reports of a cycle: stored per person from a results file, after a preview that writes nothing."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.people.models import Person
from photosync.apps.people.roster.report import RefusedRow
from photosync.apps.reports.locking import locked_cycle, refuse_unless_open
from photosync.apps.reports.models import CycleMember, ReportingCycle, ReportResults
from photosync.apps.reports.results_file import MOST_SUBJECTS, SUBJECT, PersonResults, ResultsFile, read_results

CODES_AT_ONCE = 500
MOST_NAMED = 100
MOST_UNMATCHED_SHOWN = 1_000


@dataclass(frozen=True, slots=True)
class Unmatched:
    """A code whose lines are for nobody here. `line` is the first of `lines` many."""

    code: str
    line: int
    lines: int
    reason: str


@dataclass(slots=True)
class ResultsReport:
    """What storing a results file did, or would do.

    Each person of the file is in one of new, changed, unchanged; a code without a person in the cycle is unmatched.
    `with_results` and `without_results` count the members of the cycle whose report is not archived, afterwards.
    """

    preview: bool
    columns: Mapping[str, str]
    unknown_columns: tuple[str, ...]
    rows: int
    refused: int
    refusals: list[RefusedRow]
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    subjects: int = 0
    unmatched: int = 0
    unmatched_shown: list[Unmatched] = field(default_factory=list)
    with_results: int = 0
    without_results: int = 0
    without_named: list[str] = field(default_factory=list)
    """Name and code of the first MOST_NAMED of those without results; who is protected is not named."""

    @property
    def people(self) -> int:
        return self.new + self.changed + self.unchanged

    def document(self) -> dict[str, Any]:
        """Return the report as the command line and the API show it."""
        counted = ("rows", "subjects", "people", "new", "changed", "unchanged", "unmatched", "refused")
        return {
            "preview": self.preview,
            "columns": dict(self.columns),
            "unknown_columns": list(self.unknown_columns),
            "counts": {name: getattr(self, name) for name in (*counted, "with_results", "without_results")},
            "refused": [asdict(row) for row in self.refusals],
            "unmatched": [asdict(each) for each in self.unmatched_shown],
            "without_results": list(self.without_named),
        }


def store_results(
    cycle: ReportingCycle,
    path: Path,
    *,
    given_columns: Mapping[str, str] | None = None,
    replace: bool = False,
    preview: bool = False,
    by: str,
    now: datetime,
) -> ResultsReport:
    """Store what the file says of the people of `cycle`; a preview says what would be, and writes nothing.

    What it says of a subject takes the place of what is stored of it; other subjects and remarks stay, unless
    `replace`: then the file is all there is of each person that it names. People it does not name stay as they are.
    Raises WrongUse for a file that cannot be read as results, Refused where the cycle is archived.
    """
    found = read_results(path, given_columns or {})
    with transaction.atomic():
        locked = locked_cycle(cycle)
        refuse_unless_open(locked)
        report = ResultsReport(preview, found.columns, found.unknown, found.rows, found.refused, list(found.refusals))
        stored_for = _store(locked, found, report, replace=replace, by=by, now=now)
        _count_members(locked, report, also=stored_for if preview else set())
        if not preview and report.new + report.changed:
            names = ("new", "changed", "unchanged", "unmatched", "refused")
            changes = [(name, None, str(getattr(report, name))) for name in names if getattr(report, name)]
            record(
                Act.REPORT_RESULTS_STORED, locked.name, school=locked.school, changes=changes, subject_id=locked.pk
            )
    return report


def _store(
    cycle: ReportingCycle, found: ResultsFile, report: ResultsReport, *, replace: bool, by: str, now: datetime
) -> set[int]:
    """Store the results, but for a preview; return the ids of the members that the file names."""
    codes = list(found.people)
    named: set[int] = set()
    for begin in range(0, len(codes), CODES_AT_ONCE):
        part = codes[begin : begin + CODES_AT_ONCE]
        members = _members(cycle, part)
        kept = {row.member_id: row for row in ReportResults.objects.filter(member__in=members.values())}
        fresh: list[ReportResults] = []
        for code in part:
            member = members.get(code)
            if member is None or member.archived_id is not None:
                _note_unmatched(cycle, found.people[code], member, report)
                continue
            named.add(member.pk)
            row = _merged(kept.get(member.pk), found.people[code], report, replace=replace)
            if row is not None:
                row.member, row.stored_at, row.stored_by = member, now, by[:200]
                fresh.append(row)
        if fresh and not report.preview:
            ReportResults.objects.bulk_create(
                fresh,
                update_conflicts=True,
                unique_fields=["member"],
                update_fields=["subjects", "remarks", "stored_at", "stored_by"],
            )
    return named


def _members(cycle: ReportingCycle, codes: list[str]) -> dict[str, CycleMember]:
    rows = CycleMember.objects.filter(cycle=cycle, person__kind=Person.Kind.STUDENT, person__code__in=codes)
    return {row.person.code: row for row in rows.select_related("person").order_by()}


def _note_unmatched(
    cycle: ReportingCycle, person: PersonResults, member: CycleMember | None, report: ResultsReport
) -> None:
    report.unmatched += 1
    if len(report.unmatched_shown) >= MOST_UNMATCHED_SHOWN:
        return
    if member is not None:
        told = _("The report of %(person)s is archived; it does not change any more.") % {"person": member.person}
    else:
        known = Person.objects.filter(school=cycle.school, kind=Person.Kind.STUDENT, code=person.code).first()
        told = (
            _("No student has this code.")
            if known is None
            else _("%(person)s is not in %(cycle)s.")
            % {"person": _("This student") if known.protected else known.label, "cycle": cycle.name}
        )
    report.unmatched_shown.append(Unmatched(person.code, person.line, person.lines, told))


def _merged(
    stored: ReportResults | None, person: PersonResults, report: ResultsReport, *, replace: bool
) -> ReportResults | None:
    """Return the row as it is to be; None where nothing changes."""
    report.subjects += len(person.subjects)
    subjects, remarks = person.subjects, person.remarks
    if stored is not None and not replace:
        fresh = {each[SUBJECT].casefold(): each for each in person.subjects}
        subjects = [fresh.pop(each[SUBJECT].casefold(), each) for each in stored.subjects]
        subjects = [*subjects, *fresh.values()][:MOST_SUBJECTS]
        remarks = stored.remarks | person.remarks
    if stored is None:
        report.new += 1
        return ReportResults(subjects=subjects, remarks=remarks)
    if (stored.subjects, stored.remarks) == (subjects, remarks):
        report.unchanged += 1
        return None
    report.changed += 1
    return ReportResults(subjects=subjects, remarks=remarks)


def _count_members(cycle: ReportingCycle, report: ResultsReport, *, also: set[int]) -> None:
    """Count who has results and who has none; those in `also` count as having them."""
    waiting = CycleMember.objects.filter(cycle=cycle, archived__isnull=True)
    without = waiting.filter(results__isnull=True).select_related("person")
    for member in without.iterator(chunk_size=2_000):
        if member.pk in also:
            continue
        report.without_results += 1
        if len(report.without_named) < MOST_NAMED and not member.person.protected:
            report.without_named.append(str(member.person))
    report.with_results = waiting.count() - report.without_results
