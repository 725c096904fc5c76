"""Files that are not as they should be, or not JPEG: what a photographer's folder really holds."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache

import pyvips

from photosync.demo.looks import Sitter
from photosync.demo.portraits import pixels_of, portrait_of

_SILHOUETTE = """<svg xmlns="http://www.w3.org/2000/svg" width="1600" height="2000" viewBox="0 0 400 500">
<rect width="400" height="500" fill="#d5d8dc"/>
<g fill="#aab0b8"><ellipse cx="200" cy="195" rx="72" ry="88"/>
<path d="M56,500 C56,380 120,316 200,316 C280,316 344,380 344,500 Z"/></g>
<g transform="translate(200 440)" fill="none" stroke="#f4f5f6" stroke-width="7" stroke-linejoin="round">
<path d="M-44,-18 h22 l8,-12 h28 l8,12 h22 v46 h-88 Z"/><circle r="14" cy="4"/>
<path d="M-50,36 L50,-38" stroke-linecap="round"/></g></svg>"""


def _truncated(jpeg: bytes) -> bytes:
    """A copy that broke off at 55 %."""
    return jpeg[: len(jpeg) * 55 // 100]


def _damaged(jpeg: bytes) -> bytes:
    """4 KiB of zeros in the middle of the picture: most programs show it without complaint."""
    middle = len(jpeg) // 2
    return jpeg[:middle] + bytes(4096) + jpeg[middle + 4096 :]


def _nothing(_jpeg: bytes) -> bytes:
    return b""


def _text(_jpeg: bytes) -> bytes:
    return b"Sorry, this picture is being retouched. We will send it with the next delivery.\r\n"


def _too_small(sitter: Sitter, academic_year: int) -> bytes:
    """96 x 120 pixels: below the 120 of the short edge that are asked for."""
    return portrait_of(sitter, 96, 120, academic_year=academic_year, grain=False)


@lru_cache(maxsize=1)
def placeholder_jpeg() -> bytes:
    """Return the photographer's "photo not available": a grey shape and a crossed-out camera, no words."""
    image = pyvips.Image.svgload_buffer(_SILHOUETTE.encode()).flatten()
    jpeg: bytes = image.jpegsave_buffer(Q=88)
    return jpeg


def _placeholder(_sitter: Sitter, _academic_year: int) -> bytes:
    return placeholder_jpeg()


def _png(sitter: Sitter, academic_year: int) -> bytes:
    png: bytes = pixels_of(sitter, 1000, 1250, academic_year=academic_year).pngsave_buffer(compression=3)
    return png


def _webp(sitter: Sitter, academic_year: int) -> bytes:
    webp: bytes = pixels_of(sitter, 1000, 1250, academic_year=academic_year).webpsave_buffer(Q=85, effort=2)
    return webp


def _cmyk(sitter: Sitter, academic_year: int) -> bytes:
    """A JPEG made for print, in four inks."""
    image = pixels_of(sitter, 1600, 2000, academic_year=academic_year).colourspace("cmyk")
    jpeg: bytes = image.jpegsave_buffer(Q=90)
    return jpeg


BROKEN: dict[str, Callable[[bytes], bytes]] = {
    "truncated": _truncated,
    "damaged": _damaged,
    "zero bytes": _nothing,
    "text": _text,
}
"""Case -> what becomes of a right JPEG."""

DRAWN: dict[str, Callable[[Sitter, int], bytes]] = {
    "too small": _too_small,
    "placeholder": _placeholder,
    "png": _png,
    "webp": _webp,
    "cmyk": _cmyk,
}
"""Case -> the file's bytes, for a sitter and an academic year."""
