"""The photo store and the render pool of this process, made on first use."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from photosync.imaging import RenderPool
from photosync.storage.folder import BlobStore


@cache
def photo_store() -> BlobStore:
    """Return the store in the data folder.

    It is made by `photosync init` alone: a store that is not there is a disk that is not mounted, and every use
    of it raises StorageUnavailable. An empty one in its place would lose every photo.
    """
    return BlobStore(settings.PHOTOSYNC_DATA / "photos")


@cache
def render_pool() -> RenderPool:
    """Return the pool that all runs of this process share. Its workers start with the first picture."""
    return RenderPool()
