"""Several processes use one store at once."""

from hashlib import sha256

from photosync.storage import BlobStore
from tests.storage.processes import start


def test_three_processes_store_the_same(store: BlobStore) -> None:
    processes = [start("store_same", store.root, 60) for _ in range(3)]

    results = [process.communicate(timeout=60) and process.returncode for process in processes]

    contents = [b"%d" % number * 500 for number in range(60)]
    expected = sorted((sha256(content).hexdigest(), len(content)) for content in contents)
    assert results == [0, 0, 0]
    assert [(name, size_bytes) for name, size_bytes, _ in store.iter_blobs()] == expected
    assert list(store.verify(expected)) == []
    assert list((store.root / "incoming").iterdir()) == []
