"""Fetching ahead: in order, several at a time, within bounds, and with every error where it belongs."""

import threading
from collections.abc import Iterator

import pytest

from photosync.connectors.attending import heed
from photosync.connectors.contract import Fetched
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.engine import fetch_ahead
from photosync.engine.fetch_ahead import fetched_ahead
from photosync.engine.ports import FileToFetch

LIMIT = 1_000
NAMES = [f"{number:03}.jpg" for number in range(60)]


class Remote(MemorySource):
    """Waits in each fetch until `together` of them go on, or none is left to come."""

    def __init__(self, files: dict[str, bytes], *, at_once: int, together: int = 1) -> None:
        super().__init__(files)
        self.fetches_at_once = at_once  # type: ignore[misc]  # of this object
        self._met = threading.Barrier(together)
        self._lock = threading.Lock()
        self.going_on = 0
        self.most_at_once = 0

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        with self._lock:
            self.going_on += 1
            self.most_at_once = max(self.most_at_once, self.going_on)
        try:
            self._met.wait(timeout=20)
            return super().fetch(folder, name, limit_bytes=limit_bytes)
        finally:
            with self._lock:
                self.going_on -= 1


def files(names: list[str], size_bytes: int = 1) -> Iterator[FileToFetch]:
    return (FileToFetch(number, "", name, size_bytes, "") for number, name in enumerate(names))


def contents(source: MemorySource) -> list[bytes | str]:
    return [
        found.content if isinstance(found, Fetched) else found.message
        for _, found in fetched_ahead(source, files(NAMES), LIMIT)
    ]


@pytest.mark.parametrize("at_once", [1, 4])
def test_files_come_in_order_with_their_bytes(at_once: int) -> None:
    source = Remote({name: name.encode() for name in NAMES}, at_once=at_once)
    assert contents(source) == [name.encode() for name in NAMES]


def test_as_many_go_on_at_once_as_the_source_allows() -> None:
    source = Remote({name: name.encode() for name in NAMES}, at_once=4, together=4)
    assert len(contents(source)) == len(NAMES)
    assert source.most_at_once == 4


@pytest.mark.parametrize("at_once", [1, 4])
def test_file_that_cannot_be_had_does_not_stop_the_others(at_once: int) -> None:
    held = {name: name.encode() for name in NAMES if name != "007.jpg"} | {"009.jpg": b"x" * (LIMIT + 1)}
    found = [outcome for _, outcome in fetched_ahead(Remote(held, at_once=at_once), files(NAMES), LIMIT)]
    assert [type(outcome) for outcome in found] == [
        TryLater if name == "007.jpg" else ItemRejected if name == "009.jpg" else Fetched for name in NAMES
    ]


@pytest.mark.parametrize("at_once", [1, 4])
def test_source_that_is_gone_stops_what_comes_after(at_once: int) -> None:
    source = Remote({name: name.encode() for name in NAMES}, at_once=at_once)
    taken = []

    def take_all() -> None:
        for file, _ in fetched_ahead(source, files(NAMES), LIMIT):
            taken.append(file.name)
            source.available = False

    with pytest.raises(SourceUnavailable) as gone:
        take_all()
    assert gone.value.message == "The source in memory was switched off. Nothing was changed; run again."
    assert taken == NAMES[: len(taken)]
    assert len(taken) < len(NAMES)


def test_large_files_are_not_all_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_ahead, "AHEAD_BYTES", 1_000)
    source = Remote({name: name.encode() for name in NAMES}, at_once=4)
    coming = fetched_ahead(source, files(NAMES, size_bytes=500), LIMIT)
    next(coming)
    assert len(source.fetched) <= 3
    coming.close()  # type: ignore[attr-defined]  # a generator


class SaysTooLittle(Remote):
    """Its first file comes when `many` others have, or none has come for a while."""

    def __init__(self, files: dict[str, bytes], *, at_once: int) -> None:
        super().__init__(files, at_once=at_once)
        self.many = threading.Event()

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if name == NAMES[0]:
            self.many.wait(0.5)
        elif len(self.fetched) >= 10:
            self.many.set()
        return super().fetch(folder, name, limit_bytes=limit_bytes)


def test_files_that_are_larger_than_the_source_says_are_not_all_held_at_once(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_ahead, "AHEAD_BYTES", 1_000)
    source = SaysTooLittle(dict.fromkeys(NAMES, b"x" * 500), at_once=4)
    coming = fetched_ahead(source, files(NAMES), LIMIT)
    next(coming)
    assert not source.many.is_set()
    assert [file.name for file, _ in coming] == NAMES[1:]


def test_left_while_there_is_no_room_no_thread_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fetch_ahead, "AHEAD_BYTES", 1)
    before = set(threading.enumerate())
    coming = fetched_ahead(Remote(dict.fromkeys(NAMES, b"x" * 500), at_once=4), files(NAMES, 0), LIMIT)
    next(coming)
    coming.close()  # type: ignore[attr-defined]  # a generator
    for thread in set(threading.enumerate()) - before:
        thread.join(20)
        assert not thread.is_alive()


class Held(Remote):
    """All but the first file wait until they may come."""

    def __init__(self, files: dict[str, bytes], *, at_once: int) -> None:
        super().__init__(files, at_once=at_once)
        self.may_come = threading.Event()

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        if name != NAMES[0]:
            self.may_come.wait(20)
        return super().fetch(folder, name, limit_bytes=limit_bytes)


def test_left_halfway_nothing_more_is_asked_for() -> None:
    before = set(threading.enumerate())
    source = Held({name: name.encode() for name in NAMES}, at_once=2)
    coming = fetched_ahead(source, files(NAMES), LIMIT)
    next(coming)
    coming.close()  # type: ignore[attr-defined]  # a generator
    source.may_come.set()
    for thread in set(threading.enumerate()) - before:
        thread.join()
    assert len(source.fetched) <= 3


@pytest.mark.parametrize("at_once", [1, 4])
def test_who_waits_for_a_file_may_leave_meanwhile(at_once: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """Before the first photo a source may read its whole list once more."""
    monkeypatch.setattr(fetch_ahead, "LOOKED_UP_EVERY_S", 0.01)
    go_on = threading.Event()

    class Listing(Remote):
        def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
            for number in range(100):
                heed(number)
            if at_once > 1:
                go_on.wait(20)
            return super().fetch(folder, name, limit_bytes=limit_bytes)

    def leave() -> None:
        raise KeyError

    source = Listing(dict.fromkeys(NAMES, b"x"), at_once=at_once)
    try:
        with pytest.raises(KeyError):
            list(fetched_ahead(source, files(NAMES), LIMIT, meanwhile=leave))
    finally:
        go_on.set()
    assert len(source.fetched) <= at_once
