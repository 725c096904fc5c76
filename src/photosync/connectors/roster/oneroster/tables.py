"""What OneRoster holds beside the users: orgs, roles, and homeroom classes with who is in them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from datetime import date

from photosync.connectors.roster.oneroster.records import Record
from photosync.connectors.roster.oneroster.users import CODE, DELETED, HOMEROOM, Membership, Org, Role, User

Records = Iterable[Record]
SCHOOL, PRIMARY = "school", "primary"
FIRST_END = date(1901, 1, 1)
"""What is before it stands for no date, such as 0001-01-01 and 1900-01-01."""
NAMED = ("sourcedId",)
OF_A_USER = ("userSourcedId", "role")
OF_A_CLASS = ("userSourcedId", "classSourcedId")
"""What a record of orgs, sessions and classes, of roles, and of enrollments cannot be used without."""


class Ends:
    """When records end. Those that cannot be are counted."""

    def __init__(self) -> None:
        self.odd = 0

    def of(self, record: Record) -> date | None:
        """Return the last day of a record, None for none: also where it is before the record begins, or is no day."""
        if not record["enddate"]:
            return None
        ends, begins = day_of(record["enddate"]), day_of(record["begindate"] or record["startdate"])
        if ends is None or ends < max(begins or FIRST_END, FIRST_END):
            self.odd += 1
            return None
        return ends


def is_cancelled(record: Record) -> bool:
    """Whether a record ends before it begins, which is how systems cancel one."""
    ends, begins = day_of(record["enddate"]), day_of(record["begindate"] or record["startdate"])
    return ends is not None and begins is not None and FIRST_END <= ends < begins


def orgs_of(orgs: Records) -> dict[str, Org]:
    """Return the orgs by their sourcedId."""
    return {
        each["sourcedid"]: Org(each["sourcedid"], each["name"], each["identifier"], each["type"].lower() == SCHOOL)
        for each in orgs
    }


def roles_of(roles: Records, today: date, ends: Ends) -> dict[str, list[Role]]:
    """Return the roles of each user by sourcedId, as of 1.2."""
    found: dict[str, list[Role]] = defaultdict(list)
    for each in roles:
        found[each["usersourcedid"]].append(role_of(each, today, ends))
    return found


def role_of(record: Record, today: date, ends: Ends) -> Role:
    """Return the role that a record of roles says."""
    last = ends.of(record)
    return Role(
        record["role"].lower(),
        record["orgsourcedid"],
        is_primary=record["roletype"].lower() == PRIMARY,
        ended=_is_deleted(record) or (last is not None and last < today),
        is_cancelled=is_cancelled(record),
    )


def user_of(record: Record, roles: Mapping[str, Sequence[Role]] | None) -> User:
    """Return the user of a record of users. `roles` are those of each; None where the record itself says them."""
    orgs = record.listed("orgsourcedids")
    primary = record["primaryorgsourcedid"] or (orgs[0] if orgs else "")
    if roles is None:
        role = record["role"].lower()
        own = tuple(Role(role, org, is_primary=org == primary) for org in orgs or (primary,)) if role else ()
    else:
        own = tuple(roles.get(record["sourcedid"], ()))
    return User(
        line=record.line,
        sourced_id=record["sourcedid"],
        status=record["status"],
        username=record["username"],
        given_name=record["givenname"],
        family_name=record["familyname"],
        preferred_name=record["preferredfirstname"] or record["preferredgivenname"],
        email=record["email"],
        identifier=record["identifier"],
        master_identifier=record["usermasteridentifier"],
        other_ids=tuple(map(bare_id, record.listed("userids"))),
        grades=record.listed("grades"),
        roles=own,
        primary_org=primary,
    )


def bare_id(text: str) -> str:
    """Return the identifier of `{type:identifier}`; what is not written so stays."""
    if text.startswith("{") and text.endswith("}") and ":" in text:
        return text[1:-1].partition(":")[2].strip()
    return text


class Memberships:
    """The homeroom classes of students."""

    def __init__(self, sessions: Records, classes: Records, which: str, today: date, ends: Ends) -> None:
        self._today, self._ends = today, ends
        self._sessions = {each["sourcedid"]: (day_of(each["startdate"]), ends.of(each)) for each in sessions}
        self._classes = {
            each["sourcedid"]: (each["classcode"] if which == CODE else each["title"], each.listed("termsourcedids"))
            for each in classes
            if each["classtype"].lower() == HOMEROOM and not _is_deleted(each)
        }

    def roll_groups(self, enrollments: Records) -> dict[str, str]:
        """Return the roll group of each student who has one: the class that goes on now, else the latest."""
        best: dict[str, Membership] = {}
        for each in enrollments:
            found = self._classes.get(each["classsourcedid"])
            if found is None or each["role"].lower() != "student" or _is_deleted(each):
                continue
            student = each["usersourcedid"]
            one = self._membership(found[0], [self._sessions.get(term, (None, None)) for term in found[1]], each)
            if student not in best or one.rank > best[student].rank:
                best[student] = one
        return {student: one.name for student, one in best.items()}

    def _membership(
        self, name: str, terms: Sequence[tuple[date | None, date | None]], enrollment: Record
    ) -> Membership:
        own = day_of(enrollment["begindate"]), self._ends.of(enrollment)
        is_now = self._holds(own) and (not terms or any(map(self._holds, terms)))
        ends = [end for _, end in terms if end is not None]
        return Membership(name, is_now, own[1] or max(ends, default=None))

    def _holds(self, span: tuple[date | None, date | None]) -> bool:
        begins, ends = span
        return (begins is None or begins <= self._today) and (ends is None or ends >= self._today)


def day_of(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _is_deleted(record: Record) -> bool:
    return record["status"].lower() in DELETED
