"""The numbers that listings are compared by. Standard library only: the listing helpers import it."""

from __future__ import annotations

from hashlib import blake2s
from zlib import crc32

BUCKETS = 256
"""Into how many pages a folder that is larger than the window is spread, by a hash of the entry's name."""

LOW_128_BITS = (1 << 128) - 1


def bucket_of(name: str) -> int:
    """Return in which of the `BUCKETS` parts of a large folder the entry `name` is."""
    return crc32(name.encode("utf-8", "surrogatepass")) % BUCKETS


def entry_digest(name: str, size_bytes: int, stamp: str) -> int:
    """Return a large number for one entry; a page's digest is the sum of its entries' numbers."""
    text = f"{name}\0{size_bytes}\0{stamp}".encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2s(text).digest())


def digest_of_sum(total: int) -> bytes:
    """Return the digest for the sum of `entry_digest` numbers, modulo 2**128, as 16 bytes."""
    return (total & LOW_128_BITS).to_bytes(16, "big")
