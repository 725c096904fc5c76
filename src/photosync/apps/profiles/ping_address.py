"""The address that is called after each good run. Whoever knows it can say that all is well, so it is sealed."""

from __future__ import annotations

from urllib.parse import urlsplit

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sealing import SealBroken, fingerprint, seal, unseal
from photosync.core.errors import WrongUse

PURPOSE = "ping address"
LONGEST = 2_000
MARK_LENGTH = 8


def set_ping_address(profile: SyncProfile, url: str) -> None:
    """Set the address; "" takes it away. The caller saves. Raises WrongUse for what is none."""
    url = url.strip()
    if url != ping_address(profile):
        profile.sealed_ping_url = seal(_checked(url), PURPOSE) if url else ""


def ping_address(profile: SyncProfile) -> str:
    """Return the whole address; "" where there is none, or where it cannot be read any more."""
    if not profile.sealed_ping_url:
        return ""
    try:
        return unseal(profile.sealed_ping_url, PURPOSE)
    except SealBroken:
        return ""


def masked_ping_address(profile: SyncProfile) -> str:
    """Return what everyone may see of it: the host, and not what follows."""
    url = ping_address(profile)
    if not url:
        return ""
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.hostname}/\u2026"


def ping_address_told(profile: SyncProfile) -> str:
    """Return what is recorded of it: what everyone may see, and a mark that differs where the address does."""
    url = ping_address(profile)
    return f"{masked_ping_address(profile)} ({fingerprint(url, PURPOSE)[:MARK_LENGTH]})" if url else ""


def _checked(url: str) -> str:
    try:
        parts = urlsplit(url)
        is_well_formed = parts.scheme in ("http", "https") and parts.hostname and (parts.port or True)
    except ValueError:
        is_well_formed = False
    if not is_well_formed or len(url) > LONGEST or not url.isascii() or not url.isprintable() or " " in url:
        raise WrongUse(
            "A ping address begins with https:// or http:// and has no spaces, such as "
            "https://monitor.school.example/ping/1234. Nothing was saved. Copy it again from your monitor."
        )
    return url
