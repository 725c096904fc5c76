"""The calendar feed and its link over the API."""

from datetime import UTC, datetime

from django.test import Client

from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import revoke_token, tokens_of
from tests.api.test_interface import client_of, post
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import around_today, make_profile

ROOT = "/api/v1"
ANYONE = Client(headers={"host": "localhost"})


def test_calendar_is_given_with_an_etag(scene: Scene) -> None:  # noqa: F811
    period = around_today(scene.school)
    profile = make_profile(scene.school, "Photo Sync", period)
    make_profile(scene.school, "Staff photos", period)
    client = client_of(scene.administrator, Permission.SYNC_VIEW)

    whole = client.get(f"{ROOT}/calendar")
    alone = client.get(f"{ROOT}/calendar?profile={profile.pk}")
    again = client.get(f"{ROOT}/calendar", headers={"if-none-match": whole.headers["ETag"]})
    missing = client.get(f"{ROOT}/calendar?profile=999999")

    assert whole.headers["Content-Type"] == "text/calendar; charset=utf-8"
    assert (b"Staff photos" in whole.content, b"Staff photos" in alone.content) == (True, False)
    assert (again.status_code, again.content) == (304, b"")
    assert (missing.status_code, missing.json()["detail"]) == (
        404,
        "School PHS has no sync profile 999999. Nothing was done.",
    )


def test_link_is_made_told_of_and_ended(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.SYNC_VIEW)
    assert client.get(f"{ROOT}/calendar-link").json()["made"] is None

    made = post(client, "/calendar-link", {}).json()
    link = made.pop("link").removeprefix("http://localhost")

    assert client.get(f"{ROOT}/calendar-link").json() == made
    assert ANYONE.get(link).status_code == 200
    assert client.delete(f"{ROOT}/calendar-link").json()["made"] is None
    assert ANYONE.get(link).status_code == 404
    assert client.delete(f"{ROOT}/calendar-link").status_code == 404


def test_link_ends_with_the_token_that_made_it(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.SYNC_VIEW)
    link = post(client, "/calendar-link", {}).json()["link"].removeprefix("http://localhost")

    revoke_token(tokens_of().get(), by="tests", now=datetime.now(UTC))

    assert ANYONE.get(link).status_code == 404
