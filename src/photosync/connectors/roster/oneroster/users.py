"""OneRoster's users as rows of a roster, whichever way they came: which are students or staff, and their fields.

What is read is what the standard says of `users`, `roles`, `orgs`, `classes` and `enrollments`, 1.1 and 1.2.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

from photosync.connectors.registry import Option
from photosync.connectors.roster.contract import UNCHANGED
from photosync.connectors.roster.whole_file import NOTHING
from photosync.core.errors import SourceUnavailable
from photosync.core.people import PersonKind, quoted

STUDENT_ROLES: Final = frozenset({"student"})
STAFF_ROLES: Final = frozenset(
    {
        *("teacher", "administrator", "aide", "proctor", "counselor", "principal"),
        *("districtadministrator", "siteadministrator", "systemadministrator"),
    }
)
ROLES: Final = {PersonKind.STUDENT: STUDENT_ROLES, PersonKind.STAFF: STAFF_ROLES}
IDENTIFIER, SOURCED_ID, USERNAME, MASTER_ID = "identifier", "sourcedId", "username", "userMasterIdentifier"
CODES: Final = (IDENTIFIER, SOURCED_ID, USERNAME, MASTER_ID)
TITLE, CODE, NONE = "title", "code", "none"
HOMEROOM: Final = "homeroom"
OPTIONAL_FIELDS: Final = {
    "preferred_name": {"preferredfirstname", "preferredgivenname"},
    "email": {"email"},
    "year_level": {"grades"},
}
OPTIONS: Final = (
    Option(
        "code",
        "what of a user is the student code or staff code; the others become alternate identifiers",
        default=IDENTIFIER,
        choices=CODES,
    ),
    Option(
        "roll_group",
        "what of a student's homeroom class is the roll group",
        default=TITLE,
        choices=(TITLE, CODE, NONE),
    ),
    Option("org", "only users of this school: sourcedId, identifier or name of an org; empty: all"),
)

NOWHERE: Final = (
    "Users with a role that names no org, or one that is not among the orgs: {number}. It is not known whether they "
    "are of the school that was chosen. They were left as they are, and no one was taken to have left by not being "
    "in the roster. Have the org named where it comes from, or name no school here."
)
ORG_UNKNOWN: Final = (
    "A role of this user names no org, or one that is not known, so that it is not known whether this user has left."
)
ODD_DATES: Final = (
    "Records with an endDate that cannot be, such as one before the beginDate: {number}. They were read as if that "
    "date were not there. Have it corrected where it comes from."
)
DELETED: Final = frozenset({"tobedeleted", "inactive"})
"""A status that is no longer there; OneRoster 1.1 says that the second, of 1.0, is to be read as the first."""


@dataclass(frozen=True, slots=True)
class Role:
    """What a user is in an org. `ended` once its last day is over.

    `is_cancelled` where it ends before it begins: it says nothing beside another one.
    """

    role: str
    org: str
    is_primary: bool = False
    ended: bool = False
    is_cancelled: bool = False


@dataclass(frozen=True, slots=True)
class Org:
    sourced_id: str
    name: str
    identifier: str
    is_school: bool


@dataclass(frozen=True, slots=True)
class User:
    line: int
    sourced_id: str
    status: str
    username: str
    given_name: str
    family_name: str
    preferred_name: str
    email: str
    identifier: str
    master_identifier: str
    other_ids: tuple[str, ...]
    grades: tuple[str, ...]
    roles: tuple[Role, ...]
    primary_org: str

    def code(self, chosen: str) -> str:
        return {
            IDENTIFIER: self.identifier,
            SOURCED_ID: self.sourced_id,
            USERNAME: self.username,
            MASTER_ID: self.master_identifier,
        }[chosen]

    def alternates(self, chosen: str) -> tuple[str, ...]:
        """Return the other identifiers, each once. The username has a field of its own."""
        every = (self.identifier, self.sourced_id, self.master_identifier, *self.other_ids)
        return tuple(dict.fromkeys(each for each in every if each and each != self.code(chosen) and ";" not in each))


@dataclass(frozen=True, slots=True)
class Membership:
    """A student's homeroom class: `is_now` while both it and its terms go on, `until` when the last of them ends."""

    name: str
    is_now: bool
    until: date | None

    @property
    def rank(self) -> tuple[bool, date]:
        return self.is_now, self.until or date.min


@dataclass(frozen=True, slots=True)
class Around:
    """What is known beside the users. None where the roster says nothing of it this time."""

    orgs: Mapping[str, Org] | None
    roll_groups: Mapping[str, str] | None
    """Of students, by the sourcedId of the user."""
    says: frozenset[str]
    """The optional fields that the users' own columns say anything of."""
    has_all_roles: bool = True
    """Whether the roles that a user came with are all that the user has: not where those that changed are given."""


