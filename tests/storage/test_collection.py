"""Removing what nothing refers to, and only that."""

import os
import threading
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

import pytest

from photosync.storage import BlobStore, Collected
from photosync.storage.contract import COLLECT_TOGETHER

NOW = datetime(2020, 12, 18, 3, 0, tzinfo=UTC)


def stored_at(store: BlobStore, content: bytes, when: datetime) -> str:
    with store.batch() as batch:
        name = batch.add(content)
        batch.commit()
    os.utime(store.path_of(name), (when.timestamp(), when.timestamp()))
    return name


def names_in(store: BlobStore) -> set[str]:
    return {name for name, _, _ in store.iter_blobs()}


def test_collect_removes_the_old_and_unreferenced_only(store: BlobStore) -> None:
    old = NOW - timedelta(hours=24, seconds=1)
    young = NOW - timedelta(hours=24)
    used_old, unused_old = stored_at(store, b"used old", old), stored_at(store, b"unused old", old)
    used_young, unused_young = stored_at(store, b"used young", young), stored_at(store, b"unused", young)
    asked: list[str] = []

    def is_referenced(names: Sequence[str]) -> set[str]:
        asked.extend(names)
        return {used_old, used_young} & set(names)

    done = store.collect(is_referenced, now=NOW)

    assert done == Collected(blobs=1, size_bytes=len(b"unused old"), leftovers=0)
    assert names_in(store) == {used_old, used_young, unused_young}
    assert sorted(asked) == sorted([used_old, unused_old])


def test_collect_asks_in_parts(store: BlobStore) -> None:
    with store.batch() as batch:
        names = [batch.add(b"%d" % number) for number in range(COLLECT_TOGETHER + 1)]
        batch.commit()
    sizes: list[int] = []

    def is_referenced(names: Sequence[str]) -> set[str]:
        sizes.append(len(names))
        return set()

    done = store.collect(is_referenced, grace_s=0, now=datetime.now(UTC) + timedelta(seconds=5))

    assert (done.blobs, sizes, names_in(store)) == (len(names), [COLLECT_TOGETHER, 1], set())


def test_collect_spares_what_a_batch_adds_again_meanwhile(store: BlobStore) -> None:
    old = NOW - timedelta(days=30)
    added, refreshed, unused = (stored_at(store, content, old) for content in (b"added", b"refreshed", b"unused"))

    def is_referenced(names: Sequence[str]) -> set[str]:
        with store.batch() as batch:
            batch.add(b"added")
            batch.refresh(refreshed)
            batch.commit()
        return set()

    done = store.collect(is_referenced, now=NOW)

    assert (done.blobs, names_in(store)) == (1, {added, refreshed})
    assert not store.exists(unused)


def test_collect_stops_when_the_question_fails(store: BlobStore) -> None:
    name = stored_at(store, b"unused", NOW - timedelta(days=30))

    def is_referenced(names: Sequence[str]) -> set[str]:
        raise ConnectionError("no database")

    with pytest.raises(ConnectionError, match="no database"):
        store.collect(is_referenced, now=NOW)

    assert names_in(store) == {name}


def test_collect_at_the_same_time_as_a_batch_that_adds_the_same(store: BlobStore) -> None:
    contents = [b"%d" % number for number in range(30)]
    names = {stored_at(store, content, NOW) for content in contents}

    for _ in range(25):
        for name in names:
            os.utime(store.path_of(name), (0, 0))
        both = threading.Barrier(2)

        def collect(both: threading.Barrier = both) -> None:
            both.wait()
            store.collect(lambda names: set(), now=NOW - timedelta(days=365))

        collector = threading.Thread(target=collect)
        collector.start()
        with store.batch() as batch:
            both.wait()
            for content in contents:
                batch.add(content)
            batch.commit()
        collector.join()
        assert names_in(store) == names
