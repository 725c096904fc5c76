"""Signing in with a browser: an app from its set-up to the next sign-in, a recovery code, a passkey, sessions."""

import os
import re
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, contextmanager

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Download, Page, expect

from tests.services.installation import fresh_installation
from tests.web.pages import PASSWORD
from tests.web.second_step import code_of
from tests.web.serving import Served, served
from tests.web.test_browser import RULES, Watched

pytestmark = pytest.mark.browser

HERE = "/settings/your-account/"


@pytest.fixture
def site(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    folder = tmp_path_factory.mktemp("site")
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made, served(made) as site:
        yield site


Another = Callable[[], AbstractContextManager[Page]]


@pytest.fixture
def another(browser: Browser) -> Another:
    """Return what opens one more browser, with no cookies of the others."""

    @contextmanager
    def opened() -> Iterator[Page]:
        context = browser.new_context(locale="en-AU", viewport={"width": 1280, "height": 800})
        yield context.new_page()
        context.close()

    return opened


def at(site: Served, path: str) -> str:
    return f"http://localhost:{site.port}{path}"


def give_password(page: Page, site: Served, password: str = PASSWORD) -> None:
    page.goto(at(site, "/accounts/sign-in/"))
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill(password)
    page.get_by_role("button", name="Sign in", exact=True).click()


def set_up_app(page: Page, site: Served) -> tuple[str, list[str]]:
    """Set up an app as a person does; return its secret and the recovery codes."""
    page.goto(at(site, HERE))
    page.get_by_role("link", name="Set up an app").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Set up an authenticator app")
    assert page.locator("img.qr").evaluate("image => image.decode().then(() => image.naturalWidth)") > 100
    secret = page.locator("code.key").inner_text().replace(" ", "")
    page.get_by_label("Code that the app shows now").fill(code_of(secret))
    page.get_by_role("button", name="Switch on").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    return secret, page.locator("#codes code").all_inner_texts()


def faults_on(page: Page) -> list[str]:
    found = Axe().run(page, options=RULES).response["violations"]
    return [f"{fault['id']}: {node['html'][:160]}" for fault in found for node in fault["nodes"]]


def test_app_from_its_set_up_to_the_next_sign_in_and_a_recovery_code(
    page: Page, site: Served, another: Another
) -> None:
    watched = Watched(page, site.port)
    give_password(page, site)
    secret, codes = set_up_app(page, site)
    assert len(codes) == 10
    assert faults_on(page) == []
    with page.expect_download() as started:
        page.get_by_role("button", name="Download").click()
    kept: Download = started.value
    assert kept.path().read_text().split() == codes
    page.get_by_role("link", name="I have kept them").click()
    expect(page.get_by_text("10 codes are left.")).to_be_visible()
    page.get_by_text("kim", exact=True).first.click()
    page.get_by_role("button", name="Sign out").click()

    give_password(page, site)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    assert faults_on(page) == []
    page.get_by_label("Code of the app, or a recovery code").fill(code_of(secret, steps_later=1))
    page.keyboard.press("Enter")
    expect(page).to_have_title("Overview – Pelican Harbour High School – Photo Sync")

    with another() as second:
        give_password(second, site)
        second.get_by_label("Code of the app, or a recovery code").fill(codes[3])
        second.get_by_role("button", name="Continue").click()
        expect(second).to_have_title("Overview – Pelican Harbour High School – Photo Sync")
    page.goto(at(site, HERE))
    expect(page.get_by_text("9 codes are left.")).to_be_visible()
    page.goto(at(site, f"{HERE}app/remove/"))
    confirm(page)
    for path in ("app/remove/", "recovery-codes/", "recovery-codes/new/"):
        page.goto(at(site, f"{HERE}{path}"))
        assert (page.url, faults_on(page)) == (at(site, f"{HERE}{path}"), [])
    complaints = [each for each in watched.complaints if "username fields" not in each]
    assert complaints == []


def test_passkey_is_added_renamed_used_and_removed(page: Page, site: Served) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {
            "options": {
                "protocol": "ctap2",
                "transport": "internal",
                "hasResidentKey": True,
                "hasUserVerification": True,
                "isUserVerified": True,
                "automaticPresenceSimulation": True,
            }
        },
    )
    give_password(page, site)
    page.goto(at(site, HERE))
    page.get_by_role("link", name="Add a passkey").click()
    page.get_by_label("Name of the passkey").fill("Blue phone")
    assert faults_on(page) == []
    page.get_by_role("button", name="Add a passkey").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Recovery codes")
    page.goto(at(site, HERE))
    expect(page.get_by_role("rowheader", name="Blue phone")).to_be_visible()
    page.get_by_role("link", name="Rename Blue phone").click()
    confirm(page)
    page.get_by_label("Name of the passkey").fill("Key ring")
    assert faults_on(page) == []
    page.get_by_role("button", name="Save").click()
    expect(page.get_by_role("rowheader", name="Key ring")).to_be_visible()
    sign_out(page)

    page.goto(at(site, "/accounts/sign-in/"))
    assert faults_on(page) == []
    page.get_by_role("button", name="Use a passkey instead").click()
    expect(page).to_have_title("Overview – Pelican Harbour High School – Photo Sync")
    sign_out(page)

    give_password(page, site)
    expect(page.get_by_role("heading", level=1)).to_have_text("Second step")
    page.get_by_role("button", name="Use a passkey").click()
    expect(page).to_have_title("Overview – Pelican Harbour High School – Photo Sync")

    page.goto(at(site, HERE))
    page.get_by_role("link", name="Remove Key ring").click()
    confirm(page)
    expect(page.get_by_text('"Key ring" will no longer sign you in.')).to_be_visible()
    assert faults_on(page) == []
    page.get_by_role("button", name="Remove the passkey").click()
    expect(page.get_by_text("The passkey is removed.")).to_be_visible()
    expect(page.get_by_role("rowheader", name="Key ring")).to_have_count(0)


