"""BMP: the header of Windows bitmaps, since libvips reads none."""

import struct
from dataclasses import dataclass

from photosync.imaging import rejections

_HEADER_SIZES = {12, 40, 52, 56, 64, 108, 124}
_UNCOMPRESSED, _BITFIELDS, _ALPHA_BITFIELDS = 0, 3, 6


@dataclass(frozen=True, slots=True)
class BmpHeader:
    """`palette` holds (blue, green, red) or (blue, green, red, unused) entries of `palette_entry_bytes` each.

    `masks` are red, green, blue, alpha bits of one 16- or 32-bit pixel; zeros for other depths.
    """

    width_px: int
    height_px: int
    top_down: bool
    bits: int
    pixels_at: int
    palette_at: int
    palette_entries: int
    palette_entry_bytes: int
    masks: tuple[int, int, int, int]


def is_bmp(content: bytes) -> bool:
    return len(content) >= 26 and int.from_bytes(content[14:18], "little") in _HEADER_SIZES


def read_bmp_header(content: bytes) -> BmpHeader:
    """Return the header of a bitmap. Raises ItemRejected, for run-length compressed bitmaps too."""
    try:
        return _read(content)
    except struct.error as exc:
        raise rejections.damaged("BMP", "it ends within its header") from exc


def _read(content: bytes) -> BmpHeader:
    pixels_at, header_size = struct.unpack_from("<II", content, 10)
    compression = colours = 0
    if header_size == 12:
        width_px, height_px, _, bits = struct.unpack_from("<HHHH", content, 18)
    else:
        width_px, height_px, _, bits, compression = struct.unpack_from("<iiHHI", content, 18)
        (colours,) = struct.unpack_from("<I", content, 46)
    if bits not in (1, 4, 8, 16, 24, 32) or compression not in (_UNCOMPRESSED, _BITFIELDS, _ALPHA_BITFIELDS):
        raise rejections.unsupported("it is a compressed or unusual Windows bitmap")
    if width_px <= 0 or height_px == 0:
        raise rejections.damaged("BMP", "it claims to have no pixels")
    return BmpHeader(
        width_px=width_px,
        height_px=abs(height_px),
        top_down=height_px < 0,
        bits=bits,
        pixels_at=pixels_at,
        palette_at=14 + header_size,
        palette_entries=min(colours or 1 << bits, 1 << bits) if bits <= 8 else 0,
        palette_entry_bytes=3 if header_size == 12 else 4,
        masks=_masks(content, header_size, bits, compression),
    )


def _masks(content: bytes, header_size: int, bits: int, compression: int) -> tuple[int, int, int, int]:
    if compression == _UNCOMPRESSED:
        # The fourth byte of a plain 32-bit bitmap is unused, not transparency.
        return {16: (0x7C00, 0x3E0, 0x1F, 0), 32: (0xFF0000, 0xFF00, 0xFF, 0)}.get(bits, (0, 0, 0, 0))
    if bits not in (16, 32):
        raise rejections.damaged("BMP", "its header is wrong")
    red, green, blue = struct.unpack_from("<III", content, 54)
    has_alpha = header_size >= 56 or compression == _ALPHA_BITFIELDS
    (alpha,) = struct.unpack_from("<I", content, 66) if has_alpha else (0,)
    return red, green, blue, alpha
