"""Reading a saved roster: all of it first, then the plan, then the guard, then people, 1,000 to a transaction.

What breaks off before the people concludes nothing. What breaks off among them is repeated from the beginning: who
was written already is unchanged then, and the record of what became of them was written with them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import ITSELF, Actor, Via, acting_as
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record, record_each
from photosync.apps.long_work import ClaimedWork
from photosync.apps.people.models import Person
from photosync.apps.people.roster.merging import Becomes, PersonLine, bump_revision, write_merge
from photosync.apps.people.roster.report import RosterReport
from photosync.apps.profiles.settings import source_guard
from photosync.apps.profiles.source_secrets import source_options
from photosync.apps.rosters.disputes import dispute_words, disputes_of
from photosync.apps.rosters.models import RosterChange, RosterReading, SavedRoster
from photosync.apps.rosters.outcome import held_words, outcome_words
from photosync.apps.rosters.planning import LEAVES, Part, Plan, chunks, part_of, plan_of
from photosync.apps.rosters.spool import Spool
from photosync.apps.schools.models import School
from photosync.connectors.roster.contract import Roster
from photosync.connectors.roster.registry import open_roster
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.core.roster_guard import RECENT_DAYS, LeaverLimits, Leaving, breaches_of

State, Trigger = RosterReading.State, RosterReading.Trigger
MOST_REFUSED = 1_000
MOST_ATTEMPTS = 5


@dataclass
class ReadingWork(ClaimedWork[RosterReading]):
    """A claimed reading. Where it breaks off it has failed, and what it had not come to is as it was."""

    called = "Reading"
    model = RosterReading
    related = ("roster__school",)
    most_attempts = MOST_ATTEMPTS

    @property
    def reading(self) -> RosterReading:
        return self.row

    @property
    def roster(self) -> SavedRoster:
        return self.row.roster

    @contextmanager
    def writing(self) -> Iterator[RosterReading]:
        """Yield the reading, locked and held by this worker, and save it. Raises FencedOut where it is not."""
        with super().writing() as stored:
            School.objects.select_for_update().get(pk=self.roster.school_id)
            yield stored
            stored.save()

    def break_off(self, explanation: str) -> None:
        ended = self.end(state=State.FAILED, explanation=explanation, finished_at=self.clock())
        if ended and self.row.approves_id is not None:
            # What was to be approved waits again.
            waiting = RosterReading.objects.filter(pk=self.row.approves_id, state=State.HELD)
            waiting.update(decided_by="", decided_at=None)

    @staticmethod
    def words_when_given_up() -> str:
        return _(
            "The process that read it ended %(number)d times before that was done, so it was given up. What was "
            "written until then stays, and is listed. Look into the log for the reason, then read it again."
        ) % {"number": MOST_ATTEMPTS}

    @staticmethod
    def words_of_fault(error: Exception) -> str:
        return _(
            "Photo Sync met a fault of its own (%(fault)s). What is listed here was written, nothing else. The log "
            "has the details."
        ) % {"fault": type(error).__name__}


def execute_reading(work: ReadingWork) -> None:
    """Read. What goes wrong is told on the reading; what it had not come to is as it was."""
    reading = work.reading
    actor = ITSELF if reading.trigger == Trigger.SCHEDULED else Actor(reading.started_by, Via.WORKER)
    with work.carried_out(), acting_as(actor):
        read(work)


def read(work: ReadingWork) -> None:
    """Read the roster and do what it says, or hold it. Raises SourceUnavailable, Refused, WrongUse, FencedOut."""
    roster = work.roster
    today = local_date(work.clock(), roster.school.zone)
    with ExitStack() as stack:
        opened = stack.enter_context(open_saved(roster, today))
        parts = [_part(roster, opened, kind, stack) for kind in roster.kinds]
        concluding = {kind for kind in roster.kinds if roster.concludes_leaving and opened.names_everyone(kind)}
        recognised, warnings = opened.recognised, list(opened.warnings())
        plans = [_plan(work, part, today, concludes_leaving=part.kind in concluding) for part in parts]
        breaches = breaches_of(_limits(roster), [_leaving(work, plan) for plan in plans])
        with work.writing() as stored:
            stored.recognised, stored.held_because = recognised, list(breaches)
            stored.warnings = [*(each for plan in plans for each in _warnings(plan)), *warnings]
            _note_rows(stored, plans)
        if work.reading.is_preview:
            _end_as_planned(work, plans, State.DONE, "")
        elif breaches:
            _end_as_planned(work, plans, State.HELD, held_words(breaches, work.reading.pk))
        else:
            reports = [_write(work, plan, today) for plan in plans]
            _end_as_done(work, reports)


def open_saved(roster: SavedRoster, today: date) -> Roster:
    """Open a saved roster. Raises SourceUnavailable, Refused, WrongUse, SealBroken."""
    guard = source_guard(roster.school, may_override=roster.may_be_anywhere)
    return open_roster(roster.kind, source_options(roster), guard=guard, today=today)


def _part(roster: SavedRoster, opened: Roster, kind: PersonKind, stack: ExitStack) -> Part:
    spool = stack.enter_context(Spool(kind))
    spool.take(opened)
    return part_of(roster, spool)


def _plan(work: ReadingWork, part: Part, today: date, *, concludes_leaving: bool) -> Plan:
    plan = plan_of(part, today, concludes_leaving=concludes_leaving)
    plan.disputes = disputes_of(work.roster, part.kind, plan.lines, work.clock())
    return plan


def _warnings(plan: Plan) -> list[str]:
    return [*dispute_words(plan.disputes), *plan.report.warnings]


def _limits(roster: SavedRoster) -> LeaverLimits:
    return LeaverLimits(share_percent=roster.leave_share_percent, number=roster.leave_number)


def _leaving(work: ReadingWork, plan: Plan) -> Leaving:
    """Return how many would leave, without those whom a person has seen and approved."""
    kind, seen = plan.part.kind, set[str]()
    leavers = RosterChange.objects.filter(kind=kind, becomes__in=LEAVES)
    if work.reading.approves_id is not None:
        seen = set(leavers.filter(reading=work.reading.approves_id).values_list("code", flat=True))
    since = work.clock() - timedelta(days=RECENT_DAYS)
    # One that failed among the people has changed those whom it came to.
    unseen = RosterReading.objects.filter(
        roster=work.roster,
        state__in=(State.DONE, State.FAILED),
        trigger__in=(Trigger.SCHEDULED, Trigger.ON_DEMAND),
        finished_at__gte=since,
    )
    # What an attempt of this reading did, that did not come to its end, counts too.
    recently = leavers.filter(reading__in=[*unseen.values_list("pk", flat=True), work.reading.pk]).count()
    return Leaving(
        component=kind,
        active_before=plan.active_before,
        leaving=len(plan.leavers() - seen),
        left_recently=recently,
    )


def _note_rows(stored: RosterReading, plans: Sequence[Plan]) -> None:
    stored.counts = {str(plan.part.kind.component): plan.report.document()["counts"] for plan in plans}
    stored.columns = {
        str(plan.part.kind.component): {
            "used": dict(plan.report.columns),
            "unused": list(plan.report.unknown_columns),
        }
        for plan in plans
    }
    refused = [
        [plan.part.kind.value, each.line, each.code, each.reason] for plan in plans for each in plan.report.refusals
    ]
    stored.refused = refused[:MOST_REFUSED]


def _end_as_planned(work: ReadingWork, plans: Sequence[Plan], state: RosterReading.State, explanation: str) -> None:
    """End a preview, or hold: what would become of whom is kept, and nobody is touched."""
    with work.writing() as stored:
        if stored.is_preview:
            RosterChange.objects.filter(reading=stored).delete()
        for plan in plans:
            _keep_lines(stored, plan, plan.lines)
        if state == State.HELD:
            _replace_held(stored, work.clock(), is_done=False)
        stored.state, stored.finished_at = state, work.clock()
        stored.explanation = explanation or outcome_words(stored)
        if state == State.HELD:
            record(Act.ROSTER_HELD, work.roster, school=work.roster.school, note=explanation)


def _write(work: ReadingWork, plan: Plan, today: date) -> RosterReport:
    part = plan.part
    report = part.report(preview=False)
    told = _("By reading the roster %(name)s.") % {"name": work.roster.name}
    merges = part.merges(report, today)
    while True:
        with work.writing() as stored:
            merge = next(merges, None)
            if merge is None:
                break
            write_merge(part.school, merge, note=told)
            _keep_lines(stored, plan, merge.lines)
    for ids in chunks(iter(plan.absent)):
        with work.writing() as stored:
            _mark_absent(stored, plan, ids, today, told)
    return report


def _mark_absent(stored: RosterReading, plan: Plan, ids: Sequence[int], today: date, told: str) -> None:
    leavers = Person.objects.filter(pk__in=ids, status=Person.Status.ACTIVE)
    people = list(leavers)
    school = plan.part.school
    record_each(Act.PERSON_LEFT, ((person, ()) for person in people), school=school, note=told)
    leavers.update(status=Person.Status.LEFT, left_on=today)
    _keep_lines(stored, plan, [PersonLine(each.code, str(each), Becomes.ABSENT) for each in people])
    bump_revision(school)


def _keep_lines(stored: RosterReading, plan: Plan, lines: Sequence[PersonLine]) -> None:
    disputed = {code: each.roster for code, each in plan.disputes.items()}
    RosterChange.objects.bulk_create(
        (
            RosterChange(
                reading=stored,
                kind=plan.part.kind,
                code=line.code,
                name=line.name,
                becomes=line.becomes.value,
                changes=[list(change) for change in line.changes],
                disputed_with=disputed.get(line.code, ""),
            )
            for line in lines
        ),
        batch_size=500,
    )


def _end_as_done(work: ReadingWork, reports: Sequence[RosterReport]) -> None:
    with work.writing() as stored:
        stored.counts = _counts(stored, reports)
        _replace_held(stored, work.clock(), is_done=True)
        stored.state, stored.finished_at = State.DONE, work.clock()
        stored.explanation = outcome_words(stored)
        told = [
            (name, str(number), str(number))
            for name, number in _totals(stored).items()
            if number and name != "unchanged"
        ]
        if told:
            record(Act.ROSTER_READ, work.roster, school=work.roster.school, changes=told)


def _counts(stored: RosterReading, reports: Sequence[RosterReport]) -> dict[str, dict[str, int]]:
    """Return the counts with everything that this reading did, also in an attempt that was killed."""
    rows = RosterChange.objects.filter(reading=stored).order_by()
    done = {
        (kind, becomes): number for kind, becomes, number in rows.values_list("kind", "becomes").annotate(Count("pk"))
    }
    found = {}
    for report in reports:
        counts: dict[str, int] = report.document()["counts"]
        became = {each: done.get((report.kind.value, each.value), 0) for each in Becomes}
        in_roster = sum(number for each, number in became.items() if each is not Becomes.ABSENT)
        counts |= {each.value: became[each] for each in Becomes}
        counts["absent_left"] = became[Becomes.ABSENT]
        counts["unchanged"] = max(report.rows - report.refused - report.skipped - in_roster, 0)
        found[report.kind.component] = counts
    return found


def _totals(stored: RosterReading) -> dict[str, int]:
    names = ("new", "changed", "left", "returned", "absent_left")
    return {name: sum(counts[name] for counts in stored.counts.values()) for name in names}


def _replace_held(stored: RosterReading, now: datetime, *, is_done: bool) -> None:
    """A held reading that was approved ends as such, another is out of date."""
    held = RosterReading.objects.filter(roster=stored.roster_id, state=State.HELD).exclude(pk=stored.pk)
    if is_done and stored.approves_id is not None:
        held.filter(pk=stored.approves_id).update(state=State.APPROVED)
    held.filter(state=State.HELD).update(state=State.SUPERSEDED, decided_at=now)
