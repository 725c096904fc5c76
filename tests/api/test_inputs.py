"""A delivery over the API, as a photographer's portal makes it."""

import shutil
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import add_token
from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.models import Delivery, InputFile
from photosync.apps.inputs.unpacking_work import UnpackingWork, execute_delivery
from photosync.apps.people.models import Identifier, Person
from photosync.apps.profiles.services import add_profile
from photosync.apps.schools.models import School
from photosync.web import front_door
from tests.apps.inputs.delivered import NOW, make_input, make_worker, paths, with_zip, zipped
from tests.web.pages import make_school, make_user

pytestmark = pytest.mark.django_db


@pytest.fixture
def portal() -> Client:
    shutil.rmtree(_folder(), ignore_errors=True)
    school = make_school()
    user = make_user("portal", Role.ADMINISTRATOR, school)
    scopes = [Permission.SYNC_VIEW, Permission.SYNC_MANAGE]
    made = add_token(user, "portal", scopes=scopes, school=school, days=1, now=datetime.now(UTC))
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


def sent(
    portal: Client, method: str, path: str, body: Any = None, *, status: int, form: str = "application/json"
) -> Any:
    data = {} if body is None else {"data": body, "content_type": form}
    answer = portal.generic(method, f"/api/v1{path}", **data) if form != "application/json" else None
    if answer is None:
        answer = getattr(portal, method.lower())(f"/api/v1{path}", **data)
    assert answer.status_code == status, answer.content
    return answer.json() if answer.content else None


def test_portal_delivers_in_parts_and_goes_on_after_a_broken_line(portal: Client) -> None:
    made = sent(portal, "POST", "/inputs", {"name": "Photographer 2026"}, status=201)
    at = f"/inputs/{made['id']}"
    begun = sent(portal, "POST", f"{at}/deliveries", {"mode": "add"}, status=201)
    to = f"{at}/deliveries/{begun['delivery']}"
    taken = sent(portal, "PUT", f"{to}/file?path=7A/0417.jpg", b"picture", status=200, form="image/jpeg")
    assert taken == {"path": "7A/0417.jpg", "state": "taken", "reason": ""}
    held = {"files": [{"path": "7A/0417.jpg", "size_bytes": 7}, {"path": "0418.jpg", "size_bytes": 3}]}
    assert sent(portal, "POST", f"{to}/missing", held, status=200) == {"missing": ["0418.jpg"]}
    held["files"][0]["sha256"] = sha256(b"PICTURE").hexdigest()
    assert sent(portal, "POST", f"{to}/missing", held, status=200) == {"missing": ["7A/0417.jpg", "0418.jpg"]}
    refused = sent(portal, "PUT", f"{to}/file?path=../x.jpg", b"x", status=409, form="image/jpeg")
    assert refused["detail"] == (
        '"../x.jpg" was not taken. The path "../x.jpg" leads out of its folder. It was not taken. Send it under a '
        "plain name."
    )

    content = zipped({"0418.jpg": b"one", "0419.jpg": b"two"})
    archive = sent(
        portal, "POST", f"{to}/archives", {"name": "more.zip", "size_bytes": len(content), "mark": "one"}, status=201
    )
    part = f"{to}/archives/{archive['archive']}?offset="
    for name, mark in (("more.zip", "another"), ("7B/more.zip", "")):
        body = {"name": name, "size_bytes": len(content), "mark": mark}
        other = sent(portal, "POST", f"{to}/archives", body, status=201)
        assert other["name"] == name
        assert other["archive"] != archive["archive"]
        sent(portal, "DELETE", f"{to}/archives/{other['archive']}", status=204)
    for mark in ("a b", "a" * 65, "\ud800"):
        body = {"name": "more.zip", "size_bytes": len(content), "mark": mark}
        assert "mark" in str(sent(portal, "POST", f"{to}/archives", body, status=422))
    first = f"{part}0&sha256={sha256(content[:50]).hexdigest()}"
    assert sent(portal, "PUT", first, content[:50], status=200, form="application/zip")["received_bytes"] == 50
    damaged = sent(portal, "PUT", f"{part}50&sha256={'0' * 64}", content[50:], status=400, form="application/zip")
    assert damaged["detail"] == "This part arrived otherwise than it was sent. It was not taken. Send it again."
    early = sent(portal, "POST", f"{to}/finish", status=409)
    assert early["detail"].startswith(f"more.zip has not arrived yet: 50 of {len(content)} bytes are here.")
    sent(portal, "PUT", f"{part}50", content[50:], status=200, form="application/zip")
    assert sent(portal, "GET", at, status=200)["files"] == 0
    assert sent(portal, "POST", f"{to}/finish", status=202)["state"] == "queued"
    work = UnpackingWork.claim(Delivery.objects.get().pk, make_worker(), lambda: NOW)
    assert work is not None
    execute_delivery(work)

    done = sent(portal, "GET", to, status=200)
    assert (done["state"], done["outcome"]["added"], done["refused"]) == ("done", 3, [])
    files = sent(portal, "GET", f"{at}/files?limit=2", status=200)
    assert ([each["path"] for each in files["items"]], files["next"] is None) == (["7A/0417.jpg", "0418.jpg"], False)
    assert sent(portal, "POST", f"{at}/test", {}, status=200)["explanation"] == "3 photos, 0 match a person."


