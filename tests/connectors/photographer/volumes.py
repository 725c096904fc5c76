"""Index files of photographers' volumes, written as the standard has them."""

from __future__ import annotations

from collections.abc import Sequence

HEADER = (
    *("Volume Name", "Image Folder", "Image File Name", "Grade", "Last Name", "First Name", "Home Room"),
    *("Period", "Teacher Name", "Track", "Department", "Title", "Image Size"),
)


def columns(
    file: str,
    last: str,
    first: str,
    *,
    grade: str = "",
    room: str = "",
    size: str = "",
    volume: str = "Vol",
    folder: str = "IMAGES",
) -> list[str]:
    """Return the 13 columns of one row."""
    return [volume, folder, file, grade, last, first, room, "", "", "", "", "", size]


def table(*rows: Sequence[str], header: Sequence[str] = HEADER, delimiter: str = "\t") -> str:
    return "".join(delimiter.join(row) + "\r\n" for row in ([header] if header else []) + list(rows))
