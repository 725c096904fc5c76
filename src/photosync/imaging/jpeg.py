"""Pixels of JPEGs: one strict decode, already reduced."""

import numpy as np
import simplejpeg

from photosync.imaging import rejections, vips
from photosync.imaging.colour import PROFILE
from photosync.imaging.jpeg_header import JpegHeader

_KINDS = {1: ("GRAY", "b-w"), 3: ("RGB", "srgb"), 4: ("CMYK", "cmyk")}
_LOST_PROFILE = "Parts of the colour profile in the file are missing; its colours were taken as ordinary sRGB."


def load_jpeg(content: bytes, header: JpegHeader, wanted_edge_px: int, notes: list[str]) -> vips.Image:
    """Return pixels at the smallest of 1/1, 1/2, 1/4, 1/8 whose longest edge is still `wanted_edge_px`.

    The strict decoder reads every coefficient at any scale, and takes the slightest damage as an error, which
    libvips and Pillow do not. Only powers of two: the scales between them have no vectorised transform, and
    were measured slower than the next larger power.
    Raises ValueError, in libjpeg-turbo's words, if the picture is damaged.
    """
    if header.broken_icc_places:
        # The strict decoder would refuse the whole picture for them.
        content = _without(content, header.broken_icc_places)
        notes.append(_LOST_PROFILE)
    divisor = _divisor(max(header.width_px, header.height_px), wanted_edge_px)
    colours, interpretation = _KINDS[header.components]
    pixels = simplejpeg.decode_jpeg(
        content,
        colours,
        min_height=-(-header.height_px // divisor),
        min_width=-(-header.width_px // divisor),
        strict=True,
    )
    height_px, width_px, bands = pixels.shape
    if height_px < header.height_px // divisor or width_px < header.width_px // divisor:
        raise rejections.damaged("JPEG", "its header is wrong")
    if header.components == 4 and header.adobe:
        np.subtract(255, pixels, out=pixels)
    image = vips.Image.new_from_memory(pixels, width_px, height_px, bands, "uchar")
    image = image.copy(interpretation=interpretation)
    if header.icc_profile:
        image.set_type(vips.GValue.blob_type, PROFILE, header.icc_profile)
    if header.orientation != 1:
        image.set_type(vips.GValue.gint_type, "orientation", header.orientation)
    return image


def _without(content: bytes, places: tuple[tuple[int, int], ...]) -> bytes:
    kept, at = bytearray(), 0
    for start, end in places:
        kept += content[at:start]
        at = end
    return bytes(kept + content[at:])


def _divisor(longest_edge_px: int, wanted_edge_px: int) -> int:
    for divisor in (8, 4, 2):
        if -(-longest_edge_px // divisor) >= wanted_edge_px:
            return divisor
    return 1
