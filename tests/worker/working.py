"""A worker that meets trouble with the database; started as a program in an installation."""

import json
import os
import sys
import time
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

ENDS_WITHIN_S = 60
BEGINS_WITHIN = timedelta(seconds=6)


def work(folder: Path) -> dict[str, Any]:
    from django.db import OperationalError
    from django.utils import timezone

    from photosync.apps.runs import execution, services
    from photosync.apps.runs.models import Run, Worker
    from photosync.worker import process, workflows
    from tests.apps.runs.scene import Scene

    scene = Scene(folder, now=timezone.now())
    scene.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    codes = scene.everyone(7)
    process.TICK_EVERY_S = 0.2
    worker = process.WorkerProcess(Worker.Kind.WORKER)
    worker.start()

    def ended(run: Run) -> list[Any]:
        deadline = time.monotonic() + ENDS_WITHIN_S
        while time.monotonic() < deadline:
            run.refresh_from_db()
            if run.state not in ("queued", "running"):
                break
            time.sleep(0.05)
        return [run.state, run.attempt, {name: number for name, number in run.counts.items() if number}]

    def synced(seed: int) -> Run:
        for code in codes:
            scene.put(f"{code}.jpg", seed + int(code))
        scene.now = timezone.now()
        return scene.request()

    def failing_first(times: int, call: Callable[..., Any]) -> Callable[..., Any]:
        failures = [OperationalError("database is locked")] * times

        def failing(*given: Any) -> Any:
            if failures:
                raise failures.pop()
            return call(*given)

        return failing

    told: dict[str, Any] = {}
    workflows.claim = failing_first(1, workflows.claim)
    told["claim failed"] = ended(synced(0))
    held = synced(100)
    told["held"] = ended(held)
    told["approved"] = ended(services.approve(held.pk, by="Mr Night", now=timezone.now()))
    execution.finish = failing_first(2, execution.finish)
    scene.put(f"{codes[0]}.jpg", 201)
    told["end not written"] = ended(scene.request())
    # The wait for the next tick, and all after it, is longer than the test.
    process.TICK_EVERY_S = 600.0
    time.sleep(1.0)
    scene.now = timezone.now()
    asked = scene.request()
    told["asked for between ticks"] = ended(asked)
    told["begins at once"] = asked.begun_at is not None and asked.begun_at - asked.accepted_at < BEGINS_WITHIN
    worker.stop()
    return told


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    print(json.dumps(work(Path(sys.argv[1]))))
