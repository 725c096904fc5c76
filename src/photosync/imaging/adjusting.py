"""Turning a picture and cutting a part out of it, as a person asked."""

from photosync.imaging import rejections, vips
from photosync.imaging.settings import Adjustment, RenderSettings


def part_size(width_px: int, height_px: int, adjustment: Adjustment) -> tuple[int, int]:
    """Return width and height of the part of a picture that is `width_px` x `height_px` when upright."""
    turned = (height_px, width_px) if adjustment.quarter_turns % 2 else (width_px, height_px)
    _left, _top, width, height = adjustment.box(*turned)
    return width, height


def check_part(width_px: int, height_px: int, settings: RenderSettings) -> None:
    """Raise ItemRejected if the part that is asked for is too small for a photo."""
    if settings.adjustment is None:
        return
    part = part_size(width_px, height_px, settings.adjustment)
    if min(part) < settings.min_short_edge_px:
        raise rejections.part_too_small(*part, settings.min_short_edge_px)


def adjusted(image: vips.Image, adjustment: Adjustment) -> vips.Image:
    """Return the upright `image` turned and cut."""
    if adjustment.quarter_turns:
        image = image.rot(f"d{adjustment.quarter_turns * 90}")
    box = adjustment.box(image.width, image.height)
    if box != (0, 0, image.width, image.height):
        image = image.crop(*box)
    return image.copy_memory()