def fields_said(user_columns: Collection[str]) -> frozenset[str]:
    """Return which optional fields the users' columns (in small letters) can say anything of."""
    return frozenset(field for field, names in OPTIONAL_FIELDS.items() if names & set(user_columns))


def columns(kind: PersonKind, around: Around) -> tuple[str, ...]:
    """Return the fields of Photo Sync that are said of people of `kind`."""
    code = "student_code" if kind is PersonKind.STUDENT else "staff_code"
    found = [code, "alternate_id", "given_name", "family_name", "username", "status"]
    found += [field for field in ("preferred_name", "email") if field in around.says]
    if around.orgs is not None:
        found.append("campus")
    if kind is PersonKind.STUDENT and "year_level" in around.says:
        found.append("year_level")
    if kind is PersonKind.STUDENT and around.roll_groups is not None:
        found.append("roll_group")
    return tuple(found)


def cells(user: User, kind: PersonKind, code: str, around: Around) -> list[str]:
    """Return the cells of `columns`. `code` is which of CODES is the student's or staff member's code."""
    own = user.code(code)
    values = {
        "student_code": own,
        "staff_code": own,
        "alternate_id": ";".join(user.alternates(code)),
        "given_name": user.given_name,
        "family_name": user.family_name,
        "username": user.username,
        "status": status_of(user, kind, has_all_roles=around.has_all_roles),
        "preferred_name": user.preferred_name,
        "email": user.email,
        "campus": campus_of(user, kind, around.orgs or {}),
        "year_level": user.grades[0] if user.grades else "",
        "roll_group": (around.roll_groups or {}).get(user.sourced_id, ""),
    }
    return [values[name] for name in columns(kind, around)]


def roles_as(user: User, kind: PersonKind, orgs: frozenset[str] | None) -> list[Role]:
    """Return what `user` is as one of `kind`, within `orgs` where those are said."""
    return [each for each in user.roles if each.role in ROLES[kind] and (orgs is None or each.org in orgs)]


def goes_on_nowhere(user: User, kind: PersonKind, orgs: frozenset[str] | None, known: Collection[str] | None) -> bool:
    """Whether `user` is one of `kind` without being told where, which may be in `orgs`.

    An org of "" is none, and one that is not among those that are `known` may be any; None where not all are known.
    """
    if orgs is None or is_deleted(user):
        return False
    mine = (each for each in roles_as(user, kind, None) if each.org not in orgs and not each.ended)
    return any(not each.org or (known is not None and each.org not in known) for each in mine)


def is_deleted(user: User) -> bool:
    return user.status.lower() in DELETED


def status_of(user: User, kind: PersonKind, *, has_all_roles: bool) -> str:
    """Return left where the user is to be deleted, or every role of this kind is over and these are all.

    Where they are not, another role may go on: it says nothing of who has left.
    """
    if is_deleted(user):
        return "left"
    every = roles_as(user, kind, None)
    roles = [each for each in every if not each.is_cancelled] or every
    if not roles or not all(each.ended for each in roles):
        return "active"
    return "left" if has_all_roles else UNCHANGED


def campus_of(user: User, kind: PersonKind, orgs: Mapping[str, Org]) -> str:
    """Return the name of the user's primary org, else of the first in which the user is one of `kind`."""
    roles = roles_as(user, kind, None)
    ids = [each.org for each in roles if each.is_primary] + [user.primary_org] + [each.org for each in roles]
    known = [orgs[each] for each in ids if each in orgs]
    return next((each.name for each in known if each.is_school), known[0].name if known else "")


def chosen_orgs(orgs: Mapping[str, Org], wanted: str) -> frozenset[str]:
    """Return the ids of the orgs that `wanted` names by sourcedId, identifier or name; none where it is no org's."""
    return frozenset(
        each.sourced_id
        for each in orgs.values()
        if wanted in (each.sourced_id, each.identifier) or wanted.casefold() == each.name.casefold()
    )


def wanted_orgs(orgs: Mapping[str, Org], wanted: str, roster: str, *, are_all: bool = True) -> frozenset[str] | None:
    """Return the ids of the orgs that the option org names, None for all. Raises SourceUnavailable where none is.

    `roster` is what the roster is called in sentences. Where the orgs of a roster are not all of them, what is wanted
    is taken for a sourcedId if it is nothing else.
    """
    wanted = wanted.strip()
    if not wanted:
        return None
    if found := chosen_orgs(orgs, wanted):
        return found
    if not are_all:
        return frozenset({wanted})
    raise no_org(orgs, wanted, roster)


def no_org(orgs: Mapping[str, Org], wanted: str, roster: str) -> SourceUnavailable:
    named = ", ".join(quoted(each.name) for each in list(orgs.values())[:20]) or "none"
    return SourceUnavailable(
        f"There is no org {quoted(wanted)} in the {roster}. {NOTHING} Its orgs are: {named}. "
        "Choose one of them for the option org, or leave it empty."
    )
