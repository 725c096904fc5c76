"""Shares a listing between helper processes, so that both cores work and this process's threads do not wait.

A walk in this process would give up and take back the interpreter's lock at every file, and every busy thread
beside it would make each of these take milliseconds; hence processes, also where one would be fast enough.
"""

from __future__ import annotations

import os
import select
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from photosync.connectors.attending import heed
from photosync.connectors.digests import BUCKETS, digest_of_sum
from photosync.connectors.folder.helper import packed, unpacked
from photosync.connectors.folder.reading import Answer, Request
from photosync.connectors.folder.tree import Broken, Read

HELPERS = 2
STOCK = 2
REQUESTS_A_TASK = 512
LOOKED_UP_EVERY_MS = 500
"""Whoever waits for a helper that reads a large folder looks up so often."""

Found = tuple[str, int | None, bytes, int, list[Read] | None]
"""One page: folder, bucket, digest, number of entries, and the entries where they came with it."""

PACKAGE_FOLDER = str(Path(__file__).resolve().parents[3])
START = "import sys; sys.path.append(sys.argv[1]); from photosync.connectors.folder.helper import main; main()"


class HelperLost(Exception):
    """A helper ended by itself: killed from outside, or out of memory."""


def pages_of_sums(folder: str, sums: Sequence[int], counts: Sequence[int], window: int) -> list[Found]:
    """Return the pages of a folder that was summed by bucket: one, or one for each bucket in use."""
    entry_count = sum(counts)
    if entry_count == 0:
        return []
    if entry_count <= window:
        return [(folder, None, digest_of_sum(sum(sums)), entry_count, None)]
    used = (bucket for bucket in range(BUCKETS) if counts[bucket])
    return [(folder, bucket, digest_of_sum(sums[bucket]), counts[bucket], None) for bucket in used]


class Helper:
    """One helper process and the two pipes to it."""

    def __init__(self, start: tuple[Any, ...]) -> None:
        utf8 = "1" if sys.getfilesystemencoding() == "utf-8" else "0"
        self.process = subprocess.Popen(
            [sys.executable, "-I", "-S", "-X", f"utf8={utf8}", "-c", START, PACKAGE_FOLDER],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            process_group=0,
            bufsize=0,
        )
        assert self.process.stdin is not None  # noqa: S101 - said to the type checker
        assert self.process.stdout is not None  # noqa: S101
        self.input = self.process.stdin.fileno()
        self.output = self.process.stdout.fileno()
        self.buffer = bytearray()
        self.idle = True
        self.asked = False
        try:
            self.send(("start", *start))
        except BaseException:
            self.stop()
            raise

    def send(self, message: tuple[Any, ...]) -> None:
        """Send a message. A long one goes to an idle helper only: a busy one might be writing to us."""
        data = memoryview(packed(message))
        try:
            while data:
                data = data[os.write(self.input, data) :]
        except BrokenPipeError as exc:
            raise HelperLost from exc

    def do(self, task: tuple[Any, ...]) -> None:
        self.idle = self.asked = False
        self.send(task)

    def ask(self) -> None:
        self.asked = True
        self.send(("ask",))

    def receive(self) -> list[tuple[Any, ...]]:
        """Return the messages that have arrived whole; waits for some bytes. Raises HelperLost, Broken."""
        data = os.read(self.output, 1 << 20)
        if not data:
            raise HelperLost
        self.buffer += data
        messages = unpacked(self.buffer)
        for message in messages:
            if message[0] == "broken":
                raise Broken(message[1], message[2])
        return messages

    def stop(self) -> None:
        self.process.kill()
        for pipe in (self.process.stdin, self.process.stdout):
            if pipe is not None:
                pipe.close()
        self.process.wait()


