"""The photo store and the render pool of this process, made on first use."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from photosync.imaging import RenderPool
from photosync.storage.folder import BlobStore


@cache
def photo_store() -> BlobStore:
    """Return the store in the data folder. Raises StorageUnavailable when it cannot be used."""
    store = BlobStore(settings.PHOTOSYNC_DATA / "photos")
    store.prepare()
    return store


@cache
def render_pool() -> RenderPool:
    """Return the pool that all runs of this process share. Its workers start with the first picture."""
    return RenderPool()
