"""Every page of the product is looked at in a browser, in light and dark, wide and narrow: none can be forgotten.

What tests/web/test_browser.py does not look at stands here, with where it is looked at, or why nothing is to be seen.
"""

from pathlib import Path

from django.urls import Resolver404, resolve

from tests.web import test_browser
from tests.web.access_table import AT_THE_DOOR, PAGES
from tests.web.test_help_articles import WITHOUT_ARTICLE

LOOKED_AT_IN = {
    "test_runs_browser.py": {"runs", "run", "run-approve", "run-discard", "run-undo", "run-cancel"},
    "test_review_browser.py": {"review"},
    "test_data_browser.py": {
        *("data-management", "students", "staff", "data-person"),
        *("roster-import", "roster-columns", "roster-preview"),
    },
    "test_photo_by_hand_browser.py": {"photo-set", "photo-cut"},
    "test_help_browser.py": {"help-article"},
    "test_browser.py": {"reporting-results-preview"},
    "test_input_browser.py": {
        *("input", "input-edit", "input-clone", "input-clear", "input-delete", "input-file-remove"),
        *("input-deliver", "delivery"),
    },
    "test_sign_in_browser.py": {
        *("mfa_authenticate", "mfa_view_recovery_codes", "mfa_generate_recovery_codes", "mfa_deactivate_totp"),
        *("mfa_add_webauthn", "mfa_edit_webauthn", "mfa_remove_webauthn"),
    },
}
"""Pages that need steps, or a school of their own, to be seen: each is looked at on the way, in that module."""

NOTHING_TO_SEE = {
    **{why: WITHOUT_ARTICLE[why] for why in ("part of a page", "file", "picture", "for machines")},
    "leads to another page": {
        *("timetable-management", "manage-sync"),
        *("openid_connect_login", "openid_connect_callback", "mfa_login_webauthn"),
    },
    "a file, a picture or a feed": {
        *("report-design-sample", "reporting-make-preview", "app-code", "photo-link", "calendar"),
        *("calendar-of-profile", "metrics"),
    },
    "another name of an address that is looked at": {"account_login", "mfa_index"},
    "the template of /accounts/confirm/, for who has a second factor": {
        *("mfa_reauthenticate", "mfa_reauthenticate_webauthn"),
    },
    "the door's template and buttons, for who must set up a second factor before anything else": {
        "second-factor-needed",
    },
    "sent, not looked at": {"sign-out", "session-end", "sessions-end-others"},
}


def looked_at() -> set[str]:
    """Return the names of the addresses that tests/web/test_browser.py goes to."""
    found = set()
    for path in (*test_browser.PAGES, *test_browser.AT_THE_DOOR):
        try:
            found.add(resolve(path.partition("?")[0]).view_name)
        except Resolver404 as error:
            if path != test_browser.NOWHERE:
                raise AssertionError(f"there is no page {path}") from error
    return found


def test_every_page_is_looked_at_in_a_browser() -> None:
    pages = {name for name, access in PAGES.items() if access.get} | {
        name.removeprefix("api-v1:") for name in AT_THE_DOOR
    }
    excepted = set().union(*LOOKED_AT_IN.values(), *NOTHING_TO_SEE.values())

    assert pages - looked_at() - excepted == set()
    assert excepted & looked_at() == set()
    assert excepted - pages == set()


def test_modules_that_are_said_to_look_at_pages_do() -> None:
    folder = Path(__file__).parent

    assert [name for name in LOOKED_AT_IN if "faults_on(page)" not in (folder / name).read_text("utf-8")] == []
