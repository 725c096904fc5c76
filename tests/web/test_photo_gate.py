"""The gate: what it remembers, for how long, and how much."""

import asyncio
from collections.abc import Awaitable, Callable, Coroutine, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field, replace
from hashlib import sha256
from typing import Any

import pytest

from photosync.core.errors import Damaged
from photosync.core.photos import Rendition
from photosync.web.photo_address import PhotoAddress, ShownPhoto
from photosync.web.photo_gate import (
    ASKED_TOGETHER,
    NOBODY,
    NOT_FOUND,
    BlobMemory,
    PhotoAnswer,
    PhotoGate,
    PhotoQuestions,
    Right,
    ShortMemory,
    matches_etag,
)
from tests.web.loops import run_apart

ALLOWED_BY_THE_RULE_S = 5.0
KIM = 3
PICTURE = b"\xff\xd8 a picture"
CONTENT = sha256(PICTURE).hexdigest()
ADDRESS = PhotoAddress(7, "now", Rendition.THUMB)
SHOWN = ShownPhoto(school_id=1, academic_year=2026, sha256=CONTENT)


@dataclass
class Library:
    """What the gate asks, with a clock that the test moves."""

    photos: dict[PhotoAddress, ShownPhoto] = field(default_factory=lambda: {ADDRESS: SHOWN})
    rights: set[Right] = field(default_factory=lambda: {("kim", 1, False)})
    blobs: dict[str, bytes] = field(default_factory=lambda: {CONTENT: PICTURE})
    now_s: float = 1000.0
    asked: list[str] = field(default_factory=list)
    seen: list[tuple[int, int, int, bool]] = field(default_factory=list)

    def shown(self, addresses: Sequence[PhotoAddress]) -> Mapping[PhotoAddress, ShownPhoto | None]:
        self.asked.append(f"photos of {len(addresses)}")
        return {address: self.photos.get(address) for address in addresses}

    def viewers(self, rights: Sequence[Right]) -> Mapping[Right, int | None]:
        self.asked.append(f"rights of {len(rights)}")
        return {right: KIM if right in self.rights else NOBODY for right in rights}

    def blob(self, name: str) -> bytes:
        self.asked.append("blob")
        if name not in self.blobs:
            raise Damaged(f"The photo {name} is missing.")
        return self.blobs[name]

    @property
    def questions(self) -> PhotoQuestions:
        return PhotoQuestions(
            photos=self.shown, viewers=self.viewers, blob=self.blob, clock=lambda: self.now_s, seen=self.note
        )

    def note(self, account_id: int, person_id: int, school_id: int, *, full: bool) -> None:
        self.seen.append((account_id, person_id, school_id, full))


Ask = Callable[..., Coroutine[Any, Any, PhotoAnswer]]


def with_gate(library: Library, story: Callable[[Ask], Coroutine[Any, Any, None]]) -> None:
    """Run `story` with a function that asks the gate for a photo."""

    async def run() -> None:
        with ThreadPoolExecutor(2) as threads:
            gate = PhotoGate(library.questions, threads)

            async def ask(
                address: PhotoAddress = ADDRESS,
                session: str = "kim",
                if_none_match: str = "",
                *,
                is_shown: bool = True,
            ) -> PhotoAnswer:
                answer = gate.answer(address, session, if_none_match, is_shown=is_shown)
                return answer if isinstance(answer, PhotoAnswer) else await _awaited(answer)

            await story(ask)

    run_apart(run())


async def _awaited(answer: Awaitable[PhotoAnswer]) -> PhotoAnswer:
    return await answer


def test_photo_is_sent_with_its_hash_and_year_and_not_kept_by_shared_caches() -> None:
    async def story(ask: Ask) -> None:
        answer = await ask()

        assert (answer.status, answer.body) == (200, PICTURE)
        assert answer.headers == [
            ("content-type", "image/jpeg"),
            ("etag", f'"{CONTENT}"'),
            ("cache-control", "private, no-cache"),
            ("photo-year", "2026"),
            ("vary", "Cookie"),
            ("x-content-type-options", "nosniff"),
            ("content-security-policy", "default-src 'none'; frame-ancestors 'none'"),
            ("cross-origin-resource-policy", "same-origin"),
        ]

    with_gate(Library(), story)


