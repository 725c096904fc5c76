from pathlib import Path

import pytest

from photosync.storage import BlobStore


@pytest.fixture
def store(tmp_path: Path) -> BlobStore:
    made = BlobStore(tmp_path / "store")
    made.prepare()
    return made
