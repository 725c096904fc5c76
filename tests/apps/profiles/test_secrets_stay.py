"""A stored secret is not sent to another server than the one that it was entered for."""

from datetime import UTC, datetime

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.services import add_profile, change_profile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.profiles.source_secrets import secrets_of
from photosync.apps.schools.services import add_school
from photosync.apps.sources.trying import try_profile
from photosync.core.errors import WrongUse

NOW = datetime(2026, 8, 3, tzinfo=UTC)
ADDRESS = "https://cloud.school.example/remote.php/dav/files/photos/2026"
MESSAGE = (
    "The source would be at another server than the one that password was entered for. Nothing was changed. Enter it "
    "again for this server."
)


@pytest.fixture
def profile(db: None) -> SyncProfile:
    school = add_school("HILL", "Hill School", "Australia/Sydney")
    options = {"address": ADDRESS, "user": "photos", "password": "tide"}
    return add_profile(school, "Photo Sync", source_kind="webdav", options=options, anywhere=True, now=NOW)


def change(profile: SyncProfile, **options: str) -> SyncProfile:
    return change_profile(profile, ProfileSettings(options=options), anywhere=True)


@pytest.mark.parametrize(
    "address",
    [
        "https://elsewhere.example/remote.php/dav/files/photos/2026",
        "https://cloud.school.example:8443/remote.php/dav/files/photos/2026",
        "http://cloud.school.example/remote.php/dav/files/photos/2026",
        "elsewhere.example",
    ],
)
def test_another_server_needs_the_secret_again(profile: SyncProfile, address: str) -> None:
    with pytest.raises(WrongUse) as saved:
        change(profile, address=address)
    with pytest.raises(WrongUse) as tried:
        try_profile(profile, ProfileSettings(options={"address": address}), anywhere=True)

    assert (saved.value.message, tried.value.message) == (MESSAGE, MESSAGE)
    assert saved.value.command_line == "--secret-file password=FILE"
    assert SyncProfile.objects.get(pk=profile.pk).options["address"] == ADDRESS


def test_space_around_the_name_of_an_option_does_not_hide_another_server(profile: SyncProfile) -> None:
    with pytest.raises(WrongUse) as saved:
        change(profile, **{" address": "https://elsewhere.example/"})

    assert saved.value.message == MESSAGE


def test_another_folder_of_the_same_server_keeps_the_secret(profile: SyncProfile) -> None:
    changed = change(profile, address=ADDRESS.replace("2026", "2027").replace("cloud", "CLOUD"))

    assert secrets_of(changed) == {"password": "tide"}


@pytest.mark.parametrize("password", ["ebb", ""])
def test_another_server_with_the_secret_anew_or_without_one_is_taken(profile: SyncProfile, password: str) -> None:
    changed = change(profile, address="https://elsewhere.example/", password=password)

    assert secrets_of(changed) == ({"password": password} if password else {})


@pytest.mark.parametrize("moved", [{"host": "elsewhere.example"}, {"port": "2222"}])
def test_another_host_or_port_needs_the_secret_again_and_another_key_does_not(
    profile: SyncProfile, moved: dict[str, str]
) -> None:
    """A renewed host key is the same server, and whoever enters it need not know the password."""
    options = {"host": "files.example", "username": "photos", "password": "tide", "host_key": f"SHA256:{'A' * 43}"}
    over_sftp = add_profile(profile.school, "Over SFTP", source_kind="sftp", options=options, now=NOW)

    with pytest.raises(WrongUse) as refused:
        change(over_sftp, **moved)

    assert refused.value.message == MESSAGE
    assert secrets_of(change(over_sftp, host_key=f"SHA256:{'B' * 43}", folder="2027")) == {"password": "tide"}
