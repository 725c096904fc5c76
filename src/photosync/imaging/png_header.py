"""PNG: header, chunk checksums and end marker."""

import struct
import zlib

from photosync.imaging import rejections

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_CHANNELS = {0: 1, 2: 3, 3: 1, 4: 2, 6: 4}
_MAX_CHUNKS = 50_000


def read_png_header(content: bytes) -> tuple[int, int, int]:
    """Return width and height in pixels and the decoder's memory cost in bytes."""
    if len(content) < 33 or content[8:16] != b"\x00\x00\x00\rIHDR":
        raise rejections.damaged("PNG", "it ends within its header")
    width_px, height_px, depth, colour, _, _, interlaced = struct.unpack_from(">IIBBBBB", content, 16)
    if zlib.crc32(content[12:29]) != int.from_bytes(content[29:33], "big") or colour not in _CHANNELS:
        raise rejections.damaged("PNG", "its header is wrong")
    # An interlaced picture is complete only after its last pass, so the decoder holds all of it.
    held_px = width_px * height_px if interlaced else width_px * 64
    channels = 4 if colour == 3 else _CHANNELS[colour] + 1
    return width_px, height_px, held_px * channels * (2 if depth == 16 else 1)


def check_png_chunks(content: bytes) -> None:
    """Raise ItemRejected for a wrong checksum or a missing end; decoders forgive some of it."""
    view = memoryview(content)
    position = 8
    for _ in range(_MAX_CHUNKS):
        if position + 12 > len(content):
            raise rejections.damaged("PNG", "its end is missing")
        length, kind = struct.unpack_from(">I4s", content, position)
        end = position + 8 + length
        if end + 4 > len(content):
            raise rejections.damaged("PNG", "its end is missing")
        if zlib.crc32(view[position + 4 : end]) != int.from_bytes(view[end : end + 4], "big"):
            raise rejections.damaged("PNG", "a checksum is wrong")
        if kind == b"IEND":
            return
        position = end + 4
    raise rejections.damaged("PNG", "it is cut into far too many pieces")
