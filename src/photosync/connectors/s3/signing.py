"""Signing requests to an S3 store: AWS Signature Version 4, for requests without a body.

Written down in Amazon's "Signature Calculations for the Authorization Header". That it is right is tested against
Amazon's own library.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Final
from urllib.parse import quote

ALGORITHM: Final = "AWS4-HMAC-SHA256"
NO_BODY: Final = hashlib.sha256(b"").hexdigest()


@dataclass(frozen=True, slots=True)
class Keys:
    access_key_id: str
    secret_access_key: str = field(repr=False)
    session_token: str = field(default="", repr=False)


def encoded(text: bytes, *, safe: str = "") -> str:
    """Return `text` percent-encoded in the one way that both sides of a signature must use."""
    return quote(text, safe=f"-_.~{safe}")


def encoded_query(params: Mapping[str, bytes]) -> str:
    """Return the query, in the order in which it is signed."""
    pairs = sorted((encoded(name.encode()), encoded(value)) for name, value in params.items())
    return "&".join(f"{name}={value}" for name, value in pairs)


def signed_headers(
    method: str, host: str, path: str, query: str, *, keys: Keys, region: str, now: datetime
) -> dict[str, str]:
    """Return the headers that sign a request for `path` and `query`, both as they are sent.

    `host` is what the Host header says. The store takes them for a quarter of an hour around `now`.
    """
    at = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    headers = {"host": host, "x-amz-content-sha256": NO_BODY, "x-amz-date": at}
    if keys.session_token:
        headers["x-amz-security-token"] = keys.session_token
    names = ";".join(sorted(headers))
    canonical = "".join(f"{name}:{' '.join(headers[name].split())}\n" for name in sorted(headers))
    request = "\n".join((method, path, query, canonical, names, NO_BODY))
    scope = f"{at[:8]}/{region}/s3/aws4_request"
    to_sign = "\n".join((ALGORITHM, at, scope, hashlib.sha256(request.encode()).hexdigest()))
    signature = hmac.new(_signing_key(keys, scope), to_sign.encode(), hashlib.sha256).hexdigest()
    del headers["host"]
    authorization = (
        f"{ALGORITHM} Credential={keys.access_key_id}/{scope}, SignedHeaders={names}, Signature={signature}"
    )
    return headers | {"authorization": authorization}


def _signing_key(keys: Keys, scope: str) -> bytes:
    key = f"AWS4{keys.secret_access_key}".encode()
    for part in scope.split("/"):
        key = hmac.new(key, part.encode(), hashlib.sha256).digest()
    return key
