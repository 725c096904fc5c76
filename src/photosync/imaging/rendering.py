"""From bytes to renditions: refuse by the header, decode once, reduce, convert, turn upright, encode."""

import hashlib

import simplejpeg

from photosync.core.errors import ItemRejected
from photosync.imaging import rejections, vips
from photosync.imaging.adjusting import adjusted, check_part, part_size
from photosync.imaging.bmp import load_bmp
from photosync.imaging.colour import flattened_on_white, to_srgb
from photosync.imaging.header import Header, check_size, read_header
from photosync.imaging.heic import load_heic
from photosync.imaging.jpeg import load_jpeg
from photosync.imaging.look import look_of
from photosync.imaging.png_header import check_png_chunks
from photosync.imaging.settings import Rendered, RenderSettings, Rendition

_TURNED_ORIENTATIONS = {5, 6, 7, 8}


def render_content(content: bytes, settings: RenderSettings) -> Rendered:
    """See `photosync.imaging.render`."""
    header = read_header(content, settings)
    try:
        return _rendered(content, header, settings)
    except ItemRejected:
        raise
    except MemoryError as exc:
        raise rejections.too_much_memory() from exc
    except Exception as exc:
        # Decoders fail in classes and words of their own; all of it means: no usable picture.
        raise rejections.damaged(header.format_name) from exc


def _rendered(content: bytes, header: Header, settings: RenderSettings) -> Rendered:
    notes: list[str] = []
    image = _loaded(content, header, settings, notes)
    width_px, height_px = header.width_px, header.height_px
    if header.jpeg is None:  # the decoder knows the size of the first frame or page better than its header
        width_px, height_px = image.width, image.height
        check_size(width_px, height_px, settings)
    if _orientation(image) in _TURNED_ORIENTATIONS:
        width_px, height_px = height_px, width_px
    check_part(width_px, height_px, settings)
    wanted_edge_px = _wanted_edge_px(width_px, height_px, settings)
    largest = _upright(to_srgb(_reduced(flattened_on_white(image), wanted_edge_px), notes))
    if settings.adjustment is not None:
        largest = adjusted(largest, settings.adjustment)
        width_px, height_px = part_size(width_px, height_px, settings.adjustment)
    renditions, smallest = _renditions(largest, width_px, height_px, settings)
    return Rendered(
        width_px=width_px,
        height_px=height_px,
        format_name=header.format_name,
        renditions=renditions,
        source_sha256=hashlib.sha256(content).hexdigest(),
        notes=tuple(notes),
        look=look_of(smallest.numpy()),
    )


def _loaded(content: bytes, header: Header, settings: RenderSettings, notes: list[str]) -> vips.Image:
    if header.jpeg is not None:
        upright = (header.width_px, header.height_px)
        if header.jpeg.orientation in _TURNED_ORIENTATIONS:
            upright = (header.height_px, header.width_px)
        return load_jpeg(content, header.jpeg, _wanted_edge_px(*upright, settings), notes)
    match header.format_name:
        case "PNG":
            check_png_chunks(content)
            return vips.Image.pngload_buffer(content, access="sequential", fail_on="error")
        case "WebP":
            return vips.Image.webpload_buffer(content, access="sequential", fail_on="error")
        case "GIF":
            return vips.Image.gifload_buffer(content, access="sequential", fail_on="error")
        case "TIFF":
            return vips.Image.tiffload_buffer(content, access="sequential", fail_on="error")
        case "BMP":
            return load_bmp(content)
        case _:
            return load_heic(content, settings)


def _wanted_edge_px(width_px: int, height_px: int, settings: RenderSettings) -> int:
    """Return how long the longest edge of the whole picture must be for its part to fill the largest rendition."""
    longest_edge_px = settings.rendition_sizes[0].longest_edge_px
    if settings.adjustment is None:
        return longest_edge_px
    longest_of_part_px = max(part_size(width_px, height_px, settings.adjustment))
    return -(-longest_edge_px * max(width_px, height_px) // longest_of_part_px)


def _reduced(image: vips.Image, wanted_edge_px: int) -> vips.Image:
    """Return the image in memory with its longest edge so long, never larger than it was."""
    longest_edge_px = max(image.width, image.height)
    if longest_edge_px <= wanted_edge_px:
        return image.copy_memory()
    return _scaled(image, *_fitted(image.width, image.height, wanted_edge_px))


def _scaled(image: vips.Image, width_px: int, height_px: int) -> vips.Image:
    scaled = image.resize(width_px / image.width, vscale=height_px / image.height, kernel="lanczos3")
    return scaled.copy_memory()


def _fitted(width_px: int, height_px: int, longest_edge_px: int) -> tuple[int, int]:
    longest = max(width_px, height_px)
    if longest <= longest_edge_px:
        return width_px, height_px
    return (
        max(1, (2 * width_px * longest_edge_px + longest) // (2 * longest)),
        max(1, (2 * height_px * longest_edge_px + longest) // (2 * longest)),
    )


def _orientation(image: vips.Image) -> int:
    found: int = image.get("orientation") if image.get_typeof("orientation") else 1
    return found if 1 <= found <= 8 else 1


def _upright(image: vips.Image) -> vips.Image:
    return image if _orientation(image) == 1 else image.autorot().copy_memory()


def _renditions(
    image: vips.Image, width_px: int, height_px: int, settings: RenderSettings
) -> tuple[tuple[Rendition, ...], vips.Image]:
    """Make each rendition from the next larger one, sized by the source so that rounding does not add up.

    Returns them, and the pixels of the smallest.
    """
    made: list[Rendition] = []
    for size in settings.rendition_sizes:
        wanted = _fitted(width_px, height_px, size.longest_edge_px)
        if wanted != (image.width, image.height):
            image = _scaled(image, *wanted)
        if made and (made[-1].width_px, made[-1].height_px) == wanted:
            content = made[-1].content
        else:
            content = simplejpeg.encode_jpeg(image.numpy(), settings.jpeg_quality, "RGB", "420")
        made.append(Rendition(size.name, *wanted, content, hashlib.sha256(content).hexdigest()))
    return tuple(made), image
