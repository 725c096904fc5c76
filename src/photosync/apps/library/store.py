"""The photo store, the render pool and the render settings of this process."""

from __future__ import annotations

from functools import cache

from django.conf import settings

from photosync.core.photos import Rendition
from photosync.imaging import RenderPool, RenderSettings, RenditionSize
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


def close_render_pool() -> None:
    """End the processes of the pool, if there are any. Who asks for it again gets another one."""
    if render_pool.cache_info().currsize:
        render_pool().close()
        render_pool.cache_clear()


def render_settings() -> RenderSettings:
    """Return what the operator's settings let in, and what is made of it."""
    limits, sizes = settings.PHOTOSYNC_PHOTO_LIMITS, settings.PHOTOSYNC_RENDITION_SIZES
    return RenderSettings(
        max_pixels=limits.max_pixels,
        max_bytes=limits.max_bytes,
        min_short_edge_px=limits.min_short_edge_px,
        rendition_sizes=tuple(RenditionSize(each.value, sizes.longest_edge_px(each)) for each in Rendition),
        jpeg_quality=sizes.jpeg_quality,
    )
