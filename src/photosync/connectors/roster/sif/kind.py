"""The kinds `sif_files` and `sif_rest` of a roster, as `photosync roster kinds` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import TYPE_CHECKING, Final

from photosync.connectors.folder.roots import Sort
from photosync.connectors.registry import Guard, Option
from photosync.connectors.roster.contract import Roster
from photosync.connectors.roster.registry import RosterKind
from photosync.connectors.roster.sif.enrollments import Counts
from photosync.connectors.sif.opening import (
    CA_OPTION,
    IDENTIFIER_OPTIONS,
    PAGE_SIZE_OPTION,
    PATH_OPTION,
    SIGN_IN_OPTIONS,
    documents_of,
    person_id_of,
    service_of,
)

if TYPE_CHECKING:
    from photosync.connectors.roster.sif.roster import Choice

PLACE: Final = Sort("folder, ZIP or XML file of SIF", "place", "/srv/rosters/sif")
_OPTIONS: Final = (
    *IDENTIFIER_OPTIONS,
    Option(
        "enrollments",
        "exits: whose enrolments have all ended has left; required: whoever has none has left too; none: not read",
        default=Counts.EXITS.value,
        choices=tuple(each.value for each in Counts),
    ),
    Option("school", "where there are several: the name, an identifier or the RefId of yours; empty: all of them"),
)


def _choice(options: Mapping[str, str]) -> Choice:
    from photosync.connectors.roster.sif.roster import Choice

    return Choice(person_id_of(options), Counts(options["enrollments"]), options["school"].strip())


def _open_files(options: Mapping[str, str], guard: Guard, today: date) -> Roster:
    from photosync.connectors.roster.sif.reading import FileObjects
    from photosync.connectors.roster.sif.roster import SifRoster

    choice = _choice(options)
    return SifRoster(FileObjects(documents_of(options, guard, PLACE)), choice, today)


def _open_rest(options: Mapping[str, str], guard: Guard, today: date) -> Roster:
    from photosync.connectors.roster.sif.reading import ServiceObjects
    from photosync.connectors.roster.sif.roster import SifRoster

    choice = _choice(options)
    return SifRoster(ServiceObjects(service_of(options, guard)), choice, today)


SIF_FILES_ROSTER = RosterKind(
    name="sif_files",
    title="SIF AU files",
    summary="StudentPersonal and StaffPersonal of SIF AU 1.3 to 3.4 in XML files, with enrolments and schools.",
    options=(PATH_OPTION, *_OPTIONS),
    open=_open_files,
)

SIF_REST_ROSTER = RosterKind(
    name="sif_rest",
    title="SIF AU service",
    summary="StudentPersonal and StaffPersonal of a SIF 3 service over REST, with enrolments and schools.",
    options=(*SIGN_IN_OPTIONS, PAGE_SIZE_OPTION, *_OPTIONS, CA_OPTION),
    open=_open_rest,
    # The authority decides who is believed to be the service.
    secrets_go_to=("address", "ca_pem"),
)
