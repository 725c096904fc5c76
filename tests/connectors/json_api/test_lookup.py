"""Finding a record again: the list is read as far as is needed, and not believed for too long."""

from dataclasses import dataclass

from photosync.connectors.json_api.lookup import GOOD_FOR_S, PAGE_GOOD_FOR_S, SURELY_SO_FOR_S
from photosync.connectors.testing.conformance import raised
from photosync.core.errors import SourceUnavailable, TryLater
from tests.connectors.json_api.opened import opened
from tests.services.people_api import people_api
from tests.services.web_server import Reply


@dataclass
class Clock:
    now_s: float = 1_000.0

    def __call__(self) -> float:
        return self.now_s


def test_photo_of_a_page_is_believed_for_a_minute() -> None:
    with people_api(paged="page") as api, opened(api, paging="page", page_size="2") as source:
        clock = source._lookup.clock_s = Clock()
        for code in ("1", "2", "3"):
            api.put(f"students/{code}", b"old")
        read = [source.fetch("students", "1", limit_bytes=9).content]
        api.people["students/1"]["photo"] = b"new"
        read.append(source.fetch("students", "1", limit_bytes=9).content)
        clock.now_s += PAGE_GOOD_FOR_S + 1
        read.append(source.fetch("students", "1", limit_bytes=9).content)
        assert read == [b"old", b"old", b"new"]
        assert len(api.asked()) == 2


def test_link_is_believed_for_ten_minutes() -> None:
    with people_api(photos="link") as api, opened(api) as source:
        clock = source._lookup.clock_s = Clock()
        api.put("students/1", b"a")
        for _ in range(3):
            source.fetch("students", "1", limit_bytes=9)
        assert len(api.asked("/v1/students")) == 1
        clock.now_s += GOOD_FOR_S + 1
        source.fetch("students", "1", limit_bytes=9)
        assert len(api.asked("/v1/students")) == 2


def test_record_that_came_since_is_found() -> None:
    with people_api() as api, opened(api) as source:
        clock = source._lookup.clock_s = Clock()
        api.put("students/1", b"a")
        source.fetch("students", "1", limit_bytes=9)
        api.put("students/2", b"b")
        assert raised(TryLater, lambda: source.fetch("students", "2", limit_bytes=9)).message
        clock.now_s += SURELY_SO_FOR_S + 1
        assert source.fetch("students", "2", limit_bytes=9).content == b"b"


def test_photo_whose_place_moved_is_found_by_who_it_is() -> None:
    """The page is read again, and the photo of another person is not taken for this one's."""
    with people_api(paged="page") as api, opened(api, paging="page", page_size="2") as source:
        clock = source._lookup.clock_s = Clock()
        for code in ("1", "2", "3"):
            api.put(f"students/{code}", code.encode())
        assert source.fetch("students", "3", limit_bytes=9).content == b"3"
        api.people = dict(reversed(api.people.items()))
        clock.now_s += PAGE_GOOD_FOR_S + 1
        assert source.fetch("students", "2", limit_bytes=9).content == b"2"
        assert source.fetch("students", "1", limit_bytes=9).content == b"1"


def test_list_that_broke_off_is_begun_anew() -> None:
    """Nobody is said to be gone because the list did not come to them."""
    with people_api(paged="page") as api, opened(api, paging="page", page_size="2") as source:
        source._lookup.clock_s = Clock()
        for code in ("1", "2", "3"):
            api.put(f"students/{code}", code.encode())
        assert source.fetch("students", "1", limit_bytes=9).content == b"1"
        api.replies["/v1/students?per_page=2&page=2"] = [Reply(500)]
        assert raised(SourceUnavailable, lambda: source.fetch("students", "3", limit_bytes=9)).message
        assert source.fetch("students", "3", limit_bytes=9).content == b"3"