def test_input_is_cloned_cleared_and_deleted(portal: Client) -> None:
    made = sent(portal, "POST", "/inputs", {"name": "Photographer"}, status=201)
    at = f"/inputs/{made['id']}"
    to = f"{at}/deliveries/{sent(portal, 'POST', f'{at}/deliveries', {}, status=201)['delivery']}"
    sent(portal, "PUT", f"{to}/file?path=1.jpg", b"x", status=200, form="image/jpeg")
    sent(portal, "POST", f"{to}/finish", status=202)
    taken = sent(portal, "POST", f"{at}/clone", {"name": "photographer"}, status=409)
    assert taken["detail"] == (
        'There is already an input "Photographer" in this school. Nothing was saved. Choose another name.'
    )
    clone = sent(portal, "POST", f"{at}/clone", {"name": "Retakes"}, status=201)
    assert sent(portal, "PATCH", f"/inputs/{clone['id']}", {"name": "Retakes 2"}, status=200)["name"] == "Retakes 2"
    assert sent(portal, "POST", f"{at}/clear", status=200)["cleared"] == 1
    sent(portal, "DELETE", at, status=204)
    assert [(each["name"], each["files"]) for each in sent(portal, "GET", "/inputs", status=200)["items"]] == [
        ("Retakes 2", 1)
    ]


@pytest.fixture
def deliverer(portal: Client) -> Client:
    """A token of the same account that may only deliver."""
    user = User.objects.get(username="portal")
    made = add_token(user, "only", scopes=[Permission.SYNC_DELIVER], school=None, days=1, now=datetime.now(UTC))
    return Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})


def test_token_that_may_only_deliver_delivers_and_reads_counts(portal: Client, deliverer: Client) -> None:
    school = School.objects.get()
    ada = Person.objects.create(school=school, kind="student", code="1001", given_name="Ada", family_name="Abel")
    Identifier.objects.create(school=school, person=ada, key="student_code", value="1001", folded="1001")
    at = f"/inputs/{make_input(school, files={'1001.jpg': b'x', 'old.jpg': b'y'}).pk}"
    begun = sent(deliverer, "POST", f"{at}/deliveries", {}, status=201)
    assert (begun["began_by"], begun["input"]) == ("portal (only)", "Photographer 2026")
    to = f"{at}/deliveries/{begun['delivery']}"
    for path, content in (("1001.jpg", b"x"), ("7A/1002.jpg", b"z"), ("list.txt", b"of no picture")):
        sent(deliverer, "PUT", f"{to}/file?path={path}", content, status=200, form="image/jpeg")
    assert sent(deliverer, "POST", f"{to}/missing", {"files": []}, status=200) == {"missing": []}
    told = {"photos": 2, "matched": 1, "is_whole": True, "explanation": "2 photos, 1 matches a person."}
    assert sent(deliverer, "GET", f"{to}/matches", status=200) == told
    assert sent(deliverer, "POST", f"{to}/finish", status=202)["outcome"]["added"] == 2
    # Of what has arrived, and then of what is in the input: not of what was there before.
    assert sent(deliverer, "GET", f"{to}/matches", status=200) == told
    assert [each["delivery"] for each in sent(deliverer, "GET", f"{at}/deliveries", status=200)["items"]] == [
        begun["delivery"]
    ]
    assert len(sent(portal, "GET", f"{at}/deliveries", status=200)["items"]) == 2
    InputFile.objects.filter(name="1001.jpg").delete()
    assert sent(portal, "GET", f"{to}/matches", status=200)["explanation"] == "1 photo, 0 match a person."


