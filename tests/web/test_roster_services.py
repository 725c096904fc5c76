"""A OneRoster service on the pages of Data Management > Rosters, over the API and by command line: its secret."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import SavedRoster
from photosync.outgoing import AllowedRanges
from tests.api.test_interface import API, client_of
from tests.api.test_notifications import patch
from tests.connectors.roster.services import school as service_of
from tests.services.oneroster_service import SECRET, OneRosterService
from tests.web.conftest import Scene
from tests.web.pages import make_user, signed_in
from tests.web.test_rosters import FORM, ROSTERS, text

AGAIN = (
    "The roster would be at another place than the one that secret was entered for. Nothing was saved. Enter it "
    "again for this place."
)
ELSEWHERE = "https://elsewhere.example"


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in(make_user("manager", Role.ADMINISTRATOR, scene.school))


@pytest.fixture
def service(settings: Settings) -> Iterator[OneRosterService]:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    with service_of() as service:
        yield service


def fields_of(service: OneRosterService, **options: str) -> dict[str, Any]:
    given = {"version": "auto", "code": "identifier", "roll_group": "title", **service.options(), **options}
    return FORM | {"kind": "oneroster_rest"} | {f"option-{name}": value for name, value in given.items()}


def seen_on(page: str) -> str:
    return page.partition('name="seen" value="')[2].partition('"')[0]


def test_service_is_tried_saved_and_moved_on_the_page(client: Client, service: OneRosterService) -> None:
    fields = fields_of(service)
    assert "Mimi Chen (002082)" in text(client, f"{ROSTERS}new/", fields | {"test": "1"})
    client.post(f"{ROSTERS}new/", fields | {"save": "1"})
    roster = SavedRoster.objects.get()
    assert secrets_of(roster) == {"secret": SECRET}

    page = text(client, f"{ROSTERS}{roster.pk}/change/")
    assert SECRET not in page
    for words in ("Address of the service", "OneRoster version", "Token address", "Client ID", "Client secret"):
        assert words in page
    change = f"{ROSTERS}{roster.pk}/change/"
    kept = fields | {"option-secret": "", "name": "SIS"}
    client.post(change, kept | {"seen": seen_on(page), "save": "1"})
    roster.refresh_from_db()
    assert (roster.name, secrets_of(roster)) == ("SIS", {"secret": SECRET})
    kept |= {"seen": seen_on(text(client, change))}
    for option in ("address", "token_address"):
        for button in ("test", "save"):
            assert AGAIN in text(client, change, kept | {f"option-{option}": ELSEWHERE, button: "1"})
    roster.refresh_from_db()
    assert roster.options["address"] == service.address


def test_service_that_wants_signed_requests_is_tried_and_saved_on_the_page(
    client: Client, service: OneRosterService
) -> None:
    service.signed_by = "HMAC-SHA256"
    fields = fields_of(service)
    unsigned = text(client, f"{ROSTERS}new/", fields | {"option-sign_in": "oauth2", "save": "1"})
    assert (
        "Signing in by OAuth 2.0 needs the token address. Nothing was changed. Enter it, or choose OAuth" in unsigned
    )
    wrong = text(client, f"{ROSTERS}new/", fields | {"option-sign_in": "oauth1_sha1", "test": "1"})
    assert "it does not accept the signature (401)" in wrong
    for words in ("OAuth 1.0a: signed, SHA-256", "Client secret or consumer secret"):
        assert words in wrong
    assert "Mia Chen (002082)" in text(client, f"{ROSTERS}new/", fields | {"test": "1"})
    client.post(f"{ROSTERS}new/", fields | {"save": "1"})
    roster = SavedRoster.objects.get()
    assert (roster.options["sign_in"], "token_address" in roster.options) == ("oauth1_sha256", False)
    assert secrets_of(roster) == {"secret": SECRET}
    moved = fields | {"option-secret": "", "option-address": ELSEWHERE, "test": "1"}
    assert AGAIN in text(client, f"{ROSTERS}{roster.pk}/change/", moved)


def test_moved_service_asks_for_its_secret_over_the_api(scene: Scene, service: OneRosterService) -> None:
    client = client_of(scene.administrator, Permission.DATA_MANAGE)
    made = client.post(
        f"{API}/rosters?school={scene.school.code}",
        {"name": "SIS", "kind": "oneroster_rest", "options": service.options(), "components": ["students"]},
        content_type="application/json",
    )
    assert (made.status_code, SECRET in made.content.decode()) == (201, False)
    path = f"{API}/rosters/{made.json()['id']}"
    tag = {"if-match": client.get(path).headers["ETag"]}
    for option in ("address", "token_address"):
        moved = patch(client, path, {"options": {option: ELSEWHERE}}, **tag)
        assert (moved.status_code, moved.json()["detail"]) == (400, AGAIN)
    again = patch(client, path, {"options": {"address": ELSEWHERE, "secret": SECRET}}, **tag)
    assert again.status_code == 200
