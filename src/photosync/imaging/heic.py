"""Pixels of HEIC/HEIF pictures, with the extra `heic`."""

import numpy as np

from photosync.imaging import rejections, vips
from photosync.imaging.colour import PROFILE
from photosync.imaging.header import check_size
from photosync.imaging.settings import RenderSettings


def load_heic(content: bytes, settings: RenderSettings) -> vips.Image:
    """Return the primary picture, upright, 8 bits a channel. Raises ItemRejected without the extra `heic`."""
    try:
        import pillow_heif
    except ImportError as exc:
        raise rejections.heic_not_installed() from exc
    pillow_heif.options.DECODE_THREADS = 1
    pillow_heif.options.THUMBNAILS = pillow_heif.options.DEPTH_IMAGES = pillow_heif.options.AUX_IMAGES = False
    file = pillow_heif.open_heif(content, convert_hdr_to_8bit=True)
    picture = file[file.primary_index]
    check_size(*picture.size, settings)
    pixels = np.asarray(picture)
    height_px, width_px = pixels.shape[:2]
    bands = pixels.shape[2] if pixels.ndim == 3 else 1
    image = vips.Image.new_from_memory(np.ascontiguousarray(pixels), width_px, height_px, bands, "uchar")
    image = image.copy(interpretation="srgb" if bands >= 3 else "b-w")
    profile = picture.info.get("icc_profile")
    if profile:
        image.set_type(vips.GValue.blob_type, PROFILE, profile)
    return image
