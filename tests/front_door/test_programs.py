"""The programs and fixtures that other tests build on."""

import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection
from playwright.sync_api import Page

from tests.conftest import SERVER_URL
from tests.services import clock
from tests.services.installation import Installation, fresh_installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tools import suite

APPLIED = "SELECT app, name FROM django_migrations ORDER BY id"
COLUMNS = (
    (
        "SELECT table_name, column_name, data_type FROM information_schema.columns WHERE table_schema = 'public' "
        "ORDER BY table_name, ordinal_position",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public' ORDER BY indexname",
    )
    if SERVER_URL
    else ("SELECT type, name, sql FROM sqlite_master ORDER BY type, name",)
)
"""What a database consists of, in its own words."""


def test_chromium_shows_a_page(page: Page) -> None:
    page.set_content("<h1>Overview</h1>")

    assert page.get_by_role("heading").all_inner_texts() == ["Overview"]
    assert page.evaluate("[navigator.language, innerWidth]") == ["en-AU", 1280]


def test_moved_clock_moves_the_clock_of_a_program(installation: Installation) -> None:
    begins_at = datetime(2026, 12, 18, 23, 59, tzinfo=UTC)
    shown = subprocess.run(
        [sys.executable, "-c", "import datetime as d; print(d.datetime.now(d.UTC).date())"],
        env=clock.moved(installation.environment, begins_at),
        capture_output=True,
        text=True,
        check=True,
    )

    assert shown.stdout == "2026-12-18\n"


@pytest.mark.django_db
def test_database_is_the_one_of_this_run() -> None:
    assert connection.vendor == ("postgresql" if SERVER_URL else "sqlite")


def test_programs_keep_what_python_compiles(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("PYTHONDONTWRITEBYTECODE", "1")

    with fresh_installation(tmp_path, None) as made:
        assert "PYTHONDONTWRITEBYTECODE" not in made.environment
    assert "PYTHONDONTWRITEBYTECODE" not in suite.environment_of_tests()


def test_installation_is_empty_and_apart_from_this_one(installation: Installation) -> None:
    assert not installation.data.exists()
    assert installation.data != Path(settings.ENVIRONMENT.data_folder)
    assert (installation.database_url is None) is (SERVER_URL is None)
    assert {name for name in installation.environment if name.startswith("PHOTOSYNC_")} == (
        {"PHOTOSYNC_DATA", "PHOTOSYNC_KEEP_FREE_MEGABYTES"} | ({"PHOTOSYNC_DATABASE_URL"} if SERVER_URL else set())
    )


def test_migrated_database_is_what_init_makes_and_the_rest_is_left_to_init(
    installation: Installation, tmp_path: Path
) -> None:
    (tmp_path / "from-nothing").mkdir()
    with fresh_installation(tmp_path / "from-nothing", SERVER_URL) as made:
        Program(made).do("init")
        migrated(installation)
        files = list(installation.data.iterdir()) if installation.data.exists() else []

        assert [path.name for path in files] == ([] if SERVER_URL else ["photosync.sqlite3"])
        for query in (APPLIED, *COLUMNS):
            assert installation.rows(query) == made.rows(query)
        Program(installation).do("init")
        assert {path.name for path in installation.data.iterdir()} == {path.name for path in made.data.iterdir()}
        assert (installation.data / "secret.key").read_text() != (made.data / "secret.key").read_text()
    assert installation.rows("SELECT count(*) FROM schools_school") == [(0,)]
