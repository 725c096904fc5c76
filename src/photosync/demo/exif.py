"""Camera metadata (Exif 2.32, little-endian TIFF) for a JPEG file."""

from __future__ import annotations

import struct
from dataclasses import dataclass
from datetime import datetime

_SHORT, _LONG = 3, 4
_Rational = tuple[int, int]
_Value = str | tuple[int, int] | list[_Rational] | bytes
"""A text; (format, number) for a whole number; rationals; raw bytes."""


@dataclass(frozen=True, slots=True)
class Shot:
    """How a picture was taken."""

    taken_at: datetime
    """With its zone: Exif keeps the wall time and its offset apart."""
    orientation: int = 1
    """Exif orientation, 1 to 8; 6 and 8 are a camera held sideways."""
    position: tuple[float, float] | None = None
    """Latitude and longitude in degrees, south and west negative."""
    camera: tuple[str, str] = ("Fictional Optics", "FO-24 Portrait")
    exposure_denominator_s: int = 125
    iso: int = 200


def with_exif(jpeg: bytes, shot: Shot, *, width: int, height: int) -> bytes:
    """Return `jpeg` with an Exif segment right after its start; `width` x `height` are its stored pixels."""
    payload = b"Exif\0\0" + _tiff(shot, width=width, height=height)
    return jpeg[:2] + b"\xff\xe1" + struct.pack(">H", len(payload) + 2) + payload + jpeg[2:]


def _tiff(shot: Shot, *, width: int, height: int) -> bytes:
    """The main directory, then the photo directory, then the GPS directory; the main one points to both."""
    start = 8
    pointers = 2 if shot.position else 1
    main = _main_entries(shot)
    photo_start = start + len(_directory(main + [(0, _number(_LONG, 0))] * pointers, start=start))
    photo = _directory(_photo_entries(shot, width=width, height=height), start=photo_start)
    main.append((0x8769, _number(_LONG, photo_start)))
    gps = b""
    if shot.position:
        gps_start = photo_start + len(photo)
        gps = _directory(_gps_entries(*shot.position), start=gps_start)
        main.append((0x8825, _number(_LONG, gps_start)))
    return b"II*\0" + struct.pack("<I", start) + _directory(main, start=start) + photo + gps


def _main_entries(shot: Shot) -> list[tuple[int, _Value]]:
    return [
        (0x010F, shot.camera[0]),
        (0x0110, shot.camera[1]),
        (0x0112, _number(_SHORT, shot.orientation)),
        (0x011A, [(300, 1)]),
        (0x011B, [(300, 1)]),
        (0x0128, _number(_SHORT, 2)),
        (0x0131, "FO-24 firmware 1.4"),
        (0x0132, shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")),
    ]


def _photo_entries(shot: Shot, *, width: int, height: int) -> list[tuple[int, _Value]]:
    offset = shot.taken_at.strftime("%z")
    return [
        (0x829A, [(1, shot.exposure_denominator_s)]),
        (0x829D, [(56, 10)]),
        (0x8827, _number(_SHORT, shot.iso)),
        (0x9000, b"0232"),
        (0x9003, shot.taken_at.strftime("%Y:%m:%d %H:%M:%S")),
        (0x9011, f"{offset[:3]}:{offset[3:5]}"),
        (0x920A, [(85, 1)]),
        (0xA001, _number(_SHORT, 1)),
        (0xA002, _number(_LONG, width)),
        (0xA003, _number(_LONG, height)),
        (0xA434, "FO 85mm F1.8"),
    ]


def _gps_entries(latitude: float, longitude: float) -> list[tuple[int, _Value]]:
    return [
        (0x0001, "S" if latitude < 0 else "N"),
        (0x0002, _degrees(latitude)),
        (0x0003, "W" if longitude < 0 else "E"),
        (0x0004, _degrees(longitude)),
    ]


def _degrees(value: float) -> list[_Rational]:
    hundredths = round(abs(value) * 360_000)
    return [(hundredths // 360_000, 1), (hundredths // 6_000 % 60, 1), (hundredths % 6_000, 100)]


def _number(kind: int, value: int) -> tuple[int, int]:
    return kind, value


def _directory(entries: list[tuple[int, _Value]], *, start: int) -> bytes:
    """Return the directory's bytes for the place `start` in the file, its longer values right after it."""
    table, values = b"", b""
    after = start + 2 + 12 * len(entries) + 4
    for tag, value in entries:
        kind, count, packed = _packed(value)
        place = packed.ljust(4, b"\0")
        if len(packed) > 4:
            place = struct.pack("<I", after + len(values))
            values += packed + b"\0" * (len(packed) % 2)
        table += struct.pack("<HHI", tag, kind, count) + place
    return struct.pack("<H", len(entries)) + table + b"\0\0\0\0" + values


def _packed(value: _Value) -> tuple[int, int, bytes]:
    """Return the Exif format, the count and the bytes of a value."""
    if isinstance(value, str):
        text = value.encode("ascii") + b"\0"
        return 2, len(text), text
    if isinstance(value, bytes):
        return 7, len(value), value
    if isinstance(value, list):
        return 5, len(value), b"".join(struct.pack("<II", *pair) for pair in value)
    kind, number = value
    return kind, 1, struct.pack("<H" if kind == _SHORT else "<I", number)
