"""People of a directory as LDIF, and rosters of it."""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from typing import Any

from photosync.connectors.roster.ldap.kind import LDAP
from photosync.connectors.roster.ldap.roster import LdapRoster
from photosync.connectors.roster.ldap.settings import login_of, settings_of
from photosync.outgoing import AllowedRanges
from tests.services.slapd import READER, SUFFIX, Slapd

LOOPBACK = AllowedRanges.parse("127.0.0.1/32", setting="the tests")
STUDENTS, STAFF = f"ou=students,{SUFFIX}", f"ou=staff,{SUFFIX}"
Values = Mapping[str, str | bytes | Sequence[str]]


def options(server: Slapd, **changes: str) -> dict[str, str]:
    """Return the options of a roster of `server`, over a line without encryption; both kinds of people."""
    given = {
        "directory": "inetorgperson",
        "host": "127.0.0.1",
        "port": str(server.port),
        "encryption": "none",
        "user": READER,
        "password": server.password,
        "students_base": STUDENTS,
        "staff_base": STAFF,
        **changes,
    }
    return LDAP.check({name: value for name, value in given.items() if value})


def roster(given: Mapping[str, str], allowed: AllowedRanges = LOOPBACK, **limits_s: float) -> LdapRoster:
    return LdapRoster(login_of(given), settings_of(given), allowed, **limits_s)


def entry(name: str, base: str, *classes: str, **values: Any) -> str:
    """Return one entry. A value may be text, bytes, or several texts."""
    lines = [_line("dn", f"uid={name},{base}"), *(f"objectClass: {each}" for each in classes), f"uid: {name}"]
    for attribute, value in values.items():
        every = value if isinstance(value, (list, tuple)) else [value]
        lines += [_line(attribute, each) for each in every if each]
    return "\n".join(lines) + "\n\n"


def person(code: str, base: str = STUDENTS, **values: Any) -> str:
    """Return an inetOrgPerson. `values` come on top of its names and its code."""
    usual = {"cn": code, "sn": "Family", "givenName": "Given", "employeeNumber": code}
    return entry(f"u{code}", base, "inetOrgPerson", **(usual | values))


def many(number: int) -> str:
    return "".join(person(f"{each:04d}") for each in range(1, number + 1))


def _line(attribute: str, value: str | bytes) -> str:
    raw = value.encode() if isinstance(value, str) else value
    return f"{attribute}:: {base64.b64encode(raw).decode()}"
