"""Pictures that were uploaded and wait to be cut and saved: in the data folder, under names that no one can guess.

They lie beside the rosters that wait, and go as they do: saved, forgotten, or a day old.
A token is made here and kept by the page's session; what a browser sends is never part of a path.
"""

from __future__ import annotations

import os
import re
import secrets
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings

from photosync.apps.library.pictures import render_content
from photosync.core.errors import NotFound, StorageUnavailable
from photosync.imaging import Adjustment

_TOKEN = re.compile(r"[0-9a-f]{32}")
_GONE = (
    "This picture is no longer here: it was saved already, or is more than a day old. "
    "Nothing was saved now. Choose the picture again."
)


@dataclass(frozen=True, slots=True)
class WaitingPicture:
    """`width_px` and `height_px` are those of its preview, upright."""

    token: str
    width_px: int
    height_px: int


def keep_waiting(content: bytes) -> WaitingPicture:
    """Keep a picture with a preview of it.

    Raises ItemRejected for what is no usable picture, TryLater, StorageUnavailable.
    """
    preview = render_content(content).renditions[0]
    token = secrets.token_hex(16)
    try:
        for path, body in ((_path(token, "picture"), content), (_path(token, "preview"), preview.content)):
            path.parent.mkdir(mode=0o700, exist_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
                file.write(body)
    except OSError as exc:
        forget_waiting(token)
        raise StorageUnavailable(
            f"The picture could not be kept on the server ({exc.strerror}). Nothing was saved. "
            "See that the disk has room, then choose it again."
        ) from exc
    return WaitingPicture(token, preview.width_px, preview.height_px)


def waiting_content(token: str) -> bytes:
    """Return the bytes that were uploaded. Raises NotFound once they are gone."""
    return _read(token, "picture")


def waiting_preview(token: str) -> bytes:
    """Return the upright picture as JPEG, as large as photos are shown. Raises NotFound once it is gone."""
    return _read(token, "preview")


def adjusted_preview(token: str, adjustment: Adjustment) -> bytes:
    """Return what would be shown of it, turned and cut, as JPEG. Raises ItemRejected, NotFound, TryLater."""
    return render_content(waiting_content(token), adjustment).renditions[1].content


def forget_waiting(token: str) -> None:
    for what in ("picture", "preview"):
        _path(token, what).unlink(missing_ok=True)


def _read(token: str, what: str) -> bytes:
    try:
        return _path(token, what).read_bytes()
    except FileNotFoundError as exc:
        raise NotFound(_GONE) from exc


def _path(token: str, what: str) -> Path:
    if not _TOKEN.fullmatch(token):
        raise NotFound(_GONE)
    return Path(settings.PHOTOSYNC_DATA) / "uploads" / f"{token}.{what}"
