"""Which kinds of source there are, what options each takes, and how one is opened."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from photosync.connectors.contract import Source
from photosync.core.errors import WrongUse


@dataclass(frozen=True, slots=True)
class Guard:
    """What the operator allows a source to reach."""

    source_roots: tuple[Path, ...]
    """Folders that a folder source may lie in (`PHOTOSYNC_SOURCE_ROOTS`)."""
    data_folder: Path
    may_override: bool = False
    """True for the user of the command line, who may read elsewhere too, but never the data folder."""


@dataclass(frozen=True, slots=True)
class Option:
    """One option of a kind, written `name=value`. Values are text."""

    name: str
    help: str
    required: bool = False
    default: str = ""
    choices: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class ConnectorKind:
    name: str
    title: str
    summary: str
    options: tuple[Option, ...]
    open: Callable[[Mapping[str, str], Guard], Source]
    """Opens a source with checked options (every option present, defaults filled in)."""

    def check(self, options: Mapping[str, str]) -> dict[str, str]:
        """Return the options with every default filled in. Raises WrongUse, naming what is known."""
        known = {option.name: option for option in self.options}
        for name in options:
            if name not in known:
                raise WrongUse(
                    f"A source of kind {self.name} has no option {name!r}. Nothing was changed; "
                    f"its options are {', '.join(known)}."
                )
        for option in self.options:
            value = options.get(option.name, "")
            if option.required and not value:
                raise WrongUse(
                    f"A source of kind {self.name} needs the option {option.name} ({option.help}). "
                    f"Nothing was changed; give --option {option.name}=VALUE."
                )
            if option.choices and value and value not in option.choices:
                raise WrongUse(
                    f"The option {option.name} of a source of kind {self.name} cannot be {value!r}. "
                    f"Nothing was changed; it is one of {', '.join(option.choices)}."
                )
        return {option.name: options.get(option.name) or option.default for option in self.options}


def kind_document(kind: ConnectorKind) -> dict[str, Any]:
    """Return the kind as the command line and the API show it."""
    return {
        "kind": kind.name,
        "title": kind.title,
        "summary": kind.summary,
        "options": [
            {
                "name": option.name,
                "help": option.help,
                "required": option.required,
                "default": option.default,
                "choices": list(option.choices),
            }
            for option in kind.options
        ],
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
        return chosen.open(chosen.check(options), guard)


def shipped() -> Registry:
    """Return the registry of the kinds that the product ships with."""
    from photosync.connectors.folder.kind import FOLDER

    return Registry((FOLDER,))


def kinds() -> tuple[ConnectorKind, ...]:
    return shipped().kinds()


def check_options(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return `options` with every default filled in. Raises WrongUse."""
    return shipped().kind(kind).check(options)


def open_source(kind: str, options: Mapping[str, str], *, guard: Guard) -> Source:
    """Open a source of a shipped kind; see `Registry.open_source`."""
    return shipped().open_source(kind, options, guard=guard)
