"""Manage Sync and Rosters with real servers and files: chosen, tried wrongly and rightly, saved, the secret kept."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.rosters.models import SavedRoster
from photosync.outgoing import AllowedRanges
from tests.connectors.roster.packages import ORGS, USERS_1_1, manifest, table, write_zip
from tests.services import webdav_server as webdav
from tests.services.object_store import REGION, object_store
from tests.services.sif import School as SifSchool
from tests.services.sif import school_server
from tests.services.web_server import web_server
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_profile

MANAGE = "/administration/timetable-management/manage-sync/"
ROSTERS = "/data-management/rosters/"
SIF = SifSchool({"students/1001": b"a photo", "students/9999": b"another"})


@dataclass(frozen=True)
class Served:
    """What a new user types in. `wrong` is what is mistyped first, with the words that this gives."""

    options: dict[str, str]
    wrong: tuple[dict[str, str], str]
    secrets: dict[str, str] = field(default_factory=dict)
    tried: str = "2 photos, 1 matches a person."


@contextmanager
def s3() -> Iterator[Served]:
    with object_store() as store:
        store.make_bucket("photos")
        store.fill("photos", {"2026/1001.jpg": b"a photo", "2026/9999.jpg": b"another"})
        options = {"bucket": "photos", "region": REGION, "endpoint": store.address, "prefix": "2026"}
        options |= {"access_key_id": "AKIDOFTHETESTS", "secret_access_key": "tide", "match": "stem"}
        secrets = {"secret_access_key": "tide"}
        wrong = ({"bucket": "no-such-bucket"}, "failed on the S3 store 127.0.0.1")
        yield Served(options, wrong, secrets)


@contextmanager
def webdav_folder() -> Iterator[Served]:
    with webdav.webdav_server() as server:
        for name in ("1001.jpg", "9999.jpg"):
            (server.files / name).write_bytes(b"a photo")
        options = {"address": server.address, "user": webdav.USER, "password": webdav.PASSWORD, "match": "stem"}
        wrong = ({"password": "not this one"}, "failed on the WebDAV server 127.0.0.1")
        yield Served(options, wrong, {"password": webdav.PASSWORD})


@contextmanager
def sif_rest() -> Iterator[Served]:
    with web_server(school_server(SIF)) as web:
        options = {"address": f"{web.address}/requests", "sign_in": "SIF_HMACSHA256", "user": "a-session"}
        options |= {"secret": "a secret", "zone": "Zone A", "context": "DEFAULT", "people": "all", "page_size": "50"}
        options |= {"identifier": "LocalId", "match": "column", "consent": "nothing"}
        wrong = ({"secret": "not this one"}, "failed on the SIF service 127.0.0.1")
        yield Served(options, wrong, {"secret": "a secret"})


KINDS = {"s3": s3, "webdav": webdav_folder, "sif_rest": sif_rest}


@pytest.fixture
def profile(scene: Scene, settings: Settings) -> SyncProfile:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="test")
    Identifier.objects.create(
        school=scene.school, person=scene.ada, key="student_code", value="1001", folded=FOLDED.form("1001")
    )
    return make_profile(scene.school, "Photo Sync")


def post(scene: Scene, profile: SyncProfile, kind: str, options: dict[str, str], button: str) -> str:
    given: dict[str, object] = dict.fromkeys(("students", "staff", "scheduled_sync_enabled"), "on")
    given |= {"replace_share_percent": 30, "replace_number": 20, "withdraw_share_percent": 5, "withdraw_number": 5}
    given |= {"name": "Photo Sync", "source_kind": kind, "when_missing": "keep"}
    given |= {f"option-{name}": value for name, value in options.items()}
    answer = scene.client.post(f"{MANAGE}{profile.pk}/", given | ({button: "1"} if button else {}), follow=True)
    profile.refresh_from_db()
    return Markup.of(answer).text


@pytest.mark.parametrize("kind", KINDS)
def test_server_is_chosen_tried_and_saved(scene: Scene, profile: SyncProfile, kind: str) -> None:
    with KINDS[kind]() as served:
        drawn = post(scene, profile, kind, {}, "")
        assert "It is stored encrypted and never shown again." in drawn
        mistyped, words = served.wrong
        assert words in post(scene, profile, kind, served.options | mistyped, "test")
        assert served.tried in post(scene, profile, kind, served.options, "test")
        assert profile.source_kind == "folder"

        saved = post(scene, profile, kind, served.options, "save")

        assert "Photo Sync was saved." in saved
        assert (profile.source_kind, secrets_of(profile)) == (kind, served.secrets)
        (secret,) = served.secrets
        assert secret not in profile.options
        kept = post(scene, profile, kind, served.options | {secret: ""}, "test")
        assert served.tried in kept
        assert served.secrets[secret] not in kept + saved


def test_sif_files_are_chosen_tried_and_saved(
    scene: Scene, profile: SyncProfile, tmp_path: Path, settings: Settings
) -> None:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)
    (tmp_path / "all.xml").write_bytes(SIF.document())
    options = {"path": str(tmp_path), "identifier": "LocalId", "match": "column", "consent": "nothing"}

    assert "is not under an allowed root" in post(scene, profile, "sif_files", options | {"path": "/etc"}, "test")
    assert "2 photos, 1 matches a person." in post(scene, profile, "sif_files", options, "test")
    assert "Photo Sync was saved." in post(scene, profile, "sif_files", options, "save")
    assert (profile.source_kind, profile.options["path"]) == ("sif_files", str(tmp_path))
    typed = post(scene, profile, "sif_files", options | {"identifier_type": "0004"}, "save")
    assert typed.count("An identifier_type is given, but a LocalId has no types.") == 2  # on top, and beside it


def test_oneroster_zip_is_chosen_tried_and_saved(scene: Scene, tmp_path: Path, settings: Settings) -> None:
    settings.PHOTOSYNC_SOURCE_ROOTS = (tmp_path,)
    users = [
        {"sourcedId": f"u{code}", "role": role, "orgSourcedIds": "o1", "identifier": code, "username": name}
        | {"givenName": name, "familyName": "Chen", "grades": "09"}
        for code, name, role in (("0417", "Mia", "student"), ("T1", "Sam", "teacher"))
    ]
    files = {
        "manifest.csv": manifest("1.1", users="bulk", orgs="bulk"),
        "users.csv": table(USERS_1_1, users),
        "orgs.csv": table(ORGS, [{"sourcedId": "o1", "name": "Hill Campus", "type": "school"}]),
    }
    path = write_zip(tmp_path / "oneroster.zip", files)
    given = {"kind": "oneroster", "name": "SIS", "students": "on", "staff": "on", "scope": "stay"}
    given |= {"leave_share_percent": "5", "leave_number": "5", "when-sort": "day", "when-wall_time": "22:30"}
    given |= {"option-code": "identifier", "option-roll_group": "title"}

    def page(file: Path, button: str) -> str:
        answer = scene.client.post(f"{ROSTERS}new/", given | {"option-path": str(file), button: "1"}, follow=True)
        return Markup.of(answer).text

    assert "OneRoster ZIP The whole path of the ZIP file on the server" in page(path, "redraw")
    assert "oneroster.txt" in page(tmp_path / "oneroster.txt", "test")
    tried = page(path, "test")
    assert "1 student, 1 staff." in tried
    assert "Mia Chen (0417)" in tried
    assert SavedRoster.objects.count() == 0
    assert "SIS was saved." in page(path, "save")
    saved = SavedRoster.objects.get()
    assert (saved.kind, saved.options["path"], saved.reads_students, saved.reads_staff) == (
        "oneroster",
        str(path),
        True,
        True,
    )
