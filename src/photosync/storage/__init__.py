"""Content-addressed blobs: every rendition is stored once, under the SHA-256 of its bytes."""

from photosync.storage.contract import Batch, Collected, Finding, Store
from photosync.storage.folder import BlobStore

__all__ = ["Batch", "BlobStore", "Collected", "Finding", "Store"]
