"""The fast way to a photo: a gate before the pages, which answers photo addresses from bounded memories.

The questions are those of `photo_rights`; the gate only remembers the answers, for less than the 5 s that the
rule allows, so that a right that is taken away is gone within them. All memories are touched by the event
loop's thread alone; questions are asked in threads of their own, many at once where many wait.
"""

from __future__ import annotations

import asyncio
from collections import OrderedDict
from collections.abc import Awaitable, Callable, Hashable, Mapping, Sequence
from concurrent.futures import Executor
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from photosync.core.photos import Rendition
from photosync.web.photo_address import PhotoAddress, ShownPhoto

REMEMBERED_FOR_S = 4.0
PHOTOS_REMEMBERED = 20_000
RIGHTS_REMEMBERED = 10_000
ASKED_TOGETHER = 100
BLOB_MEMORY_BYTES = 64_000_000
LARGEST_BLOB_REMEMBERED_BYTES = 1_000_000

Key = TypeVar("Key", bound=Hashable)
Value = TypeVar("Value")
Right = tuple[str, int, bool]
"""The session, the school, and whether what is to be seen is only planned."""

NOBODY = 0
"""The account of those who may not see it."""


class Seen(Protocol):
    def __call__(self, account_id: int, person_id: int, school_id: int, *, full: bool) -> None: ...


Headers = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class PhotoAnswer:
    """What is sent: 200 with the picture, 304, or 404 without saying whether there is a photo."""

    status: int
    headers: Headers
    body: bytes = b""


@dataclass(frozen=True, slots=True)
class PhotoQuestions:
    """The blocking questions behind the gate, and the clock (monotonic seconds) that ages their answers."""

    photos: Callable[[Sequence[PhotoAddress]], Mapping[PhotoAddress, ShownPhoto | None]]
    viewers: Callable[[Sequence[Right]], Mapping[Right, int | None]]
    """The account that sees it with this right; NOBODY where it is not allowed."""
    blob: Callable[[str], bytes]
    clock: Callable[[], float]
    seen: Seen
    """Told of every photo that is shown, at once and without waiting."""


def photo_headers(photo: ShownPhoto) -> Headers:
    """Return the headers of a photo. A browser keeps it but asks each time whether it may still be shown."""
    return [
        ("content-type", "image/jpeg"),
        ("etag", f'"{photo.sha256}"'),
        ("cache-control", "private, no-cache"),
        ("photo-year", str(photo.academic_year)),
        *PLAIN_HEADERS,
    ]


PLAIN_HEADERS: Headers = [
    ("vary", "Cookie"),
    ("x-content-type-options", "nosniff"),
    ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
    ("cross-origin-resource-policy", "same-origin"),
]
NOT_FOUND = PhotoAnswer(
    404,
    [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store"), *PLAIN_HEADERS],
    b"There is no photo here that this account may see.\n",
)


def matches_etag(if_none_match: str, sha256: str) -> bool:
    """Return whether the header If-None-Match names this content (RFC 9110: weak comparison, or a star)."""
    if if_none_match.strip() == "*":
        return True
    wanted = f'"{sha256}"'
    return any(tag.strip().removeprefix("W/") == wanted for tag in if_none_match[:4000].split(","))


class ShortMemory(Generic[Key, Value]):
    """Answers to a question, each used until it is REMEMBERED_FOR_S old; the oldest go when it is full.

    What is asked while an earlier question is under way is asked together afterwards.
    """

    def __init__(
        self,
        ask: Callable[[Sequence[Key]], Mapping[Key, Value]],
        clock: Callable[[], float],
        executor: Executor,
        *,
        at_most: int,
    ) -> None:
        self._ask = ask
        self._clock = clock
        self._executor = executor
        self._at_most = at_most
        self._answers: OrderedDict[Key, tuple[float, Value]] = OrderedDict()
        self._waiting: dict[Key, asyncio.Future[Value]] = {}
        self._queue: list[Key] = []
        self._asker: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._answers)

    def recall(self, key: Key, otherwise: Value) -> Value:
        """Return the answer if it is known and young enough, else `otherwise`."""
        known = self._answers.get(key)
        if known is None or self._clock() - known[0] >= REMEMBERED_FOR_S:
            return otherwise
        return known[1]

    async def find(self, key: Key) -> Value:
        """Ask, and remember the answer."""
        waiting = self._waiting.get(key)
        if waiting is None:
            waiting = self._waiting[key] = asyncio.get_running_loop().create_future()
            self._queue.append(key)
            if self._asker is None:
                self._asker = asyncio.create_task(self._ask_queue())
        return await asyncio.shield(waiting)

    async def _ask_queue(self) -> None:
        try:
            while self._queue:
                keys, self._queue = self._queue[:ASKED_TOGETHER], self._queue[ASKED_TOGETHER:]
                await self._ask_together(keys)
        finally:
            self._asker = None

    async def _ask_together(self, keys: Sequence[Key]) -> None:
        asked_at = self._clock()  # before the question: what changes while it is asked counts from here
        try:
            answers = await asyncio.get_running_loop().run_in_executor(self._executor, self._ask, keys)
        except Exception as error:  # noqa: BLE001  # handed on to all who wait
            # Whoever waits for an answer is told; the next who asks asks anew.
            for key in keys:
                self._waiting.pop(key).set_exception(error)
            return
        for key in keys:
            self._answers[key] = (asked_at, answers[key])
            self._answers.move_to_end(key)
            self._waiting.pop(key).set_result(answers[key])
        while len(self._answers) > self._at_most:
            self._answers.popitem(last=False)


