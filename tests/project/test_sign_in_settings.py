"""The operator's settings of signing in: what they give, and what is refused."""

from pathlib import Path

import pytest

from photosync.core.errors import WrongUse
from photosync.project.sign_in_settings import Provider, SignInSettings

MICROSOFT = {
    "PHOTOSYNC_MICROSOFT_TENANT": "school.example",
    "PHOTOSYNC_MICROSOFT_CLIENT_ID": "id",
    "PHOTOSYNC_MICROSOFT_CLIENT_SECRET": "secret",
}


def test_without_variables_nothing_is_required_and_nothing_offered() -> None:
    assert SignInSettings.read({}) == SignInSettings(
        require_second_factor="no", lock_out_after=10, lock_out_minutes=15, proxies=0, providers=(), creates=None
    )


def test_three_providers_are_read(tmp_path: Path) -> None:
    (tmp_path / "secret").write_text("of a file\n")
    settings = SignInSettings.read(
        MICROSOFT
        | {
            "PHOTOSYNC_GOOGLE_CLIENT_ID": "g",
            "PHOTOSYNC_GOOGLE_CLIENT_SECRET_FILE": str(tmp_path / "secret"),
            "PHOTOSYNC_GOOGLE_DOMAINS": "School.example, other.example",
            "PHOTOSYNC_OIDC_ISSUER": "https://id.example/realm/",
            "PHOTOSYNC_OIDC_CLIENT_ID": "o",
            "PHOTOSYNC_OIDC_CLIENT_SECRET": "s",
            "PHOTOSYNC_OIDC_USERNAME_CLAIM": "preferred_username",
            "PHOTOSYNC_SIGN_IN_CREATES": "staff@phs",
        }
    )

    assert settings.providers == (
        Provider("id", "secret", "microsoft", "Microsoft", "https://login.microsoftonline.com/school.example/v2.0"),
        Provider("g", "of a file", "google", "Google", "https://accounts.google.com", "", (
            "school.example", "other.example",
        )),
        Provider("o", "s", "oidc", "id.example", "https://id.example/realm", "preferred_username"),
    )  # fmt: skip
    assert settings.creates == ("staff", "PHS")


@pytest.mark.parametrize(
    ("variables", "told"),
    [
        (
            {"PHOTOSYNC_REQUIRE_SECOND_FACTOR": "some"},
            "PHOTOSYNC_REQUIRE_SECOND_FACTOR must be one of: no, administrators, managers, everyone. "
            "Nothing was started.",
        ),
        (
            {"PHOTOSYNC_LOCK_OUT_AFTER": "1"},
            "PHOTOSYNC_LOCK_OUT_AFTER must be a whole number from 3 to 100, such as 10. Nothing was started.",
        ),
        (
            MICROSOFT | {"PHOTOSYNC_MICROSOFT_TENANT": "Common"},
            "PHOTOSYNC_MICROSOFT_TENANT must be the id or the domain of your own tenant. With common, organizations "
            "or consumers, anyone with a Microsoft account could sign in. Nothing was started.",
        ),
        (
            {"PHOTOSYNC_MICROSOFT_CLIENT_ID": "x"},
            "PHOTOSYNC_MICROSOFT_CLIENT_ID is set without PHOTOSYNC_MICROSOFT_TENANT. Nothing was started. "
            "Set both, or neither.",
        ),
        (
            {"PHOTOSYNC_GOOGLE_CLIENT_ID": "x"},
            "PHOTOSYNC_GOOGLE_CLIENT_ID is set without PHOTOSYNC_GOOGLE_DOMAINS: anyone with a Google account could "
            "try to sign in. Nothing was started. Set the domains of your school, such as school.example.",
        ),
        (
            {"PHOTOSYNC_OIDC_ISSUER": "http://id.example"},
            "PHOTOSYNC_OIDC_ISSUER must be an address with https://. Nothing was started.",
        ),
        (
            {"PHOTOSYNC_OIDC_ISSUER": "https://id.example", "PHOTOSYNC_OIDC_CLIENT_ID": "x"},
            "PHOTOSYNC_OIDC_CLIENT_ID and PHOTOSYNC_OIDC_CLIENT_SECRET (or PHOTOSYNC_OIDC_CLIENT_SECRET_FILE) must "
            "both be set. Nothing was started.",
        ),
        (
            {"PHOTOSYNC_OIDC_ISSUER": "https://id.example", "PHOTOSYNC_OIDC_CLIENT_SECRET_FILE": "/no/such/file"},
            "PHOTOSYNC_OIDC_CLIENT_SECRET_FILE names a file that cannot be read: /no/such/file. Nothing was started.",
        ),
        (
            {"PHOTOSYNC_SIGN_IN_CREATES": "administrator"},
            "PHOTOSYNC_SIGN_IN_CREATES must be no, or one of the roles staff, archivist and sync-manager, with @ and "
            "the code of a school where there are several: staff@PHS. Nothing was started.",
        ),
    ],
)
def test_setting_that_cannot_be_is_refused(variables: dict[str, str], told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        SignInSettings.read(variables)

    assert refused.value.message == told
