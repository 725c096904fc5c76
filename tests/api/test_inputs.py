"""A delivery over the API, as a photographer's portal makes it."""

import shutil
from datetime import UTC, datetime
from hashlib import sha256
from typing import Any

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.tokens import add_token
from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.models import Delivery
from photosync.apps.inputs.unpacking_work import claim_delivery, execute_delivery
from photosync.web import front_door
from tests.apps.inputs.delivered import NOW, make_worker, zipped
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
    refused = sent(portal, "PUT", f"{to}/file?path=../x.jpg", b"x", status=409, form="image/jpeg")
    assert refused["detail"] == (
        '"../x.jpg" was not taken. The path "../x.jpg" leads out of its folder. It was not taken. Send it under a '
        "plain name."
    )

    content = zipped({"0418.jpg": b"one", "0419.jpg": b"two"})
    archive = sent(portal, "POST", f"{to}/archives", {"name": "more.zip", "size_bytes": len(content)}, status=201)
    part = f"{to}/archives/{archive['archive']}?offset="
    first = f"{part}0&sha256={sha256(content[:50]).hexdigest()}"
    assert sent(portal, "PUT", first, content[:50], status=200, form="application/zip")["received_bytes"] == 50
    damaged = sent(portal, "PUT", f"{part}50&sha256={'0' * 64}", content[50:], status=400, form="application/zip")
    assert damaged["detail"] == "This part arrived otherwise than it was sent. It was not taken. Send it again."
    early = sent(portal, "POST", f"{to}/finish", status=409)
    assert early["detail"].startswith(f"more.zip has not arrived yet: 50 of {len(content)} bytes are here.")
    sent(portal, "PUT", f"{part}50", content[50:], status=200, form="application/zip")
    assert sent(portal, "GET", at, status=200)["files"] == 0
    assert sent(portal, "POST", f"{to}/finish", status=202)["state"] == "queued"
    work = claim_delivery(Delivery.objects.get().pk, make_worker(), lambda: NOW)
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
