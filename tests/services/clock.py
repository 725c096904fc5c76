"""Programs with a moved clock."""

from collections.abc import Mapping
from datetime import datetime
from pathlib import Path

FOLDER = Path(__file__).with_name("moved_clock")


def moved(environment: Mapping[str, str], begins_at: datetime) -> dict[str, str]:
    """Return the environment for a Python program whose clock says `begins_at` when it starts."""
    return {**environment, "PYTHONPATH": str(FOLDER), "PHOTOSYNC_TESTS_CLOCK": begins_at.isoformat()}
