"""What is in a folder tree and how to open it, without ever following a link out of it.

Imported by the listing helpers, which start without site-packages: standard library only, and little of it.
"""

from __future__ import annotations

import errno
import os
import stat

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

FOLDER_FLAGS = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
IGNORED_NAMES = frozenset({".ds_store", "thumbs.db", "desktop.ini", "__macosx"})
FIRST_OF_IGNORED = "._TtDd"
"""With these characters the names that `is_ignored` may know begin; the loops ask this first."""

TOO_DEEP = -1
GREW = -2

Read = tuple[str, int, str]
"""One entry: name, size in bytes, stamp."""


class Broken(Exception):
    """The listing cannot be finished: an errno (or TOO_DEEP, GREW) and the folder where it happened."""

    def __init__(self, reason: int, folder: str) -> None:
        super().__init__(reason, folder)
        self.reason = reason
        self.folder = folder


def is_ignored(name: str) -> bool:
    return name.startswith("._") or name.lower() in IGNORED_NAMES


def joined(folder: str, name: str) -> str:
    return f"{folder}/{name}" if folder else name


def open_folder(root: str, folder: str) -> int:
    """Open `folder` under `root` part by part, following no link; the caller closes it. Raises OSError."""
    fd = os.open(root, FOLDER_FLAGS)
    for part in folder.split("/") if folder else ():
        if part in ("", ".", ".."):
            os.close(fd)
            raise OSError(errno.ENOENT, os.strerror(errno.ENOENT), folder)
        outer = fd
        try:
            fd = os.open(part, FOLDER_FLAGS, dir_fd=outer)
        finally:
            os.close(outer)
    return fd


def inside(root: str, path: str) -> str | None:
    """Return where `path` really leads, relative to `root` ("" is the root itself), or None: not inside."""
    real = os.path.realpath(path)
    if real == root:
        return ""
    start = root.rstrip("/") + "/"
    return real[len(start) :] if real.startswith(start) else None


def stamp_of(status: os.stat_result) -> str:
    """Return when content and inode changed last: a change that keeps the first time shows in the second."""
    return f"{status.st_mtime_ns:x}.{status.st_ctime_ns:x}"


def read_plain(rows: Iterable[os.DirEntry[str]], odd: list[os.DirEntry[str]]) -> list[Read]:
    """Return the plain files of `rows`; what is none is added to `odd`."""
    found: list[Read] = []
    for entry in rows:
        name = entry.name
        if name[0] in FIRST_OF_IGNORED and is_ignored(name):
            continue
        if not entry.is_file(follow_symlinks=False):
            odd.append(entry)
            continue
        try:
            own = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        found.append((name, own.st_size, f"{own.st_mtime_ns:x}.{own.st_ctime_ns:x}"))
    return found


def read_odd(root: str, folder: str, fd: int, name: str) -> Read | None:
    """Return what a listing shows for a name that is no plain file; None for a folder or a name now gone.

    A link is shown as the file it leads to inside the root, and changes when the link or the file does.
    A link to a folder inside the root is left out: what it leads to is listed in its own place.
    Everything else is shown as it is, and `fetch()` refuses it with the reason.
    """
    try:
        own = os.stat(name, dir_fd=fd, follow_symlinks=False)
    except FileNotFoundError:
        return None
    if stat.S_ISDIR(own.st_mode):
        return None
    if stat.S_ISLNK(own.st_mode):
        target = inside(root, f"{root}/{joined(folder, name)}")
        try:
            led_to = os.stat(name, dir_fd=fd) if target is not None else own
        except OSError:
            led_to = own
        if stat.S_ISDIR(led_to.st_mode):
            return None
        return name, led_to.st_size, f"{stamp_of(led_to)}.{own.st_ctime_ns:x}"
    return name, own.st_size, stamp_of(own)
