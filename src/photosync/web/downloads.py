"""What a view writes piece by piece, as a file: written whole to the disk first, then sent from there.

So the memory stays small however long it is and however slowly it is taken, nothing is read from the database for a
reader who has stopped reading, and one that breaks off in the middle is an error, not a file that looks complete.
Why not the server's own streams: docs/decisions/0008-serving-pages.md
"""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterable
from contextvars import Context
from dataclasses import dataclass
from pathlib import Path
from typing import IO

OPEN_FILES = Path("/proc/self/fd")


@dataclass(frozen=True, slots=True)
class Download:
    """An answer that has not been written yet. `context` is that of its view: its language, and who acts."""

    status: int
    headers: list[tuple[str, str]]
    chunks: Iterable[bytes]
    close: Callable[[], object]
    context: Context


@dataclass(frozen=True, slots=True)
class WrittenFile:
    """A file without a name: it is gone when it is closed, or with this process."""

    file: IO[bytes]
    size: int

    @property
    def path(self) -> str:
        """Where this process can open it once more, until it is closed."""
        return str(OPEN_FILES / str(self.file.fileno())) if OPEN_FILES.is_dir() else str(self.file.name)


def write_download(download: Download, folder: Path) -> WrittenFile:
    """Return the whole of `download`, written on the disk of `folder`. What its view raises comes through."""
    return download.context.run(_write, download, folder)


def _write(download: Download, folder: Path) -> WrittenFile:
    nameless = tempfile.TemporaryFile if OPEN_FILES.is_dir() else tempfile.NamedTemporaryFile
    file: IO[bytes] = nameless(dir=folder, prefix="download-")
    try:
        for chunk in download.chunks:
            file.write(chunk)
        file.flush()
    except BaseException:
        file.close()
        raise
    finally:
        download.close()
    return WrittenFile(file, file.tell())
