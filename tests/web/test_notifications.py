"""Settings > Notifications, and the ping address on Manage Sync."""

from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from pytest_django import Settings

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry
from photosync.apps.notifications.models import Message, NotificationAddress, Watch
from photosync.apps.notifications.services import add_address, change_address
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.ping_address import ping_address
from photosync.apps.profiles.services import change_profile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.core.errors import Refused
from photosync.outgoing import AllowedRanges
from tests.services.receivers import http_receiver
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, make_address, make_message, make_profile, make_user, signed_in

PAGE = "/settings/notifications/"
EVERY_KIND = ["stops-soon", "ended", "held", "failed", "works-again", "stale", "roster-held", "roster-fails"]


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in(make_user("manager", Role.SYNC_MANAGER, scene.school))


def add(client: Client, address: str, kinds: list[str] = EVERY_KIND, name: str = "") -> Markup:
    return Markup.of(client.post(f"{PAGE}new/", {"address": address, "name": name, "kinds": kinds}, follow=True))


def test_page_without_an_address_offers_to_add_one(client: Client) -> None:
    text = Markup.of(client.get(PAGE)).text

    assert "Nobody is told yet" in text
    assert "This server has no mail server, so only services can be told, not e-mail addresses." in text
    assert "No message was sent yet." in text


def test_service_is_added_and_its_secrets_are_never_shown_again(scene: Scene, client: Client) -> None:
    secret = "T1JJ3T3L2/A1BRTD4JD/TIiajkdnlazkcOXrIdevi7FQ"
    shown = add(client, f"slack://{secret}", ["held", "failed"], "Office")

    address = NotificationAddress.objects.get()
    assert "Office (slack://…) was added. Send a test to see that it works." in shown.text
    assert (address.school, address.shown, address.kinds, address.added_by) == (
        scene.school,
        "slack://…",
        ["held", "failed"],
        "manager",
    )
    assert "A run waits for approval; A run failed" in shown.text
    stored = f"{address.sealed} {list(Entry.objects.values())}"
    assert [part for part in secret.split("/") if part in stored or part in shown.text] == []
    entry = Entry.objects.get(act="notifications.changed")
    assert (entry.actor, entry.changes) == (
        "manager",
        [["address", None, "slack://…"], ["told", None, "held, failed"]],
    )


@pytest.mark.parametrize(
    ("address", "kinds", "told"),
    [
        ("", EVERY_KIND, "Type in an address. Nothing was saved."),
        ("office@school.example", [], "Choose at least one. Nothing was saved."),
        (
            "office@school.example",
            EVERY_KIND,
            "This server has no mail server to send e-mail with. Nothing was saved. The operator of the server "
            "must set "
            "PHOTOSYNC_SMTP_HOST and PHOTOSYNC_SMTP_FROM; docs/settings.md lists the settings beside them.",
        ),
        (
            "office at school",
            EVERY_KIND,
            '"office at school" is not an e-mail address. Nothing was saved. Type in one such as '
            "office@school.example, "
            "or the address of a service, such as slack://...",
        ),
        (
            "syslog://localhost",
            EVERY_KIND,
            "Messages cannot be sent by syslog:// from here, because it does not speak HTTP or SMTP, or would "
            "use files "
            "or programs of the server. Nothing was saved. Use another service, such as slack://, workflows://, "
            "discord://, gchat://, ntfys:// and jsons://.",
        ),
        (
            "slack://nonsense",
            EVERY_KIND,
            "This slack:// address is not whole, or has a mistake. Nothing was saved. Copy it again from the "
            "service;",
        ),
        (
            "workflows://host/a/b?template=/etc/passwd",
            EVERY_KIND,
            'The parameter "template" of this address would make the server use a file. Nothing was saved. Leave '
            "it out.",
        ),
        (
            "my-service:// x",
            EVERY_KIND,
            "Messages cannot be sent by my-service:// from here",
        ),
    ],
)
def test_what_cannot_be_added_is_told(client: Client, address: str, kinds: list[str], told: str) -> None:
    assert told in " ".join(add(client, address, kinds).text.split())
    assert NotificationAddress.objects.count() == 0


def test_address_is_there_once(scene: Scene, client: Client) -> None:
    add(client, "jsons://hooks.school.example/abc")

    told = add(client, "jsons://hooks.school.example/abc").text
    assert (
        "jsons://hooks.school.example/… is there already. Nothing was saved. What it is told can be changed there."
    ) in told
    assert add_address(scene.other_school, "jsons://hooks.school.example/abc", by="x", now=datetime.now(UTC)).pk


def test_test_arrives_and_is_listed(scene: Scene, client: Client, settings: Settings) -> None:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="x")
    with http_receiver() as receiver:
        add(client, f"json://{receiver.place}/abc", name="Office")
        pk = NotificationAddress.objects.get().pk
        first = Markup.of(client.post(f"{PAGE}{pk}/test/", follow=True)).text
        receiver.status = 403
        second = Markup.of(client.post(f"{PAGE}{pk}/test/", follow=True)).text

    assert receiver.titles() == [f"A test of Photo Sync ({scene.school.name})"] * 2
    assert "A test was sent to Office (json://127.0.0.1/…). See whether it arrives." in first
    assert "The test did not go out to Office (json://127.0.0.1/…). The service did not take the message:" in second
    assert list(Message.objects.values_list("state", "kind")) == [("failed", ""), ("sent", "")]


def test_address_inside_is_refused_when_it_is_tried(client: Client) -> None:
    with http_receiver() as receiver:
        add(client, f"json://{receiver.place}/abc")
        pk = NotificationAddress.objects.get().pk
        told = Markup.of(client.post(f"{PAGE}{pk}/test/", follow=True)).text

    assert receiver.got == []
    assert "an address inside this server's own network, so nothing was sent." in told


