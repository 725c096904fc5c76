from pathlib import Path

import pytest

from tests.apps.runs.scene import Scene


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    """Return a school with a profile that reads a folder, on Monday 3 August 2026."""
    return Scene(tmp_path / "photos")
