"""What Prometheus is told: requests and photos by this server's processes, and the installation's figures.

Where the pages are served by several processes, each keeps its numbers in files of a common folder, and whichever is
asked adds them up. What each number means: docs/operations.md
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from datetime import UTC, datetime

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector
from prometheus_client.process_collector import ProcessCollector

from photosync import __version__
from photosync.apps.runs.figures import Figures, StoredPhotos, figures, stored_photos

FIGURES_REMEMBERED_FOR_S = 5.0
PHOTOS_REMEMBERED_FOR_S = 600.0
BUCKETS_S = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0)
METHODS = frozenset({"GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS"})
SHARED = "PROMETHEUS_MULTIPROC_DIR"
"""The folder in which several processes keep their numbers; set by `web.server` before they start."""

disable_created_metrics()  # type: ignore[no-untyped-call]
_of_process = CollectorRegistry()
_requests = Counter(
    "photosync_http_requests",
    "Requests that were answered, by the name of the address; photos that the gate answered are apart.",
    ("route", "method", "status"),
    registry=_of_process,
)
_seconds = Histogram(
    "photosync_http_request_duration_seconds",
    "How long answers took to make.",
    ("route",),
    buckets=BUCKETS_S,
    registry=_of_process,
)
_gate_answers = Counter(
    "photosync_photo_gate_answers", "Photos that the gate answered, by status.", ("status",), registry=_of_process
)


def note_request(route: str, method: str, status: int, seconds: float) -> None:
    """Count one request. `route` must be a name out of a bounded set, never a path."""
    _requests.labels(route, method if method in METHODS else "other", str(status)).inc()
    _seconds.labels(route).observe(seconds)


def note_gate_answers(answered: Mapping[int, int]) -> None:
    """Count photos that the gate answered since it was last told, by status."""
    for status, number in answered.items():
        _gate_answers.labels(str(status)).inc(number)


def registry() -> CollectorRegistry:
    """Return everything that is told, to be read once."""
    found = CollectorRegistry()
    if os.environ.get(SHARED):
        MultiProcessCollector(found)  # type: ignore[no-untyped-call]
    else:
        found.register(_of_process)
        ProcessCollector(registry=found)
    found.register(_installation)
    return found


class InstallationCollector:
    """The figures, remembered for a few seconds: several may scrape, and asking costs queries for every profile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._figures: tuple[float, Figures] | None = None
        self._photos: tuple[float, StoredPhotos] | None = None

    def describe(self) -> Iterable[Metric]:
        """Nothing is asked of the database where this is registered."""
        return ()

    def collect(self) -> Iterator[Metric]:
        now = datetime.now(UTC)
        with self._lock:
            clock = time.monotonic()
            if self._figures is None or clock - self._figures[0] >= FIGURES_REMEMBERED_FOR_S:
                self._figures = clock, figures(now)
            if self._photos is None or clock - self._photos[0] >= PHOTOS_REMEMBERED_FOR_S:
                self._photos = clock, stored_photos()
            found, photos = self._figures[1], self._photos[1]
        yield from told_figures(found, photos, now)


def told_figures(found: Figures, photos: StoredPhotos, now: datetime) -> Iterator[Metric]:
    """Yield the figures as Prometheus names them."""
    yield _gauge("photosync_build_info", "The version that answers.", ("version",), {(__version__,): 1})
    yield _gauge("photosync_profiles", "Sync profiles by status.", ("status",), _by(found.profiles))
    yield _gauge("photosync_profiles_health", "Sync profiles by health.", ("health",), _by(found.health))
    yield _gauge("photosync_runs_now", "Runs that wait, run or are held.", ("state",), _by(found.runs_now))
    yield _gauge(
        "photosync_runs_last_24h", "Runs accepted in the last 24 hours.", ("state", "trigger"), found.runs_of_day
    )
    yield _gauge(
        "photosync_files_last_24h",
        "What runs of the last 24 hours counted, run by run.",
        ("outcome",),
        _by(found.files_of_day),
    )
    yield _gauge("photosync_workers", "Processes whose heart beats, by kind.", ("kind",), _by(found.workers))
    if found.ticked_at is not None:
        age_s = (now - found.ticked_at).total_seconds()
        yield GaugeMetricFamily("photosync_last_tick_age_seconds", "Since the schedule was last looked at.", age_s)
    overdue_s = 0.0 if found.oldest_due_at is None else max((now - found.oldest_due_at).total_seconds(), 0.0)
    yield GaugeMetricFamily(
        "photosync_overdue_seconds", "How long a due time has waited to be dealt with.", overdue_s
    )
    yield GaugeMetricFamily("photosync_photos", "Pictures stored, each in three sizes.", photos.pictures)
    yield GaugeMetricFamily("photosync_photos_bytes", "Their size; looked at every ten minutes.", photos.size_bytes)


def _by(numbers: Mapping[str, int]) -> dict[tuple[str, ...], int]:
    return {(str(name),): number for name, number in numbers.items()}


def _gauge(name: str, words: str, labels: tuple[str, ...], numbers: Mapping[tuple[str, ...], int]) -> Metric:
    family = GaugeMetricFamily(name, words, labels=labels)
    for values, number in numbers.items():
        family.add_metric(values, number)
    return family


_installation = InstallationCollector()
