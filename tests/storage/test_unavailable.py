"""A store that is read-only, not mounted, or not whole."""

import re
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.core.errors import StorageUnavailable
from photosync.storage import BlobStore
from tests.storage.processes import command, output_lines

A_NAME = "ab" * 32
UNDONE = "The photos being stored were not recorded; those stored before are untouched."
ADVICE = "Make it readable and writable for the user that runs Photo Sync, then repeat."


@pytest.mark.parametrize("folder", ["incoming", "blobs"])
def test_store_into_read_only_folder(store: BlobStore, folder: str) -> None:
    (store.root / folder).chmod(0o500)

    told = output_lines(command("store_without_privileges", store.root))

    assert told == [
        f"The photo store {store.root} does not let this user in (Permission denied). {UNDONE} {ADVICE}",
        "[]",
        "[]",
    ]


def test_prepare_below_a_file(tmp_path: Path) -> None:
    (tmp_path / "photos").write_bytes(b"a file")

    with pytest.raises(StorageUnavailable, match=r"is not there, or not whole: \S+ is missing\. It was not made\."):
        BlobStore(tmp_path / "photos" / "store").prepare()


USES: dict[str, Callable[[BlobStore], object]] = {
    "batch": lambda store: store.batch().__enter__(),
    "read": lambda store: store.read(A_NAME),
    "open": lambda store: store.open(A_NAME),
    "size": lambda store: store.size(A_NAME),
    "delete": lambda store: store.delete(A_NAME),
    "require": lambda store: store.require(),
    "iter_blobs": lambda store: list(store.iter_blobs()),
    "collect": lambda store: store.collect(set, now=datetime(2026, 12, 18, tzinfo=UTC)),
    "verify": lambda store: list(store.verify([(A_NAME, 1)])),
}


@pytest.mark.parametrize("use", USES)
def test_store_not_mounted(store: BlobStore, use: str) -> None:
    """The mount point is there and empty: it is no empty store."""
    shutil.rmtree(store.root)
    store.root.mkdir()

    with pytest.raises(StorageUnavailable) as refused:
        USES[use](store)

    assert re.fullmatch(
        rf"The photo store {re.escape(str(store.root))} is not there, or not whole: \S+ is missing\. .*"
        r"If it is on another disk, mount that; for a new store run `photosync init`\. Then repeat\.",
        refused.value.message,
    )
    assert list(store.root.iterdir()) == []


def test_store_unmounted_during_a_batch(store: BlobStore) -> None:
    with store.batch() as batch:
        batch.add(b"on its way")
        shutil.rmtree(store.root / "incoming")

        with pytest.raises(StorageUnavailable, match="is not there, or not whole"):
            batch.commit()


def test_prepare_twice_keeps_what_is_stored(store: BlobStore) -> None:
    with store.batch() as batch:
        name = batch.add(b"kept")
        batch.commit()

    store.prepare()

    assert store.read(name) == b"kept"
