"""A photographer's delivery on Manage Sync: what is chosen, tried, read and accepted."""

import re
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry
from photosync.apps.inputs.models import Input
from photosync.apps.profiles.models import DeliveryLicence, SyncProfile
from photosync.apps.profiles.services import add_profile
from tests.apps.inputs.delivered import NOW, make_input
from tests.connectors.photographer.volumes import columns, table
from tests.web.conftest import Scene
from tests.web.pages import make_user, signed_in

MANAGE = "/administration/timetable-management/manage-sync/"
TEXT = "<script>alert(1)</script>\nYearbook pages only."
ESCAPED = "&lt;script&gt;alert(1)&lt;/script&gt;\nYearbook pages only."


@pytest.fixture
def made(scene: Scene) -> Input:
    ada = scene.ada
    index = table(columns("1.jpg", ada.family_name.upper(), ada.given_name))
    files = {"Vol/INDEX.TXT": index.encode(), "Vol/COPYRIGHT.TXT": TEXT.encode(), "Vol/IMAGES/1.jpg": b"x"}
    return make_input(scene.school, files=files)


@pytest.fixture
def profile(scene: Scene, made: Input) -> SyncProfile:
    options = {"input": made.name, "match": "photographer"}
    return add_profile(scene.school, "Photo Sync", source_kind="input", options=options, now=NOW)


@pytest.fixture
def client(scene: Scene) -> Client:
    return signed_in(make_user("manager", Role.SYNC_MANAGER, scene.school))


def page(client: Client, profile: SyncProfile) -> str:
    answer = client.get(f"{MANAGE}{profile.pk}/")
    assert answer.status_code == 200
    return answer.content.decode()


def test_licence_is_read_and_accepted_on_the_page(client: Client, profile: SyncProfile) -> None:
    at = f"{MANAGE}{profile.pk}/licences/"
    assert "None has been read from the data source yet, or it holds none." in page(client, profile)

    read = client.post(at, {"read": "1"}, follow=True).content.decode()
    assert "The licence was read. Accept it below before the first sync, if nobody has yet." in read
    assert ESCAPED in read
    assert "<script>alert" not in read
    row = DeliveryLicence.objects.get()
    assert f"SHA-256 {row.sha256}" in read

    accepted = client.post(at, {"accept": row.sha256}, follow=True).content.decode()
    assert "The licence Vol/COPYRIGHT.TXT was accepted. Photos of this delivery may be synced." in accepted
    assert "Accept this licence" not in accepted
    assert "Accepted by manager, " in accepted
    (entry,) = Entry.objects.filter(act="profile.licence-accepted")
    assert (entry.actor, entry.subject) == ("manager", "Photo Sync")


def test_who_may_only_look_reads_the_licence_and_accepts_nothing(
    scene: Scene, client: Client, profile: SyncProfile
) -> None:
    client.post(f"{MANAGE}{profile.pk}/licences/", {"read": "1"})
    viewer = signed_in(make_user("viewer", Role.ARCHIVIST, scene.school))
    shown = page(viewer, profile)
    assert ESCAPED in shown
    assert "Accept this licence" not in shown
    row = DeliveryLicence.objects.get()
    assert viewer.post(f"{MANAGE}{profile.pk}/licences/", {"accept": row.sha256}).status_code == 403
    assert DeliveryLicence.objects.get().accepted_at is None


def test_licence_that_is_not_there_any_more_is_not_accepted(client: Client, profile: SyncProfile) -> None:
    told = client.post(f"{MANAGE}{profile.pk}/licences/", {"accept": "0" * 64}, follow=True).content.decode()
    assert "holds no licence &quot;000000000000&quot;. Nothing was accepted." in told


def test_profile_of_another_school_does_not_exist(scene: Scene, client: Client) -> None:
    theirs = add_profile(
        scene.other_school,
        "Theirs",
        source_kind="input",
        options={"input": make_input(scene.other_school, "Theirs").name, "match": "photographer"},
        now=NOW,
    )
    assert client.post(f"{MANAGE}{theirs.pk}/licences/", {"read": "1"}).status_code == 404


def test_other_profiles_have_no_licence(scene: Scene, client: Client, made: Input) -> None:
    plain = add_profile(scene.school, "By code", source_kind="input", options={"input": made.name}, now=NOW)
    assert "Licence of the photos" not in page(client, plain)


def test_connection_is_tested_with_the_licence_and_what_the_index_is(client: Client, profile: SyncProfile) -> None:
    sent = {
        "name": "Photo Sync",
        "source_kind": "input",
        "option-input": str(profile.options["input"]),
        "option-match": "photographer",
        "option-by": "name",
        "students": "on",
        "replace_share_percent": "30",
        "replace_number": "20",
        "withdraw_share_percent": "5",
        "withdraw_number": "5",
        "when_missing": "keep",
        "test": "1",
    }
    tried = client.post(f"{MANAGE}{profile.pk}/", sent).content.decode()
    words = " ".join(re.sub(r"<[^>]+>", " ", tried).split())
    assert "1 photo, 1 matches a person." in words
    assert "Vol/INDEX.TXT was read as 13 columns separated by tab, with a header, UTF-8: 1 row." in words
    assert "The delivery comes with a licence, Vol/COPYRIGHT.TXT." in words
    assert ESCAPED in tried
    assert not DeliveryLicence.objects.exists()


def test_input_page_says_whose_the_files_of_a_delivery_are(client: Client, made: Input, profile: SyncProfile) -> None:
    shown = client.get(f"/administration/sync-ui/inputs/{made.pk}/?check=1").content.decode()
    assert "Ada" in shown
    assert Path("Vol/IMAGES/1.jpg").name in shown
