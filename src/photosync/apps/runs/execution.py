"""One run, phase by phase: wires the engine to the ledger, the source, the render pool and the store.

Every phase can be repeated from its beginning: what an earlier attempt wrote is found and used. That is
all there is to resuming a run that was killed.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial

import structlog
from django.db import DatabaseError, InterfaceError, InternalError, OperationalError, connection, transaction

from photosync.apps.library.store import photo_store, render_pool, render_settings
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import limits_of, match_rule, schedule_of
from photosync.apps.reports.holding import waiting_for
from photosync.apps.runs.consenting import take_over_consent
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.ledger.matching import MatchRows
from photosync.apps.runs.ledger.observing import ObserveRows
from photosync.apps.runs.ledger.planning import PlanRows
from photosync.apps.runs.ledger.publishing import PublishRows
from photosync.apps.runs.ledger.staging import StageRows
from photosync.apps.runs.models import Run, Worker
from photosync.apps.runs.parts import put_off_in, run_that_put_off, told_put_off
from photosync.apps.runs.record import finish, hold, plan_takes_the_place_of_a_held_one
from photosync.apps.runs.rein import RunRein, RunStopped
from photosync.apps.runs.undoing import plan_undo
from photosync.apps.sources.licences import note_licences, refuse_unless_accepted
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.opening import Index, index_of, licences_in, listing_of, open_profile_source
from photosync.apps.sources.queries import files_in
from photosync.connectors.attending import attended
from photosync.core.errors import FencedOut, PhotoSyncError, TryLater
from photosync.core.guard import held_message
from photosync.core.instants import local_date
from photosync.core.people import PersonKind
from photosync.core.plan import WhenMissing
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import Mode
from photosync.engine.match import MatchTask, match
from photosync.engine.observe import observe
from photosync.engine.planning import PlanTask, Verdict, plan
from photosync.engine.ports import Progress
from photosync.engine.publish import publish
from photosync.engine.stage import StageTask, stage
from photosync.imaging import heic_available

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]

NO_PHOTO_AT_ALL = (
    "The source has a photo of none of the {number:,} people that it lists. Nothing was withdrawn for it. Check the "
    "data source by Test connection, and whether whoever signs in to it may read photos."
)
INDEX_KEEPS_CHANGING = (
    "The index that says whose each photo is was changed again and again while photos were read, as in a delivery "
    "that is just arriving. Nothing was published or withdrawn; what was read is kept. Run again when it is "
    "complete; the next scheduled run goes on too."
)
SYNC_PHASES = ("observe", "match", "stage", "plan", "publish", "record")
PREVIEW_PHASES = ("observe", "match", "stage", "plan", "record")
UNDO_PHASES = ("plan", "publish", "record")
APPROVED_PHASES = ("publish", "record")


@dataclass(frozen=True, slots=True)
class PutOff:
    """What a plan has of changes that someone put off, as a sentence; empty where it has none."""

    told: str
    new_year: bool


@dataclass(frozen=True, slots=True)
class Hold:
    """A claimed run: whose it is, the fence number and the phases that are to be executed, in this order."""

    run_id: int
    fence: int
    phases: tuple[str, ...]
    profile_id: int
    school_code: str


def claim(run_id: int, attempt: int, executor_id: str, now: datetime) -> Hold | None:
    """Take the run for the worker `executor_id`; None when it has ended or a later attempt was made of it.

    Whoever held it before can write nothing from now on.
    """
    with transaction.atomic():
        run = Run.objects.select_for_update(of=("self",)).select_related("profile__school").get(pk=run_id)
        if not RunState(run.state).alive or run.attempt != attempt:
            return None
        run.worker = Worker.objects.get(executor_id=executor_id)
        run.fence += 1
        run.state = RunState.RUNNING
        run.begun_at = run.begun_at or now
        run.save(update_fields=("worker", "fence", "state", "begun_at"))
    return Hold(run_id, run.fence, phases_of(run), run.profile_id, run.profile.school.code)


def phases_of(run: Run) -> tuple[str, ...]:
    if run.approved_at is not None:
        return APPROVED_PHASES
    return {Trigger.PREVIEW: PREVIEW_PHASES, Trigger.UNDO: UNDO_PHASES}.get(Trigger(run.trigger), SYNC_PHASES)


def execute_phase(run_id: int, fence: int, phase: str, clock: Clock) -> bool:
    """Execute one phase; return whether the run goes on. Records how the run ended where it does not."""
    held = Fence(run_id, fence)
    try:
        run = Run.objects.select_related("profile__school", "undoes").get(pk=run_id)
        if RunState(run.state) is not RunState.RUNNING or run.fence != fence:
            return False
        return _Execution(run, held, clock).execute(phase)
    except FencedOut as error:
        log.info("fenced out", run=run_id, phase=phase, explanation=error.message)
        return False
    except RunStopped as stop:
        _end(held, stop.state, stop.explanation, clock)
    except PhotoSyncError as error:
        log.warning("run failed", run=run_id, phase=phase, explanation=error.message)
        _end(held, RunState.FAILED, error.message, clock)
    except (OperationalError, InterfaceError, InternalError) as error:
        # PostgreSQL says "internal error" of a database that may only be read.
        log.exception("database unavailable", run=run_id, phase=phase)
        _end(held, RunState.FAILED, _database_unavailable(error), clock)
    except Exception as error:
        log.exception("fault in a run", run=run_id, phase=phase)
        _end(held, RunState.FAILED, _fault(phase, error), clock)
    return False


def _end(held: Fence, state: RunState, explanation: str, clock: Clock) -> None:
    """Record how the run ended. Where even that cannot be written the worker takes the run up again later."""
    if not connection.in_atomic_block:
        connection.close_if_unusable_or_obsolete()
    try:
        finish(held, state, explanation, clock())
    except FencedOut as error:
        log.info("fenced out", run=held.run_id, explanation=error.message)
    except (DatabaseError, InterfaceError):
        log.exception("the end of a run could not be recorded", run=held.run_id, state=str(state))


class _Execution:
    """One phase of one run with everything that it needs."""

    def __init__(self, run: Run, fence: Fence, clock: Clock) -> None:
        self.run = run
        self.fence = fence
        self.clock = clock
        self.profile: SyncProfile = run.profile
        self.school = run.profile.school
        self.schedule = schedule_of(run.profile)
        self.rein = RunRein(run, fence, self.schedule, clock)

    def execute(self, phase: str) -> bool:
        phases: dict[str, Callable[[], bool]] = {
            "observe": self._observe,
            "match": self._match,
            "stage": self._stage,
            "plan": self._undo_plan if self.run.trigger == Trigger.UNDO else self._plan,
            "publish": self._publish,
            "record": self._record,
        }
        self.rein.begin(phase)
        return phases[phase]()

    def _listing(self) -> Listing:
        return listing_of(self.profile, self.fence.writing)

    def _observe(self) -> bool:
        with open_profile_source(self.profile) as source:
            observed = observe(source, ObserveRows(self.fence, self._listing()), self.rein).observed
            # What is read once more here, little or much, is read as the listing was: it can be broken off.
            with attended(lambda _: self.rein.checkpoint(Progress("observe", observed))):
                self._warn(source.warnings())
                licences = licences_in(source)
            if Trigger(self.run.trigger).publishes:
                take_over_consent(source, self.profile, self.fence)
        note_licences(self.profile, licences, self.clock(), self.fence.writing)
        refuse_unless_accepted(self.profile, licences)
        return True

    def _warn(self, warnings: Sequence[str]) -> None:
        """Keep what the run could not use. In every run, for what is wrong stays so until someone mends it."""
        if list(warnings) != self.run.warnings:
            with self.fence.writing():
                Run.objects.filter(pk=self.run.pk).update(warnings=list(warnings))
            self.run.warnings = list(warnings)

    def _match(self) -> bool:
        self._match_by(self._index(), again=False)
        return True

    def _index(self) -> Index:
        """Read what says whose each file is. Raises SourceUnavailable."""
        with attended(lambda _: self.rein.checkpoint(Progress("match"))):
            return index_of(self.profile, match_rule(self.profile))

    def _note_index(self, index: Index, *, again: bool) -> None:
        """Keep what the index says is wrong with it, in place of what one before said; and whether it came late."""
        of_the_index = list(index.warnings())
        others = [each for each in self.run.warnings if each not in self.run.index_warnings]
        self._warn(list(dict.fromkeys([*others, *of_the_index])))
        if (of_the_index, again) != (self.run.index_warnings, self.run.matched_again):
            with self.fence.writing():
                Run.objects.filter(pk=self.run.pk).update(index_warnings=of_the_index, matched_again=again)
            self.run.index_warnings, self.run.matched_again = of_the_index, again

    def _match_by(self, index: Index, *, again: bool) -> None:
        """Match, and note it before that: a phase may be broken off, and is repeated then."""
        self._note_index(index, again=again)
        rule = match_rule(self.profile)
        listing = self._listing()
        matched_with = f"{self.school.identifier_revision}|{index.stamp}|{self.profile.components}|{rule!r}"
        kinds = [PersonKind(kind) for kind in self.profile.components]
        task = MatchTask(rule, kinds, index.read, everything=listing.matched_with != matched_with)
        rows = MatchRows(self.fence, listing, self.school, matched_with, named_elsewhere=rule.is_by_an_index)
        match(task, rows, self.rein)

    def _go_by_the_index_of_now(self) -> None:
        """Match anew, and fetch what is someone else's then, where the index was changed since files were matched.

        An upload in the order of names brings photos before the index that speaks of them. Raises TryLater.
        """
        for is_last in (False, False, True):
            listing = self._listing()
            to_decide = files_in(listing.profile_id, [ListedFile.State.TO_DECIDE])
            if not match_rule(self.profile).is_by_an_index or not to_decide.exists():
                return
            index = self._index()
            if _of_its_bytes(index.stamp) == _of_its_bytes(_index_in(listing.matched_with)):
                return
            if is_last:
                raise TryLater(INDEX_KEEPS_CHANGING)
            self._match_by(index, again=True)
            self._fetch_all(StageRows(self.fence, listing, render_fingerprint()))

    def _stage(self) -> bool:
        rows = StageRows(self.fence, self._listing(), render_fingerprint())
        rows.prepare()
        self._fetch_all(rows)
        if number := rows.people_without_any_photo():
            self._warn(list(dict.fromkeys([*self.run.warnings, NO_PHOTO_AT_ALL.format(number=number)])))
        return True

    def _fetch_all(self, rows: StageRows) -> None:
        if rows.fetch_count():
            self._fetch(rows)
        self._warn(list(dict.fromkeys([*self.run.warnings, *rows.warnings])))

    def _fetch(self, rows: StageRows) -> None:
        with open_profile_source(self.profile) as source:
            task = StageTask(
                source,
                render_pool(),
                photo_store(),
                render_settings(),
                keeps_originals=self.school.keeps_originals,
                named_elsewhere=match_rule(self.profile).is_by_an_index,
            )
            stage(task, rows, self.rein)

    def _plan(self) -> bool:
        self._go_by_the_index_of_now()
        listing = self._listing()
        today_year = self._today_year()
        publishes = Trigger(self.run.trigger).publishes
        if publishes:
            plan_takes_the_place_of_a_held_one(self.fence, self.run)
        rows = PlanRows(self.fence, listing, self.profile, Mode(self.run.mode), today_year, self.clock())
        task = PlanTask(
            today_year=today_year,
            mode=Mode(self.run.mode),
            # The files that a newer index speaks of may be there and not listed: the next run looks who is missing.
            when_missing=WhenMissing.KEEP if self.run.matched_again else WhenMissing(self.profile.when_missing),
            limits=limits_of(self.profile),
            source_is_empty=listing.file_count == 0,
            waiting_for=partial(waiting_for, self.profile),
        )
        verdict = plan(task, rows, self.rein)
        put_off = self._put_off()
        if not verdict.held and not put_off.told:
            return True
        new_year = verdict.new_year or put_off.new_year
        if not Trigger(self.run.trigger).guarded:
            self._tell_that_it_would_be_held(verdict, put_off.told, new_year=new_year)
            return True
        empty = "The source has become empty." if verdict.source_is_empty else ""
        message = held_message(verdict.breaches, verdict.totals, run=str(self.run.pk))
        hold(self.fence, _joined(empty, put_off.told, message), new_year=new_year, now=self.clock())
        return False

    def _put_off(self) -> PutOff:
        """What someone put off is not published by itself, however few changes that are."""
        before = run_that_put_off(self.run)
        if before is None:
            return PutOff("", new_year=False)
        told = told_put_off(put_off_in(self.run).count(), before)
        return PutOff(told, new_year=before.new_year_delivery)

    def _tell_that_it_would_be_held(self, verdict: Verdict, put_off: str, *, new_year: bool) -> None:
        """A preview is not held, but whoever looks at it is to know that the run would be."""
        empty = "The source has become empty." if verdict.source_is_empty and not verdict.breaches else ""
        told = _joined(
            "The run itself would be held.", empty, put_off, *(breach.sentence for breach in verdict.breaches)
        )
        with self.fence.writing():
            Run.objects.filter(pk=self.run.pk).update(explanation=told, new_year_delivery=new_year)

    def _undo_plan(self) -> bool:
        plan_undo(self.fence, self.run, self._today_year(), self.rein)
        return True

    def _publish(self) -> bool:
        publish(PublishRows(self.fence, self.run, self._today_year(), self.clock()), self.rein)
        return True

    def _record(self) -> bool:
        finish(self.fence, None, "", self.clock())
        return False

    def _today_year(self) -> int:
        """Return the academic year in which the run's local date falls."""
        day = local_date(self.run.due_at or self.run.accepted_at, self.school.zone)
        return self.school.academic_year_rule.academic_year_of(day)


def render_fingerprint() -> str:
    """Return what changes when bytes that were refused may be accepted: the limits, and whether HEIC can be read."""
    return f"{render_settings().fingerprint()}{'-heic' if heic_available() else ''}"


def _index_in(matched_with: str) -> str:
    """Return the stamp of the index in what files were matched with; "" where matching was broken off."""
    return "".join(matched_with.split("|")[1:2])


def _of_its_bytes(stamp: str) -> str:
    return stamp.partition(".")[0]


def _joined(*sentences: str) -> str:
    return " ".join(filter(None, sentences))


def _database_unavailable(error: DatabaseError | InterfaceError) -> str:
    return (
        f"The database could not be used: {error}. What was done until then is kept; the rest was not done. "
        "Check the database and the free space on its disk, then run again."
    )


def _fault(phase: str, error: Exception) -> str:
    return (
        f"Photo Sync met a fault of its own in the phase {phase} ({type(error).__name__}: {error}). What was done "
        "until then is kept; the rest was not done. The log has the details."
    )