def confirm(page: Page) -> None:
    expect(page.get_by_role("heading", level=1)).to_have_text("Confirm that it is you")
    assert faults_on(page) == []
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_role("button", name="Continue").click()


def sign_out(page: Page) -> None:
    page.locator(".account summary").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Sign in")


def test_passkey_that_is_not_given_is_told(page: Page, site: Served) -> None:
    devtools = page.context.new_cdp_session(page)
    devtools.send("WebAuthn.enable")
    devtools.send(
        "WebAuthn.addVirtualAuthenticator",
        {"options": {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True,
                     "hasUserVerification": True, "isUserVerified": False}},
    )  # fmt: skip
    page.goto(at(site, "/accounts/sign-in/"))
    page.get_by_role("button", name="Use a passkey instead").click()

    expect(page.get_by_text("No passkey was used. You can try again, or sign in with your name.")).to_be_visible()


def test_session_ended_in_one_browser_ends_in_the_other_with_its_photos(
    page: Page, site: Served, another: Another
) -> None:
    give_password(page, site)
    with another() as lost:
        give_password(lost, site)
        lost.goto(at(site, "/photos/"))
        photo = lost.locator("#wall img").first.get_attribute("src") or ""
        assert lost.request.get(at(site, photo)).status == 200
        page.goto(at(site, HERE))
        page.get_by_role("button", name=re.compile("^End ")).click()
        expect(page.get_by_text("That session has ended.")).to_be_visible()
        ended_s = time.monotonic()

        lost.reload()
        expect(lost.get_by_role("heading", level=1)).to_have_text("Sign in")
        while (answer := lost.request.get(at(site, photo))).status == 200 and time.monotonic() - ended_s < 5.0:
            time.sleep(0.25)
        assert (answer.status, time.monotonic() - ended_s < 5.5) == (404, True)
    expect(page.get_by_role("button", name="Sign out everywhere else")).to_have_count(0)


def test_link_of_a_new_account_is_copied_and_works(page: Page, site: Served, another: Another) -> None:
    give_password(page, site)
    page.goto(at(site, "/settings/users/new/"))
    page.get_by_label("Name", exact=True).fill("robin")
    page.get_by_role("button", name="Add the account").click()
    assert faults_on(page) == []
    page.get_by_role("button", name="Copy").click()
    expect(page.get_by_role("button", name="Copied")).to_be_visible()
    link = page.get_by_label("Link", exact=True).input_value()

    with another() as theirs:
        theirs.goto(link)
        theirs.get_by_label("New password").fill("two herons in the reeds")
        theirs.get_by_label("The same password again").fill("two herons in the reeds")
        theirs.get_by_role("button", name="Set password").click()
        theirs.get_by_label("Name").fill("robin")
        theirs.get_by_label("Password").fill("two herons in the reeds")
        theirs.get_by_role("button", name="Sign in", exact=True).click()
        expect(theirs).to_have_title("Overview – Pelican Harbour High School – Photo Sync")


def test_lock_out_says_when_to_try_again(page: Page, site: Served) -> None:
    for _ in range(10):
        give_password(page, site, "wrong")

    expect(page.get_by_role("heading", level=1)).to_have_text("Sign-in is locked for now")
    expect(page.get_by_role("alert")).to_contain_text(
        re.compile(
            r"Too many wrong passwords were tried for this name from here\. Nothing was changed\. Try again in "
            r"15 minutes, at \d\d:\d\d\. An administrator can unlock the account at once\."
        )
    )
    assert faults_on(page) == []
