from pathlib import Path

import pytest

from tests.apps.runs.scene import Scene


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")
