"""Making the pages of a listing that comes in the order of its keys, as S3 stores give it.

All keys below a folder come one after another, so a folder is whole as soon as a key outside of it comes. One flat
listing is one request for 1,000 objects, however many folders they are in.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from photosync.connectors.contract import Entry, Page, PageKey
from photosync.connectors.paging import FolderSums

MOST_KEPT = 64
"""So many folders within one another may have a file on the disk, each with its descriptor."""


@dataclass(slots=True)
class _Open:
    """A folder whose end has not come; `start` is what the keys in it begin with."""

    folder: str
    start: bytes
    sums: FolderSums


def pages_in_order(
    listed: Iterable[tuple[bytes, str, Entry]], *, window: int, known: Mapping[PageKey, bytes] | None
) -> Iterator[Page]:
    """Yield the pages of `listed`: for each entry what its folder's keys begin with, its folder, and itself.

    All open folders together hold two windows of entries at the most; what is more lies on the disk.
    """
    stack: list[_Open] = []
    for start, folder, entry in listed:
        while stack and not start.startswith(stack[-1].start):
            closed = stack.pop()
            yield from closed.sums.pages(closed.folder, known)
        if not stack or stack[-1].start != start:
            _make_room(stack, window)
            stack.append(_Open(folder, start, FolderSums(window, keeps=known is not None and len(stack) < MOST_KEPT)))
        stack[-1].sums.add(entry)
    while stack:
        closed = stack.pop()
        yield from closed.sums.pages(closed.folder, known)


def _make_room(stack: list[_Open], window: int) -> None:
    """Before one more window may be filled, let go of the entries of the outermost folders."""
    held = sum(each.sums.held for each in stack)
    for each in stack:
        if held <= window:
            return
        held -= each.sums.held
        each.sums.let_go()
