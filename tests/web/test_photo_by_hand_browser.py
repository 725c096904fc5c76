"""A photo set by hand in a browser: chosen, cut by keyboard and by mouse, saved, and seen on the wall."""

import os
from collections.abc import Iterator
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from playwright.sync_api import Browser, Page, expect

from tests.portraits import make_portrait
from tests.services.installation import fresh_installation
from tests.web.serving import Served, served
from tests.web.test_browser import WIDTHS, Watched, address, faults_on, sign_in

pytestmark = pytest.mark.browser

PERSON = "/data-management/people/5/"
SET = f"{PERSON}photo/"
WITH_PHOTO = "/data-management/people/1/"


@pytest.fixture(scope="module")
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


@pytest.fixture
def portrait(tmp_path: Path) -> Path:
    """Return a picture that is larger than what a form may send that takes no file."""
    path = tmp_path / "eva.jpg"
    path.write_bytes(make_portrait(9, 4000, 3000, quality=95, orientation=6))
    assert path.stat().st_size > 2_700_000
    return path


def choose(page: Page, site: Served, portrait: Path, where: str = SET) -> None:
    page.goto(address(site, where))
    page.get_by_label("Picture", exact=True).set_input_files(portrait)
    page.get_by_role("button", name="Go on").press("Enter")
    expect(page.get_by_role("button", name="Frame of the photo")).to_be_visible()


def part(page: Page) -> list[float]:
    return [float(page.locator(f"[name={name}]").input_value()) for name in ("left", "top", "width", "height")]


def test_photo_is_set_by_keyboard_and_seen_on_the_wall(page: Page, site: Served, portrait: Path) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, "/photos/"))
    expect(page.locator("#wall li", has_text="Eva Eze").locator("img")).to_have_count(0)
    page.goto(address(site, PERSON))
    page.get_by_role("link", name="Set the photo by hand").press("Enter")
    choose(page, site, portrait)
    assert part(page) == [20.0, 0.0, 60.0, 100.0]
    frame = page.get_by_role("button", name="Frame of the photo")
    for key in ("-", "-", "-", "ArrowLeft", "Shift+ArrowDown", "ArrowDown"):
        frame.press(key)
    left, top, width, height = part(page)
    assert (round(width * 4000 / 100 / (height * 3000 / 100), 2), width < 60, left < 25, top > 6) == (
        0.8,
        True,
        True,
        True,
    )
    page.get_by_role("button", name="Turn right").press("Enter")
    page.get_by_role("button", name="Turn left").press("Enter")
    page.get_by_role("button", name="Whole picture").press("Enter")
    assert part(page) == [0, 0, 100, 100]
    frame.press("-")
    page.get_by_role("button", name="Save", exact=True).press("Enter")

    expect(page.get_by_role("status")).to_contain_text("It is the photo of")
    expect(page.get_by_role("main")).to_contain_text("eva.jpg")
    page.goto(address(site, "/photos/"))
    shown = page.locator("#wall li", has_text="Eva Eze").locator("img")
    expect(shown).to_have_count(1)
    assert shown.evaluate("image => image.decode().then(() => image.naturalHeight > image.naturalWidth)")
    assert (watched.complaints, watched.elsewhere) == ([], [])


def test_frame_is_dragged_and_resized_by_mouse(page: Page, site: Served, portrait: Path) -> None:
    sign_in(page, site)
    choose(page, site, portrait)
    box = page.locator("canvas[data-turned]").bounding_box()
    corner = page.locator("[data-handle]").bounding_box()
    assert box is not None
    assert corner is not None

    page.mouse.move(corner["x"] + 10, corner["y"] + 10)
    page.mouse.down()
    page.mouse.move(corner["x"] + 10 - box["width"] * 0.2, corner["y"] + 10, steps=4)
    page.mouse.up()
    left, top, width, _ = part(page)
    assert (left, top, round(width)) == (20, 0, 40)
    page.mouse.move(box["x"] + box["width"] * 0.4, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.5, box["y"] + box["height"] * 0.4, steps=4)
    page.mouse.up()

    left, top, width, _ = part(page)
    assert (round(left), round(top), round(width)) == (30, 10, 40)


