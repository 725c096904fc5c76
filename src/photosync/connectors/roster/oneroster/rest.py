"""The people of a OneRoster service as a roster."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import replace
from datetime import date
from typing import IO, Final, Self

from photosync.connectors.registry import Guard
from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.kept_rows import KeptRows
from photosync.connectors.roster.oneroster.records import Gaps, Record
from photosync.connectors.roster.oneroster.rest_pages import (
    CLASSES,
    ENROLLMENTS,
    ORGS,
    SESSIONS,
    Collection,
    Listing,
    NotGiven,
    users,
)
from photosync.connectors.roster.oneroster.rest_records import record_of, records_of, roles_in
from photosync.connectors.roster.oneroster.rest_service import Service, Spoken
from photosync.connectors.roster.oneroster.tables import NAMED, OF_A_CLASS, Ends, Memberships, orgs_of, user_of
from photosync.connectors.roster.oneroster.users import (
    NONE,
    NOWHERE,
    ODD_DATES,
    OPTIONAL_FIELDS,
    ORG_UNKNOWN,
    Around,
    Org,
    cells,
    columns,
    goes_on_nowhere,
    is_deleted,
    roles_as,
    wanted_orgs,
)
from photosync.core.people import PersonKind
from photosync.outgoing.http import Limits

WHAT: Final = "OneRoster service"
PATHS: Final = {PersonKind.STUDENT: "students", PersonKind.STAFF: "users"}
"""Staff are among all users: the standard's teachers are teachers alone."""
NO_ROLES: Final = (
    "{number} users came without a role, so that it is not known whether they are students or staff. They were left "
    "as they are, and no one was taken to have left by not being in the roster. Give them a role in the school's "
    "system."
)
NO_ROLL_GROUPS: Final = (
    "The service does not give classes, enrollments and academic sessions to this client. Roll groups were left as "
    "they are. Ask who runs it to grant them, or choose none for the roll group."
)
NO_ORGS: Final = (
    "The service does not give its orgs to this client. Campuses were left as they are. Ask who runs it to grant "
    "them."
)
ASK = "Ask who runs the service to correct it."
GAPS_MEAN: Final = {
    ORGS.called: f"Campuses were left as they are. {ASK}",
    **dict.fromkeys(
        (SESSIONS.called, CLASSES.called, ENROLLMENTS.called), f"Roll groups were left as they are. {ASK}"
    ),
}


