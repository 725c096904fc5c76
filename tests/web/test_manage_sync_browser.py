"""Manage Sync and Rosters by the steps of a new user: a server to confirm, ways to match, counts, a first reading."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.portraits import make_portrait
from tests.services.sftp import PASSWORD, USERNAME, SftpServer, sftp_server
from tests.web.serving import Served
from tests.web.syncing import NEW_PROFILE, STUDENTS, add_period, expect_on_the_wall, run, save, try_connection
from tests.web.test_browser import Watched, address, sign_in

pytestmark = pytest.mark.browser


@dataclass(frozen=True)
class ListOfPhotos:
    """An index file that says that `photo.jpg` is whose `code` is, and how it is said to be read.

    Without what is ticked at `needs`, nobody is found.
    """

    name: str
    text: str
    read_as: str
    code: str
    needs: str


LISTS = (
    ListOfPhotos(
        "idlink.txt",
        "3001,photo.jpg\r\n",
        "two columns separated by comma, identifier first, without a header, UTF-8",
        "3001",
        "Student code",
    ),
    ListOfPhotos(
        "students.tsv",
        "Student_Number\tPhoto\n003002\tphoto.jpg\n",
        "two columns separated by tab, identifier first, with a header, UTF-8",
        "003002",
        "Student code",
    ),
    ListOfPhotos(
        "names.csv",
        "Last_Name, First_Name, Middle_Name, Grade_Level\nJARVIS, Jo, Kim, 8, photo.jpg\n",
        "4 columns of names and the file, separated by comma, UTF-8",
        "3003",
        "Students",
    ),
)


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    (tmp_path / "2001.jpg").write_bytes(make_portrait(1, 400, 500))
    (tmp_path / "9999.jpg").write_bytes(make_portrait(2, 400, 500))
    with sftp_server(tmp_path) as running:
        yield running


def test_sftp_server_is_confirmed_tried_saved_and_synced(page: Page, syncing: Served, server: SftpServer) -> None:
    watched = Watched(page, syncing.port)
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_PROFILE))
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
    tried = try_connection(page)
    expect(tried).to_contain_text(f"It showed the host key ssh-ed25519 {server.fingerprint}.")
    assert server.asked == []  # nobody was told who signs in

    page.get_by_label("Host key of the server").fill(server.fingerprint)
    try_connection(page)
    expect(tried).to_contain_text(f"Signing in as {USERNAME} failed on the SFTP server 127.0.0.1")
    expect(password).to_have_value("not this one")
    password.fill(PASSWORD)
    try_connection(page)
    expect(tried).to_contain_text("2 photos, 1 matches a person.")

    add_period(page)
    # The whole sheet was drawn anew around what was typed in.
    expect(password).to_have_value(PASSWORD)
    save(page, "Remote was saved. Active.")
    expect(page.get_by_role("textbox", name="Password")).to_have_value("")
    expect(page.get_by_role("main")).to_contain_text("One is stored. It is never shown again")

    run(page)
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_counts_follow_a_tick_by_themselves(page: Page, syncing: Served, sources: Path) -> None:
    photos = sources / "by name"
    photos.mkdir()
    for name in ("1000.jpg", "bbyrne.jpg", "nobody.jpg", "Byrne_Ben.jpg"):
        (photos / name).write_bytes(b"x")
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_PROFILE))
    page.get_by_label("Folder", exact=True).fill(str(photos))
    counts = page.locator("#match-counts")
    expect(counts).to_contain_text("Press Test connection.")
    try_connection(page)
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


@pytest.mark.parametrize("listed", LISTS, ids=lambda each: each.name)
def test_index_file_is_named_tried_saved_and_synced(
    page: Page, syncing: Served, sources: Path, listed: ListOfPhotos
) -> None:
    folder = sources / f"with {listed.name}"
    folder.mkdir()
    (folder / listed.name).write_bytes(listed.text.encode())
    (folder / "photo.jpg").write_bytes(make_portrait(int(listed.code), 400, 500))
    (folder / "another.jpg").write_bytes(make_portrait(1, 400, 500))
    watched = Watched(page, syncing.port)
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_PROFILE))
    page.get_by_label("Name", exact=True).fill(listed.name)
    page.get_by_label("Folder", exact=True).fill(str(folder))
    page.get_by_label("Match files by").select_option(label="an index file")
    counts = page.locator("#match-counts")
    expect(counts).to_contain_text("none is named")
    page.get_by_label("Index file").fill(listed.name)
    tried = try_connection(page)
    expect(tried).to_contain_text("2 photos, 1 matches a person.")
    expect(tried).to_contain_text(listed.read_as)
    expect(counts).to_contain_text("Of 2 photos, 1 matches a person;")
    expect(counts.get_by_text("Alternate identifier")).to_have_count(int(listed.needs == "Student code"))
    page.get_by_label(listed.needs, exact=True).uncheck()
    expect(counts).to_contain_text("Of 2 photos, 0 match a person;")
    page.get_by_label(listed.needs, exact=True).check()
    expect(counts).to_contain_text("Of 2 photos, 1 matches a person;")
    add_period(page)
    save(page, f"{listed.name} was saved. Active.")
    run(page)
    expect_on_the_wall(page, syncing, listed.code)
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_pattern_of_names_is_refused_mended_tried_saved_and_synced(
    page: Page, syncing: Served, sources: Path
) -> None:
    folder = sources / "called like people"
    folder.mkdir()
    (folder / "Van_Der_Berg_Jan.jpg").write_bytes(make_portrait(3004, 400, 500))
    (folder / "Somebody_Else.jpg").write_bytes(make_portrait(1, 400, 500))
    watched = Watched(page, syncing.port)
    sign_in(page, syncing)
    page.goto(address(syncing, NEW_PROFILE))
    page.get_by_label("Name", exact=True).fill("Names")
    page.get_by_label("Folder", exact=True).fill(str(folder))
    page.get_by_label("Match files by").select_option("pattern")
    pattern = page.get_by_label("File-name pattern")
    pattern.fill("{last_name}")
    refused = "it names the last name but not the first name; name both."
    expect(try_connection(page)).to_contain_text(refused)
    page.get_by_role("button", name="Save").last.click()
    expect(page.locator("#errors")).to_contain_text(refused)
    expect(pattern).to_have_accessible_description(re.compile(re.escape(refused)))
    expect(page.locator(".field", has=pattern).locator(".error")).to_contain_text(refused)

    pattern.fill("{last_name}_{first_name}")
    expect(page.get_by_role("main")).not_to_contain_text(refused)
    tried = try_connection(page)
    expect(tried).to_contain_text("2 photos, 1 matches a person.")
    expect(tried).to_contain_text("Jan van der Berg (3004)")
    expect(page.locator("#match-counts")).to_contain_text("Of 2 photos, 1 matches a person;")
    add_period(page)
    save(page, "Names was saved. Active.")
    run(page)
    expect_on_the_wall(page, syncing, "3004")
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_roster_is_made_previewed_and_read(page: Page, syncing: Served, sources: Path) -> None:
    file = sources / "more.csv"
    file.write_text(STUDENTS + "7001,Cleo,Crane,8,ccrane\n")
    sign_in(page, syncing)
    page.get_by_role("link", name="Data Management").first.click()
    page.get_by_role("main").get_by_role("link", name="Rosters").click()
    page.get_by_role("link", name="New roster").click()
    page.get_by_label("Name", exact=True).fill("From the office")
    page.get_by_label("Students", exact=True).check()
    page.get_by_label("CSV file").fill(str(file))
    page.get_by_label("Whom it names").select_option("updates")
    try_connection(page)
    expect(page.get_by_role("main")).to_contain_text("4 students.")
    save(page, "From the office was saved.")

    page.get_by_role("button", name="Preview").click()
    expect(page.get_by_role("main")).to_contain_text("Cleo Crane (7001)", timeout=60_000)
    page.get_by_role("link", name="From the office").first.click()
    page.get_by_role("button", name="Read now").click()
    expect(page.get_by_role("main")).to_contain_text("1 new, 3 unchanged.", timeout=60_000)
    page.goto(address(syncing, "/data-management/students/"))
    expect(page.get_by_role("main")).to_contain_text("Cleo Crane")
