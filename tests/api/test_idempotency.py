"""Idempotency-Key: done once, answered twice, and free again where nothing was done."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client

from photosync.apps.accounts import kept_answers
from photosync.apps.accounts.models import ApiToken, KeptAnswer
from photosync.apps.accounts.permissions import Permission
from photosync.apps.timetable.models import TimetablePeriod
from tests.api.test_interface import PERIOD, client_of, post
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)

KEY = {"idempotency-key": "monday-1"}


@pytest.fixture
def client(scene: Scene) -> Client:  # noqa: F811
    return client_of(scene.administrator, Permission.SYNC_MANAGE, Permission.SYNC_VIEW)


def test_key_whose_request_goes_on_is_refused(client: Client) -> None:
    post(client, "/periods", PERIOD, **KEY)
    KeptAnswer.objects.update(status=None, body="")

    again = post(client, "/periods", PERIOD, **KEY)

    assert again.status_code == 409
    assert again.json()["detail"].startswith("A request with this Idempotency-Key began at ")
    assert TimetablePeriod.objects.count() == 1


def test_key_is_free_again_after_an_error(client: Client) -> None:
    wrong = post(client, "/periods", PERIOD | {"end": "2026-01-01"}, **KEY)
    right = post(client, "/periods", PERIOD, **KEY)

    assert (wrong.status_code >= 400, right.status_code) == (True, 201)


def test_each_token_has_keys_of_its_own(scene: Scene, client: Client) -> None:  # noqa: F811
    other = client_of(scene.administrator, Permission.SYNC_MANAGE, Permission.SYNC_VIEW)

    first = post(client, "/periods", PERIOD, **KEY)
    second = post(other, "/periods", PERIOD | {"code": "2028S1", "start": "2028-01-27", "end": "2028-06-25"}, **KEY)

    assert (first.status_code, second.status_code) == (201, 201)


def test_key_is_forgotten_after_a_day(client: Client) -> None:
    post(client, "/periods", PERIOD, **KEY)
    now = datetime.now(UTC)

    assert kept_answers.forget_old(now + timedelta(hours=23)) == 0
    assert kept_answers.forget_old(now + timedelta(hours=25)) == 1


@pytest.mark.parametrize("key", ["", "x" * 201, "tab\there"])
def test_key_that_is_none_is_refused_in_words(client: Client, key: str) -> None:
    refused = post(client, "/periods", PERIOD, **{"idempotency-key": key})

    assert (refused.status_code, refused.json()["detail"]) == (
        400,
        "An Idempotency-Key has 1 to 200 visible characters of ASCII. Nothing was done.",
    )
    assert not TimetablePeriod.objects.exists()


def test_secret_of_a_new_token_is_not_kept(scene: Scene) -> None:  # noqa: F811
    from photosync.apps.accounts.models import Role
    from tests.web.pages import make_user

    client = client_of(make_user("root", Role.ADMINISTRATOR, None), Permission.SYSTEM_MANAGE)

    made = post(client, "/tokens", {"name": "two", "user": "root", "scopes": ["SYSTEM: MANAGE"]}, **KEY)

    assert made.status_code == 201
    assert ApiToken.objects.count() == 2
    assert not KeptAnswer.objects.exists()