class Crew:
    """The helpers of one listing. Close it in every case: it owns processes."""

    def __init__(
        self,
        root: str,
        excluded: tuple[str, str] | None,
        *,
        helpers: int,
        window: int,
        chunk_entries: int,
        known: Mapping[str, bytes] | None = None,
    ) -> None:
        self.window = window
        self.helpers: list[Helper] = []
        self.stock: deque[tuple[Any, ...]] = deque()
        self.sums: dict[str, list[int]] = {}
        self.counts: dict[str, list[int]] = {}
        self.parts_missing: dict[str, int] = {}
        self.read_to_the_end: set[str] = set()
        try:
            for _ in range(helpers):
                self.helpers.append(Helper((root, excluded, window, chunk_entries, known)))
        except BaseException:
            self.close()
            raise

    def close(self) -> None:
        for helper in self.helpers:
            helper.stop()
        self.helpers = []

    def pages(self) -> Iterator[Found]:
        """Yield every page of the tree. Raises Broken, HelperLost."""
        self.stock.append(("walk", [""]))
        by_output = {helper.output: helper for helper in self.helpers}
        poll = select.poll()
        for output in by_output:
            poll.register(output, select.POLLIN)
        listed = 0
        while self._hand_out():
            heed(listed)
            for output, _ in poll.poll(LOOKED_UP_EVERY_MS):
                helper = by_output[output]
                for message in helper.receive():
                    for found in self._take(helper, message):
                        listed += found[3]
                        yield found

    def entries(self, requests: Iterator[Request]) -> Iterator[Answer]:
        """Yield the entries of each requested page, with the first helper. Raises Broken, HelperLost."""
        helper = self.helpers[0]
        batch: list[Request] = []
        for request in requests:
            batch.append(request)
            if len(batch) >= REQUESTS_A_TASK:
                yield from self._answers(helper, batch)
                batch = []
        if batch:
            yield from self._answers(helper, batch)

    @staticmethod
    def _answers(helper: Helper, batch: list[Request]) -> Iterator[Answer]:
        helper.do(("entries", batch))
        poll = select.poll()
        poll.register(helper.output, select.POLLIN)
        while not helper.idle:
            heed(0)
            if not poll.poll(LOOKED_UP_EVERY_MS):
                continue
            for message in helper.receive():
                if message[0] == "idle":
                    helper.idle = True
                else:
                    yield message[1], message[2], message[3]

    def _hand_out(self) -> bool:
        """Give stocked work to idle helpers, ask busy ones for more; return whether anyone works."""
        for helper in self.helpers:
            if helper.idle and self.stock:
                helper.do(self.stock.popleft())
        busy = [helper for helper in self.helpers if not helper.idle]
        if len(self.helpers) > 1 and len(self.stock) < STOCK:
            for helper in busy:
                if not helper.asked:
                    helper.ask()
        return bool(busy)

    def _take(self, helper: Helper, message: tuple[Any, ...]) -> Iterator[Found]:
        kind = message[0]
        if kind == "pages":
            for folder, digest, count, entries in message[1]:
                yield folder, None, digest, count, entries
        elif kind == "idle":
            helper.idle = True
        elif kind == "folders":
            helper.asked = False
            self.stock.append(("walk", message[1]))
        elif kind == "names":
            helper.asked = False
            self.stock.append(("part", message[1], message[2]))
        else:
            yield from self._sum_up(*message)

    def _sum_up(
        self, kind: str, folder: str, sums: list[int], counts: list[int], parts_given: int = -1
    ) -> Iterator[Found]:
        if folder in self.sums:
            sums = [one + other for one, other in zip(self.sums[folder], sums, strict=True)]
            counts = [one + other for one, other in zip(self.counts[folder], counts, strict=True)]
        if kind == "spread":
            self.read_to_the_end.add(folder)
        self.parts_missing[folder] = self.parts_missing.get(folder, 0) + parts_given
        if folder in self.read_to_the_end and self.parts_missing[folder] == 0:
            for kept in (self.sums, self.counts, self.parts_missing):
                kept.pop(folder, None)
            self.read_to_the_end.remove(folder)
            yield from pages_of_sums(folder, sums, counts, self.window)
        else:
            self.sums[folder], self.counts[folder] = sums, counts
