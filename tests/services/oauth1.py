"""The server's side of OAuth 1.0a without a token, for tests: the signature is computed here, by RFC 5849 alone."""

from __future__ import annotations

import hashlib
import hmac
import re
import time
from base64 import b64encode
from urllib.parse import parse_qsl, quote, unquote, urlsplit

from tests.services.web_server import Asked

DIGESTS = {"HMAC-SHA1": hashlib.sha1, "HMAC-SHA256": hashlib.sha256}
MOST_APART_S = 300


def signature_fault(asked: Asked, home: str, key: str, secret: str, method: str, used: set[str]) -> str:
    """Return why a request is not signed as it should be, or "". `home` is the server; `used` gets its number."""
    told = asked.headers.get("authorization", "")
    if not told.startswith("OAuth "):
        return "it is not signed"
    given = {name: unquote(value) for name, value in re.findall(r'(\w+)="([^"]*)"', told)}
    if (given.get("oauth_consumer_key"), given.get("oauth_signature_method")) != (key, method):
        return "another key or method"
    if given.get("oauth_version", "1.0") != "1.0" or "oauth_token" in given:
        return "another version, or a token"
    if abs(time.time() - int(given["oauth_timestamp"])) > MOST_APART_S:
        return "another time"
    if given["oauth_nonce"] in used:
        return "a number that was used before"
    used.add(given["oauth_nonce"])
    expected = signature_of(asked.method, home, asked.path, given, secret, method)
    return "" if hmac.compare_digest(expected, given["oauth_signature"]) else "another signature"


def signature_of(verb: str, home: str, path: str, given: dict[str, str], secret: str, method: str) -> str:
    """Return the signature of a request (sections 3.4.1 and 3.4.2). `path` is with its query, as it was sent."""
    url = urlsplit(path)
    pairs = parse_qsl(url.query, keep_blank_values=True)
    pairs += [(name, value) for name, value in given.items() if name != "oauth_signature"]
    encoded = sorted((_encoded(name), _encoded(value)) for name, value in pairs)
    parameters = "&".join(f"{name}={value}" for name, value in encoded)
    base = "&".join((verb, _encoded(home + url.path), _encoded(parameters)))
    return b64encode(hmac.digest(f"{_encoded(secret)}&".encode(), base.encode(), DIGESTS[method])).decode()


def _encoded(text: str) -> str:
    return quote(text, safe="-._~")
