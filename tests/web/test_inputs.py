"""Sync UI > Inputs: its pages, and what the script of the page Deliver asks."""

import json
import shutil
from hashlib import sha256
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.delivering import begin_delivery
from photosync.apps.inputs.models import DeliveredFile, Delivery, Input
from photosync.apps.profiles.services import add_profile
from tests.apps.inputs.delivered import NOW, deliver, executed, make_input, paths, zipped
from tests.web.conftest import Scene
from tests.web.pages import make_user, signed_in

INPUTS = "/administration/sync-ui/inputs/"


@pytest.fixture
def client(scene: Scene) -> Client:
    shutil.rmtree(_folder(), ignore_errors=True)
    return signed_in(make_user("manager", Role.SYNC_MANAGER, scene.school))


@pytest.fixture
def made(scene: Scene) -> Input:
    return make_input(scene.school, files={"a/1.jpg": b"one", "2.jpg": b"two"})


def text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return answer.content.decode()


def asked(client: Client, path: str, data: Any = None, *, form: str = "application/octet-stream") -> tuple[int, Any]:
    answer = client.post(path, data, content_type=form) if data is not None else client.post(path)
    return answer.status_code, answer.json()


def test_school_without_inputs_is_told_what_they_are_for(client: Client) -> None:
    assert "There is no input yet. An input is a container that photos are delivered into" in text(client, INPUTS)


def test_who_may_only_look_is_offered_nothing_to_change(scene: Scene, made: Input) -> None:
    viewer = signed_in(make_user("viewer", Role.ARCHIVIST, scene.school))
    shown = text(viewer, f"{INPUTS}{made.pk}/")
    assert "a/1.jpg" in shown
    assert [word for word in ("Deliver photos", "Clone", "Clear", "Take out") if word in shown] == []
    assert viewer.get(f"{INPUTS}{made.pk}/deliver/").status_code == 403


def test_input_of_another_school_does_not_exist(scene: Scene, client: Client) -> None:
    theirs = make_input(scene.other_school, "Theirs", files={"1.jpg": b"x"})
    delivery = begin_delivery(theirs, by="them", now=NOW)
    ours = make_input(scene.school)
    for path in (f"{theirs.pk}/", f"{theirs.pk}/deliver/", f"{ours.pk}/deliveries/{delivery.pk}/"):
        assert client.get(f"{INPUTS}{path}").status_code == 404
    assert "Theirs" not in text(client, INPUTS)
    sent = f"{INPUTS}{ours.pk}/deliveries/{delivery.pk}/file/?path=x.jpg"
    assert client.post(sent, b"x", content_type="application/octet-stream").status_code == 404


def test_files_are_found_by_name_and_said_why_they_match_nobody(client: Client, made: Input) -> None:
    shown = text(client, f"{INPUTS}{made.pk}/?q=2.J")
    assert "2.jpg" in shown
    assert "a/1.jpg" not in shown
    assert "No student or staff member has the code" in shown
    assert "2 files, 0 of them with a person." in text(client, f"{INPUTS}{made.pk}/?check=1")


def test_index_file_that_is_not_there_is_told_and_the_files_are_shown(
    scene: Scene, client: Client, made: Input
) -> None:
    options = {"input": made.name, "match": "index", "index": "idlink.txt"}
    add_profile(scene.school, "By index", source_kind="input", options=options, now=NOW)
    shown = text(client, f"{INPUTS}{made.pk}/?check=1")
    assert "a/1.jpg" in shown
    assert "The index file &#x27;idlink.txt&#x27; could not be read" in shown
    assert "Data source of By index." in shown


def test_input_in_use_is_not_deleted_and_says_by_what(scene: Scene, client: Client, made: Input) -> None:
    add_profile(scene.school, "Photo Sync", source_kind="input", options={"input": made.name}, now=NOW)
    assert "It is the data source of Photo Sync: while that is so" in text(client, f"{INPUTS}{made.pk}/delete/")
    answer = client.post(f"{INPUTS}{made.pk}/delete/").content.decode()
    assert "Photographer 2026 is the data source of Photo Sync. It was not deleted." in answer


