"""Claims long work as several workers do at once; started as a program, with queue, claim or go-on."""

import json
import os
import sys
from datetime import UTC, datetime
from typing import Any

OF_EACH_SORT = 5
HALF_DONE = "half done"


def clock() -> datetime:
    return datetime.now(UTC)


def queue() -> dict[str, list[int]]:
    from tests.apps.long_work_rows import SORTS, make_school

    school = make_school()
    return {
        sort: [make(school, f"{sort} {number}").pk for number in range(OF_EACH_SORT)]
        for sort, (_work, make) in SORTS.items()
    }


def claim() -> None:
    """Claim all that waits, once told to; say what this process got; then write for one of it, and be killed."""
    from photosync.apps.runs.models import Worker
    from photosync.worker.identity import Identity
    from tests.apps.long_work_rows import SORTS

    identity = Identity(Worker.Kind.WORKER, clock)
    waiting = [(sort, work, number) for sort, (work, _make) in SORTS.items() for number in work.queued()]
    print("ready", flush=True)
    sys.stdin.readline()
    waiting = waiting if sys.argv[2] == "forwards" else waiting[::-1]
    found = [(sort, work.claim(number, identity.worker, clock)) for sort, work, number in waiting]
    mine = [(sort, work) for sort, work in found if work is not None]
    print(json.dumps([[sort, work.row.pk] for sort, work in mine]), flush=True)
    sys.stdin.readline()
    with mine[-1][1].writing() as row:
        row.explanation = HALF_DONE
        row.save()
        print("writing", flush=True)
        sys.stdin.readline()


def go_on() -> dict[str, list[Any]]:
    """Take back what dead processes of this host have, and do it."""
    from photosync.apps.runs.models import Worker
    from photosync.worker.identity import Identity, is_dead_here
    from tests.apps.long_work_rows import SORTS

    identity = Identity(Worker.Kind.COMMAND, clock)
    told: dict[str, list[Any]] = {}
    for sort, (work, _make) in SORTS.items():
        explanations = list(work.model.objects.values_list("explanation", flat=True).distinct().order_by())
        taken = work.take_back(clock(), is_dead_here)
        again = [work.claim(number, identity.worker, clock) for number in taken]
        ended = [each is not None and each.end(state="done") for each in again]
        attempts = list(work.model.objects.filter(state="done").values_list("attempt", flat=True))
        told[sort] = [explanations, sorted(taken), ended, attempts]
    identity.release()
    return told


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    if sys.argv[1] == "claim":
        claim()
    else:
        print(json.dumps({"queue": queue, "go-on": go_on}[sys.argv[1]]()))
