"""Sync UI in a browser: files that are delivered again after a refusal or a reload, and ZIPs that look alike."""

from collections.abc import Mapping
from hashlib import sha256
from pathlib import Path

import pytest
from playwright.sync_api import Page, Route, expect

from tests.apps.inputs.delivered import zipped
from tests.services.program import Program
from tests.web.serving import Served
from tests.web.test_browser import sign_in
from tests.web.test_input_browser import drop, files_in, made_input, site  # noqa: F401  (a fixture)

pytestmark = pytest.mark.browser

FILES = 12
WITHOUT_HASH = (
    "This address is not a secure one (https), so your browser cannot see whether a file that is here is still the "
    "same: such files are sent again. A ZIP goes on where it broke off."
)
NO_SUBTLE = "Object.defineProperty(Crypto.prototype, 'subtle', { get: () => undefined })"
WATCH_WHAT_IS_TOLD = """() => {
  window.everTold = [];
  const told = document.querySelector("[data-told]");
  new MutationObserver(() => window.everTold.push(told.textContent)).observe(told, { childList: true });
}"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "portraits"
    made.mkdir()
    for number in range(FILES):
        (made / f"{1000 + number}.jpg").write_bytes(b"portrait %04d" % number)
    return made


def sent_by(page: Page) -> list[str]:
    """Return a list that grows with the name of each file that the page sends."""
    sent: list[str] = []
    page.on("request", lambda each: sent.append(each.url.partition("?path=")[2]) if "/file/?" in each.url else None)
    return sent


def deliver_unfinished(page: Page, *, files: int) -> None:
    """Let all files arrive, and the delivery not be finished."""
    page.route("**/finish/", lambda route: route.fulfill(status=204))
    with page.expect_request("**/finish/"):
        page.get_by_role("button", name="Deliver").click()
    expect(page.locator("[data-progress]")).to_have_js_property("position", 1)
    page.unroute("**/finish/")
    page.goto(page.url)
    expect(page.get_by_role("main")).to_contain_text(
        f"{files} files are here. Choose the same files, folder or ZIP again; only what is missing or has changed is "
        "sent."
    )


def hashes_in(site: Served, name: str) -> Mapping[str, str]:  # noqa: F811
    shown = Program(site.installation).ask("input", "show", name)
    return {each["path"]: each["sha256"] for each in shown["first_files"]}


def test_delivering_again_after_a_refusal_counts_from_the_beginning(
    page: Page,
    site: Served,  # noqa: F811
    folder: Path,
) -> None:
    (folder / "a.rar").write_bytes(b"Rar!\x1a\x07")
    taken = 0

    def refuse_after_seven(route: Route) -> None:
        nonlocal taken
        taken += 1
        if taken <= 7:
            route.continue_()
        else:
            route.fulfill(status=409, json={"error": "Nothing more is taken today."})

    sign_in(page, site)
    made_input(page, site, "Refused once")
    page.evaluate(WATCH_WHAT_IS_TOLD)
    sent = sent_by(page)
    drop(page, folder)
    page.route("**/file/?**", refuse_after_seven)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("[data-trouble]")).to_have_text("Nothing more is taken today.")
    expect(page.get_by_role("button", name="Deliver")).to_be_visible()
    assert 8 <= len(sent) <= 10  # three at once, and nothing more is begun
    page.unroute("**/file/?**")
    page.route("**/finish/", lambda route: route.fulfill(status=204))
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("[data-told]")).to_have_text("All is there. It is being finished.")
    told: list[str] = page.evaluate("window.everTold")
    assert told[-2].startswith(f"{FILES + 1} of {FILES + 1} files are there")
    assert max(int(each.split()[0]) for each in told[:-1]) == FILES + 1
    expect(page.locator("[data-refused-list] li")).to_have_count(1)
    expect(page.locator("[data-refused-number]")).to_have_text("1")
    assert len(sent) <= 10 + (FILES + 1 - 7) + 1  # what had arrived, but what was refused, is not sent again


def test_file_that_was_retouched_to_the_same_length_is_sent_again_and_no_other(
    page: Page,
    site: Served,  # noqa: F811
    folder: Path,
) -> None:
    sign_in(page, site)
    made_input(page, site, "Retouched")
    drop(page, folder)
    deliver_unfinished(page, files=FILES)
    (folder / "1003.jpg").write_bytes(b"RETOUCHED 003")
    (folder / "1004.jpg").write_bytes(b"longer than it was before")
    sent = sent_by(page)
    asked: list[list[list[object]]] = []
    page.on("request", lambda each: asked.append(each.post_data_json) if each.url.endswith("/missing/") else None)
    drop(page, folder)
    expect(page.get_by_text(WITHOUT_HASH)).to_be_hidden()
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text(f"{FILES} added.")
    assert sorted(sent) == ["1003.jpg", "1004.jpg"]
    # Only those are hashed that are there with their size.
    assert [(len(rows), {len(row) for row in rows}) for rows in asked] == [(FILES, {2}), (FILES - 1, {3})]
    there = {each.name: sha256(each.read_bytes()).hexdigest() for each in folder.iterdir()}
    assert dict(hashes_in(site, "Retouched")).items() <= there.items()
    assert hashes_in(site, "Retouched")["1003.jpg"] == there["1003.jpg"]


def test_without_a_secure_address_files_are_sent_again_and_that_is_told(
    page: Page,
    site: Served,  # noqa: F811
    folder: Path,
) -> None:
    page.add_init_script(NO_SUBTLE)
    sign_in(page, site)
    made_input(page, site, "Not secure")
    drop(page, folder)
    deliver_unfinished(page, files=FILES)
    (folder / "1003.jpg").write_bytes(b"RETOUCHED 003")
    sent = sent_by(page)
    expect(page.get_by_text(WITHOUT_HASH)).to_be_visible()
    drop(page, folder)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text(f"{FILES} added.")
    assert len(sent) == FILES
    assert hashes_in(site, "Not secure")["1003.jpg"] == sha256(b"RETOUCHED 003").hexdigest()


@pytest.mark.parametrize("secure", [True, False])
def test_zips_of_one_name_and_size_in_two_folders_are_two(
    page: Page,
    site: Served,  # noqa: F811
    tmp_path: Path,
    *,
    secure: bool,
) -> None:
    if not secure:
        page.add_init_script(NO_SUBTLE)
    for name, person in (("7A", "1000"), ("7B", "1001")):
        (tmp_path / name).mkdir()
        (tmp_path / f"{name}/photos.zip").write_bytes(zipped({f"{person}.jpg": name.encode()}))
    name = f"Two ZIPs {secure}"
    sign_in(page, site)
    made_input(page, site, name)
    drop(page, tmp_path / "7A", tmp_path / "7B")
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator(".archives .path")).to_have_text(["7A/photos.zip", "7B/photos.zip"])
    with Program(site.installation).running("worker"):
        expect(page.locator("#delivery")).to_contain_text("2 added.", timeout=60_000)
    page.get_by_role("link", name=f"To {name}").click()
    assert files_in(page) == ["1000.jpg", "1001.jpg"]


def test_zip_that_is_another_than_the_one_of_its_name_is_told_and_the_same_goes_on(
    page: Page,
    site: Served,  # noqa: F811
    tmp_path: Path,
) -> None:
    archive = tmp_path / "photos.zip"
    before, after = (zipped({"1000.jpg": content * 6_000_000}) for content in (b"a", b"b"))
    assert len(before) == len(after)
    archive.write_bytes(before)
    parts: list[str] = []

    def refuse_the_second(route: Route) -> None:
        parts.append(route.request.url)
        if "offset=0&" in route.request.url:
            route.continue_()
        else:
            route.fulfill(status=409, json={"error": "Nothing more is taken today."})

    sign_in(page, site)
    made_input(page, site, "Another ZIP")
    page.route("**/archives/*/?offset=**", refuse_the_second)
    page.get_by_label("Files, or a ZIP of them").set_input_files(archive)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("[data-trouble]")).to_have_text("Nothing more is taken today.")
    page.unroute("**/archives/*/?offset=**")
    page.goto(page.url)
    archive.write_bytes(after)
    page.get_by_label("Files, or a ZIP of them").set_input_files(archive)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("[data-trouble]")).to_have_text(
        'There is another "photos.zip" in this delivery, which is not the one that is sent now. Nothing was begun. '
        "Take that one out on the page of the delivery, or rename this one."
    )
    archive.write_bytes(before)
    page.goto(page.url)
    page.on("request", lambda each: parts.append(each.url) if "?offset=" in each.url else None)
    page.get_by_label("Files, or a ZIP of them").set_input_files(archive)
    page.get_by_role("button", name="Deliver").click()
    expect(page.locator("#delivery")).to_contain_text("A worker unpacks it.")
    assert sum("offset=0&" in each for each in parts) == 1