def test_script_delivers_file_by_file(client: Client, made: Input) -> None:
    at = f"{INPUTS}{made.pk}"
    url = client.post(f"{at}/deliveries/begin/", {"mode": "replace"}).json()["url"]
    assert Delivery.objects.order_by("-pk")[0].mode == "replace"
    wrong = client.post(f"{at}/deliveries/begin/", {"mode": "mix"})
    assert (wrong.status_code, wrong.json()) == (
        409,
        {"error": 'A delivery is add or replace, not "mix". Nothing was begun.'},
    )
    assert asked(client, f"{url}file/?path=7A/3.jpg", b"three") == (200, {"state": "taken", "reason": ""})
    large = asked(client, f"{url}file/?path=film.mov&large=1", b"")
    assert large == (
        200,
        {"state": "refused", "reason": "It is larger than 30 MB, which no photo may be. It was not taken."},
    )
    known = b'[["7A/3.jpg", 5], ["4.jpg", 4]]'
    assert asked(client, f"{url}missing/", known, form="application/json") == (200, {"missing": ["4.jpg"]})
    same, other = sha256(b"three").hexdigest(), sha256(b"THREE").hexdigest()
    for digest, told in ((same, []), (other, ["7A/3.jpg"])):
        rows = json.dumps([["7A/3.jpg", 5, digest]])
        assert asked(client, f"{url}missing/", rows, form="application/json") == (200, {"missing": told})
    for nonsense in (b"{", b"[1]", b'[["a"]]', b'[["a", "b"]]', b'[["a", 1, "b", "c"]]', b"7"):
        status, told = asked(client, f"{url}missing/", nonsense, form="application/json")
        assert (status, told) == (409, {"error": "This is no list of files. Nothing was done."})
    assert client.post(f"{url}finish/").headers["Location"] == url
    assert paths(made) == ["7A/3.jpg"]
    assert "film.mov" in text(client, url)
    status, told = asked(client, f"{url}file/?path=late.jpg", b"x")
    assert (status, told["error"]) == (
        409,
        "This delivery is not open any more (finished). Nothing was done. Begin another.",
    )


def test_script_sends_a_zip_in_parts(client: Client, made: Input) -> None:
    delivery = begin_delivery(made, by="manager", now=NOW)
    url = f"{INPUTS}{made.pk}/deliveries/{delivery.pk}/"
    content = zipped({"3.jpg": b"three"})
    begun = client.post(f"{url}archives/", {"path": "photos.zip", "size": len(content)}).json()
    assert begun["received"] == 0
    assert asked(client, f"{begun['url']}?offset=0", content[:9]) == (200, {"received": 9})
    assert asked(client, f"{begun['url']}?offset=50", content[50:]) == (200, {"received": 9})
    assert asked(client, f"{begun['url']}?offset=x", b"x") == (
        409,
        {"error": "This is no number of bytes. Nothing was done."},
    )
    assert client.post(f"{url}archives/", {"path": "photos.zip", "size": len(content)}).json()["received"] == 9
    shown = client.post(f"{url}finish/", follow=True).content.decode()
    assert f"photos.zip has not arrived yet: 9 of {len(content)} bytes are here." in shown
    client.post(f"{begun['url']}take-out/")
    assert client.post(f"{url}drop/").status_code == 302
    assert list(_folder().iterdir()) == []


