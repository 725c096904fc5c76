"""What every index file begins with: bytes that are text in one encoding or another, and whether they are of use."""

from __future__ import annotations

import codecs

from photosync.core.errors import SourceUnavailable


def unusable(file_name: str, what: str) -> SourceUnavailable:
    """Return the error of an index file that cannot be read; `what` is wrong with it."""
    return SourceUnavailable(
        f"The index file {file_name!r} {what}. The files cannot be matched without it, so nothing was "
        "changed; correct the index file and run again."
    )


def field_text(value: str, *, most: int = 200) -> str:
    """Return a field of an index as one line of text that every database keeps, cut off after `most` characters."""
    text = " ".join(value[: most * 4].split())[:most]
    return (
        text if text.isprintable() else "".join(c if c.isprintable() else "\N{REPLACEMENT CHARACTER}" for c in text)
    )


def decoded(content: bytes, file_name: str) -> tuple[str, str]:
    """Return the text and the name of its encoding: UTF-16, UTF-8 with or without BOM, else Windows-1252.

    Raises SourceUnavailable for what is none of them.
    """
    if content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        choices = [("utf-16", "UTF-16")]
    elif content.startswith(codecs.BOM_UTF8):
        choices = [("utf-8-sig", "UTF-8 with byte order mark")]
    elif content[:200].count(0) * 4 > len(content[:200]):
        # Every other byte is 0 where letters are Latin; a few are only damage.
        little = content[1:200:2].count(0) >= content[0:200:2].count(0)
        choices = [("utf-16-le" if little else "utf-16-be", "UTF-16")]
    else:
        choices = [("utf-8", "UTF-8"), ("cp1252", "Windows-1252")]
    for codec, title in choices:
        try:
            return content.decode(codec), title
        except UnicodeDecodeError:
            continue
    raise unusable(file_name, "is not text in UTF-8, UTF-16 or Windows-1252")