def test_what_an_address_is_told_and_its_name_are_changed(scene: Scene, client: Client) -> None:
    address = make_address(scene.school, name="Office")
    make_message(address, "waiting", "Something", next_attempt_at=datetime.now(UTC))
    page = f"{PAGE}{address.pk}/"

    asked = Markup.of(client.get(page))
    done = Markup.of(client.post(page, {"name": "Front desk", "kinds": ["ended", "held"]}, follow=True))

    checked = [each["value"] for each in asked.all("input") if each.get("name") == "kinds" and "checked" in each]
    assert checked == EVERY_KIND
    assert "office@school.example itself cannot be changed, as it is kept encrypted" in asked.text
    told = "A sync has ended; A run waits for approval"
    assert f"Front desk (office@school.example) was saved. It is told: {told}." in done.text
    address.refresh_from_db()
    assert (address.name, address.kinds) == ("Front desk", ["ended", "held"])
    assert Message.objects.get().state == Message.State.WAITING
    entry = Entry.objects.get(act="notifications.changed")
    assert (entry.actor, entry.subject, entry.changes) == (
        "manager",
        "Front desk (office@school.example)",
        [["name", "Office", "Front desk"], ["told", "everything", "ended, held"]],
    )
    client.post(page, {"name": "", "kinds": EVERY_KIND})
    address.refresh_from_db()
    assert (address.name, address.kinds) == ("", [])


@pytest.mark.parametrize(
    ("sent", "told"),
    [
        ({"name": "Office", "kinds": []}, "Choose at least one. Nothing was saved."),
        ({"name": "Office\x07", "kinds": ["held"]}, "The name of an address has up to 100 characters."),
    ],
)
def test_change_that_is_refused_is_told(scene: Scene, client: Client, sent: dict[str, object], told: str) -> None:
    address = make_address(scene.school, name="Desk")

    page = Markup.of(client.post(f"{PAGE}{address.pk}/", sent))

    assert told in page.text
    address.refresh_from_db()
    assert (address.name, Entry.objects.filter(act="notifications.changed").count()) == ("Desk", 0)


def test_saving_what_is_there_already_records_nothing(scene: Scene, client: Client) -> None:
    address = make_address(scene.school, name="Desk")

    client.post(f"{PAGE}{address.pk}/", {"name": "Desk", "kinds": EVERY_KIND})

    assert Entry.objects.filter(act="notifications.changed").count() == 0


def test_address_that_is_removed_meanwhile_is_told(scene: Scene) -> None:
    address = make_address(scene.school, name="Desk")
    NotificationAddress.objects.all().delete()

    with pytest.raises(Refused) as refused:
        change_address(address, name="Office")
    assert refused.value.message == "Desk (office@school.example) was removed meanwhile. Nothing was saved."


def test_removing_asks_first(scene: Scene, client: Client) -> None:
    address = make_address(scene.school, name="Office")
    make_message(address, "waiting", "Something", next_attempt_at=datetime.now(UTC))

    asked = Markup.of(client.get(f"{PAGE}{address.pk}/remove/")).text
    done = Markup.of(client.post(f"{PAGE}{address.pk}/remove/", follow=True)).text

    assert (
        "Office (office@school.example) will be told nothing more. What waits to be sent to it is not sent." in asked
    )
    assert "It is the only address: after that, nobody is told before a sync stops." in asked
    assert "Office (office@school.example) was removed and is told nothing more." in done
    assert "Not sent" in done
    assert client.get(f"{PAGE}{address.pk}/remove/").status_code == 404


def test_messages_are_listed_with_what_came_of_them(scene: Scene, client: Client) -> None:
    address, now = make_address(scene.school), datetime.now(UTC)
    make_message(address, "sent", "Went out", ended_at=now)
    make_message(address, "failed", "Did not", ended_at=now, reason="Nobody there.")
    make_message(address, "waiting", "Is tried", reason="No answer.", next_attempt_at=now + timedelta(hours=1))
    make_message(make_address(scene.other_school), "sent", "Theirs")

    text = Markup.of(client.get(PAGE)).text

    words = ("Went out", "Sent", "Did not", "Failed", "Nobody there.", "Is tried", "Waiting", "It is tried again:")
    assert [word for word in words if word not in text] == []
    assert "Theirs" not in text


def test_ping_address_is_saved_and_shown_only_to_who_may_change_it(scene: Scene, client: Client) -> None:
    url = "https://monitor.school.example/ping/s3cret"
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))
    change_profile(profile, ProfileSettings(ping_url=f" {url} "))
    now = datetime.now(UTC)
    Watch.objects.create(
        profile=profile, runs_seen_until=now, ping_called_at=now, ping_went_well=True, ping_outcome="It answered 200."
    )
    address = f"/administration/timetable-management/manage-sync/{profile.pk}/"
    viewer = signed_in(make_user("archivist", Role.ARCHIVIST, scene.school))

    mine, theirs = (each.get(address).content.decode() for each in (client, viewer))

    profile = SyncProfile.objects.get(pk=profile.pk)
    assert (ping_address(profile), "s3cret" in profile.sealed_ping_url) == (url, False)
    assert (url in mine, "s3cret" in theirs, "https://monitor.school.example/…" in theirs) == (True, False, True)
    assert "It answered 200." in mine
    ((field, before, after),) = Entry.objects.get(act="profile.changed").changes
    assert (field, before, after[:32], "s3cret" in after) == (
        "ping_address",
        None,
        "https://monitor.school.example/…",
        False,
    )
