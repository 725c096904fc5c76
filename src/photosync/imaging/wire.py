"""Render settings and results as JSON, between the pool and its workers."""

import json
import os
from dataclasses import asdict
from functools import lru_cache
from typing import Any

from photosync.core.errors import ItemRejected
from photosync.imaging.settings import Adjustment, Rendered, RenderSettings, Rendition, RenditionSize


@lru_cache(maxsize=8)
def settings_to_json(settings: RenderSettings) -> str:
    return json.dumps(asdict(settings))


def settings_from_json(fields: dict[str, Any]) -> RenderSettings:
    sizes = tuple(RenditionSize(**size) for size in fields["rendition_sizes"])
    wish = fields["adjustment"]
    adjustment = None if wish is None else Adjustment(**wish)
    return RenderSettings(**{**fields, "rendition_sizes": sizes, "adjustment": adjustment})


def result_from_json(reply: dict[str, Any], slot_fd: int) -> Rendered | ItemRejected:
    """Return what the worker made, read from the slot file. Raises KeyError, TypeError, ValueError."""
    if "rejected" in reply:
        return ItemRejected(reply["rejected"]["message"], code=reply["rejected"]["code"])
    renditions = tuple(_rendition(fields, slot_fd) for fields in reply["renditions"])
    fields = reply["rendered"]
    return Rendered(
        renditions=renditions, **{**fields, "notes": tuple(fields["notes"]), "look": bytes.fromhex(fields["look"])}
    )


def _rendition(fields: dict[str, Any], slot_fd: int) -> Rendition:
    content = os.pread(slot_fd, fields["bytes"], fields["at"])
    if len(content) != fields["bytes"]:
        raise ValueError("the worker wrote less than it said")
    return Rendition(fields["name"], fields["width_px"], fields["height_px"], content, fields["sha256"])
