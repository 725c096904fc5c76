"""The sources for tests do what they say."""

import pytest

from photosync.connectors.contract import Entry
from photosync.connectors.testing.conformance import entries_of, fetched, listing
from photosync.connectors.testing.failing import FailingSource
from photosync.connectors.testing.hostile import HOSTILE_NAMES, HostileSource
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater

FILES = {"a/1.jpg": b"one", "b/2.jpg": b"two", "c/3.jpg": b"three"}
BROKEN = SourceUnavailable("broken")


def test_failing_breaks_in_the_middle_of_a_listing_once():
    source = FailingSource(MemorySource(FILES), "pages", at=2, error=BROKEN)
    pages = source.pages()
    assert next(pages).folder == "a"
    with pytest.raises(SourceUnavailable, match="broken"):
        next(pages)
    assert len(listing(source)) == 3


def test_failing_breaks_at_the_end_of_a_listing():
    pages = FailingSource(MemorySource(FILES), "pages", at=99, error=BROKEN).pages()
    assert [next(pages).folder for _ in FILES] == ["a", "b", "c"]
    with pytest.raises(SourceUnavailable, match="broken"):
        next(pages)


def test_failing_breaks_at_a_fetch_and_repeats():
    source = FailingSource(MemorySource(FILES), "fetch", at=2, error=TryLater("gone"), repeats=True)
    assert fetched(source, "a/1.jpg") == b"one"
    for _ in range(2):
        with pytest.raises(TryLater, match="gone"):
            fetched(source, "a/1.jpg")


def test_failing_breaks_while_entries_are_read():
    source = FailingSource(MemorySource(FILES), "entries", at=2, error=BROKEN)
    answers = source.entries(list(source.pages()))
    assert next(answers)[1] == [Entry("1.jpg", 3, "1")]
    with pytest.raises(SourceUnavailable, match="broken"):
        next(answers)


def test_hostile_lies_changes_and_leads_out():
    source = HostileSource(
        FILES,
        claimed_sizes={"a/1.jpg": 0},
        changing=frozenset({"b/2.jpg"}),
        leading_out=frozenset({"c/3.jpg"}),
    )
    before = entries_of(source)
    assert set(before) == {*HOSTILE_NAMES, *FILES}
    assert before["a/1.jpg"].size_bytes == 0
    assert fetched(source, "a/1.jpg") == b"one"
    with pytest.raises(TryLater, match="changed while it was being read"):
        fetched(source, "b/2.jpg")
    assert entries_of(source)["b/2.jpg"].stamp != before["b/2.jpg"].stamp
    with pytest.raises(ItemRejected, match="leads out of the source") as caught:
        fetched(source, "c/3.jpg")
    assert caught.value.code == "outside_source"


def test_memory_gives_a_new_stamp_for_the_same_bytes():
    source = MemorySource(FILES)
    before = entries_of(source)["a/1.jpg"]
    source.put("a/1.jpg", b"one")
    after = entries_of(source)["a/1.jpg"]
    assert before.size_bytes == after.size_bytes
    assert before.stamp != after.stamp
    source.put("a/1.jpg", b"one", stamp=before.stamp)
    assert entries_of(source)["a/1.jpg"] == before
    assert source.fetched == []
