"""Looks of pictures (photosync.core.doubt), made of the thumb where a picture has none yet."""

from __future__ import annotations

from collections.abc import Collection

import structlog

from photosync.apps.library.models import Picture
from photosync.apps.library.store import photo_store
from photosync.core.doubt import can_be_compared
from photosync.core.errors import PhotoSyncError

log = structlog.get_logger(__name__)


def looks_of(picture_ids: Collection[int]) -> dict[int, bytes]:
    """Return the look of each of a few hundred pictures; of those whose thumb cannot be read there is none.

    What was made before looks were kept gets one now, and keeps it.
    """
    rows = Picture.objects.filter(pk__in=picture_ids).values_list("pk", "look", "thumb_sha256")
    found: dict[int, bytes] = {}
    missing: list[Picture] = []
    for pk, look, thumb_sha256 in rows:
        look = None if look is None else bytes(look)
        if not can_be_compared(look):
            look = _made_of_thumb(thumb_sha256)
            if look is not None:
                missing.append(Picture(pk=pk, look=look))
        if look is not None:
            found[pk] = look
    if missing:
        Picture.objects.bulk_update(missing, ("look",), batch_size=100)
    return found


def _made_of_thumb(sha256: str) -> bytes | None:
    from photosync.imaging.look import look_of_jpeg  # the native libraries: only where they are needed

    try:
        return look_of_jpeg(photo_store().read(sha256))
    except (PhotoSyncError, OSError, ValueError) as error:
        log.warning("no look could be made of a thumb", sha256=sha256, error=str(error))
        return None
