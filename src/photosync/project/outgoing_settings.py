"""What the operator sets about speaking to others: mail server, the pages' own address, what may be reached."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from photosync.core.errors import WrongUse
from photosync.outgoing import AllowedRanges

TLS = ("starttls", "yes", "no")
USUAL_PORTS = {"starttls": 587, "yes": 465, "no": 25}
ALLOWED_PRIVATE = "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"


@dataclass(frozen=True, slots=True)
class MailServer:
    """`tls` is one of TLS; `user` is empty where the server asks for none."""

    host: str
    port: int
    tls: str
    user: str
    password: str
    sender: str

    def as_document(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class OutgoingSettings:
    """`public_url` is the address of the pages without a slash at its end; empty where it is not set."""

    public_url: str
    mail_server: MailServer | None
    allowed_ranges: AllowedRanges

    @classmethod
    def read(cls, variables: Mapping[str, str]) -> OutgoingSettings:
        """Return the settings in `variables`. Raises WrongUse naming the variable that is not well formed."""
        return cls(
            public_url=_public_url(variables.get("PHOTOSYNC_PUBLIC_URL", "")),
            mail_server=_mail_server(variables),
            allowed_ranges=AllowedRanges.parse(variables.get(ALLOWED_PRIVATE, ""), setting=ALLOWED_PRIVATE),
        )


def _public_url(text: str) -> str:
    url = text.strip().rstrip("/")
    parts = urlsplit(url)
    if url and (parts.scheme not in ("http", "https") or not parts.hostname or parts.query or parts.fragment):
        raise WrongUse(
            "PHOTOSYNC_PUBLIC_URL must be the address at which browsers find the pages, such as "
            "https://photos.school.example. Nothing was started."
        )
    return url


def _mail_server(variables: Mapping[str, str]) -> MailServer | None:
    host = variables.get("PHOTOSYNC_SMTP_HOST", "").strip()
    if not host:
        for name in ("USER", "FROM"):
            if variables.get(f"PHOTOSYNC_SMTP_{name}", "").strip():
                raise WrongUse(
                    f"PHOTOSYNC_SMTP_{name} is set without PHOTOSYNC_SMTP_HOST. Nothing was started. "
                    "Set both, or neither."
                )
        return None
    tls = variables.get("PHOTOSYNC_SMTP_TLS", "").strip().lower() or "starttls"
    if tls not in TLS:
        raise WrongUse(f"PHOTOSYNC_SMTP_TLS must be one of: {', '.join(TLS)}. Nothing was started.")
    sender = variables.get("PHOTOSYNC_SMTP_FROM", "").strip()
    if "@" not in sender or not sender.isprintable() or len(sender) > 320:
        raise WrongUse(
            "PHOTOSYNC_SMTP_FROM must be the e-mail address that messages come from, such as "
            "photosync@school.example. Nothing was started."
        )
    return MailServer(
        host=host,
        port=_port(variables, USUAL_PORTS[tls]),
        tls=tls,
        user=variables.get("PHOTOSYNC_SMTP_USER", "").strip(),
        password=_password(variables),
        sender=sender,
    )


def _port(variables: Mapping[str, str], default: int) -> int:
    text = variables.get("PHOTOSYNC_SMTP_PORT", "").strip()
    if not text:
        return default
    if not (text.isascii() and text.isdigit() and len(text) <= 5 and 1 <= int(text) <= 65535):
        raise WrongUse(
            f"PHOTOSYNC_SMTP_PORT must be a number from 1 to 65535, such as {default}. Nothing was started."
        )
    return int(text)


def _password(variables: Mapping[str, str]) -> str:
    path = variables.get("PHOTOSYNC_SMTP_PASSWORD_FILE", "").strip()
    if not path:
        return variables.get("PHOTOSYNC_SMTP_PASSWORD", "")
    try:
        return Path(path).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as exc:
        raise WrongUse(
            f"PHOTOSYNC_SMTP_PASSWORD_FILE names a file that cannot be read: {path}. Nothing was started."
        ) from exc
