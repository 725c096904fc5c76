"""What a killed process leaves behind: nothing half-written, nothing committed lost."""

import random
import signal
import threading
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from photosync.storage import BlobStore
from tests.storage.processes import start


def killed_while_storing(store: BlobStore, *, seed: int, per_batch: int, one_by_one: str) -> set[str]:
    """Kill a storing process a random moment after its first commit; return the names it had committed."""
    process = start("store_until_killed", store.root, seed, per_batch, SYNC_ONE_BY_ONE=one_by_one)
    assert process.stdout is not None
    first = process.stdout.readline().strip()
    delay_s = random.Random(seed).uniform(0, 0.25)
    timer = threading.Timer(delay_s, process.send_signal, [signal.SIGKILL])
    timer.start()
    rest = process.stdout.read()
    assert process.wait(timeout=30) == -signal.SIGKILL
    process.stdout.close()
    # The pipe may break off in the middle of a name.
    return {first, *(line for line in rest.split("\n") if len(line) == 64)}


@pytest.mark.parametrize("one_by_one", ["", "yes"])
@pytest.mark.parametrize(("seed", "per_batch"), [(1, 3), (2, 40), (3, 40), (4, 300)])
def test_store_after_kill(store: BlobStore, seed: int, per_batch: int, one_by_one: str) -> None:
    committed = killed_while_storing(store, seed=seed, per_batch=per_batch, one_by_one=one_by_one)

    stored = {path for path in (store.root / "blobs").rglob("*") if path.is_file()}

    assert {path.name for path in stored} >= committed
    assert {path.name: sha256(path.read_bytes()).hexdigest() for path in stored} == {
        path.name: path.name for path in stored
    }


def test_store_after_kill_is_used_again_and_leftovers_go_after_the_grace_time(store: BlobStore) -> None:
    (store.root / "incoming" / "0123456789abcdef-000001.part").write_bytes(b"half a pho")
    (store.root / "incoming" / "notes from the administrator.txt").write_bytes(b"mine")
    with store.batch() as batch:
        name = batch.add(b"whole")
        batch.commit()
    now = datetime.now(UTC)

    early = store.collect(set, now=now + timedelta(hours=23))
    late = store.collect(set, now=now + timedelta(hours=25))

    assert (early.leftovers, late.leftovers) == (0, 1)
    assert left_in(store.root / "incoming") == ["notes from the administrator.txt"]
    assert store.read(name) == b"whole"


def test_batch_left_by_an_error_stores_nothing(store: BlobStore) -> None:
    def fail_in_a_batch() -> None:
        with store.batch() as batch:
            batch.add(b"never committed")
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        fail_in_a_batch()

    assert left_in(store.root / "incoming") == []
    assert list(store.iter_blobs()) == []


def left_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())
