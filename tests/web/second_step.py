"""An authenticator app, for tests: makes the codes of a secret by itself (RFC 6238)."""

import base64
import hashlib
import hmac
import struct
import time

from allauth.mfa.totp.internal.auth import TOTP
from django.core.cache import cache

from photosync.apps.accounts.models import User

SECRET = "JBSWY3DPEHPK3PXPJBSWY3DPEHPK3PXP"


def code_of(secret: str, *, steps_later: int = 0) -> str:
    counter = int(time.time()) // 30 + steps_later
    digest = hmac.new(base64.b32decode(secret.replace(" ", "")), struct.pack(">Q", counter), hashlib.sha1).digest()
    at = digest[-1] & 15
    return f"{(struct.unpack('>I', digest[at : at + 4])[0] & 0x7FFFFFFF) % 1_000_000:06}"


def give_app(user: User, secret: str = SECRET) -> None:
    TOTP.activate(user, secret)
    cache.clear()
