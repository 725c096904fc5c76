"""Nasty data on purpose: a source in memory that lies, and a builder of a nasty folder tree on disk."""

from __future__ import annotations

import os
import socket
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from photosync.connectors.contract import Entry, Fetched, Page
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import ItemRejected, TryLater

HOSTILE_NAMES = (
    "two\nlines.jpg",
    "tab\there.jpg",
    "return\rhere.jpg",
    "\u202egpj.000201.jpg",
    "zero\u200bwidth.jpg",
    "\x1b[2Jscreen.jpg",
    "\x01.jpg",
    "-rf.jpg",
    "--help",
    "..jpg",
    "...",
    " ",
    " 002082 .jpg",
    "002082.jpg.exe",
    "%s%n%d.jpg",
    "$(reboot).jpg",
    "'; DROP TABLE photos; --.jpg",
    "<img src=x onerror=alert(1)>.jpg",
    '"quoted".jpg',
    "back\\slash.jpg",
    "CON",
    "cafe\u0301.jpg",
    "caf\u00e9.jpg",
    "\U0001f600.jpg",
    "名前.jpg",
    os.fsdecode(b"caf\xe9.jpg"),
    os.fsdecode(b"\xff\xfe\xfd"),
    "x" * 251 + ".jpg",
)
"""Names that a file system allows and a careless program stumbles over; two are not valid UTF-8."""


class HostileSource(MemorySource):
    """A memory source whose listing lies about sizes, and some of whose files never hold still.

    `claimed_sizes`: path -> the size that the listing claims. `changing`: paths that change during every
    read. `leading_out`: paths that are links out of the source.
    """

    def __init__(
        self,
        files: Mapping[str, bytes] | None = None,
        *,
        claimed_sizes: Mapping[str, int] | None = None,
        changing: frozenset[str] = frozenset(),
        leading_out: frozenset[str] = frozenset(),
    ) -> None:
        self._claimed_sizes = dict(claimed_sizes or {})
        self._changing = changing
        self._leading_out = leading_out
        super().__init__({**dict.fromkeys(HOSTILE_NAMES, b"hostile"), **(files or {})})

    def _listed(self, folder: str) -> list[Entry]:
        start = f"{folder}/" if folder else ""
        return [
            entry._replace(size_bytes=self._claimed_sizes.get(start + entry.name, entry.size_bytes))
            for entry in super()._listed(folder)
        ]

    def entries(self, pages: Sequence[Page]) -> Iterator[tuple[Page, list[Entry]]]:
        """As in any source, but in the opposite order."""
        yield from super().entries(list(reversed(pages)))

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        path = f"{folder}/{name}" if folder else name
        if path in self._leading_out:
            raise ItemRejected(
                f"{path!r} is a link that leads out of the source, so it was not followed.",
                code="outside_source",
            )
        fetched = super().fetch(folder, name, limit_bytes=limit_bytes)
        if path in self._changing:
            self.put(path, fetched.content + b"+")
            raise TryLater(f"{path!r} changed while it was being read. It was left as it is.")
        return fetched


@dataclass(frozen=True, slots=True)
class HostileTree:
    """What a source must make of the tree that `build_hostile_tree` made."""

    readable: dict[str, bytes]
    """Path -> bytes: listed, and given by `fetch()`."""
    refused: dict[str, str]
    """Path -> the code with which `fetch()` rejects it: links leading out, and things that are no files."""
    unreadable: frozenset[str]
    """Paths that are listed and cannot be read now: links that lead nowhere inside the root."""


def build_hostile_tree(root: Path, outside: Path) -> HostileTree:
    """Fill the empty folder `root` with every nasty thing that needs no special right; `outside` is lured to.

    `outside` becomes a folder with `secret.jpg`, whose bytes no source may ever give.
    """
    outside.mkdir()
    (outside / "secret.jpg").write_bytes(b"secret")
    readable: dict[str, bytes] = {}
    for number, name in enumerate(HOSTILE_NAMES):
        for folder in ("", "nested/" + "-deep/" * 20):
            path = folder + name
            readable[path] = b"%d" % number
            (root / folder).mkdir(parents=True, exist_ok=True)
            (root / path).write_bytes(readable[path])
    _add_ignored(root)
    _add_links(root / "links", outside)
    _add_what_is_no_file(root)
    readable["links/inside.jpg"] = readable["%s%n%d.jpg"]
    return HostileTree(
        readable=readable,
        refused={
            "links/file-out.jpg": "outside_source",
            "links/relative-out.jpg": "outside_source",
            "links/folder-out": "outside_source",
            "links/device.jpg": "outside_source",
            "pipe.jpg": "not_a_file",
            "socket.jpg": "not_a_file",
        },
        unreadable=frozenset({"links/to-itself.jpg", "links/nowhere.jpg"}),
    )


def _add_links(links: Path, outside: Path) -> None:
    links.mkdir()
    (links / "inside.jpg").symlink_to("../%s%n%d.jpg")
    (links / "file-out.jpg").symlink_to(outside / "secret.jpg")
    (links / "relative-out.jpg").symlink_to(os.path.relpath(outside / "secret.jpg", links))
    (links / "folder-out").symlink_to(outside)
    (links / "to-itself.jpg").symlink_to("to-itself.jpg")
    (links / "nowhere.jpg").symlink_to("not-there.jpg")
    (links / "up").symlink_to("..")
    (links / "device.jpg").symlink_to("/dev/zero")


def _add_what_is_no_file(root: Path) -> None:
    os.mkfifo(root / "pipe.jpg")
    with socket.socket(socket.AF_UNIX) as listener:
        at = os.open(root, os.O_RDONLY | os.O_DIRECTORY)
        try:
            listener.bind(f"/proc/self/fd/{at}/socket.jpg")
        finally:
            os.close(at)


def _add_ignored(root: Path) -> None:
    for folder in (root, root / "nested"):
        for name in ("._002082.jpg", ".DS_Store", "Thumbs.db", "THUMBS.DB", "desktop.ini"):
            (folder / name).write_bytes(b"ignored")
        (folder / "__MACOSX").mkdir()
        (folder / "__MACOSX" / "002082.jpg").write_bytes(b"ignored")
