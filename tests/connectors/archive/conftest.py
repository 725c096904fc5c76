"""Where the ZIP of a test lies."""

import os
from pathlib import Path

import pytest


@pytest.fixture
def place(tmp_path: Path) -> Path:
    """Return a real path, with no link in it, as the source wants it."""
    return Path(os.path.realpath(tmp_path))