def test_dropped_picture_is_the_one_that_is_sent(page: Page, site: Served) -> None:
    sign_in(page, site)
    page.goto(address(site, SET))
    expect(page.get_by_text("Drop a picture here, or choose a file.")).to_be_visible()
    page.evaluate(
        """async () => {
          const canvas = document.createElement("canvas");
          canvas.width = 300; canvas.height = 400;
          canvas.getContext("2d").fillRect(0, 0, 300, 200);
          const blob = await new Promise((done) => canvas.toBlob(done, "image/png"));
          const dropped = new DataTransfer();
          dropped.items.add(new File([blob], "dropped.png", { type: "image/png" }));
          document.querySelector("form[data-drop]").dispatchEvent(
            new DragEvent("drop", { dataTransfer: dropped, bubbles: true, cancelable: true }));
        }"""
    )
    expect(page.get_by_text("Chosen: dropped.png")).to_be_visible()
    page.get_by_role("button", name="Go on").click()

    expect(page.get_by_text("Step 2 of 2: dropped.png.")).to_be_visible()


def test_photo_is_set_without_script(browser: Browser, site: Served, portrait: Path) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    sign_in(page, site)
    page.goto(address(site, "/data-management/people/6/photo/"))
    page.get_by_label("Picture", exact=True).set_input_files(portrait)
    page.get_by_role("button", name="Go on").click()
    page.get_by_label("Turn", exact=True).select_option("right")
    page.get_by_label("Width").fill("50")
    page.get_by_label("From the left").fill("0")
    page.get_by_role("button", name="Show the result").click()
    after = page.get_by_alt_text("The photo as it would be").get_attribute("src") or ""
    body = context.request.get(address(site, after)).body()
    assert Image.open(BytesIO(body)).size == (180, 480)
    page.get_by_role("button", name="Save", exact=True).click()

    expect(page.get_by_role("status")).to_contain_text("It is the photo of")
    context.close()


def test_consent_is_edited_and_a_protected_person_s_photo_is_gone_at_once(page: Page, site: Served) -> None:
    watched = Watched(page, site.port)
    sign_in(page, site)
    page.goto(address(site, WITH_PHOTO))
    expect(page.get_by_role("button", name="Save consent")).to_be_disabled()
    page.get_by_label("Yearbook").select_option("no")
    page.get_by_role("button", name="Save consent").press("Enter")
    expect(page.get_by_role("status")).to_have_text("Consent was saved: Yearbook.")
    photo = address(site, "/photos/1/now/card.jpg")
    assert page.request.get(photo).status == 200

    page.get_by_role("link", name="Protect").click()
    page.get_by_role("button", name="Protect").click()

    expect(page.get_by_role("status")).to_have_text("Ada Abel is protected now.")
    answers_within_5_s(page, photo, 404)
    assert (watched.complaints, watched.elsewhere) == ([], [])
    page.get_by_role("link", name="End the protection").click()
    page.get_by_role("button", name="End the protection").click()
    expect(page.get_by_role("status")).to_have_text("The protection has ended.")
    answers_within_5_s(page, photo, 200)


def answers_within_5_s(page: Page, url: str, status: int) -> None:
    for _ in range(10):
        if page.request.get(url).status == status:
            return
        page.wait_for_timeout(500)
    assert page.request.get(url).status == status


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize(("width", "height"), WIDTHS)
def test_pages_have_no_accessibility_fault(
    browser: Browser, site: Served, portrait: Path, scheme: str, width: int, height: int
) -> None:
    context = browser.new_context(viewport={"width": width, "height": height}, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    watched = Watched(page, site.port)
    sign_in(page, site)
    found: dict[str, tuple[list[str], int]] = {}

    def look(name: str) -> None:
        found[name] = (faults_on(page), page.evaluate("document.documentElement.scrollWidth"))

    for path in (WITH_PHOTO, f"{WITH_PHOTO}photo/", f"{WITH_PHOTO}photo/withdraw/", f"{WITH_PHOTO}protection/"):
        page.goto(address(site, path))
        look(path)
    choose(page, site, portrait)
    look("cut")
    page.get_by_text("In numbers").click()
    page.get_by_label("Width").fill("500")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_role("alert")).to_contain_text("The part lies outside the picture.")
    look("refused")
    context.close()

    assert found == {name: ([], width) for name in found}
    assert (watched.complaints, watched.elsewhere) == ([], [])