class BlobMemory:
    """The bytes of small blobs by their hash, up to a total size; what was not used for longest goes first."""

    def __init__(self, total_bytes: int = BLOB_MEMORY_BYTES) -> None:
        self._total_bytes = total_bytes
        self._used_bytes = 0
        self._blobs: OrderedDict[str, bytes] = OrderedDict()

    @property
    def used_bytes(self) -> int:
        return self._used_bytes

    def recall(self, sha256: str) -> bytes | None:
        content = self._blobs.get(sha256)
        if content is not None:
            self._blobs.move_to_end(sha256)
        return content

    def keep(self, sha256: str, content: bytes) -> None:
        if sha256 in self._blobs or len(content) > LARGEST_BLOB_REMEMBERED_BYTES:
            return
        self._blobs[sha256] = content
        self._used_bytes += len(content)
        while self._used_bytes > self._total_bytes:
            _, dropped = self._blobs.popitem(last=False)
            self._used_bytes -= len(dropped)


UNKNOWN = ShownPhoto(0, 0, "")


class PhotoGate:
    """Answers for photo addresses. To be used from one event loop only."""

    def __init__(self, questions: PhotoQuestions, executor: Executor) -> None:
        self._questions = questions
        self._executor = executor
        self._photos: ShortMemory[PhotoAddress, ShownPhoto | None] = ShortMemory(
            questions.photos, questions.clock, executor, at_most=PHOTOS_REMEMBERED
        )
        self._viewers: ShortMemory[Right, int | None] = ShortMemory(
            questions.viewers, questions.clock, executor, at_most=RIGHTS_REMEMBERED
        )
        self._blobs = BlobMemory()

    def answer(
        self, address: PhotoAddress, session_key: str, if_none_match: str, *, is_shown: bool = True
    ) -> PhotoAnswer | Awaitable[PhotoAnswer]:
        """Return the answer, at once where everything is remembered; else something to wait for.

        `is_shown` is false where only the headers are sent, so that no one sees the photo. Raises Damaged or
        StorageUnavailable (when waited for) where the blob cannot be read.
        """
        photo = self._photos.recall(address, UNKNOWN)
        if photo is None:
            return NOT_FOUND
        if photo is not UNKNOWN:
            viewer = self._viewers.recall((session_key, photo.school_id, photo.is_planned), None)
            if viewer == NOBODY:
                return NOT_FOUND
            content = self._blobs.recall(photo.sha256)
            if viewer and content is not None:
                if is_shown:
                    self._note(address, photo, viewer)
                return _sent(photo, content, if_none_match)
        return self._found(address, session_key, if_none_match, is_shown=is_shown)

    async def _found(
        self, address: PhotoAddress, session_key: str, if_none_match: str, *, is_shown: bool
    ) -> PhotoAnswer:
        photo = self._photos.recall(address, UNKNOWN)
        if photo is UNKNOWN:
            photo = await self._photos.find(address)
        if photo is None:
            return NOT_FOUND
        right = (session_key, photo.school_id, photo.is_planned)
        viewer = self._viewers.recall(right, None)
        if viewer is None:
            viewer = await self._viewers.find(right)
        if not viewer:
            return NOT_FOUND
        content = self._blobs.recall(photo.sha256)
        if content is None:
            loop = asyncio.get_running_loop()
            content = await loop.run_in_executor(self._executor, self._questions.blob, photo.sha256)
            self._blobs.keep(photo.sha256, content)
        if is_shown:
            self._note(address, photo, viewer)
        return _sent(photo, content, if_none_match)

    def _note(self, address: PhotoAddress, photo: ShownPhoto, viewer: int) -> None:
        self._questions.seen(viewer, address.person_id, photo.school_id, full=address.size is Rendition.FULL)


def _sent(photo: ShownPhoto, content: bytes, if_none_match: str) -> PhotoAnswer:
    headers = photo_headers(photo)
    if if_none_match and matches_etag(if_none_match, photo.sha256):
        return PhotoAnswer(304, headers)
    return PhotoAnswer(200, headers, content)
