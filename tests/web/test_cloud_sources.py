"""Manage Sync with a bucket or a WebDAV folder as the data source: its fields, what is saved, what stays secret."""

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import secrets_of
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_profile

WEBDAV = {
    "option-address": "https://cloud.school.example/remote.php/dav/files/photos/2026",
    "option-user": "photos",
    "option-password": "tide",
    "option-ca_pem": "",
}
S3 = {
    "option-bucket": "school-photos",
    "option-region": "ap-southeast-2",
    "option-endpoint": "",
    "option-prefix": "photos/2026",
    "option-access_key_id": "AKIDOFTHETESTS",
    "option-secret_access_key": "tide",
    "option-session_token": "",
    "option-addressing": "auto",
    "option-ca_pem": "",
}


@pytest.fixture
def profile(scene: Scene) -> SyncProfile:
    return make_profile(scene.school, "Photo Sync")


def sent(kind: str, **fields: object) -> dict[str, object]:
    """Return what the form sends, for students and staff."""
    plain: dict[str, object] = dict.fromkeys(("students", "staff", "scheduled_sync_enabled"), "on")
    limits = {"replace_share_percent": 30, "replace_number": 20, "withdraw_share_percent": 5, "withdraw_number": 5}
    plain |= limits | {"name": "Photo Sync", "source_kind": kind, "when_missing": "keep", "option-match": "stem"}
    return plain | {"option-key": ["student_code", "staff_code"]} | fields


def post(scene: Scene, profile: SyncProfile, fields: dict[str, object]) -> Markup:
    address = f"/administration/timetable-management/manage-sync/{profile.pk}/"
    page = Markup.of(scene.client.post(address, fields, follow=True))
    profile.refresh_from_db()
    return page


@pytest.mark.parametrize(
    ("kind", "words"),
    [
        (
            "s3",
            [
                "Bucket The name of the bucket alone.",
                "Region Where the bucket is, for example ap-southeast-2.",
                "Address of the store For example https://s3.school.example. Leave it empty for Amazon S3.",
                "Folder in the bucket For example photos/2026.",
                "Access key ID Of a user who may list and read the bucket, and nothing else.",
                "Secret access key It is stored encrypted and never shown again.",
                "Session token It is stored encrypted and never shown again.",
                "Where addresses name the bucket as is usual at that store in the path in the host's name",
                "Certificate of your own authority Only where an authority of your own signed",
            ],
        ),
        (
            "webdav",
            [
                "WebDAV address of the folder At Nextcloud it looks like "
                "https://cloud.school.example/remote.php/dav/files/USER/FOLDER.",
                "User Who signs in to the server.",
                "Password It is stored encrypted and never shown again.",
                "Certificate of your own authority Only where an authority of your own signed",
            ],
        ),
    ],
)
def test_fields_of_the_kind_are_drawn(scene: Scene, profile: SyncProfile, kind: str, words: list[str]) -> None:
    page = post(scene, profile, sent(kind))

    assert [each for each in words if each not in page.text] == []
    assert profile.source_kind == "folder"


def test_bucket_is_saved_and_its_secret_never_shown(scene: Scene, profile: SyncProfile) -> None:
    page = post(scene, profile, sent("s3", save="1", **S3))

    assert (profile.source_kind, profile.options) == (
        "s3",
        {
            "bucket": "school-photos",
            "region": "ap-southeast-2",
            "prefix": "photos/2026",
            "access_key_id": "AKIDOFTHETESTS",
            "addressing": "auto",
            "match": "stem",
        },
    )
    assert secrets_of(profile) == {"secret_access_key": "tide"}
    assert "tide" not in page.text
    assert "One is stored. It is never shown again; leave this empty to keep it." in page.text


@pytest.mark.parametrize("button", ["save", "test"])
def test_password_does_not_go_to_another_server(scene: Scene, profile: SyncProfile, button: str) -> None:
    post(scene, profile, sent("webdav", save="1", **WEBDAV))
    elsewhere = {"option-address": "https://elsewhere.example/2026", "option-password": ""}

    page = post(scene, profile, sent("webdav", **{button: "1"}, **(WEBDAV | elsewhere)))

    assert (
        "The source would be at another server than the one that password was entered for. Nothing was changed. "
        "Enter it again for this server."
    ) in page.text
    assert profile.options["address"] == WEBDAV["option-address"]