def test_token_that_may_only_deliver_has_to_do_with_its_own_deliveries_alone(
    portal: Client, deliverer: Client
) -> None:
    found = make_input(School.objects.get(), files={"1.jpg": b"x"})
    other = with_zip(found, zipped({"2.jpg": b"y"}))
    at = f"/inputs/{found.pk}"
    theirs = f"{at}/deliveries/{other.pk}"
    archive = f"{theirs}/archives/{other.archives.get().pk}"
    for method, path, body in (
        ("GET", theirs, None),
        ("GET", f"{theirs}/matches", None),
        ("POST", f"{theirs}/missing", {"files": []}),
        ("POST", f"{theirs}/finish", None),
        ("DELETE", theirs, None),
        ("DELETE", archive, None),
        ("POST", f"{theirs}/archives", {"name": "a.zip", "size_bytes": 9}),
    ):
        told = sent(deliverer, method, path, body, status=404)
        assert told["detail"] == "There is no such delivery into Photographer 2026. Nothing was done."
    sent(deliverer, "PUT", f"{theirs}/file?path=3.jpg", b"z", status=404, form="image/jpeg")
    for method, path in (
        ("GET", at),
        ("GET", "/inputs"),
        ("GET", f"{at}/files"),
        ("POST", f"{at}/clear"),
        ("GET", "/people"),
        ("GET", "/profiles"),
        ("GET", "/runs"),
    ):
        told = sent(deliverer, method, path, {} if method == "POST" else None, status=403)
        assert "which the token or its owner does not have. Nothing was done." in told["detail"]

    own = sent(deliverer, "POST", f"{at}/deliveries", {}, status=201)["delivery"]
    sent(portal, "DELETE", f"{at}/deliveries/{own}", status=204)
    dropped = sent(deliverer, "GET", f"{at}/deliveries/{own}", status=200)
    assert (dropped["state"], dropped["began_by"], dropped["finished_by"]) == ("dropped", "portal (only)", None)
    other.refresh_from_db()
    assert (other.state, paths(found)) == ("open", ["1.jpg"])


def test_token_that_may_only_deliver_takes_nothing_out(deliverer: Client) -> None:
    found = make_input(School.objects.get(), files={"1.jpg": b"x"})
    refused = sent(deliverer, "POST", f"/inputs/{found.pk}/deliveries", {"mode": "replace"}, status=403)
    assert refused["detail"] == (
        "To replace everything takes out what others have delivered, so it needs SYNC: MANAGE, which the token or "
        "its owner does not have. Nothing was begun. Begin a delivery with the mode add."
    )
    assert Delivery.objects.exclude(state="done").count() == 0


def test_matches_that_cannot_be_counted_are_told_without_the_reason(deliverer: Client) -> None:
    school = School.objects.get()
    found = make_input(school)
    options = {"input": found.name, "match": "index", "index": "secret-names.txt"}
    add_profile(school, "By index", source_kind="input", options=options, now=NOW)
    at = f"/inputs/{found.pk}/deliveries"
    to = f"{at}/{sent(deliverer, 'POST', at, {}, status=201)['delivery']}"
    sent(deliverer, "PUT", f"{to}/file?path=1.jpg", b"x", status=200, form="image/jpeg")
    assert sent(deliverer, "GET", f"{to}/matches", status=200) == {
        "photos": 1,
        "matched": None,
        "is_whole": True,
        "explanation": (
            "How many photos match a person cannot be said now: the file that says whose they are cannot be used. "
            "The school reads why on the page of the input."
        ),
    }


