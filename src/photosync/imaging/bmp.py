"""Pixels of uncompressed Windows bitmaps."""

import numpy as np
from numpy.typing import NDArray

from photosync.imaging import rejections, vips
from photosync.imaging.bmp_header import BmpHeader, read_bmp_header

Pixels = NDArray[np.uint8]


def load_bmp(content: bytes) -> vips.Image:
    """Return RGB, or RGBA where the bitmap declares an alpha channel that is not all clear."""
    header = read_bmp_header(content)
    row_bytes = (header.width_px * header.bits + 31) // 32 * 4
    needed = header.pixels_at + row_bytes * header.height_px
    if len(content) < needed or header.pixels_at < header.palette_at:
        raise rejections.damaged("BMP", "its end is missing")
    stored = np.frombuffer(content, np.uint8, row_bytes * header.height_px, header.pixels_at)
    rows = stored.reshape(header.height_px, row_bytes)
    pixels = _pixels(content, header, rows if header.top_down else rows[::-1])
    height_px, width_px, bands = pixels.shape
    image = vips.Image.new_from_memory(np.ascontiguousarray(pixels), width_px, height_px, bands, "uchar")
    return image.copy(interpretation="srgb")


def _pixels(content: bytes, header: BmpHeader, rows: Pixels) -> Pixels:
    if header.bits == 24:
        return rows[:, : header.width_px * 3].reshape(header.height_px, header.width_px, 3)[:, :, ::-1]
    if header.bits <= 8:
        return _palette(content, header)[_indexes(header, rows)]
    kind = "<u2" if header.bits == 16 else "<u4"
    words = np.ascontiguousarray(rows).view(kind)[:, : header.width_px]
    bands = [_band(words, mask) for mask in header.masks if mask]
    if len(bands) < 3:
        raise rejections.damaged("BMP", "its header is wrong")
    if len(bands) == 4 and not bands[3].any():
        bands.pop()  # programs that leave the alpha channel at zero do not mean an invisible picture
    return np.stack(bands, axis=2)


def _palette(content: bytes, header: BmpHeader) -> Pixels:
    size = header.palette_entry_bytes
    if header.palette_at + header.palette_entries * size > len(content):
        raise rejections.damaged("BMP", "its palette is missing")
    entries = np.frombuffer(content, np.uint8, header.palette_entries * size, header.palette_at)
    palette = np.zeros((256, 3), np.uint8)
    palette[: header.palette_entries] = entries.reshape(-1, size)[:, 2::-1]
    return palette


def _indexes(header: BmpHeader, rows: Pixels) -> Pixels:
    if header.bits == 8:
        return rows[:, : header.width_px]
    if header.bits == 4:
        return np.stack((rows >> 4, rows & 15), axis=2).reshape(header.height_px, -1)[:, : header.width_px]
    return np.unpackbits(rows, axis=1)[:, : header.width_px]


def _band(words: NDArray[np.unsignedinteger], mask: int) -> Pixels:
    shift = (mask & -mask).bit_length() - 1
    most = mask >> shift
    values = (words & mask) >> shift
    if most == 255:
        return values.astype(np.uint8)
    return (values.astype(np.float32) * (255 / most) + 0.5).astype(np.uint8)
