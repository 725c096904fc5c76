"""TIFF: the first directory, enough to refuse what cannot or should not be converted."""

import struct

from photosync.imaging import rejections

_SUBFILE, _WIDTH, _HEIGHT, _BITS, _COMPRESSION, _PHOTOMETRIC = 254, 256, 257, 258, 259, 262
_SAMPLES, _TILE_WIDTH, _TILE_HEIGHT, _SAMPLE_FORMAT, _DNG_VERSION = 277, 322, 323, 339, 50706
_WANTED = {
    _SUBFILE,
    _WIDTH,
    _HEIGHT,
    _BITS,
    _COMPRESSION,
    _PHOTOMETRIC,
    _SAMPLES,
    _TILE_WIDTH,
    _TILE_HEIGHT,
    _SAMPLE_FORMAT,
    _DNG_VERSION,
}
_VALUE_FORMATS = {1: "B", 3: "H", 4: "I"}
_COLOURS = {0, 1, 2, 3, 5, 6}
_YCBCR, _IN_JPEG = 6, 7
_MAX_ENTRIES = 4_096


def read_tiff_header(content: bytes) -> tuple[int, int, int]:
    """Return width and height in pixels of the first page and the decoder's memory cost in bytes."""
    if content[2:4] in (b"+\0", b"\0+"):
        raise rejections.unsupported("it is a BigTIFF file")
    try:
        tags = _first_directory(content)
    except struct.error as exc:
        raise rejections.damaged("TIFF", "it ends within its header") from exc
    if content[8:10] == b"CR" or _DNG_VERSION in tags or tags.get(_SUBFILE, (0,))[0] & 1:
        raise rejections.unsupported("it is a camera's raw file, or a preview only")
    width_px, height_px = tags.get(_WIDTH, (0,))[0], tags.get(_HEIGHT, (0,))[0]
    if not width_px or not height_px:
        raise rejections.damaged("TIFF", "its size is missing")
    bits, samples = tags.get(_BITS, (1,)), tags.get(_SAMPLES, (1,))[0]
    if len(set(bits)) != 1 or bits[0] not in (1, 2, 4, 8, 16) or not 1 <= samples <= 5:
        raise rejections.unsupported(f"it is a TIFF of {samples} channels with {bits[0]} bits each")
    colours, compression = tags.get(_PHOTOMETRIC, (1,))[0], tags.get(_COMPRESSION, (1,))[0]
    odd_colours = colours not in _COLOURS or (colours == _YCBCR and compression != _IN_JPEG)
    if odd_colours or set(tags.get(_SAMPLE_FORMAT, (1,))) - {1, 4}:
        raise rejections.unsupported("it is a TIFF with unusual colours (not a photo)")
    tile_px = tags.get(_TILE_WIDTH, (0,))[0] * tags.get(_TILE_HEIGHT, (0,))[0]
    held_px = max(width_px * height_px, tile_px)
    if tile_px > 4 * width_px * height_px + 1_000_000:
        raise rejections.damaged("TIFF", "its tiles are larger than the picture")
    return width_px, height_px, held_px * samples * (2 if bits[0] == 16 else 1)


def _first_directory(content: bytes) -> dict[int, tuple[int, ...]]:
    order = "<" if content[:2] == b"II" else ">"
    (directory,) = struct.unpack_from(order + "I", content, 4)
    (count,) = struct.unpack_from(order + "H", content, directory)
    tags: dict[int, tuple[int, ...]] = {}
    for entry in range(directory + 2, directory + 2 + 12 * min(count, _MAX_ENTRIES), 12):
        tag, kind, values = struct.unpack_from(order + "HHI", content, entry)
        if tag not in _WANTED or kind not in _VALUE_FORMATS or not values:
            continue
        letters = order + _VALUE_FORMATS[kind] * min(values, 8)
        place = entry + 8
        if struct.calcsize(order + _VALUE_FORMATS[kind]) * values > 4:
            (place,) = struct.unpack_from(order + "I", content, place)
        tags[tag] = struct.unpack_from(letters, content, place)
    return tags
