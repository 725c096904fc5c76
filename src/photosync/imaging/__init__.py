"""Pictures: decided by content, checked by their header, decoded once and strictly, made into renditions.

Importing this package is cheap: the native libraries are loaded by the first `render` of a process, and
`RenderPool` loads them only in its workers.
"""

from photosync.imaging.pool import RenderPool
from photosync.imaging.settings import Adjustment, Rendered, RenderSettings, Rendition, RenditionSize

__all__ = [
    "Adjustment",
    "RenderPool",
    "RenderSettings",
    "Rendered",
    "Rendition",
    "RenditionSize",
    "heic_available",
    "render",
]


def render(content: bytes, settings: RenderSettings) -> Rendered:
    """Return the renditions of one picture: upright sRGB JPEGs without metadata, never enlarged.

    The same bytes and settings give the same renditions in every process and thread of one installation.
    Raises ItemRejected, and nothing else, for anything that is not a usable picture.
    Rule: PRODUCT.md, "Photos".
    """
    from photosync.imaging.rendering import render_content

    return render_content(content, settings)


def heic_available() -> bool:
    """Whether the extra `heic` is installed; what was `heic_not_installed` may be tried again then."""
    from importlib.util import find_spec

    return find_spec("pillow_heif") is not None
