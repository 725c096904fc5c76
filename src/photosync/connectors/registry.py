"""Which kinds of source there are, what options each takes, and how one is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from photosync.connectors.contract import Source
from photosync.core.errors import WrongUse
from photosync.outgoing import AllowedRanges

if TYPE_CHECKING:
    from photosync.connectors.input.port import Inputs


@dataclass(frozen=True, slots=True)
class Guard:
    """What the operator allows a source to reach."""

    source_roots: tuple[Path, ...]
    """Folders that a folder or ZIP file may lie in (`PHOTOSYNC_SOURCE_ROOTS`)."""
    data_folder: Path
    may_override: bool = False
    """True for the user of the command line, who may read elsewhere too, but never the data folder."""
    allowed_ranges: AllowedRanges = field(default_factory=AllowedRanges)
    """Addresses that a source may be at, beside the public internet (`PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES`)."""
    inputs: Inputs | None = None
    """The inputs of the school whose source it is; None where there is no school."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind, written `name=value`. Values are text.

    A `secret` is stored encrypted and never shown again; a `long` one may have several lines. One that `leads`
    says at which server the source is: secrets that were entered for one server are not sent to another.
    Most leave a `seldom` one as it is, so that the page shows it apart.
    """

    name: str
    help: str
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()
    secret: bool = False
    long: bool = False
    leads: bool = False
    seldom: bool = False


YES_OR_NO = ("yes", "no")
PHOTOGRAPHER = "photographer"
"""The way to match that reads a source as a photographer's delivery."""
BY_OPTION = Option(
    "by",
    "with match=photographer: name: by last name, first name, grade and home room; stem: the file name is the key",
    default="name",
    choices=("name", "stem"),
)


def match_options(*, index: str = "") -> tuple[Option, ...]:
    """Return the options that say by what files are matched to people. `index` is the help on the index file.

    A kind without an index file has no such way to match.
    """
    ways = ("stem", "pattern", "index", PHOTOGRAPHER) if index else ("stem", "pattern")
    return (
        Option("match", "how a file is matched to a person", default="stem", choices=ways),
        Option("pattern", "with match=pattern: what file names look like"),
        *((Option("index", f"with match=index: {index}"), BY_OPTION) if index else ()),
        *key_options(),
    )


RECORD_MATCH = Option("match", "how a record is matched to a person", default="column", choices=("column",))


def record_match_options() -> tuple[Option, ...]:
    """Return the options that say by what records are matched to people: the source itself names the column."""
    return (RECORD_MATCH, *key_options())


