"""The options that say where SIF objects are and by what people are known, and what opens them.

Sources of photos and rosters have them alike.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Final

from photosync.connectors.archive.kind import ARCHIVE
from photosync.connectors.folder.roots import Sort, check_path
from photosync.connectors.network import ANSWER_WITHIN_S, CONNECT_WITHIN_S
from photosync.connectors.registry import Guard, Option
from photosync.connectors.sif.objects import IDENTIFIER_ELEMENTS, LOCAL_ID, PersonId
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

if TYPE_CHECKING:
    from photosync.connectors.sif.documents import Documents
    from photosync.connectors.sif.service import SifService
    from photosync.outgoing.http import Limits

SIGN_INS: Final = ("SIF_HMACSHA256", "Basic", "Bearer")
LARGEST_PAGE_SIZE: Final = 10_000
WHOLE_S: Final = 300.0
PATH_OPTION: Final = Option(
    "path", "absolute path of a folder of XML files, of a ZIP of them, or of one", required=True
)
IDENTIFIER_OPTIONS: Final = (
    Option("identifier", "which identifier of a person is used", default=LOCAL_ID, choices=IDENTIFIER_ELEMENTS),
    Option("identifier_type", "with OtherId or ElectronicId: its Type, such as 0004; empty: the first one"),
)
SIGN_IN_OPTIONS: Final = (
    Option(
        "address",
        "address of its requests, such as https://sif.school.example/api/requests",
        required=True,
        leads=True,
    ),
    Option("sign_in", "how Photo Sync signs in to it", default=SIGN_INS[0], choices=SIGN_INS),
    Option("user", "the session token or application key that the service gave; none with Bearer"),
    Option("secret", "the shared secret that belongs to it, the password or the token", secret=True),
    Option("zone", "the zone that is read; empty: the one that is usual for this user"),
    Option("context", "the context in it, if any"),
)
PAGE_SIZE_OPTION: Final = Option("page_size", "objects on a page; 0 for a service that gives no pages", default="50")
CA_OPTION: Final = Option("ca_pem", "the certificate of your own authority as text (PEM), if it has one", long=True)


def person_id_of(options: Mapping[str, str]) -> PersonId:
    """Return which identifier of people is used. Raises WrongUse."""
    element, type_code = options["identifier"], options["identifier_type"].strip()
    if type_code and element in (LOCAL_ID, "StateProvinceId"):
        raise WrongUse(
            f"An identifier_type is given, but a {element} has no types. Nothing was changed. Leave identifier_type "
            "empty, or choose OtherId or ElectronicId.",
            option="identifier_type",
        )
    return PersonId(element, type_code)


def documents_of(options: Mapping[str, str], guard: Guard, place: Sort) -> Documents:
    """Return the XML documents at the path of `options`. Raises WrongUse, Refused, SourceUnavailable."""
    from photosync.connectors.sif.documents import FolderDocuments, PackedDocuments

    path = check_path(
        options["path"], guard.source_roots, guard.data_folder, may_override=guard.may_override, sort=place
    )
    suffix = "" if Path(path).is_dir() else Path(path).suffix.lower()
    if suffix == ".zip":
        return PackedDocuments(ARCHIVE.open(ARCHIVE.check({"path": path}), guard))
    if suffix == ".xml":
        return FolderDocuments(str(Path(path).parent), only=Path(path).name)
    return FolderDocuments(path)


def usual_limits() -> Limits:
    from photosync.outgoing.http import Limits

    return Limits(connect_s=CONNECT_WITHIN_S, silent_s=ANSWER_WITHIN_S, whole_s=WHOLE_S)


def service_of(options: Mapping[str, str], guard: Guard, *, limits: Limits | None = None) -> SifService:
    """Return the service that `options` describe. Nothing is sent yet. Raises WrongUse, Refused."""
    from photosync.connectors.sif.service import BEARER, Place, SifService, SignIn
    from photosync.outgoing.http import Asking, HttpClient, checked_address

    base = options["address"].strip()
    url = checked_address(base)
    if url.query or url.fragment:
        raise WrongUse(
            "The address of a SIF service has no ? and no #. Nothing was changed. Write the address of its requests "
            "alone, such as https://sif.school.example/api/requests.",
            option="address",
        )
    sign_in = SignIn(options["sign_in"], options["user"], options["secret"])
    if not sign_in.secret or (sign_in.way != BEARER and not sign_in.user):
        needs = "a secret, the token" if sign_in.way == BEARER else "a user and a secret"
        raise WrongUse(f"Signing in by {sign_in.way} needs {needs}. Nothing was changed; fill that in.")
    client = HttpClient(Asking(base), guard.allowed_ranges, limits=limits or usual_limits(), ca_pem=options["ca_pem"])
    place = Place(base, options["zone"].strip(), options["context"].strip())
    return SifService(client, place, sign_in, page_size=_page_size(options["page_size"]))


def _page_size(text: str) -> int:
    text = text.strip()
    size = int(text) if text.isascii() and text.isdigit() and len(text) < 7 else -1
    if not 0 <= size <= LARGEST_PAGE_SIZE:
        raise WrongUse(
            f"{quoted(text)} is no page_size. Nothing was changed. Write a number from 1 to {LARGEST_PAGE_SIZE:,}, "
            "or 0 for a service that gives no pages.",
            option="page_size",
        )
    return size
