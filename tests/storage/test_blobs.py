"""Storing and reading blobs."""

import os
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path

import pytest

from photosync.core.errors import Damaged, WrongUse
from photosync.storage import BlobStore, Store

PHOTO = b"\xff\xd8 a photo"
NAME = sha256(PHOTO).hexdigest()


def stored(store: BlobStore, content: bytes) -> str:
    with store.batch() as batch:
        name = batch.add(content)
        batch.commit()
    return name


def test_add_then_read(store: BlobStore) -> None:
    with store.batch() as batch:
        name = batch.add(PHOTO, sha256=NAME)
        seen_before_commit = store.exists(name)
        batch.commit()

    with store.open(name) as opened:
        read_by_open = opened.read()
    assert (name, seen_before_commit, store.exists(name), store.size(name)) == (NAME, False, True, len(PHOTO))
    assert (read_by_open, store.read(name), store.read_verified(name)) == (PHOTO, PHOTO, PHOTO)
    assert store.path_of(name) == store.root / "blobs" / NAME[:2] / NAME[2:4] / NAME


def test_folder_store_is_a_store(store: BlobStore) -> None:
    as_contract: Store = store

    assert not as_contract.exists(NAME)


def test_stored_files_are_private(store: BlobStore) -> None:
    stored(store, PHOTO)

    modes = {path.stat().st_mode & 0o777 for path in store.root.rglob("*") if path.is_file()}
    folder_modes = {path.stat().st_mode & 0o777 for path in [store.root, *store.root.rglob("*")] if path.is_dir()}

    assert (modes, folder_modes) == ({0o600}, {0o700})


def test_add_what_exists_writes_nothing_and_restarts_its_age(store: BlobStore) -> None:
    stored(store, PHOTO)
    path = store.path_of(NAME)
    old = datetime(2026, 1, 5, tzinfo=UTC)
    age(path, old)
    inode = path.stat().st_ino

    stored(store, PHOTO)

    [(name, size_bytes, changed)] = store.iter_blobs()
    assert (name, size_bytes, path.stat().st_ino) == (NAME, len(PHOTO), inode)
    assert changed > old


def test_add_twice_in_one_batch(store: BlobStore) -> None:
    with store.batch() as batch:
        names = [batch.add(PHOTO), batch.add(PHOTO)]
        left = [path.stat().st_size for path in (store.root / "incoming").iterdir()]
        batch.commit()

    assert (names, left) == ([NAME, NAME], [len(PHOTO)])


def test_batch_is_used_again_after_commit(store: BlobStore) -> None:
    with store.batch() as batch:
        first = batch.add(b"first")
        batch.commit()
        second = batch.add(b"second")
        batch.commit()
        batch.add(b"third")

    assert {name for name, _, _ in store.iter_blobs()} == {first, second}


def test_add_under_a_wrong_name(store: BlobStore) -> None:
    announced = "0" * 64

    with store.batch() as batch, pytest.raises(Damaged) as refused:
        batch.add(PHOTO, sha256=announced)

    assert refused.value.message == (
        f"A photo announced as {announced} has the bytes of {NAME}. It was not stored. "
        "Repeat the run; if it happens again, check this computer's memory."
    )


def test_add_repairs_a_blob_of_the_wrong_size(store: BlobStore) -> None:
    stored(store, PHOTO)
    store.path_of(NAME).write_bytes(PHOTO[:5])

    stored(store, PHOTO)

    assert store.read_verified(NAME) == PHOTO


def test_add_with_replace_repairs_changed_bytes(store: BlobStore) -> None:
    stored(store, PHOTO)
    store.path_of(NAME).write_bytes(PHOTO[::-1])

    with store.batch() as batch:
        batch.add(PHOTO, replace=True)
        batch.commit()

    assert store.read_verified(NAME) == PHOTO


def test_refresh(store: BlobStore) -> None:
    stored(store, PHOTO)

    with store.batch() as batch:
        pending = batch.add(b"pending")
        answers = [batch.refresh(NAME), batch.refresh(pending), batch.refresh("0" * 64)]

    assert answers == [True, True, False]


def test_read_changed_bytes(store: BlobStore) -> None:
    stored(store, PHOTO)
    store.path_of(NAME).write_bytes(PHOTO[::-1])

    with pytest.raises(Damaged) as refused:
        store.read_verified(NAME)

    assert refused.value.message == (
        f"The stored photo {NAME} has been changed on the disk of {store.root}. It was not used. "
        "Run `photosync verify --repair`, and check that disk."
    )


@pytest.mark.parametrize("method", ["read", "read_verified", "open", "size"])
def test_read_missing_blob(store: BlobStore, method: str) -> None:
    with pytest.raises(Damaged) as refused:
        getattr(store, method)(NAME)

    assert refused.value.message == (
        f"The photo {NAME} is missing from the store {store.root}. Nothing was read. "
        "Run `photosync verify --repair`, or restore it from a backup."
    )


def test_delete(store: BlobStore) -> None:
    stored(store, PHOTO)

    assert [store.delete(NAME), store.delete(NAME)] == [True, False]
    assert list(store.iter_blobs()) == []


@pytest.mark.parametrize(
    "name",
    [
        "",
        "..",
        "../" * 21 + "x",
        NAME.upper(),
        NAME[:-1],
        NAME + "0",
        NAME[:-1] + "g",
        NAME + "\n",
        "/etc/passwd",
    ],
)
@pytest.mark.parametrize("method", ["read", "read_verified", "open", "size", "exists", "delete", "path_of"])
def test_name_that_names_no_blob(store: BlobStore, method: str, name: str) -> None:
    with pytest.raises(WrongUse) as refused:
        getattr(store, method)(name)

    assert refused.value.message == (
        f"{name!r} does not name a stored photo: a name has 64 hexadecimal digits in lower case. "
        "Nothing was read or changed."
    )


def test_iter_blobs_ascends_and_leaves_foreign_files_out(store: BlobStore) -> None:
    names = [stored(store, b"%d" % number) for number in range(40)]
    folder = store.path_of(names[0]).parent
    (folder / "Thumbs.db").write_bytes(b"")
    (folder / ("ff" * 32)).write_bytes(b"in a folder that is not its own")
    (folder / (names[0][:4] + "0" * 60)).symlink_to(store.path_of(names[1]))
    (store.root / "blobs" / "lost+found").mkdir()

    assert [name for name, _, _ in store.iter_blobs()] == sorted(names)


def age(path: Path, when: datetime) -> None:
    os.utime(path, (when.timestamp(), when.timestamp()))
