"""The program `faketime`, which moves the clock of the commands it starts."""

import shutil
from collections.abc import Mapping
from datetime import UTC, datetime

from tests.services import ServiceMissing


def executable() -> str:
    if found := shutil.which("faketime"):
        return found
    raise ServiceMissing("faketime is not installed (Debian package: faketime).")


def moved(faketime: str, instant: datetime) -> tuple[str, ...]:
    """Return the words to put before a command whose clock is to start at `instant` and run on from there."""
    return (faketime, "-m", "--exclude-monotonic", "-f", f"@{instant.astimezone(UTC):%Y-%m-%d %H:%M:%S}")


def moved_environment(environment: Mapping[str, str]) -> dict[str, str]:
    """Return the environment for a command with a moved clock: the times of files stay what they are."""
    return {**environment, "TZ": "UTC", "NO_FAKE_STAT": "1"}
