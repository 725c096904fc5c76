"""What the options of a directory say: whom to search where, and which attributes are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from photosync.connectors.network import Endpoint, endpoint
from photosync.connectors.roster.ldap.filters import checked_filter
from photosync.connectors.sql.login import checked_authority, plain_option
from photosync.core.errors import Refused, WrongUse, about_option
from photosync.core.people import PersonKind, quoted
from photosync.outgoing import AllowedRanges
from photosync.outgoing.ranges import Address

SERVICE = "LDAP directory"
LEAST_PAGE, MOST_PAGE = 10, 1_000
MOST_ATTRIBUTES = 60
LONGEST_BASE = 1_000
ACCOUNT_CONTROL = "userAccountControl"
_ATTRIBUTE = re.compile(r"(?:[A-Za-z][A-Za-z0-9-]{0,99}|[0-9]+(?:\.[0-9]+){1,30})(?:;[A-Za-z0-9-]{1,50})*")
_BASE = re.compile(r"\s*[A-Za-z0-9][A-Za-z0-9.-]*\s*=\s*[^=\s,].*", re.DOTALL)
FIELDS = (
    "student_code",
    "staff_code",
    "alternate_id",
    "given_name",
    "family_name",
    "preferred_name",
    "username",
    "email",
    "year_level",
    "roll_group",
    "house",
    "campus",
    "status",
    "consent",
    "consent_school_use",
    "consent_online_publication",
    "consent_printed_publication",
    "consent_yearbook",
    "consent_media_release",
)
"""What an attribute can be said to hold: the fields of a person."""
_NOT_OF = {
    PersonKind.STUDENT: frozenset({"staff_code"}),
    PersonKind.STAFF: frozenset({"student_code", "year_level", "roll_group"}),
}


class Encryption(StrEnum):
    LDAPS = "ldaps"
    STARTTLS = "starttls"
    NONE = "none"


class Sort(StrEnum):
    """Which kind of directory it is: only what is read unless something else is said differs."""

    ACTIVE_DIRECTORY = "active_directory"
    INET_ORG_PERSON = "inetorgperson"


class Disabled(StrEnum):
    STAYS = "stays"
    LEFT = "left"


_FILTERS = {
    Sort.ACTIVE_DIRECTORY: "(&(objectCategory=person)(objectClass=user))",
    Sort.INET_ORG_PERSON: "(objectClass=inetOrgPerson)",
}
_USUAL = {
    Sort.ACTIVE_DIRECTORY: {"code": "employeeID", "username": "sAMAccountName"},
    Sort.INET_ORG_PERSON: {"code": "employeeNumber", "username": "uid"},
}


@dataclass(frozen=True, slots=True)
class Login:
    """Where the directory is and who signs in. `ca_pem` is empty where the authorities of the system count."""

    endpoint: Endpoint
    user: str
    password: str = field(repr=False)
    encryption: Encryption
    ca_pem: str

    def addresses(self, allowed: AllowedRanges) -> tuple[Address, ...]:
        """Return the addresses to connect to. Raises Refused, SourceUnavailable.

        Without encryption the password is there for everyone on the way to read; so the address must be one that the
        operator named.
        """
        addresses = self.endpoint.addresses(allowed)
        if self.encryption is Encryption.NONE:
            for address in addresses:
                if not allowed.allow_expressly(address):
                    raise Refused(
                        f"{self.endpoint.host} is at {address}, which the operator of the server has not named in "
                        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES. Nothing was sent: elsewhere the connection must be "
                        "encrypted (encryption=ldaps or starttls)."
                    )
        return addresses


@dataclass(frozen=True, slots=True)
class Place:
    """Where to search for people of one kind."""

    base: str
    filter: str


@dataclass(frozen=True, slots=True)
class Settings:
    places: Mapping[PersonKind, Place]
    attributes: Mapping[str, str]
    """Column to attribute: a field of Photo Sync, or the attribute's own name."""
    disabled: Disabled
    page_entries: int

    def columns(self, kind: PersonKind) -> dict[str, str]:
        """Return the columns of one table, each with its attribute."""
        found = {name: at for name, at in self.attributes.items() if name not in _NOT_OF[kind]}
        if self.disabled is Disabled.LEFT:
            found["status"] = ACCOUNT_CONTROL
        return found


