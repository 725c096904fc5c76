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
from tests.services.installation import Installation


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


def test_installation_is_empty_and_apart_from_this_one(installation: Installation) -> None:
    assert not installation.data.exists()
    assert installation.data != Path(settings.ENVIRONMENT.data_folder)
    assert (installation.database_url is None) is (SERVER_URL is None)
    assert {name for name in installation.environment if name.startswith("PHOTOSYNC_")} == (
        {"PHOTOSYNC_DATA", "PHOTOSYNC_DATABASE_URL"} if SERVER_URL else {"PHOTOSYNC_DATA"}
    )