class OneRosterRest:
    """Each table is read from the service anew."""

    def __init__(self, service: Service, options: Mapping[str, str], today: date) -> None:
        self.service, self.options, self.today = service, options, today
        self._told: dict[PersonKind, list[str]] = {}
        self._unsure: set[PersonKind] = set()
        self._open = ExitStack()
        self._open.enter_context(service)

    def table(self, kind: PersonKind) -> UserTable:
        """Read the people of `kind`, all of them. Raises SourceUnavailable, Refused."""
        self._told[kind] = []
        spool = self._open.enter_context(tempfile.TemporaryFile("w+", encoding="utf-8"))  # noqa: SIM115 - closed with the roster
        return UserTable(self, kind, spool)

    def names_everyone(self, kind: PersonKind) -> bool:
        """Whether it does, once it has been read: whose role or org is not known may be anyone missing."""
        return kind not in self._unsure

    @property
    def recognised(self) -> str:
        """Return for instance "OneRoster 1.2". Raises SourceUnavailable, Refused."""
        return f"OneRoster {self.service.spoken(PATHS[PersonKind.STUDENT]).version.number}"

    def warnings(self) -> Sequence[str]:
        return tuple(dict.fromkeys(each for told in self._told.values() for each in told))

    def warn(self, kind: PersonKind, sentence: str, *, unsure_of: Iterable[PersonKind] = ()) -> None:
        """Tell a sentence. Of those that it is `unsure_of`, nobody leaves by not being there."""
        self._told[kind].append(sentence)
        self._unsure.update(unsure_of)

    def close(self) -> None:
        self._open.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class UserTable:
    """The users who are students, or staff.

    Everyone is read into `spool` first; what of their fields is empty for all of them is no column.
    """

    def __init__(self, roster: OneRosterRest, kind: PersonKind, spool: IO[str]) -> None:
        self._roster, self._kind = roster, kind
        self._gaps = Gaps("record")
        spoken = roster.service.spoken(PATHS[kind])
        self._ends = Ends()
        orgs = self._orgs(spoken)
        wanted = wanted_orgs(orgs or {}, roster.options["org"], WHAT)
        known = None if self._gaps.are_in(ORGS.called) else orgs
        around = Around(known, self._roll_groups(spoken), frozenset(OPTIONAL_FIELDS))
        for sentence in self._gaps.sentences(GAPS_MEAN):
            roster.warn(kind, sentence)
        self._kept = KeptRows(columns(kind, around), OPTIONAL_FIELDS, spool)
        for item in self._rows(spoken, wanted, orgs, around):
            self._kept.add(item)
        if self._ends.odd:
            roster.warn(kind, ODD_DATES.format(number=self._ends.odd))
        self.columns: Sequence[str] = self._kept.columns

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        return iter(self._kept)

    def _rows(
        self, spoken: Spoken, wanted: frozenset[str] | None, orgs: Mapping[str, Org] | None, around: Around
    ) -> Iterator[Row | UnreadableLine]:
        without_role = without_org = 0
        listing = Listing(spoken, users(spoken.version.number, PATHS[self._kind]))
        for line, told in enumerate(listing, 1):
            record = record_of(line, told)
            if isinstance(record, UnreadableLine):
                yield record
                continue
            roles = roles_in(record, told, self._roster.today, self._ends)
            if isinstance(roles, UnreadableLine):
                yield roles
                continue
            user = user_of(record, roles)
            without_role += not user.roles and not is_deleted(user)
            own, is_nowhere = roles_as(user, self._kind, wanted), goes_on_nowhere(user, self._kind, wanted, orgs)
            if own and is_nowhere and all(each.ended for each in own):
                yield UnreadableLine(line, ORG_UNKNOWN)
            elif own:
                # What else someone is, in a school that is not asked for, keeps nobody in this one.
                seen = replace(user, roles=tuple(own))
                yield Row(line, cells(seen, self._kind, self._roster.options["code"], around))
            without_org += is_nowhere and not own
        if without_role:
            self._roster.warn(self._kind, NO_ROLES.format(number=without_role), unsure_of=tuple(PersonKind))
        if without_org:
            self._roster.warn(self._kind, NOWHERE.format(number=without_org), unsure_of=(self._kind,))

    def _orgs(self, spoken: Spoken) -> Mapping[str, Org] | None:
        try:
            return orgs_of(self._records(spoken, ORGS, NAMED)) or None
        except NotGiven:
            if self._roster.options["org"].strip():
                raise
            self._roster.warn(self._kind, NO_ORGS)
            return None

    def _roll_groups(self, spoken: Spoken) -> Mapping[str, str] | None:
        which = self._roster.options["roll_group"]
        if self._kind is not PersonKind.STUDENT or which == NONE:
            return None
        try:
            sessions, classes = self._records(spoken, SESSIONS, NAMED), self._records(spoken, CLASSES, NAMED)
            found = Memberships(sessions, classes, which, self._roster.today, self._ends)
            roll_groups = found.roll_groups(self._records(spoken, ENROLLMENTS, OF_A_CLASS))
        except NotGiven:
            self._roster.warn(self._kind, NO_ROLL_GROUPS)
            return None
        if self._gaps.are_in(SESSIONS.called, CLASSES.called, ENROLLMENTS.called):
            return None
        # Without homerooms in it, the service says nothing of roll groups.
        return roll_groups or None

    def _records(self, spoken: Spoken, collection: Collection, needed: Sequence[str]) -> Iterable[Record]:
        return self._gaps.readable(collection.called, records_of(Listing(spoken, collection)), *needed)


def open_service(
    options: Mapping[str, str], guard: Guard, today: date, *, limits: Limits | None = None
) -> OneRosterRest:
    """Return the roster that `options`, all of them present, describe. Nothing is sent yet. Raises WrongUse."""
    return OneRosterRest(Service(options, guard.allowed_ranges, limits=limits), options, today)
