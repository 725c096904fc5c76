"""/notifications/addresses: changing what an address is told, so that no one's change is lost."""

import json
from typing import Any

from django.test import Client

from photosync.apps.accounts.permissions import Permission
from tests.api.test_interface import API, client_of
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)
from tests.web.pages import make_address


def patch(client: Client, path: str, body: object, **headers: str) -> Any:
    return client.patch(path, json.dumps(body), content_type="application/json", headers=headers)


def test_address_is_changed_with_its_etag(scene: Scene) -> None:  # noqa: F811
    client = client_of(scene.administrator, Permission.SYNC_MANAGE)
    path = f"{API}/notifications/addresses/{make_address(scene.school, name='Office').pk}"
    read = client.get(path)
    tag = {"if-match": read.headers["ETag"]}

    unread = patch(client, path, {"kinds": ["held"]})
    nothing = patch(client, path, {}, **tag)
    unknown = patch(client, path, {"kinds": ["rain"]}, **tag)
    changed = patch(client, path, {"kinds": ["held", "ended"]}, **tag)
    late = patch(client, path, {"name": "Desk"}, **tag)

    assert [each.status_code for each in (unread, nothing, unknown, changed, late)] == [428, 400, 400, 200, 412]
    assert unknown.json()["detail"].startswith('"rain" is not what can be told. Nothing was saved. Choose from: ')
    assert changed.json() == read.json() | {"kinds": ["ended", "held"]}
    after = client.get(path)
    assert (after.json(), after.headers["ETag"]) == (changed.json(), changed.headers["ETag"])
    everything = patch(client, path, {"kinds": [], "name": ""}, **{"if-match": after.headers["ETag"]})
    assert everything.json() == read.json() | {"name": ""}
