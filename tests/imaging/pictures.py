"""Pictures of every kind, made when a test asks for them; nothing is kept as a file."""

import io
import struct
import zlib
from typing import Any

import numpy as np
import pillow_heif
from numpy.typing import NDArray
from PIL import Image

from tests.portraits import portrait_pixels

pillow_heif.register_heif_opener()

WIDTH_PX, HEIGHT_PX = 300, 380


def portrait(mode: str = "RGB", width: int = WIDTH_PX, height: int = HEIGHT_PX) -> Image.Image:
    """Return an upright portrait in a Pillow mode; `I;16` is 16-bit gray."""
    picture = Image.fromarray(portrait_pixels(5, width, height))
    if mode == "I;16":
        return Image.fromarray(np.asarray(picture.convert("L")).astype(np.uint16) * 257)
    return picture.quantize(256) if mode == "P" else picture.convert(mode)


def encoded(picture: Image.Image, format_name: str, **options: Any) -> bytes:
    file = io.BytesIO()
    picture.save(file, format_name, **options)
    return file.getvalue()


def decoded(content: bytes) -> Image.Image:
    picture = Image.open(io.BytesIO(content))
    picture.load()
    return picture


def pixels(content: bytes) -> NDArray[np.int64]:
    return np.asarray(decoded(content)).astype(np.int64)


def mean_difference(content: bytes, expected: Image.Image) -> float:
    """Return how far a JPEG is from a picture of the same size, 0 to 255, averaged over all channels."""
    return float(np.abs(pixels(content) - np.asarray(expected.convert("RGB")).astype(np.int64)).mean())


def flat(width: int, height: int, colour: tuple[int, ...] = (120, 130, 140)) -> Image.Image:
    return Image.new({1: "L", 3: "RGB", 4: "CMYK"}[len(colour)], (width, height), colour)  # type: ignore[arg-type]  # Pillow wants a fixed length


def claims_30000_pixels_square() -> bytes:
    """A JPEG of a few hundred bytes whose header claims 900 megapixels."""
    small = encoded(flat(16, 16), "JPEG")
    frame = small.index(b"\xff\xc0")
    return small[: frame + 5] + struct.pack(">HH", 30000, 30000) + small[frame + 9 :]


def png_chunk(kind: bytes, payload: bytes) -> bytes:
    return struct.pack(">I", len(payload)) + kind + payload + struct.pack(">I", zlib.crc32(kind + payload))


def png_bomb(width: int, height: int) -> bytes:
    """A PNG of a few kilobytes that would be `width` x `height` gray pixels."""
    packer = zlib.compressobj(9)
    row = bytes(width + 1)
    data = b"".join(packer.compress(row) for _ in range(min(height, 2000))) + packer.flush()
    header = struct.pack(">IIBBBBB", width, height, 8, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + png_chunk(b"IHDR", header) + png_chunk(b"IDAT", data) + png_chunk(b"IEND", b"")


def tiff(*entries: tuple[int, int, int], order: str = "<") -> bytes:
    """A TIFF that is only a header and one directory of (tag, type, value) entries."""
    start = (b"II*\0" if order == "<" else b"MM\0*") + struct.pack(order + "I", 8)
    body = struct.pack(order + "H", len(entries))
    for tag, kind, value in entries:
        body += struct.pack(order + "HHI", tag, kind, 1)
        body += struct.pack(order + ("I" if kind == 4 else "HH"), *([value] if kind == 4 else [value, 0]))
    return start + body + bytes(200)


def bmp(bits: int, rows: bytes, *, width: int, height: int, palette: bytes = b"", masks: bytes = b"") -> bytes:
    """A Windows bitmap with the given stored rows; `masks` makes it a bit-field bitmap."""
    at = 14 + 40 + len(masks) + len(palette)
    header = struct.pack("<IiiHHIIiiII", 40, width, height, 1, bits, 3 if masks else 0, len(rows), 0, 0, 0, 0)
    return b"BM" + struct.pack("<IHHI", at + len(rows), 0, 0, at) + header + masks + palette + rows


ADOBE_RGB_PRIMARIES = ((0.60974, 0.31111, 0.01947), (0.20528, 0.62567, 0.06087), (0.14919, 0.06322, 0.74457))
SRGB_PRIMARIES = ((0.43607, 0.22249, 0.01392), (0.38515, 0.71687, 0.09708), (0.14307, 0.06061, 0.71410))


def matrix_profile(primaries: tuple[tuple[float, float, float], ...], gamma: float) -> bytes:
    """An ICC profile of an RGB display: primaries as D50 XYZ, and one gamma for all channels."""
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
        **{name: _xyz(xyz) for name, xyz in zip((b"rXYZ", b"gXYZ", b"bXYZ"), primaries, strict=True)},
        **{name: _curve(gamma) for name in (b"rTRC", b"gTRC", b"bTRC")},
    }
    return _profile(b"RGB ", tags)


def gray_profile(gamma: float) -> bytes:
    tags = {
        b"desc": b"desc\0\0\0\0" + struct.pack(">I", 5) + b"made\0" + bytes(78),
        b"cprt": b"text\0\0\0\0none\0",
        b"wtpt": _xyz((0.9642, 1.0, 0.8249)),
        b"kTRC": _curve(gamma),
    }
    return _profile(b"GRAY", tags)


def _profile(space: bytes, tags: dict[bytes, bytes]) -> bytes:
    directory, data, at = b"", b"", 132 + 12 * len(tags)
    for name, value in tags.items():
        value += bytes(-len(value) % 4)
        directory += struct.pack(">4sII", name, at + len(data), len(value))
        data += value
    header = struct.pack(">I4sI4s4s4s12s4s", 0, b"none", 0x02400000, b"mntr", space, b"XYZ ", bytes(12), b"acsp")
    header = header.ljust(68, b"\0") + struct.pack(">iii", 63190, 65536, 54061)
    body = header.ljust(128, b"\0") + struct.pack(">I", len(tags)) + directory + data
    return struct.pack(">I", len(body)) + body[4:]


def _xyz(values: tuple[float, float, float]) -> bytes:
    return b"XYZ \0\0\0\0" + struct.pack(">iii", *(round(value * 65536) for value in values))


def _curve(gamma: float) -> bytes:
    return b"curv\0\0\0\0" + struct.pack(">IH", 1, round(gamma * 256))
