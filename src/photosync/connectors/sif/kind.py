"""The kinds `sif_files` and `sif_rest`, as `photosync source kinds` describes them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from photosync.connectors.contract import Source
from photosync.connectors.folder.roots import Sort
from photosync.connectors.registry import ConnectorKind, Guard, Option, record_match_options
from photosync.connectors.sif.opening import (
    CA_OPTION,
    IDENTIFIER_OPTIONS,
    PAGE_SIZE_OPTION,
    PATH_OPTION,
    SIGN_IN_OPTIONS,
    documents_of,
    person_id_of,
    service_of,
    usual_limits,
)
from photosync.core.consent import USUALLY_TAKEN, ConsentTaken

PLACE: Final = Sort("folder, ZIP or XML file of SIF", "place", "/srv/sif")
PEOPLE: Final = {
    "all": ("StudentPersonal", "StaffPersonal"),
    "students": ("StudentPersonal",),
    "staff": ("StaffPersonal",),
}
_CONSENT = Option(
    "consent",
    "what pictures say of publishing and is taken over: nothing, refusals only, or all",
    default=str(USUALLY_TAKEN),
    choices=tuple(ConsentTaken),
)


def _open_files(options: Mapping[str, str], guard: Guard) -> Source:
    from photosync.connectors.sif.files import SifFilesSource
    from photosync.connectors.sif.links import Links

    documents = documents_of(options, guard, PLACE)
    return SifFilesSource(documents, Links(guard.allowed_ranges), person_id_of(options))


def _open_rest(options: Mapping[str, str], guard: Guard) -> Source:
    from photosync.connectors.sif.links import Links
    from photosync.connectors.sif.rest import SifRestSource

    service = service_of(options, guard)
    links = Links(guard.allowed_ranges, limits=usual_limits(), ca_pem=options["ca_pem"])
    return SifRestSource(service, links, person_id_of(options), people=PEOPLE[options["people"]])


SIF_FILES = ConnectorKind(
    name="sif_files",
    title="SIF AU files",
    summary="PersonPicture objects of SIF AU 1.3 to 3.4 in XML files, with the StudentPersonal and StaffPersonal.",
    options=(
        PATH_OPTION,
        *IDENTIFIER_OPTIONS,
        *record_match_options(),
        _CONSENT,
    ),
    open=_open_files,
    omits_sizes=True,
)

SIF_REST = ConnectorKind(
    name="sif_rest",
    title="SIF AU service",
    summary="PersonPicture objects of a SIF 3 service over REST, with the StudentPersonal and StaffPersonal.",
    options=(
        *SIGN_IN_OPTIONS,
        Option("people", "whose pictures are read", default="all", choices=tuple(PEOPLE)),
        PAGE_SIZE_OPTION,
        *IDENTIFIER_OPTIONS,
        *record_match_options(),
        _CONSENT,
        CA_OPTION,
    ),
    open=_open_rest,
    omits_sizes=True,
)
