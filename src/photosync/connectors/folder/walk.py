"""Walks a folder tree as fast as one Python process can, and delivers the digests of its folders.

Imported by the listing helpers, which start without site-packages: standard library only, and little of it.

The walk goes depth first and reads a folder in chunks, so its memory depends on the depth only. A folder
that does not end within its first chunk is summed by bucket (see `contract.BUCKETS`); whoever collects the
sums decides whether that makes one page or many.
"""

from __future__ import annotations

import errno
import os
from hashlib import blake2s
from itertools import islice
from zlib import crc32

from photosync.connectors.digests import BUCKETS, LOW_128_BITS, bucket_of, digest_of_sum, entry_digest
from photosync.connectors.folder.tree import (
    FIRST_OF_IGNORED,
    FOLDER_FLAGS,
    TOO_DEEP,
    Broken,
    Read,
    is_ignored,
    joined,
    open_folder,
    read_odd,
    read_plain,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence
    from typing import Protocol

    class Report(Protocol):
        """Where a walk delivers to."""

        def whole(self, folder: str, digest: bytes, count: int, entries: list[Read] | None) -> None:
            """Take the digest of a folder that ended within its first chunk, and the entries if it is another."""

        def spread(self, folder: str, sums: list[int], counts: list[int], parts_given: int) -> None:
            """Take the sums of a larger folder, by bucket, less the parts that were given away."""

        def part(self, folder: str, sums: list[int], counts: list[int]) -> None:
            """Take the sums of names that another walk gave away."""

        def wanted(self, work: int) -> bool:
            """Tell whether someone waits for work; `work` entries were read since the last question."""

        def give_folders(self, folders: list[str]) -> None: ...

        def give_names(self, folder: str, names: list[str]) -> None: ...


CHUNK_ENTRIES = 2048
SHARED_FOLDERS = 32
DEEPEST = 100


def sum_entries(chunk: Sequence[os.DirEntry[str]], odd: list[os.DirEntry[str]]) -> tuple[int, int]:
    """Return sum and count of the plain files in `chunk`. Everything waits for this loop: keep it lean."""
    total = count = 0
    number, digest, first = int.from_bytes, blake2s, FIRST_OF_IGNORED
    for entry in chunk:
        name = entry.name
        if name[0] in first and is_ignored(name):
            continue
        if not entry.is_file(follow_symlinks=False):
            odd.append(entry)
            continue
        try:
            own = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        raw = name.encode("utf-8", "surrogatepass")
        text = b"%b\0%d\0%x.%x" % (raw, own.st_size, own.st_mtime_ns, own.st_ctime_ns)
        total += number(digest(text).digest())
        count += 1
    return total, count


def spread_entries(
    chunk: Sequence[os.DirEntry[str]], odd: list[os.DirEntry[str]], sums: list[int], counts: list[int]
) -> None:
    """Add the plain files in `chunk` to the sums and counts of their buckets. Lean, like `sum_entries`."""
    number, digest, checksum, first = int.from_bytes, blake2s, crc32, FIRST_OF_IGNORED
    for entry in chunk:
        name = entry.name
        if name[0] in first and is_ignored(name):
            continue
        if not entry.is_file(follow_symlinks=False):
            odd.append(entry)
            continue
        try:
            own = entry.stat(follow_symlinks=False)
        except FileNotFoundError:
            continue
        raw = name.encode("utf-8", "surrogatepass")
        text = b"%b\0%d\0%x.%x" % (raw, own.st_size, own.st_mtime_ns, own.st_ctime_ns)
        bucket = checksum(raw) & 255
        sums[bucket] += number(digest(text).digest())
        counts[bucket] += 1


class Frame:
    """A folder that the walk is in: what is read of it and what is still to be entered."""

    __slots__ = (
        "counts",
        "ended",
        "fd",
        "folder",
        "given",
        "pending",
        "rows",
        "sums",
    )

    def __init__(self, folder: str, fd: int, pending: list[str]) -> None:
        self.folder = folder
        self.fd = fd
        self.pending = pending
        self.ended = fd < 0
        self.rows: Iterator[os.DirEntry[str]] = os.scandir(fd) if fd >= 0 else iter(())
        self.sums: list[int] | None = None
        self.counts: list[int] = []
        self.given = 0

    def close(self) -> None:
        if self.fd >= 0:
            self.rows.close()  # type: ignore[attr-defined]  # os.scandir's iterator; typeshed hides its name
            os.close(self.fd)


class Walk:
    """Reads folders under `root` and delivers their sums; `excluded` is one (folder, name) to leave out.

    A folder of up to `chunk_entries` is delivered as a whole, a larger one by bucket. `known` is the digest
    of each folder when it was recorded; a whole folder with another one is delivered with its entries.
    """

    def __init__(
        self,
        root: str,
        excluded: tuple[str, str] | None,
        report: Report,
        chunk_entries: int = CHUNK_ENTRIES,
        known: Mapping[str, bytes] | None = None,
    ) -> None:
        self.root = root
        self.excluded = excluded
        self.report = report
        self.chunk_entries = chunk_entries
        self.known = known

    def folders(self, folders: list[str]) -> None:
        """Walk `folders` and all beneath them. Raises Broken."""
        frames = [Frame("", -1, folders)]
        try:
            while frames:
                frame = frames[-1]
                if frame.pending:
                    frames.append(self._enter(frame, frame.pending.pop()))
                elif frame.ended:
                    self._leave(frame)
                    frames.pop().close()
                else:
                    wanted = self.report.wanted(self._read(frame))
                    if wanted:
                        self._share(frames)
        except OSError as exc:
            raise Broken(exc.errno or errno.EIO, frames[-1].folder) from exc
        finally:
            for frame in frames:
                frame.close()

    def part(self, folder: str, names: list[str]) -> None:
        """Sum the entries `names` of a folder that another walk reads. Raises Broken."""
        sums, counts = [0] * BUCKETS, [0] * BUCKETS
        number, digest, checksum, look = int.from_bytes, blake2s, crc32, os.stat
        try:
            fd = open_folder(self.root, folder)
            try:
                for name in names:
                    try:
                        own = look(name, dir_fd=fd, follow_symlinks=False)
                    except FileNotFoundError:
                        continue
                    if own.st_mode & 0o170000 != 0o100000:
                        odd = read_odd(self.root, folder, fd, name)
                        if odd is not None:
                            self._add(odd, sums, counts)
                        continue
                    raw = name.encode("utf-8", "surrogatepass")
                    text = b"%b\0%d\0%x.%x" % (raw, own.st_size, own.st_mtime_ns, own.st_ctime_ns)
                    bucket = checksum(raw) & 255
                    sums[bucket] += number(digest(text).digest())
                    counts[bucket] += 1
            finally:
                os.close(fd)
        except OSError as exc:
            raise Broken(exc.errno or errno.EIO, folder) from exc
        self.report.part(folder, sums, counts)

    def _enter(self, outer: Frame, name: str) -> Frame:
        if outer.fd < 0:
            folder = name
            if folder.count("/") >= DEEPEST:
                raise Broken(TOO_DEEP, folder)
            try:
                fd = open_folder(self.root, folder)
            except OSError as exc:
                raise Broken(exc.errno or errno.EIO, folder) from exc
        else:
            folder = joined(outer.folder, name)
            if folder.count("/") >= DEEPEST:
                raise Broken(TOO_DEEP, folder)
            try:
                fd = os.open(name, FOLDER_FLAGS, dir_fd=outer.fd)
            except OSError as exc:
                raise Broken(exc.errno or errno.EIO, folder) from exc
        return Frame(folder, fd, [])

    def _read(self, frame: Frame) -> int:
        """Read one chunk of a folder; return how much work that was, in entries."""
        chunk = list(islice(frame.rows, self.chunk_entries))
        frame.ended = len(chunk) < self.chunk_entries
        if self.excluded is not None and frame.folder == self.excluded[0]:
            chunk = [entry for entry in chunk if entry.name != self.excluded[1]]
        odd: list[os.DirEntry[str]] = []
        if frame.ended and frame.sums is None:
            self._read_whole(frame, chunk, odd)
        else:
            if frame.sums is None:
                frame.sums, frame.counts = [0] * BUCKETS, [0] * BUCKETS
            if not frame.ended and self.report.wanted(0):
                self._give_chunk(frame, chunk, odd)
            else:
                spread_entries(chunk, odd, frame.sums, frame.counts)
            for read in self._read_odd(frame, odd):
                self._add(read, frame.sums, frame.counts)
        return len(chunk) + 20

    def _read_whole(self, frame: Frame, chunk: list[os.DirEntry[str]], odd: list[os.DirEntry[str]]) -> None:
        """Deliver a folder that has ended within its first chunk."""
        total, count = sum_entries(chunk, odd)
        missed = count < len(chunk) or not chunk
        others = list(self._read_odd(frame, odd))
        total += sum(entry_digest(*read) for read in others)
        if missed:
            self._see_that_it_is_there(frame)
        if count + len(others):
            digest = digest_of_sum(total)
            differs = self.known is not None and self.known.get(frame.folder) != digest
            entries = read_plain(chunk, []) + others if differs else None
            self.report.whole(frame.folder, digest, count + len(others), entries)

    def _give_chunk(self, frame: Frame, chunk: list[os.DirEntry[str]], odd: list[os.DirEntry[str]]) -> None:
        names: list[str] = []
        for entry in chunk:
            name = entry.name
            if name[0] in FIRST_OF_IGNORED and is_ignored(name):
                continue
            if entry.is_file(follow_symlinks=False):
                names.append(name)
            else:
                odd.append(entry)
        if names:
            frame.given += 1
            self.report.give_names(frame.folder, names)

    def _read_odd(self, frame: Frame, odd: list[os.DirEntry[str]]) -> Iterator[Read]:
        """Yield what is to be listed of names that are no plain files; note the folders among them."""
        for entry in odd:
            if entry.is_dir(follow_symlinks=False):
                frame.pending.append(entry.name)
            elif read := read_odd(self.root, frame.folder, frame.fd, entry.name):
                yield read

    @staticmethod
    def _add(read: Read, sums: list[int], counts: list[int]) -> None:
        bucket = bucket_of(read[0])
        sums[bucket] += entry_digest(*read)
        counts[bucket] += 1

    def _leave(self, frame: Frame) -> None:
        if frame.sums is not None:
            self._see_that_it_is_there(frame)
            sums = [total & LOW_128_BITS for total in frame.sums]
            self.report.spread(frame.folder, sums, frame.counts, frame.given)

    @staticmethod
    def _see_that_it_is_there(frame: Frame) -> None:
        if os.fstat(frame.fd).st_nlink == 0:
            raise Broken(errno.ENOENT, frame.folder)  # removed while being read: more may be missing

    def _share(self, frames: list[Frame]) -> None:
        """Give away half of what is still to be entered, from as high up as possible."""
        for frame in frames:
            if frame.pending:
                size = min(SHARED_FOLDERS, (len(frame.pending) + 1) // 2)
                gift = frame.pending[:size]
                del frame.pending[:size]
                if frame.fd >= 0:
                    gift = [joined(frame.folder, name) for name in gift]
                self.report.give_folders(gift)
                return
