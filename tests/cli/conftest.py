from collections.abc import Iterator
from pathlib import Path

import pytest
from django.conf import settings

from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from tests.cli.commanding import Commanding


@pytest.fixture
def data(db: None) -> Iterator[Path]:
    """Let the tests' data folder be one that `photosync init` has made."""
    folder = Path(settings.PHOTOSYNC_DATA)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    folder.chmod(0o700)
    key = folder / "secret.key"
    key.write_text("a key for tests\n")
    key.chmod(0o600)
    yield folder
    key.unlink(missing_ok=True)


@pytest.fixture
def command(data: Path, capsys: pytest.CaptureFixture[str]) -> Commanding:
    return Commanding(capsys)


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")
