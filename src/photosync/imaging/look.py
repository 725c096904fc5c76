"""The look of a picture: a few dozen bytes on how light and of what colour its middle is, coarsely.

Good enough to say that hair and skin look different in two pictures, and no more: it holds no measure of a
face, and people cannot be told apart by it. Why: docs/decisions/0017-most-doubtful-first.md.
"""

from __future__ import annotations

from functools import cache

import numpy as np
import simplejpeg
from numpy.typing import NDArray

from photosync.core.doubt import LOOK_COLUMNS, LOOK_ROWS, LOOK_VERSION

_LEFT, _RIGHT, _TOP, _BOTTOM = 0.32, 0.68, 0.15, 0.62
"""Where the head is in a portrait, as shares of its width and height. The rest is backdrop and clothes."""
_SAMPLES = 6
"""So many pixels are looked at along each edge of a cell: more would not change its mean."""
_TO_XYZ = np.array(
    [[0.4124, 0.3576, 0.1805], [0.2126, 0.7152, 0.0722], [0.0193, 0.1192, 0.9505]], np.float32
) / np.array([[0.9505], [1.0], [1.089]], np.float32)


def look_of_jpeg(content: bytes) -> bytes:
    """Return the look of a rendition. Raises ValueError when it is no JPEG."""
    return look_of(simplejpeg.decode_jpeg(content, "RGB"))


def look_of(pixels: NDArray[np.uint8]) -> bytes:
    """Return the look of upright sRGB pixels, shape (height, width, 3): the version, then L, a and b of each cell.

    A cell is taken together with its mirror image, so that it matters little from which side the light came.
    """
    height, width = pixels.shape[:2]
    rows = _sampled(height, _TOP, _BOTTOM, LOOK_ROWS)
    columns = _sampled(width, _LEFT, _RIGHT, 2 * LOOK_COLUMNS)
    light = _linear()[pixels[rows[:, None], columns]]
    cells: NDArray[np.float32] = light.reshape(LOOK_ROWS, _SAMPLES, 2 * LOOK_COLUMNS, _SAMPLES, 3).mean(axis=(1, 3))
    mirrored: NDArray[np.float32] = ((cells + cells[:, ::-1])[:, :LOOK_COLUMNS] / np.float32(2)).reshape(-1, 3)
    return bytes((LOOK_VERSION,)) + _lab(mirrored).tobytes()


def _sampled(length: int, first: float, last: float, parts: int) -> NDArray[np.intp]:
    """Return which rows or columns are looked at: so many of each part, spread evenly."""
    number = parts * _SAMPLES
    places = length * (first + (last - first) * (np.arange(number) + 0.5) / number)
    return places.astype(np.intp)


@cache
def _linear() -> NDArray[np.float32]:
    """Return the light of each sRGB value."""
    value = np.arange(256, dtype=np.float32) / 255
    return np.where(value <= 0.04045, value / 12.92, ((value + 0.055) / 1.055) ** 2.4).astype(np.float32)


def _lab(linear: NDArray[np.float32]) -> NDArray[np.uint8]:
    """Return CIE L, a and b of each row of light: L in 255ths, a and b in halves around 128."""
    xyz: NDArray[np.float32] = np.matmul(linear, _TO_XYZ.T, dtype=np.float32)
    x, y, z = _curve(xyz).T
    lab = np.stack([(116 * y - 16) * 2.55, 500 * (x - y) * 2 + 128, 200 * (y - z) * 2 + 128], axis=1)
    whole: NDArray[np.uint8] = np.clip(np.rint(lab), 0, 255).astype(np.uint8)
    return whole


def _curve(value: NDArray[np.float32]) -> NDArray[np.float32]:
    return np.where(value > 0.008856, np.cbrt(value), 7.787 * value + np.float32(16 / 116))