def test_script_is_told_that_another_zip_has_the_path(client: Client, made: Input) -> None:
    """In a browser a path is one ZIP: which of two is meant, a person says."""
    delivery = begin_delivery(made, by="manager", now=NOW)
    url = f"{INPUTS}{made.pk}/deliveries/{delivery.pk}/"
    about = {"path": "7A/photos.zip", "size": 9, "mark": "a"}
    begun = client.post(f"{url}archives/", about).json()
    assert client.post(f"{url}archives/", about).json() == begun
    assert client.post(f"{url}archives/", about | {"path": "7B/photos.zip"}).json()["url"] != begun["url"]
    for other in ({"mark": "b"}, {"size": 10}):
        refused = client.post(f"{url}archives/", about | other)
        assert (refused.status_code, refused.json()["error"]) == (
            409,
            'There is another "7A/photos.zip" in this delivery, which is not the one that is sent now. Nothing was '
            "begun. Take that one out on the page of the delivery, or rename this one.",
        )
    for mark in ("a\0", "a b", "\u00e4", "a" * 65):
        nonsense = client.post(f"{url}archives/", about | {"mark": mark})
        assert (nonsense.status_code, nonsense.json()["error"]) == (
            409,
            "This is no mark of a ZIP. Nothing was done.",
        )
    assert "7A/photos.zip" in text(client, url)
    client.post(f"{begun['url']}take-out/")
    assert client.post(f"{url}archives/", about | {"mark": "b"}).json()["received"] == 0


def test_plain_form_takes_two_zips_of_one_name_and_size(client: Client, made: Input) -> None:
    files = [SimpleUploadedFile("photos.zip", zipped({f"{number}.jpg": b"x"})) for number in (3, 4)]
    client.post(f"{INPUTS}{made.pk}/deliver/", {"files": files, "mode": "add"})
    assert paths(executed(Delivery.objects.order_by("-pk")[0]).input) == ["2.jpg", "3.jpg", "4.jpg", "a/1.jpg"]


def test_nothing_is_taken_without_the_token_of_the_form(scene: Scene, made: Input) -> None:
    strict = Client(enforce_csrf_checks=True, headers={"host": "localhost"})
    strict.force_login(make_user("manager", Role.SYNC_MANAGER, scene.school))
    delivery = begin_delivery(made, by="manager", now=NOW)
    sent = {"files": SimpleUploadedFile("3.jpg", b"three")}
    assert strict.post(f"{INPUTS}{made.pk}/deliver/", sent).status_code == 403
    url = f"{INPUTS}{made.pk}/deliveries/{delivery.pk}/file/?path=3.jpg"
    assert strict.post(url, b"three", content_type="application/octet-stream").status_code == 403
    assert (paths(made), DeliveredFile.objects.count()) == (["2.jpg", "a/1.jpg"], 0)
    assert sorted(Delivery.objects.values_list("state", flat=True)) == ["done", "open"]


def test_plain_form_delivers_all_of_its_files(client: Client, made: Input) -> None:
    files = [SimpleUploadedFile("3.jpg", b"three"), SimpleUploadedFile("4.jpg", b"four")]
    done = client.post(f"{INPUTS}{made.pk}/deliver/", {"files": files, "mode": "replace"})
    assert done.status_code == 302
    assert paths(made) == ["3.jpg", "4.jpg"]
    zip_file = SimpleUploadedFile("photos.zip", zipped({"5.jpg": b"five"}))
    client.post(f"{INPUTS}{made.pk}/deliver/", {"files": zip_file, "mode": "add"})
    assert Delivery.objects.order_by("-pk")[0].state == "queued"


def test_plain_form_without_files_is_told(client: Client, made: Input) -> None:
    answer = client.post(f"{INPUTS}{made.pk}/deliver/", {"mode": "replace"})
    assert "Choose files, or a ZIP of them. Nothing was delivered." in answer.content.decode()
    assert paths(made) == ["2.jpg", "a/1.jpg"]


def test_names_are_shown_as_text(client: Client, made: Input) -> None:
    deliver(made, {"<img src=x onerror=alert(1)>.jpg": b"x"})
    shown = text(client, f"{INPUTS}{made.pk}/")
    assert "<img src=x" not in shown
    assert "&lt;img src=x onerror=alert(1)&gt;.jpg" in shown


def test_manage_sync_offers_the_inputs_of_the_school(scene: Scene, client: Client, made: Input) -> None:
    make_input(scene.other_school, "Theirs")
    new = "/administration/timetable-management/manage-sync/new/"
    shown = client.post(new, {"source_kind": "input", "name": "P"}).content.decode()
    assert f'<option value="{made.option}">Photographer 2026</option>' in shown
    assert "Theirs" not in shown
