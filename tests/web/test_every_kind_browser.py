"""Every kind of data source and roster in Chromium, from New to its photo or person, by the steps of a new user."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from photosync.connectors import registry
from photosync.connectors.roster import registry as rosters
from tests.services import ServiceMissing
from tests.web.every_kind import ROSTERS, SOURCES, Typed
from tests.web.serving import Served
from tests.web.syncing import (
    FIRST_OF_KINDS,
    KINDS_AT_MOST,
    NEW_PROFILE,
    add_period,
    choose,
    expect_on_the_wall,
    run,
    save,
    try_connection,
)
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser

NEW_ROSTER = "/data-management/rosters/new/"
INPUT_HAS_TESTS = {"input"}
"""It is filled and read in tests/web/test_input_browser.py."""
NEWCOMERS = 6001


@contextmanager
def skipping_what_is_missing() -> Iterator[None]:
    """A server that this machine does not have; with CI set, a skip is a failure."""
    try:
        yield
    except ServiceMissing as missing:
        pytest.skip(str(missing))


def test_every_kind_is_tried_here() -> None:
    assert {*SOURCES} | INPUT_HAS_TESTS == {kind.name for kind in registry.kinds()}
    assert len(SOURCES) <= KINDS_AT_MOST
    assert {*ROSTERS} == {kind.name for kind in rosters.kinds()}


@pytest.mark.parametrize("kind", SOURCES)
def test_source_is_chosen_tried_saved_and_synced(page: Page, syncing: Served, sources: Path, kind: str) -> None:
    code = str(FIRST_OF_KINDS + list(SOURCES).index(kind))
    place = sources / kind
    place.mkdir()
    watched = Watched(page, syncing.port)
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_PROFILE))
    with skipping_what_is_missing(), SOURCES[kind](code, place) as options:
        choose(page, "Data source", kind)
        page.get_by_label("Name", exact=True).fill(f"From {kind}")
        Typed(page).fill(options)
        expect(try_connection(page)).to_contain_text("1 photo, 1 matches a person.", timeout=30_000)
        add_period(page)
        save(page, f"From {kind} was saved. Active.")
        run(page)
    expect_on_the_wall(page, syncing, code)
    assert (watched.complaints, watched.elsewhere) == ([], [])


@pytest.mark.parametrize("kind", ROSTERS)
def test_roster_is_chosen_tried_saved_and_read(page: Page, syncing: Served, sources: Path, kind: str) -> None:
    code = str(NEWCOMERS + list(ROSTERS).index(kind))
    place = sources / f"roster {kind}"
    place.mkdir()
    watched = Watched(page, syncing.port)
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_ROSTER))
    with skipping_what_is_missing(), ROSTERS[kind](code, place) as options:
        choose(page, "Kind", kind)
        page.get_by_label("Name", exact=True).fill(f"From {kind}")
        page.get_by_label("Whom it names").select_option("updates")
        Typed(page).fill(options)
        page.get_by_role("button", name="Test connection").click()
        expect(page.get_by_role("main")).to_contain_text(f"({code})", timeout=30_000)
        expect(page.get_by_role("main")).to_contain_text("1 student")
        save(page, f"From {kind} was saved.")
        page.get_by_role("button", name="Read now").click()
        expect(page.get_by_role("main")).to_contain_text("1 new", timeout=60_000)
    page.goto(address(syncing, f"/data-management/students/?q={code}"))
    expect(page.get_by_role("main")).to_contain_text("Chen")
    assert (watched.complaints, watched.elsewhere) == ([], [])
