"""A listing helper: a small process that walks a part of a folder tree. `crew.py` starts it.

It speaks over its standard input and output, in messages of `marshal`, each after its length in four bytes.
It ends as soon as its starter is gone, however that ended: its input closes, or its parent changes.
"""

from __future__ import annotations

import gc
import marshal
import os
import select

from photosync.connectors.folder.reading import read_pages
from photosync.connectors.folder.tree import Broken
from photosync.connectors.folder.walk import Walk

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from photosync.connectors.folder.tree import Read

PAGES_A_MESSAGE = 256
ENTRIES_A_MESSAGE = 16_000
"""Whichever comes first: whoever compares pages is to have some early, while the walk goes on."""
WEIGHT_OF_ONE_SENT = 8
WORK_BETWEEN_LOOKS = 2_000
SECONDS_BETWEEN_LOOKS_AT_THE_PARENT = 5.0


def packed(message: tuple[Any, ...]) -> bytes:
    body = marshal.dumps(message)
    return len(body).to_bytes(4, "big") + body


def unpacked(buffer: bytearray) -> list[tuple[Any, ...]]:
    """Take the whole messages out of `buffer` and return them."""
    messages: list[tuple[Any, ...]] = []
    at = 0
    while len(buffer) - at >= 4:
        end = at + 4 + int.from_bytes(buffer[at : at + 4], "big")
        if end > len(buffer):
            break
        messages.append(marshal.loads(buffer[at + 4 : end]))  # noqa: S302 - only ever from our own process
        at = end
    del buffer[:at]
    return messages


class Line:
    """The helper's end of the two pipes, and what a walk delivers to."""

    def __init__(self) -> None:
        self.parent = os.getppid()
        self.buffer = bytearray()
        self.tasks: list[tuple[Any, ...]] = []
        self.asked = False
        self.work = 0
        self.pages: list[tuple[str, bytes, int, list[Read] | None]] = []
        self.entries = 0

    def send(self, *message: Any) -> None:
        data = memoryview(packed(message))
        while data:
            data = data[os.write(1, data) :]

    def look(self, patience_s: float) -> None:
        """Take in what has arrived; wait for up to `patience_s`. Ends the process when its parent is gone."""
        ready, _, _ = select.select([0], [], [], patience_s)
        if ready:
            data = os.read(0, 1 << 20)
            if not data:
                os._exit(0)
            self.buffer += data
            for message in unpacked(self.buffer):
                if message[0] == "ask":
                    self.asked = True
                else:
                    self.tasks.append(message)
        elif os.getppid() != self.parent:
            os._exit(0)

    def next_task(self) -> tuple[Any, ...]:
        while not self.tasks:
            self.look(SECONDS_BETWEEN_LOOKS_AT_THE_PARENT)
        return self.tasks.pop(0)

    def flush(self) -> None:
        if self.pages:
            self.send("pages", self.pages)
            self.pages = []
            self.entries = 0

    def whole(self, folder: str, digest: bytes, count: int, entries: list[Read] | None) -> None:
        self.pages.append((folder, digest, count, entries))
        self.entries += count if entries is None else count * WEIGHT_OF_ONE_SENT
        if len(self.pages) >= PAGES_A_MESSAGE or self.entries >= ENTRIES_A_MESSAGE:
            self.flush()

    def spread(self, folder: str, sums: list[int], counts: list[int], parts_given: int) -> None:
        self.send("spread", folder, sums, counts, parts_given)

    def part(self, folder: str, sums: list[int], counts: list[int]) -> None:
        self.send("part", folder, sums, counts)

    def wanted(self, work: int) -> bool:
        self.work += work
        if self.work > WORK_BETWEEN_LOOKS:
            self.work = 0
            self.look(0)
        return self.asked

    def give_folders(self, folders: list[str]) -> None:
        self.asked = False
        self.send("folders", folders)

    def give_names(self, folder: str, names: list[str]) -> None:
        self.asked = False
        self.send("names", folder, names)


def main() -> None:
    """Do tasks until the starter closes the line. An error of the tree is told; any other ends the helper."""
    gc.disable()  # a walk makes no cycles, but a million objects that the collector would look through
    line = Line()
    _, root, excluded, window, chunk_entries, known = line.next_task()
    walk = Walk(root, excluded, line, chunk_entries, known)
    while True:
        kind, *rest = line.next_task()
        try:
            if kind == "walk":
                walk.folders(*rest)
            elif kind == "part":
                walk.part(*rest)
            else:
                for folder, bucket, entries in read_pages(root, excluded, rest[0], window):
                    line.send("entries", folder, bucket, entries)
                    line.wanted(WORK_BETWEEN_LOOKS)
        except Broken as exc:
            line.send("broken", exc.reason, exc.folder)
        line.flush()
        line.asked = False
        line.send("idle")
