"""What `verify` finds."""

import os
from collections.abc import Iterator
from datetime import UTC, datetime
from hashlib import sha256

import pytest

from photosync.core.errors import WrongUse
from photosync.storage import BlobStore, Finding
from tests.storage.processes import command, output_lines


def stored(store: BlobStore, *contents: bytes) -> list[str]:
    with store.batch() as batch:
        names = [batch.add(content) for content in contents]
        batch.commit()
    return names


def test_verify_whole_store(store: BlobStore) -> None:
    contents = [b"%d" % number for number in range(600)]
    names = stored(store, *contents)

    references = sorted(zip(names, map(len, contents), strict=True))

    assert list(store.verify(references)) == []


def test_verify_finds_missing_damaged_and_orphaned(store: BlobStore) -> None:
    changed, short, orphan, good, gone = stored(store, b"changed", b"short", b"orphan", b"good", b"gone")
    stored_at = datetime(2026, 12, 18, 3, 7, tzinfo=UTC).timestamp()
    os.utime(store.path_of(orphan), (stored_at, stored_at))
    store.path_of(changed).write_bytes(b"CHANGED")
    store.path_of(short).write_bytes(b"sho")
    store.delete(gone)
    references = [(changed, 7), (short, 5), (good, 4), (gone, 4)]

    found = list(store.verify(sorted(references)))

    assert found == sorted(
        [
            Finding("damaged", changed, 7, "Its bytes have changed on the disk."),
            Finding("damaged", short, 3, "It has 3 bytes instead of 5."),
            Finding("missing", gone, 4, "It is not in the store."),
            Finding(
                "orphaned",
                orphan,
                6,
                "Nothing refers to it; it was stored or last used 2026-12-18 03:07 UTC.",
            ),
        ],
        key=lambda finding: finding.sha256,
    )


def test_verify_blob_that_cannot_be_read(store: BlobStore) -> None:
    [name] = stored(store, b"x")
    store.path_of(name).unlink()
    store.path_of(name).mkdir()

    [found] = store.verify([(name, 1)])

    assert found == Finding("damaged", name, 1, "It cannot be read from the disk (Is a directory).")


def test_verify_repeated_references(store: BlobStore) -> None:
    [name] = stored(store, b"shared by two people")

    assert list(store.verify([(name, 20), (name, 20)])) == []


def test_verify_unsorted_references(store: BlobStore) -> None:
    with pytest.raises(WrongUse) as refused:
        list(store.verify([("b" * 64, 1), ("a" * 64, 1)]))

    assert refused.value.message == (
        f"The list of photos to verify is not sorted: {'a' * 64} comes after {'b' * 64}. "
        "Verifying was broken off; nothing was changed."
    )


def test_verify_blob_stored_since_its_folder_was_listed(store: BlobStore) -> None:
    """A run goes on while `verify` walks: what it stores is neither missing nor wrong."""

    contents = sorted((b"%d" % number for number in range(2)), key=lambda content: sha256(content).digest())
    first, second = (sha256(content).hexdigest() for content in contents)
    stored(store, contents[0])

    def references() -> Iterator[tuple[str, int]]:
        yield first, 1
        stored(store, contents[1])
        yield second, 1

    assert list(store.verify(references())) == []


def test_verify_memory_does_not_grow_with_the_references(store: BlobStore) -> None:
    """60,000 names alone would take 7 MB; the window that is looked at takes less than 3 MB, however many."""
    assert int(output_lines(command("verify_missing", store.root, 60_000))[0]) < 3_000_000
