"""Pictures on their way into the library: made from bytes that a person gives, kept in the store, and their rows."""

from __future__ import annotations

from concurrent.futures import TimeoutError as NotInTime
from dataclasses import replace

from django.utils import timezone

from photosync.apps.library.models import Picture
from photosync.apps.library.store import photo_store, render_pool, render_settings
from photosync.core.errors import ItemRejected, TryLater
from photosync.engine.ports import StagedPicture
from photosync.imaging import Adjustment, Rendered, RenderSettings

WAITS_S = 120.0
"""A picture may be behind those of a run, and has a minute of its own."""


def render_content(
    content: bytes, adjustment: Adjustment | None = None, *, settings: RenderSettings | None = None
) -> Rendered:
    """Return the renditions of a picture, turned and cut as asked; processes of their own read it, never this one.

    Without `settings` they are those of the library. Raises ItemRejected with the reason in words, TryLater where
    no process comes to it.
    """
    settings = settings or render_settings()
    if adjustment is not None and not adjustment.changes_nothing:
        settings = replace(settings, adjustment=adjustment)
    future = render_pool().submit(content, settings)
    try:
        result = future.result(timeout=WAITS_S)
    except NotInTime as exc:
        future.cancel()
        raise TryLater(
            "The picture could not be read yet: the server is busy with many others. Nothing was saved. "
            "Try again in a few minutes."
        ) from exc
    if isinstance(result, ItemRejected):
        raise result
    return result


def keep_renditions(rendered: Rendered, *, original: bytes | None = None) -> StagedPicture:
    """Make the renditions durable in the store; no one sees them before a version refers to them.

    `original`: the bytes that they were made from, where those are to be kept too.
    """
    with photo_store().batch() as batch:
        for rendition in rendered.renditions:
            batch.add(rendition.content, sha256=rendition.sha256)
        if original is not None:
            batch.add(original, sha256=rendered.source_sha256)
        batch.commit()
    return StagedPicture.of(rendered)


def picture_row(staged: StagedPicture) -> Picture:
    """Return the row of a picture whose renditions are in the store. To be called in a transaction.

    Raises TryLater where one of them was dropped meanwhile, with the last picture of an erased person that had it.
    """
    picture, made = Picture.objects.get_or_create(
        full_sha256=staged.full.sha256,
        defaults={
            "full_bytes": staged.full.size_bytes,
            "card_sha256": staged.card.sha256,
            "card_bytes": staged.card.size_bytes,
            "thumb_sha256": staged.thumb.sha256,
            "thumb_bytes": staged.thumb.size_bytes,
            "full_width_px": staged.full.width_px,
            "full_height_px": staged.full.height_px,
            "width_px": staged.width_px,
            "height_px": staged.height_px,
            "look": staged.look or None,
            "created_at": timezone.now(),
        },
    )
    if made and not all(photo_store().exists(each.sha256) for each in (staged.full, staged.card, staged.thumb)):
        raise TryLater(
            "A picture was dropped from the store while it was taken in, because a person was erased who had the "
            "same. It was not saved. Repeat this."
        )
    return picture