def login_of(options: Mapping[str, str]) -> Login:
    """Return who signs in where. Raises WrongUse."""
    encryption = Encryption(options["encryption"])
    return Login(
        endpoint(SERVICE, options, default_port=636 if encryption is Encryption.LDAPS else 389),
        plain_option(options, "user"),
        options["password"],
        encryption,
        checked_authority(options["ca_pem"]),
    )


def settings_of(options: Mapping[str, str]) -> Settings:
    """Return what is read. Raises WrongUse."""
    sort = Sort(options["directory"])
    places = {}
    for kind in PersonKind:
        who = kind.component
        base, text = options[f"{who}_base"].strip(), options[f"{who}_filter"].strip()
        if base:
            places[kind] = Place(_checked_base(base, who), checked_filter(text or _FILTERS[sort], f"{who}_filter"))
        elif text:
            raise WrongUse(
                f"There is a filter for {who}, but no base ({who}_base). Nothing was changed. Say where they are, "
                "such as ou=people,dc=school,dc=example.",
                command_line=f"--option {who}_base=DN",
                option=f"{who}_base",
            )
    if not places:
        raise WrongUse(
            "There is no base. Nothing was changed. Say where students are (students_base), where staff are "
            "(staff_base), or both.",
            command_line="--option students_base=DN",
            option="students_base",
        )
    disabled = Disabled(options["disabled"])
    with about_option("attributes"):
        attributes = attributes_of(options["attributes"], sort)
    if disabled is Disabled.LEFT and (sort is not Sort.ACTIVE_DIRECTORY or "status" in attributes):
        raise WrongUse(
            "Who is disabled can only count as left (disabled=left) at Active Directory, and where no other "
            "attribute is the status. Nothing was changed. Choose disabled=stays.",
            option="disabled",
        )
    return Settings(places, attributes, disabled, _page_entries(options["page_size"].strip()))


def attributes_of(text: str, sort: Sort) -> dict[str, str]:
    """Return column to attribute: the usual ones, with what is said of them or beside them. Raises WrongUse."""
    usual = _USUAL[sort]
    found = {"student_code": usual["code"], "staff_code": usual["code"], "given_name": "givenName"}
    found |= {"family_name": "sn", "username": usual["username"], "email": "mail"}
    said: set[str] = set()
    for part in re.split(r"[,\n]", text):
        if not (word := part.strip()):
            continue
        name, equals, attribute = (each.strip() for each in word.partition("="))
        if not equals:
            name, attribute = word, word
        elif name not in FIELDS:
            raise WrongUse(
                f"{quoted(name)} is not a field of a person. Nothing was changed. Write FIELD=ATTRIBUTE with one of "
                f"{', '.join(FIELDS)}; or an attribute alone, which becomes a column of its own."
            )
        if not attribute and name in found and not name.endswith("_code"):
            found.pop(name)
            continue
        if not _ATTRIBUTE.fullmatch(attribute):
            raise WrongUse(
                f"{quoted(attribute or word)} is not the name of an attribute. Nothing was changed. Write it like "
                "extensionAttribute7, or student_code=employeeNumber."
            )
        if name.casefold() in said:
            raise WrongUse(f"The option attributes says {quoted(name)} twice. Nothing was changed. Say it once.")
        said.add(name.casefold())
        found[name] = attribute
    if len(found) > MOST_ATTRIBUTES:
        raise WrongUse(f"More than {MOST_ATTRIBUTES} attributes are too many. Nothing was changed. Name fewer.")
    return found


def _checked_base(base: str, who: str) -> str:
    if len(base) > LONGEST_BASE or not base.isprintable() or not _BASE.fullmatch(base):
        raise WrongUse(
            f"The base for {who} is not a DN. Nothing was changed. Write it like ou=people,dc=school,dc=example.",
            option=f"{who}_base",
        )
    return base


def _page_entries(text: str) -> int:
    number = int(text) if text.isascii() and text.isdigit() and len(text) <= 4 else 0
    if not LEAST_PAGE <= number <= MOST_PAGE:
        raise WrongUse(
            f"{quoted(text)} is not a size of pages. Nothing was changed. Write a number from {LEAST_PAGE} to "
            f"{MOST_PAGE}; Active Directory gives 1000 at the most.",
            option="page_size",
        )
    return number
