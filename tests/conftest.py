"""What every test shares: where it keeps its data, its database, and the real programs it uses.

Each run of pytest uses one database: SQLite, or the PostgreSQL that tools/suite.py has started. See
docs/decisions/0002-test-services.md
"""

import atexit
import json
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import django
import pytest
from django.core.signals import request_finished, request_started
from django.db import close_old_connections
from hypothesis import settings as hypothesis_settings
from playwright.sync_api import Browser, Page, sync_playwright

from tests.ci_skips import pytest_make_collect_report, pytest_runtest_makereport  # noqa: F401  (hooks)
from tests.costs import tell_costs
from tests.services import ServiceMissing, chromium, samba
from tests.services.installation import Installation, fresh_installation
from tests.services.starting import found

# Set before anything reads the settings: no test ever sees the data folder of a real installation.
_FOLDER = tempfile.mkdtemp(prefix="photosync-tests-")
atexit.register(shutil.rmtree, _FOLDER, ignore_errors=True)
os.environ["PHOTOSYNC_DATA"] = f"{_FOLDER}/data"
os.environ["PHOTOSYNC_KEEP_FREE_MEGABYTES"] = "10"

SERVER_URL = os.environ.get("PHOTOSYNC_DATABASE_URL")
POSTGRESQL_MISSING = os.environ.get("PHOTOSYNC_TESTS_POSTGRESQL_MISSING")
ON_POSTGRESQL = bool(SERVER_URL or POSTGRESQL_MISSING)

os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
django.setup()
# Not left for the workers of xdist to inherit: they would read the settings, and so share this process's data folder,
# before this module gives them one of their own.
del os.environ["DJANGO_SETTINGS_MODULE"]

from photosync.apps.library.store import photo_store  # noqa: E402  (after the set-up that it needs)

photo_store().prepare()

hypothesis_settings.register_profile("dev", deadline=None, max_examples=60)
hypothesis_settings.register_profile("ci", deadline=None, max_examples=200, derandomize=True)
hypothesis_settings.load_profile("ci" if os.environ.get("CI") else "dev")

# Whoever asks for one of these touches the database, and so runs on PostgreSQL too.
DATABASE_FIXTURES = {"db", "transactional_db", "live_server", "installation"}


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Keep the tests that belong to this run's database."""
    kept, dropped = [], []
    for item in items:
        if item.get_closest_marker("django_db") or DATABASE_FIXTURES & set(getattr(item, "fixturenames", ())):
            item.add_marker(pytest.mark.database)
        if "browser" in getattr(item, "fixturenames", ()):
            item.add_marker(pytest.mark.browser)
        (kept if _belongs_here(item) else dropped).append(item)
        if POSTGRESQL_MISSING:
            item.add_marker(pytest.mark.skip(reason=POSTGRESQL_MISSING))
    if dropped:
        config.hook.pytest_deselected(items=dropped)
        items[:] = kept


def _belongs_here(item: pytest.Item) -> bool:
    if ON_POSTGRESQL:
        touches_it = item.get_closest_marker("database") or item.get_closest_marker("postgres")
        return bool(touches_it) and not (item.get_closest_marker("sqlite") or item.get_closest_marker("once"))
    return not item.get_closest_marker("postgres")


@pytest.hookimpl(trylast=True)
def pytest_terminal_summary(terminalreporter: Any) -> None:
    """Leave the counts for tools/suite.py, which adds those of both databases, and tell what took its time."""
    if path := os.environ.get("PHOTOSYNC_TESTS_OUTCOMES"):
        names = {"passed", "failed", "skipped", "error"}
        counts = {name: len(found) for name, found in terminalreporter.stats.items() if name in names}
        Path(path).write_text(json.dumps(counts))
        tell_costs(terminalreporter)


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """Yield a new, empty installation for a `photosync` started as a program of its own."""
    with fresh_installation(tmp_path, SERVER_URL) as made:
        yield made


@pytest.fixture
def lasting_connection(db: None) -> Iterator[None]:
    """Let what goes through Django's WSGI handler within this process use the test's own transaction.

    At both ends of a request Django drops a connection that is in a transaction, or too old: to a server it was left
    behind. That ends the test's transaction on PostgreSQL (SQLite's in memory is never closed). `django.test.Client`
    does without it in the same way.
    """
    for signal in (request_started, request_finished):
        signal.disconnect(close_old_connections)
    yield
    for signal in (request_started, request_finished):
        signal.connect(close_old_connections)


@pytest.fixture(scope="session")
def chromium_executable() -> str:
    return _program(chromium.executable)


@pytest.fixture(scope="session")
def browser(chromium_executable: str) -> Iterator[Browser]:
    # Playwright keeps an event loop in this thread, which Django takes for asynchronous code.
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=chromium_executable, args=list(chromium.ARGUMENTS))
        yield started
        started.close()


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """Yield an empty page of its own: no cookies, 1280 by 800, Australian English."""
    context = browser.new_context(locale="en-AU", viewport={"width": 1280, "height": 800})
    yield context.new_page()
    context.close()


@pytest.fixture(scope="session")
def smbd() -> str:
    """Return the program of Samba that serves shares; tests that need it are skipped where there is none."""
    return _program(lambda: found("smbd", samba.PACKAGE))


def _program(find: Callable[[], str]) -> str:
    try:
        return find()
    except ServiceMissing as missing:
        pytest.skip(str(missing))
