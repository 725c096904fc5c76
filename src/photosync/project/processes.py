"""Puts together what floor 4 keeps apart: the pages, the worker and the command line."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from photosync.apps.inputs.models import Delivery
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.rosters.models import RosterReading
from photosync.apps.runs.models import Run, Worker
from photosync.cli.stopping import until_signalled
from photosync.core.run_states import RunState, Trigger
from photosync.web.server import PageServer, check_address_is_free, serve_pages
from photosync.worker import long_work
from photosync.worker.command import LOOK_EVERY_S, OnProgress, execute_or_follow, sync
from photosync.worker.process import WorkerProcess


class InstalledProcesses:
    """The processes of this installation, for the command line to start."""

    def sync(self, profile: SyncProfile, trigger: Trigger, started_by: str, on_progress: OnProgress) -> Run:
        return sync(profile, trigger, started_by, on_progress)

    def execute_or_follow(self, asked: Callable[[], Run], on_progress: OnProgress) -> Run:
        return execute_or_follow(asked, on_progress)

    def abandoned_job(self, cycle: ReportingCycle) -> ReportJob | None:
        return long_work.abandoned_job(cycle)

    def execute_or_follow_job(self, job: ReportJob, on_progress: Callable[[ReportJob], None]) -> ReportJob:
        return long_work.execute_or_follow(long_work.REPORT_JOBS, job, on_progress)

    def execute_or_follow_delivery(self, delivery: Delivery, on_progress: Callable[[Delivery], None]) -> Delivery:
        return long_work.execute_or_follow(long_work.DELIVERIES, delivery, on_progress)

    def read_or_follow(self, asked: Callable[[], RosterReading]) -> RosterReading:
        return long_work.read_or_follow(asked)

    def live_through_next_run(self, profile: SyncProfile, on_progress: OnProgress) -> Run:
        last = Run.objects.filter(profile=profile).order_by("-pk").values_list("pk", flat=True).first() or 0
        scheduled = Run.objects.filter(profile=profile, pk__gt=last, due_at__isnull=False).order_by("pk")
        with until_signalled() as stopped, _working(Worker.Kind.WORKER):
            while not stopped.wait(LOOK_EVERY_S):
                run = scheduled.first()
                if run is not None:
                    on_progress(run)
                    if not RunState(run.state).alive:
                        return run
        raise KeyboardInterrupt

    def serve(self, host: str, port: int, on_ready: Callable[[str], None]) -> None:
        """Serve pages, schedule and runs in this process until SIGTERM or SIGINT."""
        check_address_is_free(host, port)
        with until_signalled() as stopped, _working(Worker.Kind.SERVE):
            if stopped.is_set():
                return
            pages = PageServer(host, port)
            pages.start()
            try:
                if not stopped.is_set():
                    on_ready(pages.address)
                while not stopped.wait(1.0) and not pages.wait(0):
                    pass
            finally:
                pages.stop()

    def web(self, host: str, port: int, workers: int) -> None:
        serve_pages(host, port, workers=workers)

    def worker(self, on_ready: Callable[[str], None]) -> None:
        """Execute schedule and runs in this process until SIGTERM or SIGINT."""
        with until_signalled() as stopped, _working(Worker.Kind.WORKER) as executor_id:
            if not stopped.is_set():
                on_ready(executor_id)
            stopped.wait()


@contextmanager
def _working(kind: Worker.Kind) -> Iterator[str]:
    process = WorkerProcess(kind)
    try:
        process.start()
        yield process.executor_id
    finally:
        process.stop()
