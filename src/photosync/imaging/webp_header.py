"""WebP: canvas size and completeness."""

from photosync.imaging import rejections

_BYTES_PER_PX = 9  # measured 8.3 at most: plain, lossless and animated


def read_webp_header(content: bytes) -> tuple[int, int, int]:
    """Return width and height in pixels and the decoder's memory cost in bytes."""
    if len(content) < 30 or len(content) < int.from_bytes(content[4:8], "little") + 8:
        raise rejections.damaged("WebP", "its end is missing")
    kind = content[12:16]
    if kind == b"VP8 " and content[23:26] == b"\x9d\x01\x2a":
        width_px = int.from_bytes(content[26:28], "little") & 0x3FFF
        height_px = int.from_bytes(content[28:30], "little") & 0x3FFF
    elif kind == b"VP8L" and content[20] == 0x2F:
        bits = int.from_bytes(content[21:25], "little")
        width_px, height_px = (bits & 0x3FFF) + 1, (bits >> 14 & 0x3FFF) + 1
    elif kind == b"VP8X":
        width_px = int.from_bytes(content[24:27], "little") + 1
        height_px = int.from_bytes(content[27:30], "little") + 1
    else:
        raise rejections.damaged("WebP", "its header is wrong")
    return width_px, height_px, width_px * height_px * _BYTES_PER_PX
