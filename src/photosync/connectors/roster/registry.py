"""Which kinds of roster there are, what options each takes, and how one is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from photosync.connectors.registry import Guard, Option, checked_options, option_documents
from photosync.connectors.roster.contract import Roster
from photosync.core.errors import WrongUse


@dataclass(frozen=True, slots=True)
class RosterKind:
    name: str
    title: str
    summary: str
    options: tuple[Option, ...]
    open: Callable[[Mapping[str, str], Guard, date], Roster]
    """Opens a roster with checked options, as it is on a day of the school. What is away is told when it is read."""
    has_one_table: bool = False
    """Whether it lists students or staff, not both."""
    secrets_go_to: tuple[str, ...] = ()
    """The options that say where secrets are sent: where one of them changes, secrets are to be entered again."""

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(option.name for option in self.options if option.secret)

    def check(self, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options with every default filled in. Raises WrongUse, naming what is known."""
        return checked_options(f"A roster of kind {self.name}", self.options, options)


def kind_document(kind: RosterKind) -> dict[str, Any]:
    """Return the kind as the command line and the API show it."""
    return {
        "kind": kind.name,
        "title": kind.title,
        "summary": kind.summary,
        "has_one_table": kind.has_one_table,
        "options": option_documents(kind.options),
    }


def kinds() -> tuple[RosterKind, ...]:
    """Return the kinds that the product ships with."""
    from photosync.connectors.roster.csv_file import CSV_FILE
    from photosync.connectors.roster.ldap.kind import LDAP
    from photosync.connectors.roster.oneroster.kind import ONEROSTER_ZIP
    from photosync.connectors.roster.oneroster.rest_kind import ONEROSTER_REST
    from photosync.connectors.roster.sif.kind import SIF_FILES_ROSTER, SIF_REST_ROSTER
    from photosync.connectors.roster.sql import SQL_QUERY

    return (CSV_FILE, ONEROSTER_ZIP, ONEROSTER_REST, SIF_FILES_ROSTER, SIF_REST_ROSTER, SQL_QUERY, LDAP)


def roster_kind(name: str) -> RosterKind:
    """Return the kind `name`. Raises WrongUse with the list of the known ones."""
    known = {kind.name: kind for kind in kinds()}
    if name not in known:
        raise WrongUse(f"There is no roster of kind {name!r}. Nothing was changed; the kinds are {', '.join(known)}.")
    return known[name]


def open_roster(kind: str, options: Mapping[str, str], *, guard: Guard, today: date) -> Roster:
    """Open a roster; close it, or use it as a context. Raises WrongUse, Refused, SourceUnavailable."""
    chosen = roster_kind(kind)
    return chosen.open(chosen.check(options), guard, today)
