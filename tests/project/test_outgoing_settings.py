"""What the operator sets about the mail server, the pages' address and what may be reached."""

from pathlib import Path

import pytest

from photosync.core.errors import WrongUse
from photosync.outgoing import AllowedRanges
from photosync.project.outgoing_settings import MailServer, OutgoingSettings

HOST = {"PHOTOSYNC_SMTP_HOST": "mail.school.example", "PHOTOSYNC_SMTP_FROM": "sync@school.example"}


def test_nothing_set_is_no_mail_server_no_links_and_nothing_inside() -> None:
    assert OutgoingSettings.read({}) == OutgoingSettings("", None, AllowedRanges())


@pytest.mark.parametrize(("tls", "port"), [("", 587), ("starttls", 587), ("yes", 465), ("no", 25)])
def test_port_follows_from_the_encryption(tls: str, port: int) -> None:
    found = OutgoingSettings.read(HOST | {"PHOTOSYNC_SMTP_TLS": tls}).mail_server

    assert found == MailServer("mail.school.example", port, tls or "starttls", "", "", "sync@school.example")


def test_everything_is_read_and_the_password_may_lie_in_a_file(tmp_path: Path) -> None:
    (tmp_path / "password").write_text("s3cret\n")
    given = {
        "PHOTOSYNC_SMTP_PORT": "2525",
        "PHOTOSYNC_SMTP_USER": "sync",
        "PHOTOSYNC_SMTP_PASSWORD_FILE": str(tmp_path / "password"),
        "PHOTOSYNC_PUBLIC_URL": "https://photos.school.example/",
        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES": "10.20.0.0/16",
    }

    assert OutgoingSettings.read(HOST | given) == OutgoingSettings(
        "https://photos.school.example",
        MailServer("mail.school.example", 2525, "starttls", "sync", "s3cret", "sync@school.example"),
        AllowedRanges.parse("10.20.0.0/16", setting="x"),
    )


@pytest.mark.parametrize(
    ("given", "told"),
    [
        (
            {"PHOTOSYNC_PUBLIC_URL": "photos.school.example"},
            "PHOTOSYNC_PUBLIC_URL must be the address at which browsers find the pages, such as "
            "https://photos.school.example. Nothing was started.",
        ),
        (
            {"PHOTOSYNC_SMTP_FROM": "sync@school.example"},
            "PHOTOSYNC_SMTP_FROM is set without PHOTOSYNC_SMTP_HOST. Nothing was started. Set both, or neither.",
        ),
        (
            {"PHOTOSYNC_SMTP_HOST": "mail"},
            "PHOTOSYNC_SMTP_FROM must be the e-mail address that messages come from, such as "
            "photosync@school.example. Nothing was started.",
        ),
        (
            HOST | {"PHOTOSYNC_SMTP_TLS": "maybe"},
            "PHOTOSYNC_SMTP_TLS must be one of: starttls, yes, no. Nothing was started.",
        ),
        (
            HOST | {"PHOTOSYNC_SMTP_PORT": "0"},
            "PHOTOSYNC_SMTP_PORT must be a number from 1 to 65535, such as 587. Nothing was started.",
        ),
        (
            HOST | {"PHOTOSYNC_SMTP_PASSWORD_FILE": "/no/such/file"},
            "PHOTOSYNC_SMTP_PASSWORD_FILE names a file that cannot be read: /no/such/file. Nothing was started.",
        ),
    ],
)
def test_what_is_not_well_formed_is_told(given: dict[str, str], told: str) -> None:
    with pytest.raises(WrongUse) as refused:
        OutgoingSettings.read(given)

    assert refused.value.message == told
