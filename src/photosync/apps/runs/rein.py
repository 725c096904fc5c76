"""What stops a run: cancelling, another worker, and the schedule itself."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import datetime

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.runs.ledger.fence import Fence
from photosync.apps.runs.models import Run
from photosync.core.errors import FencedOut, PhotoSyncError
from photosync.core.forecast import forecast
from photosync.core.run_states import RunState, Trigger
from photosync.core.status import Mode, ProfileSchedule, Status, mode_allowed, status_of
from photosync.engine.ports import Progress

PROGRESS_EVERY_S = 0.5
RECORD = "record"


class RunStopped(PhotoSyncError):
    """The run ends here, in `state`; what is unpublished is dropped."""

    def __init__(self, state: RunState, explanation: str) -> None:
        super().__init__(explanation)
        self.state = state
        self.explanation = explanation


class RunRein:
    """Asked between batches. Writes the progress now and then, and lets go as soon as the run may not go on.

    One for each phase: `seconds` in the progress are those since it was made.
    """

    def __init__(self, run: Run, fence: Fence, schedule: ProfileSchedule, clock: Callable[[], datetime]) -> None:
        self._run = run
        self._fence = fence
        self._schedule = schedule
        self._clock = clock
        self._written_at = self._began_at = time.monotonic()
        self._follows_schedule = Trigger(run.trigger).follows_schedule and run.approved_at is None

    def begin(self, phase: str) -> None:
        """Note that `phase` begins. Raises RunStopped when the run was cancelled or the schedule forbids it now.

        The last phase only records what was done: nothing stops it.
        """
        self._write(Progress(phase))
        if phase == RECORD:
            return
        self._check_cancelled()
        if self._follows_schedule:
            self._check_schedule(self._schedule)

    def checkpoint(self, progress: Progress) -> None:
        if time.monotonic() - self._written_at >= PROGRESS_EVERY_S:
            self._write(progress)
            self._check_cancelled()

    def may_publish(self) -> None:
        """Raise RunStopped unless publishing is allowed at this instant; the settings are read anew."""
        self._check_cancelled()
        if self._follows_schedule:
            profile = SyncProfile.objects.select_related("school").get(pk=self._run.profile_id)
            self._check_schedule(schedule_of(profile))

    def _write(self, progress: Progress) -> None:
        self._written_at = time.monotonic()
        told = {
            "phase": progress.phase,
            "done": progress.done,
            "total": progress.total,
            "seconds": round(self._written_at - self._began_at, 1),
        }
        rows = Run.objects.filter(pk=self._run.pk, fence=self._fence.number, state=RunState.RUNNING)
        if not rows.update(phase=progress.phase, progress=told):
            raise FencedOut(f"Run {self._run.pk} is no longer held by this worker; nothing more was written.")

    def _check_cancelled(self) -> None:
        by = Run.objects.values_list("cancel_requested_by", flat=True).get(pk=self._run.pk)
        if by:
            raise RunStopped(RunState.CANCELLED, f"Cancelled by {by}. What was published before stays published.")

    def _check_schedule(self, schedule: ProfileSchedule) -> None:
        now = self._clock()
        started_as = Mode(self._run.mode)
        if mode_allowed(schedule, started_as, now) is started_as:
            return
        status = status_of(schedule, now)
        state = RunState.STOPPED_BY_DISABLED if status is Status.DISABLED else RunState.STOPPED_BY_PERIOD_END
        raise RunStopped(
            state,
            "The run was stopped by the schedule; what was not published by then was dropped. "
            f"{forecast(schedule, now).explanation}",
        )
