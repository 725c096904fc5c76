"""A source or a roster that is not saved yet, over the API: tried against real servers, counted, and never kept."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.test import Client
from pytest_django.fixtures import Settings

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import SavedRoster
from photosync.outgoing import AllowedRanges
from tests.api.test_interface import API, client_of, post
from tests.api.test_notifications import patch
from tests.apps.rosters.saved import write
from tests.connectors.roster.services import ORGS
from tests.services.oneroster_service import SECRET, oneroster_service, role
from tests.services.sftp import PASSWORD, USERNAME, SftpServer
from tests.web.conftest import Scene, scene  # noqa: F401  (a fixture)


@pytest.fixture
def client(scene: Scene, settings: Settings, tmp_path: Path) -> Client:  # noqa: F811
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    Identifier.objects.create(
        school=scene.school, person=scene.ada, key="student_code", value="1001", folded=FOLDED.form("1001")
    )
    return client_of(scene.administrator)


@pytest.fixture
def photos(tmp_path: Path) -> Path:
    folder = tmp_path / "photos"
    folder.mkdir()
    (folder / "1001.jpg").write_bytes(b"x")
    (folder / "9999.jpg").write_bytes(b"x")
    return folder


@pytest.fixture
def sftp(photos: Path) -> Iterator[SftpServer]:
    server = SftpServer(photos)
    server.start()
    yield server
    server.end()


def on(server: SftpServer, **changed: str) -> dict[str, Any]:
    options = {"host": "127.0.0.1", "port": str(server.port), "username": USERNAME, "password": PASSWORD}
    return {"source": "sftp", "options": options | {"host_key": server.host_key} | changed}


def test_folder_is_tried_and_counted_before_it_is_saved(client: Client, photos: Path) -> None:
    given = {"source": "folder", "options": {"path": str(photos)}, "components": ["students"]}
    assert post(client, "/sources/matches", given).json() == {"counted": None}

    tried = post(client, "/sources/test", given)

    assert (tried.status_code, tried.json()["explanation"]) == (200, "2 photos, 1 matches a person.")
    counted = post(client, "/sources/matches", given).json()["counted"]
    assert (counted["files"], counted["matched"], counted["of_nobody"]) == (2, 1, 1)
    other = given | {"options": given["options"] | {"match": "pattern", "pattern": "x{code}"}}
    assert post(client, "/sources/matches", other).json()["counted"]["matched"] == 0
    assert SyncProfile.objects.count() == 0


def test_source_outside_the_allowed_roots_is_not_looked_into(client: Client) -> None:
    refused = post(client, "/sources/test", {"source": "folder", "options": {"path": "/etc"}})

    assert refused.status_code == 409
    assert "is not under an allowed root" in refused.json()["detail"]


def test_server_is_tried_with_a_password_that_is_never_told(client: Client, sftp: SftpServer) -> None:
    wrong = post(client, "/sources/test", on(sftp, password="not this one"))
    assert wrong.status_code == 503
    assert f"Signing in as {USERNAME} failed on the SFTP server 127.0.0.1" in wrong.json()["detail"]
    assert "not this one" not in wrong.content.decode()

    right = post(client, "/sources/test", on(sftp))

    assert (right.status_code, right.json()["files"], right.json()["matched"]) == (200, 2, 1)
    assert PASSWORD not in right.content.decode()
    assert SyncProfile.objects.count() == 0


def test_option_that_cannot_be_is_refused_in_words(client: Client, sftp: SftpServer) -> None:
    refused = post(client, "/sources/test", on(sftp, host_key="a key"))

    assert refused.status_code == 400
    assert refused.json()["detail"].startswith('"a key" is no host key. Nothing was sent.')


def test_profile_with_a_secret_is_made_changed_and_tried(client: Client, sftp: SftpServer) -> None:
    key = "-----BEGIN OPENSSH PRIVATE KEY-----\n" + "a" * 3_400
    too_short = post(client, "/profiles", on(sftp, private_key=key) | {"name": "Keyed"})
    assert too_short.json()["detail"].startswith("The private key cannot be used: ")  # not: it is too long

    made = post(client, "/profiles", on(sftp) | {"name": "Remote"})
    assert made.status_code == 201
    assert PASSWORD not in made.content.decode()
    profile = SyncProfile.objects.get()
    assert (secrets_of(profile), "password" in profile.options) == ({"password": PASSWORD}, False)
    path = f"/profiles/{profile.pk}"
    assert post(client, f"{path}/test", {}).json()["matched"] == 1
    assert post(client, f"{path}/matches", {}).json()["counted"]["matched"] == 1

    shown = client.get(f"{API}{path}")
    changed = patch(
        client, f"{API}{path}", {"options": {"password": "another"}}, **{"if-match": shown.headers["ETag"]}
    )

    assert (changed.status_code, "another" in changed.content.decode()) == (200, False)
    profile.refresh_from_db()
    assert secrets_of(profile) == {"password": "another"}
    assert post(client, f"{path}/test", {}).status_code == 503


def test_roster_file_is_tried_before_it_is_saved(client: Client, tmp_path: Path) -> None:
    file = write(tmp_path / "students.csv", ["0417", "0418"])
    given = {"kind": "csv", "options": {"path": str(file)}, "components": ["students"]}

    tried = post(client, "/rosters/test", given)

    assert (tried.status_code, tried.json()["explanation"]) == (200, "2 students.")
    odd = given | {"columns": {"student_code": "ignore"}}
    assert post(client, "/rosters/test", odd).json()["tables"][0]["people"] == 0
    both = post(client, "/rosters/test", given | {"components": ["students", "staff"]})
    assert (both.status_code, both.json()["detail"]) == (
        400,
        "Choose students or staff: a roster of this kind lists one of them. Nothing was done.",
    )
    assert SavedRoster.objects.count() == 0


def test_roster_service_is_tried_with_a_secret_that_is_never_told(client: Client) -> None:
    with oneroster_service() as service:
        user = {"sourcedId": "u1", "identifier": "0417", "givenName": "Jo", "familyName": "Bloggs"}
        service.records |= {"orgs": ORGS, "users": [user | {"roles": [role("student", "o1")]}]}
        given = {"kind": "oneroster_rest", "options": service.options(), "components": ["students"]}

        tried = post(client, "/rosters/test", given)
        wrong = post(client, "/rosters/test", given | {"options": service.options(secret="wrong-secret")})

    assert (tried.status_code, tried.json()["explanation"]) == (200, "1 student.")
    assert SECRET not in tried.content.decode()
    assert (wrong.status_code, "wrong-secret" in wrong.content.decode()) == (503, False)
    assert SavedRoster.objects.count() == 0


def test_roster_outside_the_allowed_roots_is_not_looked_into(client: Client) -> None:
    refused = post(
        client, "/rosters/test", {"kind": "csv", "options": {"path": "/etc/passwd"}, "components": ["staff"]}
    )

    assert (refused.status_code, "is not under an allowed root" in refused.json()["detail"]) == (409, True)


@pytest.mark.parametrize(
    ("path", "body"), [("/sources/test", {"source": "folder"}), ("/rosters/test", {"kind": "csv"})]
)
def test_other_permissions_do_not_let_try(scene: Scene, path: str, body: dict[str, str]) -> None:  # noqa: F811
    assert post(client_of(scene.administrator, Permission.SYNC_VIEW), path, body).status_code == 403
