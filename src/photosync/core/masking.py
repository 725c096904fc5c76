"""Secrets in texts for the log, made unreadable: links that let whoever has them in, tokens, passwords in addresses.

A text may be a line of JSON: what is put in place of a secret leaves it one.
"""

import re

MASK = "***"
_NAMES = r"(?:password|passwd|secret|token|api_?key|sessionid|csrftoken|csrfmiddlewaretoken)"
_SECRETS = (
    # Paths of secret links. What comes after the secret stays: it says what was asked for.
    re.compile(r"(/calendar/)[^/\s\"'\\<>.]+"),
    re.compile(r"(/photo-links/)[^/\s\"'\\<>]+?(?=\.jpg|[/\s\"'\\<>?]|\Z)"),
    re.compile(r"(/set-password/)[^\s\"'\\<>?]+"),
    re.compile(r"(photosync_)[A-Za-z0-9_-]{20,}", re.ASCII),
    re.compile(r"(\b(?:bearer|basic)\s+)[A-Za-z0-9._~+/=-]{8,}", re.ASCII | re.IGNORECASE),
    # The password between a name and the host of an address.
    re.compile(r"(\b[a-z][a-z0-9+.-]*://[^\s/:@\"'\\]*:)[^\s/@\"'\\]+(?=@)", re.ASCII | re.IGNORECASE),
    re.compile(rf"({_NAMES}\\?[\"']\s*:\s*\\?[\"'])[^\"'\\]+", re.ASCII | re.IGNORECASE),
    re.compile(rf"({_NAMES}\s*[=:]\s*)[^\s\"'\\&,;}}]+", re.ASCII | re.IGNORECASE),
)


def masked(text: str) -> str:
    """Return `text` with every secret that is recognised as one replaced by three stars."""
    for secret in _SECRETS:
        text = secret.sub(rf"\g<1>{MASK}", text)
    return text
