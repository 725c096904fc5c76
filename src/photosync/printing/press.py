"""Setting a document in a process of its own, which cannot hold up the pages or take the server's memory."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path
from typing import Any, Final

from photosync.core.errors import Refused, TryLater

AT_ONCE: Final = 2
WAITS_S: Final = 60.0
WITHIN_S: Final = 120.0
TEMPLATES: Final = Path(__file__).parent
MADE_WITH: Final = "made-with"
"""Asked for in place of a document: what documents are made with here."""
DATA, DOCUMENT, PICTURES = "data.json", "document.pdf", "pictures"
_ENVIRONMENT = ("PATH", "PYTHONPATH", "PYTHONHOME", "LD_LIBRARY_PATH", "LANG", "TMPDIR", "HOME", "FONTCONFIG_PATH")
"""All that the process is told: where programs and fonts are, and none of the server's passwords and addresses."""
_places = threading.BoundedSemaphore(AT_ONCE)

NOT_INSTALLED: Final = (
    "PDF documents need the extra `reports`, which this server does not have. Nothing was made. Ask the "
    "administrator to install it (pip install 'photosync[reports]'), or print the page from the browser."
)


@dataclass(frozen=True, slots=True)
class PrintJob:
    """`template` is the name of one of ours. `pictures` gives (name, JPEG bytes), one after another."""

    template: str
    data: Mapping[str, Any]
    pictures: Iterable[tuple[str, bytes]] = ()


def printing_available() -> bool:
    """Whether the extra `reports` is installed."""
    return find_spec("typst") is not None


def process_environment() -> dict[str, str]:
    """Return what a process that sets documents is told."""
    return {name: os.environ[name] for name in _ENVIRONMENT if name in os.environ}


def make_pdf(job: PrintJob) -> bytes:
    """Return the document. Raises Refused without the extra `reports`, TryLater where it cannot be made now."""
    if not printing_available():
        raise Refused(NOT_INSTALLED)
    try:
        with place_to_print(), tempfile.TemporaryDirectory(prefix="photosync-print-") as name:
            return _made(job, Path(name))
    except OSError as exc:
        raise TryLater(
            f"The document could not be written ({exc.strerror}). Nothing was made. "
            "See that the server's disk has room, then try again."
        ) from exc


@contextmanager
def place_to_print() -> Iterator[None]:
    """Hold one of the few places for documents that someone waits for. Raises TryLater where none becomes free."""
    if not _places.acquire(timeout=WAITS_S):
        raise TryLater("The server is making other documents. Nothing was made. Try again in a minute.")
    try:
        yield
    finally:
        _places.release()


def _made(job: PrintJob, folder: Path) -> bytes:
    (folder / PICTURES).mkdir()
    for name, content in job.pictures:
        (folder / PICTURES / f"{name}.jpg").write_bytes(content)
    (folder / DATA).write_text(json.dumps(job.data, ensure_ascii=False), "utf-8", errors="replace")
    (folder / job.template).write_bytes((TEMPLATES / job.template).read_bytes())
    command = [sys.executable, "-P", "-m", "photosync.printing.worker", str(folder), job.template]
    try:
        done = subprocess.run(
            command,
            env=process_environment(),
            stdin=subprocess.DEVNULL,
            capture_output=True,
            timeout=WITHIN_S,
            check=False,
        )
    except subprocess.TimeoutExpired as exc:
        raise TryLater(
            f"Making the document took longer than {WITHIN_S:g} seconds and was given up. Choose fewer people, "
            "or try again when the server is less busy."
        ) from exc
    if done.returncode != 0:
        said = done.stderr.decode(errors="replace").strip().splitlines()
        raise TryLater(
            f"The document could not be made ({said[-1][:200] if said else 'no reason given'}). Nothing was made. "
            "Choose fewer people; if it happens again, tell the administrator."
        )
    return (folder / DOCUMENT).read_bytes()
