"""HEIC/HEIF: brand and claimed size."""

import struct

from photosync.imaging import rejections

_HEIC_BRANDS = {b"heic", b"heix", b"heim", b"heis", b"hevc", b"hevx", b"mif1", b"msf1"}
_AVIF_BRANDS = {b"avif", b"avis"}
_MAX_SIZES = 10_000


def read_heic_header(content: bytes) -> tuple[int, int, int]:
    """Return the largest claimed width and height in pixels and the decoder's memory cost in bytes.

    A picture of many tiles has a size box per kind of tile; the whole picture's is the largest.
    """
    brands_end = min(int.from_bytes(content[:4], "big"), len(content), 512)
    brands = {content[8:12]} | {content[at : at + 4] for at in range(16, brands_end - 3, 4)}
    if brands & _AVIF_BRANDS:
        raise rejections.unsupported("it is an AVIF picture")
    if not brands & _HEIC_BRANDS:
        raise rejections.not_an_image("a video")
    sizes = _claimed_sizes(content)
    if not sizes:
        raise rejections.damaged("HEIC", "its size is missing")
    width_px, height_px = max(sizes, key=lambda size: size[0] * size[1])
    return width_px, height_px, width_px * height_px * 7  # measured 5.3


def _claimed_sizes(content: bytes) -> list[tuple[int, int]]:
    sizes: list[tuple[int, int]] = []
    place = content.find(b"ispe")
    while place != -1 and place + 16 <= len(content) and len(sizes) < _MAX_SIZES:
        if content[place - 4 : place] == b"\x00\x00\x00\x14":
            sizes.append(struct.unpack_from(">II", content, place + 8))
        place = content.find(b"ispe", place + 4)
    return sizes
