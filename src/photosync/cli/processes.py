"""What the command line needs of its neighbours: the worker and the pages, given to it from above.

The neighbours on one floor never import each other. `photosync.project.processes` puts them together, and
`photosync.__main__` hands the result to the command line.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Protocol, TypeAlias

from photosync.core.run_states import Trigger

if TYPE_CHECKING:
    # Models cannot be imported before the settings are read, and help needs neither.
    from photosync.apps.inputs.models import Delivery
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.reports.models import ReportingCycle, ReportJob
    from photosync.apps.rosters.models import RosterReading
    from photosync.apps.runs.models import Run

OnProgress: TypeAlias = "Callable[[Run], None]"
OnJobProgress: TypeAlias = "Callable[[ReportJob], None]"
OnDeliveryProgress: TypeAlias = "Callable[[Delivery], None]"


class Processes(Protocol):
    def sync(self, profile: SyncProfile, trigger: Trigger, started_by: str, on_progress: OnProgress) -> Run:
        """Run `profile` now, or resume its run whose worker is gone; wait for it. Raises Refused."""
        ...

    def execute_or_follow(self, asked: Callable[[], Run], on_progress: OnProgress) -> Run:
        """See that the run that `asked` queues is executed, by a live worker or here; wait for it.

        `asked` is called once, when all that takes time is done. What it raises is passed on.
        """
        ...

    def abandoned_job(self, cycle: ReportingCycle) -> ReportJob | None:
        """Return the work on `cycle` that was cut off and no worker will go on with; None where there is none."""
        ...

    def execute_or_follow_job(self, job: ReportJob, on_progress: OnJobProgress) -> ReportJob:
        """See that the queued `job` on a reporting cycle is done, by a live worker or here; return it as it ended."""
        ...

    def execute_or_follow_delivery(self, delivery: Delivery, on_progress: OnDeliveryProgress) -> Delivery:
        """See that a delivery that waits to be unpacked is, by a live worker or here; return it as it ended."""
        ...

    def read_or_follow(self, asked: Callable[[], RosterReading]) -> RosterReading:
        """See that the reading that `asked` queues is done, by a live worker or here; return it as it ended.

        What `asked` raises is passed on.
        """
        ...

    def live_through_next_run(self, profile: SyncProfile, on_progress: OnProgress) -> Run:
        """Execute the schedule in this process until the next scheduled run of `profile` has ended; return it."""
        ...

    def serve(self, host: str, port: int, on_ready: Callable[[str], None]) -> None:
        """Serve the pages, the schedule and runs until a signal ends the process. `on_ready` gets the address."""
        ...

    def web(self, host: str, port: int, workers: int) -> None:
        """Serve the pages only."""
        ...

    def worker(self, on_ready: Callable[[str], None]) -> None:
        """Execute the schedule and runs only. `on_ready` gets the executor id."""
        ...


_provided: list[Callable[[], Processes]] = []


def provide(processes: Callable[[], Processes]) -> None:
    """Say where the processes come from. Called once, before the command line is run."""
    _provided[:] = [processes]


def processes() -> Processes:
    if not _provided:
        raise RuntimeError("the command line was started without its processes; start it as `photosync`")
    return _provided[0]()
