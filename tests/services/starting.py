"""What the servers of the tests' own have in common: a program, a port, a first answer, and an end with the tests."""

import os
import shutil
import socket
import subprocess
import time
from collections.abc import Callable, Sequence

from tests.services import ServiceMissing

TRIES = 1_000
BETWEEN_TRIES_S = 0.03


def found(program: str, package: str) -> str:
    """Return the path of a program of a Debian package. Raises ServiceMissing."""
    path = shutil.which(program, path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/bin")
    if path is None:
        raise ServiceMissing(f"{program} is not installed (Debian package: {package}).")
    return path


def free_port() -> int:
    """Return a port that is free now; another program may take it first."""
    with socket.create_server(("127.0.0.1", 0)) as probe:
        return int(probe.getsockname()[1])


def ending_with_tests(command: Sequence[str], *, by: str = "TERM") -> list[str]:
    """Return the command such that its process ends, should the tests be killed outright."""
    setpriv = shutil.which("setpriv")
    return [setpriv, "--pdeathsig", by, *command] if setpriv else list(command)


def answers(server: "subprocess.Popen[bytes]", ask: Callable[[], object], *failures: type[Exception]) -> bool:
    """Wait until `ask` raises none of the failures; return False where the server ends before, or says nothing."""
    for _ in range(TRIES):
        if server.poll() is not None:
            return False
        try:
            ask()
        except failures:
            time.sleep(BETWEEN_TRIES_S)
        else:
            return True
    return False


def connect(port: int) -> None:
    """Raises OSError where nothing listens at the port."""
    socket.create_connection(("127.0.0.1", port), timeout=2).close()
