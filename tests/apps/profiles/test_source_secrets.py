"""Secret options of a data source: encrypted, used, never shown, told only as something that was set or changed."""

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import (
    kept_secrets,
    secret_names,
    secrets_of,
    secrets_told,
    set_secrets,
    source_options,
)
from photosync.apps.sealing import SealBroken


def profile(**secrets: str) -> SyncProfile:
    made = SyncProfile(name="Photo Sync", source_kind="folder", options={"host": "sftp.example"})
    set_secrets(made, secrets)
    return made


def test_secret_opens_the_source_and_is_not_stored_as_it_is() -> None:
    made = profile(password="tide & jetty")
    assert source_options(made) == {"host": "sftp.example", "password": "tide & jetty"}
    assert "tide" not in made.sealed_secrets
    assert secret_names(made) == ["password"]


def test_no_secret_is_nothing() -> None:
    made = profile(password="")
    assert (made.sealed_secrets, secrets_of(made), secret_names(made)) == ("", {}, [])


def test_record_tells_a_change_and_no_secret() -> None:
    first, same, other = profile(password="one"), profile(password="one"), profile(password="two")
    assert secrets_told(first) == secrets_told(same) != secrets_told(other)
    assert "one" not in secrets_told(first)["option password"].removeprefix("a secret")


def test_secret_of_another_key_is_said_and_can_be_entered_again(settings: object) -> None:
    made = profile(password="one")
    settings.SECRET_KEY = "another"  # type: ignore[attr-defined]  # pytest-django's fixture
    assert kept_secrets(made) == {}
    with pytest.raises(SealBroken) as broken:
        source_options(made)
    assert broken.value.message == (
        "A secret cannot be read: the installation's secret key has changed since it was saved. "
        "Nothing was done with it. Enter it again, or put the former secret.key back into the data folder."
    )