def test_second_request_asks_nothing() -> None:
    library = Library()

    async def story(ask: Ask) -> None:
        await ask()
        library.asked.clear()

        assert (await ask()).body == PICTURE
        assert library.asked == []

    with_gate(library, story)


def test_known_content_is_answered_with_304() -> None:
    async def story(ask: Ask) -> None:
        answer = await ask(if_none_match=f'"{CONTENT}"')

        assert (answer.status, answer.body) == (304, b"")

    with_gate(Library(), story)


def test_unknown_photo_and_forbidden_photo_get_the_same_answer() -> None:
    async def story(ask: Ask) -> None:
        assert await ask(PhotoAddress(8, "now", Rendition.THUMB)) == NOT_FOUND
        assert await ask(session="stranger") == NOT_FOUND

    with_gate(Library(), story)


def test_right_to_see_photos_is_none_to_see_what_is_only_planned() -> None:
    planned = PhotoAddress(7, "i3", Rendition.THUMB)
    library = Library()
    library.photos[planned] = ShownPhoto(school_id=1, academic_year=2026, sha256=CONTENT, is_planned=True)

    async def story(ask: Ask) -> None:
        assert (await ask()).body == PICTURE
        assert await ask(planned) == NOT_FOUND
        assert await ask(planned) == NOT_FOUND
        library.rights.add(("lee", 1, True))
        assert (await ask(planned, session="lee")).body == PICTURE
        assert await ask(session="lee") == NOT_FOUND

    with_gate(library, story)


def test_304_is_not_given_to_those_who_may_not_see_it() -> None:
    async def story(ask: Ask) -> None:
        assert await ask(session="stranger", if_none_match=f'"{CONTENT}"') == NOT_FOUND

    with_gate(Library(), story)


def test_every_photo_that_is_shown_is_noted_with_who_saw_whom() -> None:
    full = PhotoAddress(7, "2025", Rendition.FULL)
    library = Library()
    library.photos[full] = SHOWN

    async def story(ask: Ask) -> None:
        await ask()
        await ask()
        await ask(if_none_match=f'"{CONTENT}"')
        await ask(full)

        assert library.seen == [(KIM, 7, 1, False), (KIM, 7, 1, False), (KIM, 7, 1, False), (KIM, 7, 1, True)]

    with_gate(library, story)


def test_what_is_not_shown_is_not_noted() -> None:
    library = Library()

    async def story(ask: Ask) -> None:
        await ask(session="stranger")
        await ask(session="stranger")
        await ask(PhotoAddress(8, "now", Rendition.THUMB))
        assert (await ask(is_shown=False)).status == 200
        assert (await ask(is_shown=False)).status == 200
        library.blobs.clear()
        library.photos[ADDRESS] = ShownPhoto(1, 2026, "another")
        library.now_s += ALLOWED_BY_THE_RULE_S
        with pytest.raises(Damaged):
            await ask()

    with_gate(library, story)

    assert library.seen == []


def test_right_taken_away_is_gone_within_the_time_of_the_rule() -> None:
    library = Library()

    async def story(ask: Ask) -> None:
        assert (await ask()).status == 200
        library.rights.clear()
        library.now_s += ALLOWED_BY_THE_RULE_S

        assert await ask() == NOT_FOUND

    with_gate(library, story)


def test_right_asked_again_and_again_does_not_live_longer() -> None:
    library = Library()

    async def story(ask: Ask) -> None:
        assert (await ask()).status == 200
        library.rights.clear()
        for _ in range(10):
            library.now_s += ALLOWED_BY_THE_RULE_S / 10
            last = await ask()

        assert last == NOT_FOUND

    with_gate(library, story)


def test_photo_withdrawn_is_gone_within_the_time_of_the_rule() -> None:
    library = Library()

    async def story(ask: Ask) -> None:
        assert (await ask()).status == 200
        library.photos.clear()
        library.now_s += ALLOWED_BY_THE_RULE_S

        assert await ask() == NOT_FOUND

    with_gate(library, story)


def test_answer_ages_from_before_the_question() -> None:
    library = Library()

    def slow(rights: Sequence[Right]) -> Mapping[Right, int | None]:
        found = library.viewers(rights)
        library.rights.clear()  # taken away right after it was read
        library.now_s += 3.0  # and the answer takes its time
        return found

    async def run() -> PhotoAnswer:
        with ThreadPoolExecutor(2) as threads:
            gate = PhotoGate(replace(library.questions, viewers=slow), threads)
            first = gate.answer(ADDRESS, "kim", "")
            assert not isinstance(first, PhotoAnswer)
            assert (await first).status == 200
            library.now_s += 2.0
            second = gate.answer(ADDRESS, "kim", "")
            return second if isinstance(second, PhotoAnswer) else await second

    assert run_apart(run()) == NOT_FOUND


