"""The text of COPYRIGHT.TXT, which says what the photos may be used for."""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

from photosync.connectors.index_text import decoded
from photosync.core.errors import SourceUnavailable
from photosync.core.people import quoted

MOST_BYTES = 65_536


@dataclass(frozen=True, slots=True)
class Licence:
    """A licence as it lies in a delivery. `text` is what is shown; `sha256` is of the bytes."""

    path: str
    sha256: str
    text: str


def licence_of(path: str, content: bytes) -> Licence:
    """Return the licence in `content`. Raises SourceUnavailable where it is no text."""
    try:
        text = decoded(content, path)[0].replace("\r\n", "\n").replace("\r", "\n")
    except SourceUnavailable as error:
        raise SourceUnavailable(
            f"The licence {quoted(path)} of the photographer's delivery is not text in UTF-8, UTF-16 or "
            "Windows-1252, so it can be neither shown nor accepted. No photo was read and nothing was changed. Ask "
            "the photographer for it as text, then run again."
        ) from error
    shown = "".join(char if char.isprintable() or char in "\n\t" else "\N{REPLACEMENT CHARACTER}" for char in text)
    return Licence(path, sha256(content).hexdigest(), shown.strip())
