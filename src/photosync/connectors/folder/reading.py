"""Reads the entries of chosen pages anew. Imported by the listing helpers: little of the standard library."""

from __future__ import annotations

import errno
import os
from itertools import islice

from photosync.connectors.digests import bucket_of
from photosync.connectors.folder.tree import (
    GREW,
    Broken,
    Read,
    is_ignored,
    open_folder,
    read_odd,
    read_plain,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

ROWS_AT_ONCE = 2048
NAMES_AT_ONCE = 200_000
"""Of a folder spread over pages, so many names are kept while their pages are read one by one."""

Request = tuple[str, int | None, int]
"""One page whose entries are wanted: folder, bucket, and how many entries it had when it was listed."""
Answer = tuple[str, int | None, list[Read]]


def read_pages(
    root: str,
    excluded: tuple[str, str] | None,
    requests: Sequence[Request],
    window: int,
    names_at_once: int = NAMES_AT_ONCE,
) -> Iterator[Answer]:
    """Yield the entries of each requested page. A folder is scanned once for `names_at_once` entries.

    Raises Broken, also when a page that is a whole folder has grown far beyond `window`.
    """
    spread: dict[str, list[tuple[int, int]]] = {}
    for folder, bucket, entry_count in requests:
        skipped = excluded[1] if excluded is not None and excluded[0] == folder else None
        try:
            if bucket is None:
                yield folder, None, _whole(root, folder, skipped, 2 * window)
            else:
                spread.setdefault(folder, []).append((bucket, entry_count))
        except OSError as exc:
            raise Broken(exc.errno or errno.EIO, folder) from exc
    for folder, wanted in spread.items():
        skipped = excluded[1] if excluded is not None and excluded[0] == folder else None
        try:
            for group in _groups(wanted, names_at_once):
                yield from _buckets(root, folder, skipped, group)
        except OSError as exc:
            raise Broken(exc.errno or errno.EIO, folder) from exc


def _groups(wanted: list[tuple[int, int]], names_at_once: int) -> Iterator[list[int]]:
    group: list[int] = []
    names = 0
    for bucket, entry_count in wanted:
        if group and names + entry_count > names_at_once:
            yield group
            group, names = [], 0
        group.append(bucket)
        names += entry_count
    if group:
        yield group


def _opened(root: str, folder: str) -> int | None:
    """Return the open folder, or None when it has vanished from under the root. Raises OSError."""
    try:
        return open_folder(root, folder)
    except OSError as exc:
        if folder and exc.errno in (errno.ENOENT, errno.ENOTDIR, errno.ELOOP):
            os.close(open_folder(root, ""))  # the root itself must still be there
            return None
        raise


def _whole(root: str, folder: str, skipped: str | None, most: int) -> list[Read]:
    fd = _opened(root, folder)
    if fd is None:
        return []
    found: list[Read] = []
    try:
        with os.scandir(fd) as rows:
            while chunk := list(islice(rows, ROWS_AT_ONCE)):
                odd: list[os.DirEntry[str]] = []
                found += read_plain((entry for entry in chunk if entry.name != skipped), odd)
                for entry in odd:
                    if read := read_odd(root, folder, fd, entry.name):
                        found.append(read)
                if len(found) > most:
                    raise Broken(GREW, folder)
    finally:
        os.close(fd)
    return found


def _buckets(root: str, folder: str, skipped: str | None, group: list[int]) -> Iterator[Answer]:
    fd = _opened(root, folder)
    names: dict[int, list[str]] = {bucket: [] for bucket in group}
    if fd is None:
        for bucket in group:
            yield folder, bucket, []
        return
    try:
        with os.scandir(fd) as rows:
            for entry in rows:
                name = entry.name
                mine = names.get(bucket_of(name))
                if mine is None or name == skipped or is_ignored(name):
                    continue
                if not entry.is_dir(follow_symlinks=False):
                    mine.append(name)
        for bucket in group:
            yield folder, bucket, _looked_up(root, folder, fd, names.pop(bucket))
    finally:
        os.close(fd)


def _looked_up(root: str, folder: str, fd: int, names: list[str]) -> list[Read]:
    found: list[Read] = []
    for name in names:
        try:
            own = os.stat(name, dir_fd=fd, follow_symlinks=False)
        except FileNotFoundError:
            continue
        if own.st_mode & 0o170000 == 0o100000:
            found.append((name, own.st_size, f"{own.st_mtime_ns:x}.{own.st_ctime_ns:x}"))
        else:
            odd = read_odd(root, folder, fd, name)
            if odd is not None:
                found.append(odd)
    return found
