"""Keeping the bytes of deliveries: never on the last of the disk, and for as long as rows refer to them."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from contextlib import suppress

from django.conf import settings
from django.utils.translation import gettext as _

from photosync.apps.library.store import photo_store
from photosync.core.errors import StorageUnavailable
from photosync.core.photos import BYTES_PER_MEGABYTE


def refuse_without_room() -> None:
    """Raise StorageUnavailable where the disk of the data folder has less free space than is to stay free."""
    with suppress(OSError):  # whatever is wrong with the folder, writing into it says better
        free_bytes = shutil.disk_usage(settings.PHOTOSYNC_DATA).free
        if free_bytes < settings.PHOTOSYNC_KEPT_FREE_BYTES:
            raise _too_full(free_bytes)


def _too_full(free_bytes: int) -> StorageUnavailable:
    words = _(
        "The disk of the server is nearly full: %(free)s MB are free, and %(kept)s MB are kept free. This was not "
        "taken; what had arrived before stays. Have room made on the disk, then go on with the delivery."
    )
    kept = settings.PHOTOSYNC_KEPT_FREE_BYTES // BYTES_PER_MEGABYTE
    return StorageUnavailable(words % {"free": f"{free_bytes // BYTES_PER_MEGABYTE:,}", "kept": f"{kept:,}"})


def still_stored(contents: Mapping[str, bytes]) -> None:
    """Store again what an erasure dropped after it was stored and before its row was there."""
    if lost := [content for sha256, content in contents.items() if not photo_store().exists(sha256)]:
        with photo_store().batch() as batch:
            for content in lost:
                batch.add(content)
            batch.commit()