@pytest.mark.parametrize(
    ("options", "name", "index"),
    [
        ({"match": "index", "index": "lists/index.txt"}, "lists/index.txt", b"7/DSC1.jpg,1001\n"),
        ({"match": "photographer"}, "INDEX.TXT", b"V1\t7\tDSC1.jpg\t7\tAbel\tAda\t7B\r\n"),
    ],
    ids=["index", "photographer"],
)
def test_matches_by_an_index_that_is_delivered_too_are_known_once_it_is_in_the_input(
    deliverer: Client, options: dict[str, str], name: str, index: bytes
) -> None:
    school = School.objects.get()
    ada = Person.objects.create(school=school, kind="student", code="1001", given_name="Ada", family_name="Abel")
    Identifier.objects.create(school=school, person=ada, key="student_code", value="1001", folded="1001")
    found = make_input(school, files={name: index.replace(b"1001", b"9999").replace(b"Abel", b"Elba")})
    add_profile(school, "By", source_kind="input", options={"input": found.option, **options}, now=NOW)
    at = f"/inputs/{found.pk}/deliveries"
    to = f"{at}/{sent(deliverer, 'POST', at, {}, status=201)['delivery']}"
    sent(deliverer, "PUT", f"{to}/file?path=7/DSC1.jpg", b"x", status=200, form="image/jpeg")
    assert sent(deliverer, "GET", f"{to}/matches", status=200)["matched"] == 0
    sent(deliverer, "PUT", f"{to}/file?path={name}", index, status=200, form="image/jpeg")
    assert sent(deliverer, "GET", f"{to}/matches", status=200) == {
        "photos": 1,
        "matched": None,
        "is_whole": True,
        "explanation": (
            "How many photos match a person is known once the delivery is finished: the file that says whose they "
            "are is in it."
        ),
    }
    sent(deliverer, "POST", f"{to}/finish", status=202)
    assert sent(deliverer, "GET", f"{to}/matches", status=200)["matched"] == 1
    # The same index again says nothing new.
    again = f"{at}/{sent(deliverer, 'POST', at, {}, status=201)['delivery']}"
    for path, content in (("7/DSC1.jpg", b"x"), (name, index)):
        sent(deliverer, "PUT", f"{again}/file?path={path}", content, status=200, form="image/jpeg")
    assert sent(deliverer, "GET", f"{again}/matches", status=200)["matched"] == 1


def test_token_that_may_change_syncs_makes_one_that_may_deliver(portal: Client) -> None:
    user = make_user("root", Role.ADMINISTRATOR, None)
    scopes = [Permission.SYSTEM_MANAGE, Permission.SYNC_MANAGE]
    made = add_token(user, "makes", scopes=scopes, school=None, days=1, now=datetime.now(UTC))
    client = Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})
    body = {"name": "portal", "user": "root", "scopes": ["SYNC: DELIVER"], "days": 1}
    assert sent(client, "POST", "/tokens", body, status=201)["scopes"] == ["SYNC: DELIVER"]


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/api/v1/inputs/7/deliveries/8/file", True),
        ("/api/v1/inputs/7/deliveries/8/archives/9", True),
        ("/administration/sync-ui/inputs/7/deliveries/8/file/", True),
        ("/administration/sync-ui/inputs/7/deliveries/8/archives/9/", True),
        ("/api/v1/inputs/7/deliveries/8/missing", False),
        ("/api/v1/inputs/07/deliveries/8/file", False),
    ],
)
def test_front_door_lets_files_of_deliveries_in(path: str, takes: bool) -> None:
    assert bool(front_door.TAKES_DELIVERED.fullmatch(path)) is takes