def test_people_who_come_later_are_seen_within_the_time_of_the_rule() -> None:
    library = Library(photos={})

    async def story(ask: Ask) -> None:
        assert await ask() == NOT_FOUND
        library.photos[ADDRESS] = SHOWN
        library.now_s += ALLOWED_BY_THE_RULE_S

        assert (await ask()).body == PICTURE

    with_gate(library, story)


def test_wall_of_faces_is_asked_for_together() -> None:
    wall = [PhotoAddress(person, "now", Rendition.THUMB) for person in range(1, 61)]
    library = Library(photos=dict.fromkeys(wall, SHOWN))

    async def story(ask: Ask) -> None:
        answers = await asyncio.gather(*(ask(address) for address in wall))

        assert {answer.status for answer in answers} == {200}
        assert [asked for asked in library.asked if asked.startswith("photos")] == ["photos of 60"]
        assert [asked for asked in library.asked if asked.startswith("rights")] == ["rights of 1"]

    with_gate(library, story)


def test_missing_blob_fails_this_photo_only_and_is_asked_for_again() -> None:
    library = Library(blobs={})

    async def story(ask: Ask) -> None:
        with pytest.raises(Damaged, match="is missing"):
            await ask()
        library.blobs[CONTENT] = PICTURE

        assert (await ask()).body == PICTURE

    with_gate(library, story)


def test_failed_question_is_asked_anew() -> None:
    library = Library()
    failing = [True]

    def sometimes(addresses: Sequence[PhotoAddress]) -> Mapping[PhotoAddress, ShownPhoto | None]:
        if failing.pop():
            failing.append(False)
            raise OSError("the database is away")
        failing.append(False)
        return library.shown(addresses)

    async def run() -> PhotoAnswer:
        with ThreadPoolExecutor(2) as threads:
            memory = ShortMemory(sometimes, lambda: library.now_s, threads, at_most=10)
            with pytest.raises(OSError, match="away"):
                await memory.find(ADDRESS)
            assert len(memory) == 0
            found = await memory.find(ADDRESS)
            return PhotoAnswer(200, [], b"") if found == SHOWN else NOT_FOUND

    assert run_apart(run()).status == 200


def test_memory_of_answers_is_bounded_and_forgets_the_oldest() -> None:
    async def run() -> tuple[int, list[int]]:
        with ThreadPoolExecutor(1) as threads:
            memory: ShortMemory[int, int] = ShortMemory(
                lambda keys: {key: key for key in keys}, lambda: 0.0, threads, at_most=5
            )
            for key in range(3 * ASKED_TOGETHER):
                await memory.find(key)
            return len(memory), [memory.recall(key, -1) for key in (0, 294, 295, 299)]

    assert run_apart(run()) == (5, [-1, -1, 295, 299])


def test_blob_memory_keeps_what_was_used_last_within_its_size() -> None:
    memory = BlobMemory(total_bytes=100)
    for name in ("a", "b", "c", "d"):
        memory.keep(name, name.encode() * 30)
        memory.recall("a")

    assert memory.used_bytes == 90
    assert [memory.recall(name) is not None for name in ("a", "b", "c", "d")] == [True, False, True, True]


def test_blob_larger_than_the_limit_is_not_kept() -> None:
    memory = BlobMemory()
    memory.keep("large", bytes(1_000_001))

    assert (memory.recall("large"), memory.used_bytes) == (None, 0)


@pytest.mark.parametrize(
    ("header", "expected"),
    [
        (f'"{CONTENT}"', True),
        (f'W/"{CONTENT}"', True),
        (f'"other", "{CONTENT}"', True),
        ("*", True),
        ('"other"', False),
        (CONTENT, False),
        ("", False),
        (",".join(['"x"'] * 2000) + f',"{CONTENT}"', False),
    ],
)
def test_if_none_match_is_read_as_the_standard_says(header: str, *, expected: bool) -> None:
    assert matches_etag(header, CONTENT) is expected
