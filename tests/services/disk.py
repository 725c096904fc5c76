"""Programs whose disk is full. It works wherever the tests run: mounting a small disk does not."""

from collections.abc import Mapping
from pathlib import Path

FOLDER = Path(__file__).with_name("full_disk")


def full(environment: Mapping[str, str], *, most_bytes: int) -> dict[str, str]:
    """Return the environment for a Python program that can write no file larger than `most_bytes`."""
    return {**environment, "PYTHONPATH": str(FOLDER), "PHOTOSYNC_TESTS_MOST_BYTES": str(most_bytes)}
