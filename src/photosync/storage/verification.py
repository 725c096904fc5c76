"""Compares what is stored with what is referred to, and every referred blob's bytes with its name.

Both come ascending by name, so one walk over the two finds everything that is missing or orphaned.
Hashing runs ahead in threads (hashlib lets other threads run) by a fixed window.
"""

from __future__ import annotations

import hashlib
import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import datetime
from pathlib import Path

from photosync.core.errors import WrongUse
from photosync.storage.contract import Finding, checked_name

_WINDOW = 256


def findings(
    references: Iterable[tuple[str, int]],
    *,
    stored: Iterator[tuple[str, int, datetime]],
    path_of: Callable[[str], Path],
) -> Iterator[Finding]:
    """Yield what is wrong, ascending by name. Raises WrongUse when `references` do not ascend."""
    ahead: deque[Finding | Future[Finding | None]] = deque()
    pool = ThreadPoolExecutor(os.cpu_count() or 2)
    try:
        for step in _steps(references, stored):
            ahead.append(step if isinstance(step, Finding) else pool.submit(_check, path_of(step[0]), *step))
            if len(ahead) >= _WINDOW:
                yield from _outcome(ahead.popleft())
        while ahead:
            yield from _outcome(ahead.popleft())
    finally:
        pool.shutdown(cancel_futures=True)


def _steps(
    references: Iterable[tuple[str, int]], stored: Iterator[tuple[str, int, datetime]]
) -> Iterator[Finding | tuple[str, int]]:
    """Yield, ascending, an orphan or a reference whose file is to be checked."""
    blob = next(stored, None)
    last = ""
    for name, size_bytes in references:
        if checked_name(name) <= last:
            if name == last:
                continue
            raise WrongUse(
                f"The list of photos to verify is not sorted: {name} comes after {last}. "
                "Verifying was broken off; nothing was changed."
            )
        last = name
        while blob is not None and blob[0] < name:
            yield _orphan(blob)
            blob = next(stored, None)
        if blob is not None and blob[0] == name:
            blob = next(stored, None)
        # Checked even when the walk did not see it: it may have been stored since its folder was listed.
        yield name, size_bytes
    while blob is not None:
        yield _orphan(blob)
        blob = next(stored, None)


def _outcome(step: Finding | Future[Finding | None]) -> Iterator[Finding]:
    finding = step if isinstance(step, Finding) else step.result()
    if finding is not None:
        yield finding


def _orphan(blob: tuple[str, int, datetime]) -> Finding:
    name, size_bytes, changed = blob
    stored_at = f"{changed:%Y-%m-%d %H:%M} UTC"
    return Finding("orphaned", name, size_bytes, f"Nothing refers to it; it was stored or last used {stored_at}.")


def _check(path: Path, name: str, size_bytes: int) -> Finding | None:
    try:
        with path.open("rb") as blob:
            found_bytes = os.fstat(blob.fileno()).st_size
            found = hashlib.file_digest(blob, "sha256").hexdigest()
    except FileNotFoundError:
        return Finding("missing", name, size_bytes, "It is not in the store.")
    except OSError as exc:
        return Finding("damaged", name, size_bytes, f"It cannot be read from the disk ({exc.strerror}).")
    if found_bytes != size_bytes:
        return Finding("damaged", name, found_bytes, f"It has {found_bytes} bytes instead of {size_bytes}.")
    if found != name:
        return Finding("damaged", name, found_bytes, "Its bytes have changed on the disk.")
    return None