def key_options() -> tuple[Option, ...]:
    """Return the options that say which identifier a file or row gives, and how it is compared."""
    return (
        Option("key", "which identifier the name or index gives; usually student_code or staff_code"),
        Option("ignore_case", "yes: upper and lower case are equal", default="no", choices=YES_OR_NO),
        Option("ignore_leading_zeros", "yes: treat 002082 and 2082 as equal", default="no", choices=YES_OR_NO),
    )


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    name: str
    title: str
    summary: str
    options: tuple[Option, ...]
    open: Callable[[Mapping[str, str], Guard], Source]
    """Opens a source with checked options (every option present, defaults filled in)."""
    omits_sizes: bool = False
    """Whether the size 0 of an entry may also mean that its source does not say how large it is."""

    @property
    def secrets(self) -> frozenset[str]:
        return frozenset(option.name for option in self.options if option.secret)

    @property
    def is_of_records(self) -> bool:
        """Whether it holds records of people, with a column that says whose each is, and no files."""
        return any(option.choices == RECORD_MATCH.choices for option in self.options if option.name == "match")

    def check(self, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options with every default filled in. Raises WrongUse, naming what is known."""
        return checked_options(f"A source of kind {self.name}", self.options, options)


def checked_options(what: str, known: Sequence[Option], options: Mapping[str, str]) -> dict[str, str]:
    """Return the options of `what` with every default filled in. Raises WrongUse, naming what is known."""
    names = [option.name for option in known]
    for name in options:
        if name not in names:
            raise WrongUse(f"{what} has no option {name!r}. Nothing was changed; its options are {', '.join(names)}.")
    inside = what[:1].lower() + what[1:]
    for option in known:
        value = options.get(option.name, "")
        if option.required and not value:
            raise WrongUse(
                f"{what} needs the option {option.name} ({option.help}). Nothing was changed; fill it in.",
                command_line=f"--option {option.name}=VALUE",
                option=option.name,
            )
        if option.choices and value and value not in option.choices:
            raise WrongUse(
                f"The option {option.name} of {inside} cannot be {value!r}. "
                f"Nothing was changed; it is one of {', '.join(option.choices)}.",
                option=option.name,
            )
    return {option.name: options.get(option.name) or option.default for option in known}


def option_documents(options: Sequence[Option]) -> list[dict[str, Any]]:
    """Return the options of a kind as the command line and the API show them."""
    return [
        {
            "name": option.name,
            "help": option.help,
            "required": option.required,
            "default": option.default,
            "choices": list(option.choices),
            "secret": option.secret,
        }
        for option in options
    ]


def kind_document(kind: ConnectorKind) -> dict[str, Any]:
    """Return the kind as the command line and the API show it."""
    return {
        "kind": kind.name,
        "title": kind.title,
        "summary": kind.summary,
        "options": option_documents(kind.options),
    }


class Registry:
    """The kinds that are known, by name."""

    def __init__(self, kinds: tuple[ConnectorKind, ...]) -> None:
        self._kinds = {kind.name: kind for kind in kinds}

    def kinds(self) -> tuple[ConnectorKind, ...]:
        return tuple(self._kinds.values())

    def kind(self, name: str) -> ConnectorKind:
        """Return the kind `name`. Raises WrongUse with the list of the known ones."""
        if name not in self._kinds:
            raise WrongUse(
                f"There is no source of kind {name!r}. Nothing was changed; the kinds are {', '.join(self._kinds)}."
            )
        return self._kinds[name]

    def open_source(self, kind: str, options: Mapping[str, str], *, guard: Guard) -> Source:
        """Open a source; close it, or use it as a context. Raises WrongUse, Refused, SourceUnavailable."""
        chosen = self.kind(kind)
        given = chosen.check(options)
        source = chosen.open(given, guard)
        if given.get("match") != PHOTOGRAPHER:
            return source
        from photosync.connectors.photographer.source import DeliverySource

        return DeliverySource(source, omits_sizes=chosen.omits_sizes)


def shipped() -> Registry:
    """Return the registry of the kinds that the product ships with."""
    from photosync.connectors.archive.kind import ARCHIVE
    from photosync.connectors.folder.kind import FOLDER
    from photosync.connectors.input.kind import INPUT
    from photosync.connectors.json_api.kind import JSON_API
    from photosync.connectors.s3.kind import S3
    from photosync.connectors.sftp.kind import SFTP
    from photosync.connectors.sif.kind import SIF_FILES, SIF_REST
    from photosync.connectors.smb.kind import SMB
    from photosync.connectors.sql.kind import SQL
    from photosync.connectors.webdav.kind import WEBDAV

    return Registry((FOLDER, ARCHIVE, INPUT, SFTP, SMB, S3, WEBDAV, SQL, JSON_API, SIF_FILES, SIF_REST))


def kinds() -> tuple[ConnectorKind, ...]:
    return shipped().kinds()


def check_options(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return `options` with every default filled in. Raises WrongUse."""
    return shipped().kind(kind).check(options)


def open_source(kind: str, options: Mapping[str, str], *, guard: Guard) -> Source:
    """Open a source of a shipped kind; see `Registry.open_source`."""
    return shipped().open_source(kind, options, guard=guard)
