"""The guarded process: `python -m photosync.outgoing.worker`. The order is on its input, the answer on its output."""

from __future__ import annotations

import contextlib
import json
import os
import resource
import sys
from importlib import import_module
from typing import Any, TextIO

from photosync.core.errors import PhotoSyncError, Refused, WrongUse
from photosync.outgoing.guard import Forbidden, Guard
from photosync.outgoing.ranges import AllowedRanges

MEMORY_BYTES = 1_000_000_000
PROCESSOR_S = 60
OURS = "photosync."


def main() -> None:
    order = json.load(sys.stdin)
    answers = os.fdopen(os.dup(sys.stdout.fileno()), "w", encoding="utf-8")
    sys.stdout = sys.stderr  # what a library prints is no answer
    _limit()
    module, _, name = order["function"].partition(":")
    if not module.startswith(OURS):
        raise SystemExit(f"{module} is not of this program")
    function = getattr(import_module(module), name)
    guard = Guard(AllowedRanges.parse(",".join(order["allowed"]), setting="allowed"))
    guard.begin()
    _answer(answers, guard, function, order["arguments"])


def _answer(answers: TextIO, guard: Guard, function: Any, arguments: dict[str, Any]) -> None:
    try:
        outcome = {"returned": function(**arguments)}
    except Forbidden as error:
        outcome = {"refused": str(error)}
    except PhotoSyncError as error:
        # What the guard stopped is the reason, whatever the library made of it.
        stopped = guard.stopped[:1]
        kind = "refused" if stopped or isinstance(error, Refused) else "later"
        if isinstance(error, WrongUse) and not stopped:
            kind = "wrong"
        outcome = {kind: stopped[0] if stopped else error.message}
    json.dump(outcome, answers)
    answers.flush()


def _limit() -> None:
    if sys.platform == "linux":
        for what, most in ((resource.RLIMIT_AS, MEMORY_BYTES), (resource.RLIMIT_CPU, PROCESSOR_S)):
            with contextlib.suppress(ValueError, OSError):  # an administrator's lower limit stays
                resource.setrlimit(what, (most, most))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not leave addresses in a core file


if __name__ == "__main__":
    main()
