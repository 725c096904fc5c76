"""Manage Sync and Rosters by the steps of a new user: a server to confirm, live counts, a first reading."""

import os
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.portraits import make_portrait
from tests.services.installation import fresh_installation
from tests.services.program import Program
from tests.services.sftp import PASSWORD, USERNAME, SftpServer, sftp_server
from tests.web.serving import Served, served
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser

NEW = "/administration/timetable-management/manage-sync/new/"
ROSTER = """Student Code,Given Name,Family Name,Year,Username
1000,Ada,Abel,7,aabel
1001,Ben,Byrne,7,bbyrne
2001,Gus,Gray,8,ggray
"""
"""Of Gus Gray no report is open, so that his photo waits for none."""


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("site")


@pytest.fixture(scope="module")
def site(folder: Path) -> Iterator[Served]:
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made:
        made.environment["PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"] = "127.0.0.1/32"
        made.environment["PHOTOSYNC_SOURCE_ROOTS"] = str(folder)
        with served(made) as site:
            roster = folder / "students.csv"
            roster.write_text(ROSTER)
            program = Program(made)
            program.do("people", "import", str(roster), "--kind", "student")
            today = datetime.now().astimezone().date()
            days = ("--start", today.isoformat(), "--end", (today + timedelta(days=300)).isoformat())
            program.do("period", "add", "REMOTE", "--description", "Remote", *days, "--group", "77")
            yield site


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "2001.jpg").write_bytes(make_portrait(1, 400, 500))
    (tmp_path / "9999.jpg").write_bytes(make_portrait(2, 400, 500))
    with sftp_server(tmp_path) as running:
        yield running


def test_sftp_server_is_confirmed_tried_saved_and_synced(page: Page, site: Served, server: SftpServer) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, NEW))
    page.get_by_label("Name", exact=True).fill("Remote")
    page.get_by_label("Data source").select_option("sftp")
    expect(page.get_by_role("link", name="Photos over SFTP (in a new tab)")).to_have_attribute(
        "href", "/help/photos-over-sftp/"
    )
    page.get_by_label("Server", exact=True).fill("127.0.0.1")
    page.get_by_label("Port", exact=True).fill(str(server.port))
    page.get_by_label("User name").fill(USERNAME)
    password = page.get_by_label("Password")
    password.fill("not this one")
    tried = page.locator("#tried")
    page.get_by_role("button", name="Test connection").click()
    expect(tried).to_contain_text(f"It showed the host key ssh-ed25519 {server.fingerprint}.")
    assert server.asked == []  # nobody was told who signs in

    page.get_by_label("Host key of the server").fill(server.fingerprint)
    page.get_by_role("button", name="Test connection").click()
    expect(tried).to_contain_text(f"Signing in as {USERNAME} failed on the SFTP server 127.0.0.1")
    expect(password).to_have_value("not this one")
    password.fill(PASSWORD)
    page.get_by_role("button", name="Test connection").click()
    expect(tried).to_contain_text("2 photos, 1 matches a person.")

    chosen = next(each for each in page.locator("#add_period option").all_inner_texts() if each.startswith("REMOTE"))
    page.get_by_label("Add a timetable period").select_option(label=chosen)
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("group", name="REMOTE").get_by_label("Frequency")).to_be_focused()
    # The whole sheet was drawn anew around what was typed in.
    expect(password).to_have_value(PASSWORD)
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("main")).to_contain_text("Remote was saved. Active.")
    expect(page.get_by_role("textbox", name="Password")).to_have_value("")
    expect(page.get_by_role("main")).to_contain_text("One is stored. It is never shown again")

    page.get_by_role("button", name="Run", exact=True).click()
    with Program(site.installation).running("worker"):
        expect(page.get_by_role("main")).to_contain_text("1 added", timeout=60_000)
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_counts_follow_a_tick_by_themselves(page: Page, site: Served, folder: Path) -> None:
    photos = folder / "by name"
    photos.mkdir()
    for name in ("1000.jpg", "bbyrne.jpg", "nobody.jpg", "Byrne_Ben.jpg"):
        (photos / name).write_bytes(b"x")
    sign_in(page, site)
    page.goto(address(site, NEW))
    page.get_by_label("Folder", exact=True).fill(str(photos))
    counts = page.locator("#match-counts")
    expect(counts).to_contain_text("Press Test connection.")
    page.get_by_role("button", name="Test connection").click()
    expect(counts).to_contain_text("Of 4 photos, 1 matches a person;")
    expect(counts).to_contain_text("3 fit nobody")

    page.get_by_label("Username").check()
    expect(counts).to_contain_text("Of 4 photos, 2 match a person;")
    expect(counts).to_contain_text("2 fit nobody")

    page.get_by_label("Username").uncheck()
    expect(counts).to_contain_text("Of 4 photos, 1 matches a person;")
    page.get_by_label("Match files by").select_option("pattern")
    expect(counts).to_contain_text("Files are to be matched by a pattern, but none is given.")
    page.get_by_label("File-name pattern").fill("{any}0{code}")
    expect(counts).to_contain_text("4 have no code or name where the rule looks for one")
    page.get_by_label("File-name pattern").fill("{last_name}_{first_name}")
    expect(counts).to_contain_text("Of 4 photos, 1 matches a person;")
    expect(counts).not_to_contain_text("Alternate identifier")


def test_roster_is_made_previewed_and_read(page: Page, site: Served, folder: Path) -> None:
    file = folder / "more.csv"
    file.write_text(ROSTER + "7001,Cleo,Crane,8,ccrane\n")
    sign_in(page, site)
    page.get_by_role("link", name="Data Management").first.click()
    page.get_by_role("main").get_by_role("link", name="Rosters").click()
    page.get_by_role("link", name="New roster").click()
    page.get_by_label("Name", exact=True).fill("From the office")
    page.get_by_label("Students", exact=True).check()
    page.get_by_label("CSV file").fill(str(file))
    page.get_by_label("Whom it names").select_option("updates")
    page.get_by_role("button", name="Test connection").click()
    expect(page.get_by_role("main")).to_contain_text("4 students.")
    page.get_by_role("button", name="Save").last.click()
    expect(page.get_by_role("main")).to_contain_text("From the office was saved.")

    with Program(site.installation).running("worker"):
        page.get_by_role("button", name="Preview").click()
        expect(page.get_by_role("main")).to_contain_text("Cleo Crane (7001)", timeout=60_000)
        page.get_by_role("link", name="From the office").first.click()
        page.get_by_role("button", name="Read now").click()
        expect(page.get_by_role("main")).to_contain_text("1 new, 3 unchanged.", timeout=60_000)
    page.goto(address(site, "/data-management/students/"))
    expect(page.get_by_role("main")).to_contain_text("Cleo Crane")
