"""What a directory answers where it does not do what it is asked, in the words of people."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from photosync.connectors.network import TIMED_OUT
from photosync.core.people import quoted

LONGEST_SAID = 300
SUCCESS, SIZE_LIMIT, REFERRAL, NO_SUCH_OBJECT, INVALID_CREDENTIALS = 0, 4, 10, 32, 49


@dataclass(frozen=True, slots=True)
class Failure:
    """`reason` is a part of a sentence, `do` a whole one."""

    reason: str
    do: str

    def saying(self, said: str) -> Failure:
        """Return it with the server's own words."""
        plain = one_line(said)
        return Failure(f"{self.reason} ({plain})", self.do) if plain else self


LOST: Final = Failure("the connection broke off", "Check the network and the server, then read again.")
UNREADABLE: Final = Failure(
    "what it sent is not an answer of an LDAP server, or is damaged", "Check the host and its port, then read again."
)
CERTIFICATE: Final = Failure(
    "its certificate is not to be trusted",
    "Name the host as its certificate does, or paste the certificate of the authority that issued it (ca_pem).",
)
NO_PAGES: Final = Failure(
    "it did not say whether that was everyone",
    "The server must be able to give its list page by page (RFC 2696): ask whoever runs it.",
)
TOO_MANY: Final = Failure(
    "it sent more on one page than it was asked for", "Check that the host is the directory, then read again."
)
NO_END: Final = Failure(
    "it gave page after page without anyone on it", "Check that the host is the directory, then read again."
)
_SIZE = Failure(
    "it gives no more than its size limit allows",
    "Let whoever runs the directory raise the limit for this user, also for paged results, or narrow the filter.",
)
_TIME = Failure(
    "the search took longer than its time limit allows",
    "Narrow the base or the filter, let it use indexed attributes, or have the limit raised for this user.",
)
_ENCRYPT = Failure("it asks for encryption", "Choose the encryption ldaps or starttls.")
_BUSY = Failure("it is busy or not available", "Read again later.")
_WORDS: Final[Mapping[int, Failure]] = {
    1: Failure(
        "it could not do it", "See what it says: at Active Directory, that nobody has signed in, or a wrong base."
    ),
    2: Failure("it did not understand the question", "Check that it is an LDAP server of version 3."),
    3: _TIME,
    SIZE_LIMIT: _SIZE,
    7: Failure("it does not let anybody sign in with a password", "Have simple sign-in allowed for this user."),
    8: _ENCRYPT,
    REFERRAL: Failure(
        "it refers to another server, and Photo Sync follows no referral",
        "Name the server that holds this base as the host, or correct the base.",
    ),
    11: Failure("one of its limits does not allow that", _SIZE.do),
    12: Failure(
        "it cannot give its list page by page (RFC 2696)",
        "Have paged results switched on, also for this user: ask whoever runs it.",
    ),
    13: _ENCRYPT,
    18: Failure("it cannot compare an attribute as the filter asks for", "Correct the filter."),
    34: Failure("the name is not well formed", "Correct it: a DN looks like ou=people,dc=school,dc=example."),
    48: Failure("this user cannot sign in with a password", "Give the user a password, or choose another user."),
    50: Failure("this user may not do that", "Let the user search and read below the base, or choose another user."),
    51: _BUSY,
    52: _BUSY,
    53: Failure(
        "it is unwilling to do that",
        "See what it says; often encryption is asked for, or this user may not search so.",
    ),
}
_SIGN_IN: Final = Failure(
    "it did not accept the user and password",
    "Check both; the user is a DN such as cn=photosync,dc=school,dc=example, or at Active Directory user@domain.",
)
_AD_DATA: Final[Mapping[str, Failure]] = {
    "525": Failure(
        "it does not know the user", "Check how the user is written; at Active Directory user@domain will do."
    ),
    "52e": Failure("the user or the password is wrong", "Check both, and enter the password again."),
    "530": Failure("the user may not sign in at this time of day", "Have the user's logon hours extended."),
    "531": Failure("the user may not sign in from here", "Have sign-in from this server allowed for the user."),
    "532": Failure("the user's password has expired", "Have a new one set, and enter it here."),
    "533": Failure("the user's account is disabled", "Have it enabled, or choose another user."),
    "701": Failure("the user's account has expired", "Have it extended, or choose another user."),
    "773": Failure(
        "the user must change the password first", "Have a new one set that need not be changed, and enter it here."
    ),
    "775": Failure("the user's account is locked", "Have it unlocked, and see who tries it with wrong passwords."),
}
_DATA = re.compile(r"\bdata ([0-9a-f]{3,8})\b", re.IGNORECASE)


def failure_of(result: Mapping[str, Any], base: str = "") -> Failure:
    """Return what the result of an operation means, which is no success. `base` is where it was to search."""
    code, said = int(result["result"]), str(result.get("message") or "")
    if code == INVALID_CREDENTIALS:
        data = _DATA.search(said)
        known = _AD_DATA.get(data[1].lower().lstrip("0")) if data else None
        return known or _SIGN_IN.saying(said)
    if code == NO_SUCH_OBJECT:
        known_to = one_line(str(result.get("dn") or ""))
        there = f" It knows {quoted(known_to)}." if known_to else ""
        return Failure(
            f"it has no entry {quoted(base)}, or this user may not see it",
            f"Correct the base, or let the user read it.{there}",
        )
    known = _WORDS.get(code)
    if known is None:
        name = one_line(str(result.get("description") or ""))
        known = Failure(f"it answered {code} {name}".strip(), "Look into what it says, then read again.")
    return known.saying(said)


def not_answered(seconds: float) -> Failure:
    return Failure(TIMED_OUT.format(seconds=seconds), "Check the network and the server, then read again.")


def one_line(said: str) -> str:
    """Return what a server says on one line that is not long, with nothing in it that is no text."""
    plain = "".join(char if char.isprintable() else " " for char in said)
    short = " ".join(plain.split()).rstrip(".")
    return short if len(short) <= LONGEST_SAID else f"{short[:LONGEST_SAID]}..."
