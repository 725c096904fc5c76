"""Small programs that tests run as processes of their own, to kill them or to take rights away from them.

Run as `python -m tests.storage.programs NAME STORE [ARGUMENT ...]`.
"""

import ctypes
import os
import random
import resource
import sys
import tracemalloc
from pathlib import Path

from photosync.core.errors import StorageUnavailable
from photosync.storage import BlobStore, durability

CRASH_SIZES_BYTES = (1, 4_096, 30_000, 120_000)


def store_until_killed(root: str, seed: str, per_batch: str) -> None:
    """Print the name of each blob once its commit has returned, for ever."""
    numbers = random.Random(int(seed))
    with BlobStore(Path(root)).batch() as batch:
        while True:
            names = [batch.add(numbers.randbytes(numbers.choice(CRASH_SIZES_BYTES))) for _ in range(int(per_batch))]
            batch.commit()
            sys.stdout.write("".join(f"{name}\n" for name in names))
            sys.stdout.flush()


def store_same(root: str, count: str) -> None:
    """Store contents that every process running this stores too, in small batches."""
    with BlobStore(Path(root)).batch() as batch:
        for number in range(int(count)):
            batch.add(b"%d" % number * 500)
            if number % 7 == 6:
                batch.commit()
        batch.commit()


def store_all(root: str) -> None:
    _store_and_tell(root)


def store_with_file_size_limit(root: str, limit_bytes: str) -> None:
    resource.setrlimit(resource.RLIMIT_FSIZE, (int(limit_bytes), int(limit_bytes)))
    _store_and_tell(root)


def store_without_privileges(root: str) -> None:
    """As root too, obey the rights of folders: give up every capability first."""
    header = (ctypes.c_uint32 * 2)(0x20080522, 0)
    nothing = (ctypes.c_uint32 * 6)()
    if ctypes.CDLL(None, use_errno=True).capset(header, nothing) != 0:
        raise OSError(ctypes.get_errno(), "capset")
    _store_and_tell(root)


def verify_missing(root: str, count: str) -> None:
    """Verify a store that has none of `count` blobs; print the peak of the memory that this took."""
    store = BlobStore(Path(root))
    tracemalloc.start()
    missing = sum(1 for _ in store.verify((f"{name:064x}", 1) for name in range(int(count))))
    assert missing == int(count)
    sys.stdout.write(f"{tracemalloc.get_traced_memory()[1]}\n")


def _store_and_tell(root: str) -> None:
    """Store 30 blobs of 10,000 bytes and one of 20,000; say what was refused and what is left."""
    store = BlobStore(Path(root))
    store.prepare()
    try:
        with store.batch() as batch:
            for number in range(30):
                batch.add(bytes([number]) * 10_000)
            batch.add(b"large" * 4_000)
            batch.commit()
        sys.stdout.write("stored\n")
    except StorageUnavailable as refused:
        sys.stdout.write(f"{refused.message}\n")
    sys.stdout.write(f"{[path.name for path in Path(root, 'incoming').iterdir()]}\n")
    sys.stdout.write(f"{[name for name, _, _ in store.iter_blobs()]}\n")


if __name__ == "__main__":
    if os.environ.get("SYNC_ONE_BY_ONE"):
        durability.SYNCFS_FROM_FILES = sys.maxsize
    globals()[sys.argv[1]](*sys.argv[2:])
