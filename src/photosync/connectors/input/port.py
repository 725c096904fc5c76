"""What a source needs to know of inputs. Rows and blobs are above: `apps.inputs.shelf` stands behind this."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple, Protocol

from photosync.connectors.contract import Entry


class StoredFile(NamedTuple):
    size_bytes: int
    sha256: str


class InputContent(Protocol):
    """One input, read as it is now; it may be changed or deleted meanwhile."""

    @property
    def name(self) -> str: ...

    def revision(self) -> int | None:
        """Return a number that grows with every change of the content; None where the input is gone."""
        ...

    def folders(self) -> list[str]:
        """Return every folder that holds a file, each once; "" is the input itself."""
        ...

    def entries(self, folder: str) -> Iterator[Entry]:
        """Yield what lies directly in `folder`, each with its hash as its stamp."""
        ...

    def file(self, folder: str, name: str) -> StoredFile | None: ...

    def read(self, sha256: str) -> bytes:
        """Return the bytes. Raises Damaged, StorageUnavailable."""
        ...


class Inputs(Protocol):
    """The inputs that may be read: those of one school."""

    def open(self, called: str) -> InputContent:
        """Return the input with this name, or this number, written #7. Raises NotFound."""
        ...
