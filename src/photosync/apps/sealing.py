"""Secrets that must be read again: encrypted with the installation's key, each purpose with a key of its own."""

from __future__ import annotations

import base64
import hashlib
import hmac

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings

from photosync.core.errors import PhotoSyncError


class SealBroken(PhotoSyncError):
    """The secret cannot be read, now or later; ask for it again."""


def seal(text: str, purpose: str) -> str:
    """Return `text` encrypted, in letters of ASCII; never twice the same."""
    return _cipher(purpose).encrypt(text.encode()).decode("ascii")


def unseal(sealed: str, purpose: str) -> str:
    """Return what was sealed for `purpose`. Raises SealBroken where the installation's key is another one by now."""
    try:
        return _cipher(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken as error:
        raise SealBroken(
            "A secret cannot be read: the installation's secret key has changed since it was saved. "
            "Nothing was done with it. Enter it again, or put the former secret.key back into the data folder."
        ) from error


def fingerprint(text: str, purpose: str) -> str:
    """Return what is the same for the same secret, and tells nothing of it without the installation's key."""
    return hmac.new(_key(purpose), text.encode(), hashlib.sha256).hexdigest()


def _cipher(purpose: str) -> Fernet:
    return Fernet(base64.urlsafe_b64encode(_key(purpose)))


def _key(purpose: str) -> bytes:
    return hashlib.sha256(f"photosync {purpose}\0".encode() + settings.SECRET_KEY.encode()).digest()
