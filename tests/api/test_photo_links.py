"""Signed links to photos: who gets to see what with one, and when it ends."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import time_machine
from django.test import Client

from photosync.apps.accounts.models import ApiToken, Membership
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import revoke_token
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.library.models import Withdrawal
from tests.api.test_interface import client_of, post
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)

ANYONE = Client(headers={"host": "localhost"})


def linked(scene: Scene, **body: Any) -> str:  # noqa: F811
    client = client_of(scene.administrator, Permission.PHOTO_VIEW)
    made = post(client, f"/people/{scene.ada.pk}/photo-link", body)
    assert made.status_code == 201, made.content
    return str(made.json()["url"]).removeprefix("http://localhost")


def test_link_shows_the_photo_to_anyone_on_any_site(scene: Scene) -> None:  # noqa: F811
    url = linked(scene, size="thumb", valid_s=600)

    shown = ANYONE.get(url)
    again = ANYONE.get(url, headers={"if-none-match": shown.headers["ETag"]})

    assert (shown.status_code, shown.headers["Content-Type"]) == (200, "image/jpeg")
    assert shown.headers["Cross-Origin-Resource-Policy"] == "cross-origin"
    assert shown.headers["Cache-Control"] == "private, max-age=60"
    assert shown.headers["Photo-Year"] == str(scene.year)
    assert (again.status_code, again.content) == (304, b"")
    assert Entry.objects.get(act="photo.link-made").person_id_of == scene.ada.pk
    assert PhotoView.objects.get(person_id_of=scene.ada.pk).account_id == 0


def test_link_ends_at_its_time(scene: Scene) -> None:  # noqa: F811
    url = linked(scene, valid_s=600)
    now = datetime.now(UTC)

    with time_machine.travel(now + timedelta(seconds=570), tick=False):
        late = ANYONE.get(url)
    with time_machine.travel(now + timedelta(seconds=601), tick=False):
        over = ANYONE.get(url)

    assert late.status_code == 200
    assert int(late.headers["Cache-Control"].rpartition("=")[2]) <= 30
    assert (over.status_code, over.content) == (404, b"There is no photo at this link, or not any more.\n")


@pytest.mark.parametrize("end", ["revoked", "right", "off", "protected", "withdrawn"])
def test_link_ends_with_the_right_to_show_the_photo(scene: Scene, end: str) -> None:  # noqa: F811
    url = linked(scene)
    now = datetime.now(UTC)
    if end == "revoked":
        revoke_token(ApiToken.objects.get(), by="tests", now=now)
    elif end == "right":
        Membership.objects.filter(user=scene.administrator).delete()
    elif end == "off":
        scene.administrator.is_active = False
        scene.administrator.save()
    elif end == "protected":
        scene.ada.protected = True
        scene.ada.save()
    else:
        Withdrawal.objects.create(person=scene.ada, reason="Asked.", decided_by="kim", created_at=now)

    assert ANYONE.get(url).status_code == 404


@pytest.mark.parametrize("change", ["other person", "other end", "cut", "nothing", "long"])
def test_link_that_was_changed_shows_nothing(scene: Scene, change: str) -> None:  # noqa: F811
    url = linked(scene)
    signed = url.removeprefix("/photo-links/").removesuffix(".jpg")
    numbers, _, signature = signed.partition(".")
    person, *rest = numbers.split("_")
    changed = {
        "other person": f"{scene.ben.pk}_{'_'.join(rest)}.{signature}",
        "other end": f"{person}_{'_'.join([*rest[:-1], '9999999999'])}.{signature}",
        "cut": signed[:-1],
        "nothing": "x",
        "long": "1" * 5_000,
    }[change]

    assert ANYONE.get(f"/photo-links/{changed}.jpg").status_code == 404


def test_link_is_not_made_for_longer_than_a_week_nor_for_who_may_not_be_shown(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.PHOTO_VIEW, Permission.DATA_MANAGE)
    scene.ben.protected = True
    scene.ben.save()

    long = post(client, f"/people/{scene.ada.pk}/photo-link", {"valid_s": 8 * 24 * 3600})
    protected = post(client, f"/people/{scene.ben.pk}/photo-link", {})
    none = post(client, f"/people/{scene.cy.pk}/photo-link", {})

    assert long.status_code == 422
    assert "less than or equal to 604800" in long.json()["detail"]
    assert [each.status_code for each in (protected, none)] == [404, 404]
    assert not Entry.objects.filter(act="photo.link-made").exists()
