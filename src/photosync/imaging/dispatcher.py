"""The thread that owns the workers of a pool: places jobs, takes results, replaces workers that fail."""

import contextlib
import os
import selectors
import threading
import time
from collections import deque

from photosync.core.errors import TryLater
from photosync.imaging import rejections
from photosync.imaging.process import Job, WorkerProcess

_MAX_ATTEMPTS = 2
_MAX_FAILED_STARTS = 3


class Dispatcher(threading.Thread):
    """The workers' life hangs on this thread: the kernel ends them with it."""

    def __init__(
        self,
        *,
        processes: int,
        time_limit_s: float,
        idle_workers_end_after_s: float,
        memory_budget_bytes: int,
    ) -> None:
        super().__init__(name="photosync-render-pool", daemon=True)
        self._processes = processes
        self._time_limit_s = time_limit_s
        self._idle_workers_end_after_s = idle_workers_end_after_s
        self._memory_budget_bytes = memory_budget_bytes
        self._waiting: deque[Job] = deque()
        self._workers: list[WorkerProcess] = []
        self._selector = selectors.DefaultSelector()
        self._wake_read, self._wake_write = os.pipe()
        os.set_blocking(self._wake_read, False)
        os.set_blocking(self._wake_write, False)
        self._selector.register(self._wake_read, selectors.EVENT_READ, None)
        self._failed_starts = 0
        self._last_result_at_s = 0.0
        self._stopping = False

    def add(self, job: Job) -> None:
        """Take a job; from any thread."""
        self._waiting.append(job)
        self._wake()

    def stop(self) -> None:
        """End the workers and the thread; from any thread."""
        self._stopping = True
        self._wake()
        self.join()

    def worker_pids(self) -> list[int]:
        return [worker.pid for worker in list(self._workers)]

    def run(self) -> None:
        try:
            while not self._stopping:
                self._place_jobs()
                for key, _ in self._selector.select(self._seconds_to_next_limit()):
                    if key.data is None:
                        os.read(self._wake_read, 4096)
                    elif key.data in self._workers:
                        self._take_results(key.data)
                self._end_late_workers()
                self._end_idle_workers()
        finally:
            self._fail_everything(RuntimeError("the pool of picture workers was closed"))

    def _wake(self) -> None:
        with contextlib.suppress(BlockingIOError):  # full: it will wake anyway
            os.write(self._wake_write, b"x")

    def _place_jobs(self) -> None:
        """Hand out waiting jobs in their order, as far as there is room and memory for the first."""
        while self._waiting:
            job = self._waiting[0]
            worker = self._worker_with_room()
            if worker is None and not self._workers:
                continue  # none could be started; after a few failures nothing waits any more
            if worker is None or not self._fits(job, worker):
                return
            self._waiting.popleft()
            if not job.future.running() and not job.future.set_running_or_notify_cancel():
                continue
            if worker.is_ready and not worker.in_flight:
                worker.clock_started_at_s = time.monotonic()
            try:
                worker.send(job)
            except OSError:
                self._replace(worker)

    def _worker_with_room(self) -> WorkerProcess | None:
        """Return an idle worker, else a new one, else the least busy one with room."""
        free = min(self._workers, key=lambda worker: len(worker.in_flight), default=None)
        if free is not None and not free.in_flight:
            return free
        if len(self._workers) < self._processes:
            started = self._started_worker()
            if started is not None:
                return started
        return free if free is not None and free.has_room else None

    def _started_worker(self) -> WorkerProcess | None:
        try:
            worker = WorkerProcess()
        except OSError as exc:
            self._count_failed_start(f"{exc}")
            return None
        worker.clock_started_at_s = time.monotonic()
        self._workers.append(worker)
        self._selector.register(worker.reply_fd, selectors.EVENT_READ, worker)
        return worker

    def _fits(self, job: Job, worker: WorkerProcess) -> bool:
        """Whether the budget allows the job there. A job above the budget, or that crashed, goes alone."""
        if not any(other.in_flight for other in self._workers):
            return True
        if job.attempts:
            return False
        needed_bytes = sum(
            other.memory_cost_bytes(with_job=job if other is worker else None) for other in self._workers
        )
        return needed_bytes <= self._memory_budget_bytes and not any(
            other_job.attempts for other in self._workers for _, other_job in other.in_flight
        )

    def _take_results(self, worker: WorkerProcess) -> None:
        results, is_well = worker.receive()
        for job, result in results:
            job.future.set_result(result)
        if results or worker.is_ready:
            self._last_result_at_s = worker.clock_started_at_s = time.monotonic()
            self._failed_starts = 0
        if not is_well:
            self._replace(worker)

    def _end_late_workers(self) -> None:
        now_s = time.monotonic()
        for worker in list(self._workers):
            busy = worker.in_flight or not worker.is_ready
            if busy and now_s - worker.clock_started_at_s > self._time_limit_s:
                if worker.is_ready:
                    job = worker.take_back_first()
                    self._replace(worker, is_blamed=False)
                    job.future.set_result(rejections.too_slow(self._time_limit_s))
                else:
                    self._replace(worker)

    def _replace(self, worker: WorkerProcess, *, is_blamed: bool = True) -> None:
        """End a worker and put its jobs back; the first is blamed, and given up when it is blamed again.

        Blamed twice, because a worker can also die of what is not the picture's fault (memory, an operator).
        """
        was_ready, jobs = worker.is_ready, [job for _, job in worker.in_flight]
        complaint = self._end(worker)
        rejected: Job | None = None
        if jobs and was_ready and is_blamed:
            jobs[0].attempts += 1
            if jobs[0].attempts >= _MAX_ATTEMPTS:
                rejected = jobs.pop(0)
        self._waiting.extendleft(reversed(jobs))
        if rejected is not None:
            rejected.future.set_result(rejections.crashed())
        if not was_ready:
            self._count_failed_start(complaint)

    def _count_failed_start(self, complaint: str) -> None:
        self._failed_starts += 1
        if self._failed_starts >= _MAX_FAILED_STARTS:
            self._failed_starts = 0
            self._fail_everything(
                TryLater(
                    "No photo can be read: the picture worker does not start "
                    f"({complaint or 'no reason given'}). Nothing was changed. "
                    "Check the server's memory and the installation, then run again."
                )
            )

    def _fail_everything(self, error: Exception) -> None:
        jobs = [job for worker in self._workers for _, job in worker.in_flight]
        for worker in list(self._workers):
            self._end(worker)
        while self._waiting:
            jobs.append(self._waiting.popleft())
        for job in jobs:
            if job.future.running() or job.future.set_running_or_notify_cancel():
                job.future.set_exception(error)

    def _end(self, worker: WorkerProcess) -> str:
        self._selector.unregister(worker.reply_fd)
        self._workers.remove(worker)
        return worker.end()

    def _end_idle_workers(self) -> None:
        if not self._waiting and self._idle_since_s() >= self._idle_workers_end_after_s:
            for worker in list(self._workers):
                self._end(worker)

    def _idle_since_s(self) -> float:
        if any(worker.in_flight or not worker.is_ready for worker in self._workers):
            return 0.0
        return time.monotonic() - self._last_result_at_s

    def _seconds_to_next_limit(self) -> float | None:
        if not self._workers:
            return None
        busy = [worker for worker in self._workers if worker.in_flight or not worker.is_ready]
        if not busy:
            return max(0.0, self._idle_workers_end_after_s - self._idle_since_s()) + 0.01
        first_s = min(worker.clock_started_at_s for worker in busy)
        return max(0.0, first_s + self._time_limit_s - time.monotonic()) + 0.01
