"""The kind `oneroster`: a ZIP of CSV files, 1.1 or 1.2, that the school's system writes again and again."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import IO, Self

from photosync.connectors.folder.roots import Sort
from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.kept_rows import KeptRows
from photosync.connectors.roster.oneroster.package import ABSENT, BULK, DELTA, USERS, WHAT, Package
from photosync.connectors.roster.oneroster.records import Gaps, Record
from photosync.connectors.roster.oneroster.tables import (
    NAMED,
    OF_A_CLASS,
    OF_A_USER,
    Ends,
    Memberships,
    orgs_of,
    roles_of,
    user_of,
)
from photosync.connectors.roster.oneroster.users import (
    NONE,
    NOWHERE,
    ODD_DATES,
    OPTIONAL_FIELDS,
    OPTIONS,
    ORG_UNKNOWN,
    Around,
    Org,
    Role,
    User,
    cells,
    columns,
    fields_said,
    goes_on_nowhere,
    is_deleted,
    no_org,
    roles_as,
    wanted_orgs,
)
from photosync.connectors.roster.registry import RosterKind
from photosync.connectors.roster.whole_file import allowed_path, unchanged
from photosync.core.people import PersonKind, quoted

FILE = Sort(WHAT, "OneRoster ZIP", "/srv/rosters/oneroster.zip")
NO_ROLES = (
    "{number} users came without a role, so that it is not known whether they are students or staff. They were left "
    "as they are. An export of everyone (bulk) names their roles."
)
NO_ROLES_OF_ALL = (
    "{number} users came without a role, so that it is not known whether they are students or staff. They were left "
    "as they are, and no one was taken to have left by not being in the roster. Give them a role in the school's "
    "system."
)
NO_MANIFEST = (
    "The ZIP has no manifest.csv. It was taken for OneRoster 1.1 with everyone in it. Ask for an export with its "
    "manifest, which says so itself."
)
ORGS, ROLES, SESSIONS, CLASSES, ENROLLMENTS = (
    f"{name}.csv" for name in ("orgs", "roles", "academicsessions", "classes", "enrollments")
)
NO_ROLL_GROUPS = "Roll groups were left as they are. Have the export corrected."
GAPS_MEAN = {
    ORGS: "Campuses were left as they are. Have the export corrected.",
    ROLES: "Campuses were left as they are, and no one was taken to have left by their roles, or by not being in the "
    "roster. Have the export corrected.",
    **dict.fromkeys((SESSIONS, CLASSES, ENROLLMENTS), NO_ROLL_GROUPS),
}
ROLES_UNKNOWN = "Lines of roles.csv cannot be used, so that it is not known whether this user has left."
NOBODY_OF_ORG = (
    "No one in this export of changes is in the org {org}, and the export does not name its orgs. If that is not the "
    "sourcedId of your school, write the sourcedId for the option org: names and identifiers are in an export of "
    "everyone only."
)


class OneRosterZip:
    """The ZIP is opened for each table, so that it may be written anew between two readings."""

    def __init__(self, path: Path, options: Mapping[str, str], today: date) -> None:
        self.path, self.options, self.today = path, options, today
        self._seen: Package | None = None
        self._tables: dict[PersonKind, UserTable] = {}
        self._open = ExitStack()

    def table(self, kind: PersonKind) -> UserTable:
        """Read the people of `kind`, all of them. Raises SourceUnavailable."""
        spool = self._open.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 - closed with the roster
        self._tables[kind] = UserTable(self, kind, spool)
        return self._tables[kind]

    @property
    def is_bulk(self) -> bool:
        return self._package().mode(USERS) == BULK

    def names_everyone(self, kind: PersonKind) -> bool:
        """Whether it does, once it has been read: whose role or org is not known may be anyone missing."""
        return self.is_bulk and self._tables[kind].is_sure

    @property
    def recognised(self) -> str:
        """Return for instance "OneRoster 1.2, changes only (delta)". Raises SourceUnavailable."""
        which = "everyone (bulk)" if self.is_bulk else "changes only (delta)"
        return f"OneRoster {self._package().version}, {which}"

    def warnings(self) -> Sequence[str]:
        found = [] if self._package().has_manifest else [NO_MANIFEST]
        for each in self._tables.values():
            found += each.warnings()
        return tuple(dict.fromkeys(found))

    def _package(self) -> Package:
        """Return the package as it was last opened; it is opened where it never was."""
        if self._seen is None:
            with unchanged(self.path, WHAT):
                self.saw(Package(self.path))
        assert self._seen is not None  # noqa: S101 - just set
        return self._seen

    def saw(self, package: Package) -> None:
        if self._seen is not None:
            self._seen.close()
        self._seen = package

    def close(self) -> None:
        self._open.close()
        if self._seen is not None:
            self._seen.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class UserTable:
    """The users who are students, or staff.

    Everyone is read into `spool` first; what of their fields is empty for all of them is no column.
    """

    def __init__(self, roster: OneRosterZip, kind: PersonKind, spool: IO[str]) -> None:
        self._roster, self._kind = roster, kind
        self._gaps = Gaps("line")
        self._without_role = self._without_org = 0
        self._of_wanted_orgs = self._with_role = 0
        self._takes_for_id = False
        self._ends = Ends()
        self._orgs: Mapping[str, Org] | None = None
        """None where they are not all named."""
        self._kept = self._read(spool)
        self.columns: Sequence[str] = self._kept.columns

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        return iter(self._kept)

    @property
    def is_sure(self) -> bool:
        """Whether of each user it is known whether they are of this kind, and of the school that is asked for."""
        return not self._without_role and not self._without_org and not self._gaps.are_in(ROLES)

    def warnings(self) -> Sequence[str]:
        """Return what is to be told of the table, once it has been read."""
        found = self._gaps.sentences(GAPS_MEAN)
        if self._without_role:
            told = NO_ROLES_OF_ALL if self._roster.is_bulk else NO_ROLES
            found.append(told.format(number=self._without_role))
        if self._without_org:
            found.append(NOWHERE.format(number=self._without_org))
        if self._takes_for_id and self._with_role and not self._of_wanted_orgs:
            found.append(NOBODY_OF_ORG.format(org=quoted(self._roster.options["org"].strip())))
        if self._ends.odd:
            found.append(ODD_DATES.format(number=self._ends.odd))
        return found

    def _read(self, spool: IO[str]) -> KeptRows:
        """Return the rows. Raises SourceUnavailable also where the file did not stay as it was."""
        roster, kind = self._roster, self._kind
        with unchanged(roster.path, WHAT):
            package = Package(roster.path)
            roster.saw(package)
            if package.mode(USERS) not in (BULK, DELTA):
                raise package.missing(USERS)
            orgs = orgs_of(self._gaps.readable(ORGS, package.records_if_any(ORGS), *NAMED))
            self._orgs = orgs if package.mode(ORGS) == BULK else None
            wanted = self._wanted(package, orgs)
            roles = None
            if package.mode(ROLES) != ABSENT:
                roles = roles_of(
                    self._gaps.readable(ROLES, package.records(ROLES), *OF_A_USER), roster.today, self._ends
                )
            knows_orgs = package.mode(ORGS) == BULK and not self._gaps.are_in(ORGS, ROLES)
            around = Around(
                orgs if knows_orgs else None,
                self._roll_groups(package),
                fields_said(package.columns(USERS)),
                has_all_roles=package.mode(ROLES) != DELTA,
            )
            kept = KeptRows(columns(kind, around), OPTIONAL_FIELDS, spool)
            for record in package.records(USERS):
                if isinstance(record, UnreadableLine):
                    kept.add(record)
                elif (found := self._row(record, roles, wanted, around)) is not None:
                    kept.add(found)
            if self._takes_for_id and roster.is_bulk and not self._of_wanted_orgs:
                raise no_org(orgs, roster.options["org"].strip(), WHAT)
            return kept

    def _wanted(self, package: Package, orgs: Mapping[str, Org]) -> frozenset[str] | None:
        option = self._roster.options["org"]
        are_all = package.mode(ORGS) == BULK
        wanted = wanted_orgs(orgs, option, WHAT, are_all=are_all)
        self._takes_for_id = wanted is not None and not wanted & set(orgs)
        return wanted

    def _row(
        self,
        record: Record,
        roles: Mapping[str, Sequence[Role]] | None,
        wanted: frozenset[str] | None,
        around: Around,
    ) -> Row | UnreadableLine | None:
        user = user_of(record, roles)
        if not user.roles and not (self._roster.is_bulk and is_deleted(user)):
            self._without_role += 1
        self._with_role += bool(user.roles)
        self._of_wanted_orgs += any(wanted is not None and each.org in wanted for each in user.roles)
        own = roles_as(user, self._kind, wanted)
        is_nowhere = goes_on_nowhere(user, self._kind, wanted, self._orgs)
        if not own:
            self._without_org += is_nowhere
            return None
        # What else someone is, in a school that is not asked for, keeps nobody in this one.
        seen = replace(user, roles=tuple(own))
        if self._may_go_on(seen):
            return UnreadableLine(record.line, ROLES_UNKNOWN)
        if is_nowhere and all(each.ended for each in own):
            return UnreadableLine(record.line, ORG_UNKNOWN)
        return Row(record.line, cells(seen, self._kind, self._roster.options["code"], around))

    def _may_go_on(self, user: User) -> bool:
        """Whether a role that could not be read may be one that goes on, where all others are over."""
        return self._gaps.are_in(ROLES) and not is_deleted(user) and all(each.ended for each in user.roles)

    def _roll_groups(self, package: Package) -> Mapping[str, str] | None:
        which = self._roster.options["roll_group"]
        if self._kind is not PersonKind.STUDENT or which == NONE:
            return None
        if {package.mode(CLASSES), package.mode(ENROLLMENTS)} != {BULK}:
            return None
        sessions = self._gaps.readable(SESSIONS, package.records_if_any(SESSIONS), *NAMED)
        classes = self._gaps.readable(CLASSES, package.records(CLASSES), *NAMED)
        found = Memberships(sessions, classes, which, self._roster.today, self._ends)
        enrollments = self._gaps.readable(ENROLLMENTS, package.records(ENROLLMENTS), *OF_A_CLASS)
        roll_groups = found.roll_groups(enrollments)
        if self._gaps.are_in(SESSIONS, CLASSES, ENROLLMENTS):
            return None
        # Without homerooms in it, the export says nothing of roll groups.
        return roll_groups or None


def _open(options: Mapping[str, str], guard: Guard, today: date) -> OneRosterZip:
    return OneRosterZip(allowed_path(options["path"], guard, FILE), options, today)


ONEROSTER_ZIP = RosterKind(
    name="oneroster",
    title="OneRoster ZIP",
    summary="A ZIP of CSV files in OneRoster 1.1 or 1.2 on this machine or mounted on it; students and staff.",
    options=(Option("path", "absolute path of the ZIP file", required=True), *OPTIONS),
    open=_open,
)
