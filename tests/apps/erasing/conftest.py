from collections.abc import Iterator
from pathlib import Path

import pytest

from photosync.apps.erasing.journal import journal_path
from photosync.apps.library.store import photo_store
from tests.apps.runs.scene import Scene


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    """Return a school on Monday 3 August 2026; nothing of another test is in the store or the journal."""
    _empty()
    yield Scene(tmp_path / "photos")
    _empty()


def _empty() -> None:
    for name, _, _ in list(photo_store().iter_blobs()):
        photo_store().delete(name)
    journal_path().unlink(missing_ok=True)
