"""Calling a function in a guarded process of its own: nothing of the server's settings and secrets is in it."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from typing import Any, Final

from photosync.core.errors import Refused, TryLater, WrongUse
from photosync.outgoing.ranges import AllowedRanges

_ENVIRONMENT: Final = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "SSL_CERT_FILE", "SSL_CERT_DIR")
"""All that the process is told. No proxy either: through one, it could not be seen where a connection leads."""
LONGEST_REASON: Final = 300
TOO_LONG: Final = "There was no answer within {seconds:g} seconds, so it was given up. Try again later."
BROKE_OFF: Final = "The process that was to send it ended before its time ({reason}). Try again later."


def call_apart(function: str, arguments: Mapping[str, Any], *, allowed: AllowedRanges, within_s: float) -> Any:
    """Return what `function` ("photosync.package.module:name") returns for `arguments`; both are JSON.

    It may connect to `allowed` addresses only, reads and writes no files of the server, starts nothing, and is ended
    after `within_s` seconds. Raises Refused for what the guard or the function refused, TryLater for what may go
    well another time, and the function's own WrongUse.
    """
    order = {"function": function, "arguments": dict(arguments), "allowed": allowed.texts()}
    environment = {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}
    command = [sys.executable, "-P", "-B", "-m", "photosync.outgoing.worker"]
    try:
        done = subprocess.run(
            command,
            env=environment,
            input=json.dumps(order).encode(),
            capture_output=True,
            timeout=within_s,
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise TryLater(TOO_LONG.format(seconds=within_s)) from error
    except OSError as error:
        raise TryLater(BROKE_OFF.format(reason=error.strerror)) from error
    return _outcome(done)


def _outcome(done: subprocess.CompletedProcess[bytes]) -> Any:
    try:
        answer = json.loads(done.stdout)
    except ValueError as error:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        reason = said[-1][:LONGEST_REASON] if said else f"exit status {done.returncode}"
        raise TryLater(BROKE_OFF.format(reason=reason)) from error
    if "refused" in answer:
        raise Refused(answer["refused"])
    if "wrong" in answer:
        raise WrongUse(answer["wrong"])
    if "later" in answer:
        raise TryLater(answer["later"])
    return answer["returned"]
