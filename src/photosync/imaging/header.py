"""What a picture's header claims, read without decoding and without any native library.

The pool asks this in the parent process to know what an item will cost; `render` asks it to refuse bombs
before a decoder sees them. Every function takes the whole content, since limits on its length come first.
"""

import struct
from dataclasses import dataclass

from photosync.imaging import (
    bmp_header,
    heic_header,
    jpeg_header,
    png_header,
    rejections,
    tiff_header,
    webp_header,
)
from photosync.imaging.settings import RenderSettings

_OTHER_CONTENT = (
    (b"%PDF", "a PDF document"),
    (b"PK\x03\x04", "a ZIP archive or an Office document"),
    (b"\xd0\xcf\x11\xe0", "an old Office document or thumbnail list"),
    (b"8BPS", "a Photoshop document"),
    (b"\xff\x0a", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cJXL ", "a JPEG XL picture"),
    (b"\x00\x00\x00\x0cjP  ", "a JPEG 2000 picture"),
    (b"\xff\x4f\xff\x51", "a JPEG 2000 picture"),
    (b"<svg", "a drawing (SVG)"),
    (b"<!doctype html", "a web page"),
    (b"<html", "a web page"),
    (b"<?xml", "an XML document"),
    (b"\x1f\x8b", "a compressed archive"),
    (b"7z\xbc\xaf", "a compressed archive"),
    (b"Rar!", "a compressed archive"),
    (b"MZ", "a Windows program"),
)


@dataclass(frozen=True, slots=True)
class Header:
    """`width_px` x `height_px` as stored, before orientation; `jpeg` is there for JPEG only.

    `memory_cost_bytes` is the decoder's own need at its worst, on top of the content.
    """

    format_name: str
    width_px: int
    height_px: int
    memory_cost_bytes: int
    jpeg: jpeg_header.JpegHeader | None = None


def read_header(content: bytes, settings: RenderSettings) -> Header:
    """Return what the header claims, after checking every limit. Raises ItemRejected."""
    if not content:
        raise rejections.empty()
    if len(content) > settings.max_bytes:
        raise rejections.too_many_bytes(len(content), settings.max_bytes)
    try:
        header = _claimed(content)
    except (struct.error, IndexError) as exc:
        raise rejections.damaged("picture", "its header is wrong") from exc
    check_size(header.width_px, header.height_px, settings)
    return header


def check_size(width_px: int, height_px: int, settings: RenderSettings) -> None:
    """Raise ItemRejected if a picture of this size is over or under the limits."""
    if width_px * height_px > settings.max_pixels:
        raise rejections.too_many_pixels(width_px, height_px, settings.max_pixels)
    if min(width_px, height_px) < settings.min_short_edge_px:
        raise rejections.too_small(width_px, height_px, settings.min_short_edge_px)


def memory_cost_estimate(header: Header, settings: RenderSettings) -> int:
    """Return the bytes that rendering needs at its peak above an idle worker, without the content itself."""
    whole = 0
    if settings.adjustment is not None:
        # A small part of a large picture is cut out of pixels that are hardly reduced; turning holds them twice.
        whole = header.width_px * header.height_px * 6
    return header.memory_cost_bytes + whole + _RENDERING_BYTES


_RENDERING_BYTES = 40_000_000
"""Reduced pixels, colour conversion, renditions and line buffers: measured below this for every format."""


def _claimed(content: bytes) -> Header:
    if content.startswith(b"\xff\xd8\xff"):
        jpeg = jpeg_header.read_jpeg_header(content)
        return Header("JPEG", jpeg.width_px, jpeg.height_px, jpeg.memory_cost_bytes, jpeg)
    if content.startswith(png_header.SIGNATURE):
        return Header("PNG", *png_header.read_png_header(content))
    if content.startswith(b"RIFF") and content[8:12] == b"WEBP":
        return Header("WebP", *webp_header.read_webp_header(content))
    if content.startswith((b"GIF87a", b"GIF89a")):
        return Header("GIF", *_gif(content))
    if content.startswith((b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")):
        return Header("TIFF", *tiff_header.read_tiff_header(content))
    if content.startswith(b"BM") and bmp_header.is_bmp(content):
        bmp = bmp_header.read_bmp_header(content)
        return Header("BMP", bmp.width_px, bmp.height_px, bmp.width_px * bmp.height_px * 5)
    if content[4:8] == b"ftyp":
        return Header("HEIC", *heic_header.read_heic_header(content))
    start = content[:64].lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    for signature, name in _OTHER_CONTENT:
        if content.startswith(signature) or start.startswith(signature):
            raise rejections.not_an_image(name)
    if not content.strip(b"\0"):
        raise rejections.not_an_image("an empty file: it holds zeros only, so its copy has failed")
    raise rejections.not_an_image()


def _gif(content: bytes) -> tuple[int, int, int]:
    if len(content) < 13:
        raise rejections.damaged("GIF", "it ends within its header")
    width_px, height_px = int.from_bytes(content[6:8], "little"), int.from_bytes(content[8:10], "little")
    return width_px, height_px, width_px * height_px * 6  # measured 5.1
