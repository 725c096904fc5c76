"""From a PictureSource to the bytes of a photo, or to the word that says why there is none."""

from __future__ import annotations

import base64
import binascii
from typing import Final

from photosync.connectors import file_words
from photosync.connectors.sif.xml_objects import PictureText
from photosync.core.errors import ItemRejected

TYPES: Final = {
    "01": "url",
    "02": "jpeg",
    "03": "bitmap",
    "04": "gif",
    "05": "pif",
    "06": "pdf",
    "09": "other",
    "10": "mime",
    "jpg": "jpeg",
    "bmp": "bitmap",
}
"""Type codes, and prose that is not the usual one."""
_LINKS: Final = ("http://", "https://")
_LETTERS_OF_A_GROUP: Final = 4
_BYTES_OF_A_GROUP: Final = 3


def type_of(type_code: str) -> str:
    """Return the word for a Type, given as a code or in prose: url, jpeg, ..."""
    word = type_code.strip().casefold()
    return TYPES.get(word.zfill(2) if word.isdigit() else word, word)


def is_link(source: PictureText) -> bool:
    """Whether the text is an address, whatever the Type says: base64 never begins like one."""
    return source.begins.casefold().startswith(_LINKS) or type_of(source.type_code) == "url"


def size_of(source: PictureText) -> int:
    """Return how many bytes the picture has; 0 where only its address is known."""
    if is_link(source):
        return 0
    return max((source.letters - min(source.pads, 2)) * _BYTES_OF_A_GROUP // _LETTERS_OF_A_GROUP, 0)


def stamp_of(source: PictureText, changed_at: str) -> str:
    """Return what differs when the picture does. A link says nothing of what lies there; its object's change does."""
    word = type_of(source.type_code)
    kind = "link" if is_link(source) and source.letters else "pdf" if word == "pdf" else "inline"
    changed = f".{changed_at}" if kind == "link" and changed_at else ""
    return f"{kind}.{source.digest.hex()}{changed}"


def is_nothing(stamp: str, size_bytes: int) -> bool:
    """Whether a PictureSource of this stamp is empty: the picture may be one that its reader must not see."""
    return size_bytes == 0 and stamp.startswith("inline.")


def most_letters(limit_bytes: int) -> int:
    """Return how long base64 of at most `limit_bytes` may be."""
    return (limit_bytes + _BYTES_OF_A_GROUP - 1) // _BYTES_OF_A_GROUP * _LETTERS_OF_A_GROUP


def refuse_what_is_no_photo(source: PictureText, path: str) -> None:
    """Raise ItemRejected for a PDF, which is told by its Type alone."""
    if type_of(source.type_code) == "pdf":
        raise ItemRejected(
            f"{path} is a PDF document (PictureSource of Type 06), and not a picture. It was not read. Have the "
            "picture given as JPEG.",
            code="pdf",
        )


def decoded(text: str, path: str, *, limit_bytes: int) -> bytes:
    """Return the bytes of `text`, base64 without blanks. Raises ItemRejected."""
    try:
        content = base64.b64decode(text + "=" * (-len(text) % _LETTERS_OF_A_GROUP), validate=True)
    except (binascii.Error, ValueError) as error:
        raise not_base64(path) from error
    if len(content) > limit_bytes:
        raise too_many_bytes(path, limit_bytes)
    return content


def not_base64(path: str) -> ItemRejected:
    return ItemRejected(
        f"{path} is neither base64 nor a web address, so it is no picture. It was not read. Ask who runs the "
        "system it comes from to correct its PictureSource.",
        code="not_base64",
    )


def too_many_bytes(path: str, limit_bytes: int) -> ItemRejected:
    return file_words.too_many_bytes(path, limit_bytes, do="Have it made smaller")
