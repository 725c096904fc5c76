"""What may come in, what is made of it, and the result: plain values without any native library."""

import hashlib
from dataclasses import dataclass

ALGORITHM_VERSION = 1
"""Raise it when the same bytes would give other renditions or another refusal than before."""


@dataclass(frozen=True, slots=True)
class RenditionSize:
    name: str
    longest_edge_px: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Adjustment:
    """What a person asks of one picture: first turned clockwise, then cut out.

    `left`, `top`, `width` and `height` are fractions (0 to 1) of the upright picture after it was turned.
    """

    quarter_turns: int = 0
    left: float = 0.0
    top: float = 0.0
    width: float = 1.0
    height: float = 1.0

    def __post_init__(self) -> None:
        if self.quarter_turns not in (0, 1, 2, 3):
            raise ValueError(f"a picture is turned by 0 to 3 quarters, not {self.quarter_turns}")
        inside = (0 <= self.left < 1, 0 <= self.top < 1, 0 < self.width <= 1, 0 < self.height <= 1)
        if not all(inside) or self.left + self.width > 1 + ROUNDING or self.top + self.height > 1 + ROUNDING:
            raise ValueError(f"the part lies outside the picture: {self}")

    @property
    def changes_nothing(self) -> bool:
        return self == Adjustment()

    def box(self, width_px: int, height_px: int) -> tuple[int, int, int, int]:
        """Return left, top, width and height in pixels of a picture that is so large after it was turned."""
        left, top = min(round(self.left * width_px), width_px - 1), min(round(self.top * height_px), height_px - 1)
        width = min(max(round(self.width * width_px), 1), width_px - left)
        return left, top, width, min(max(round(self.height * height_px), 1), height_px - top)


ROUNDING = 1e-6
"""What fractions that were rounded may exceed the whole by."""


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Limits and sizes; `rendition_sizes` from the largest to the smallest.

    `adjustment` is one person's wish for one picture and no part of the fingerprint.
    """

    max_pixels: int = 40_000_000
    max_bytes: int = 30_000_000
    min_short_edge_px: int = 120
    rendition_sizes: tuple[RenditionSize, ...] = (
        RenditionSize("full", 960),
        RenditionSize("card", 480),
        RenditionSize("thumb", 160),
    )
    jpeg_quality: int = 85
    adjustment: Adjustment | None = None

    def __post_init__(self) -> None:
        edges = [size.longest_edge_px for size in self.rendition_sizes]
        if not edges or edges != sorted(edges, reverse=True) or edges[-1] < 1:
            raise ValueError(f"rendition sizes must go from the largest to the smallest, at least 1 px: {edges}")
        if len({size.name for size in self.rendition_sizes}) != len(edges):
            raise ValueError("two rendition sizes have the same name")
        if not 1 <= self.jpeg_quality <= 100:
            raise ValueError(f"JPEG quality must be 1 to 100, not {self.jpeg_quality}")

    def fingerprint(self) -> str:
        """Return 16 hex digits that change with the limits, the sizes, the quality or the algorithm.

        A photo refused for its content need not be decoded again while its bytes and this are the same.
        """
        sizes = ",".join(f"{size.name}={size.longest_edge_px}" for size in self.rendition_sizes)
        told = (
            f"v{ALGORITHM_VERSION} pixels={self.max_pixels} bytes={self.max_bytes} "
            f"edge={self.min_short_edge_px} quality={self.jpeg_quality} {sizes}"
        )
        return hashlib.sha256(told.encode()).hexdigest()[:16]


@dataclass(frozen=True, slots=True)
class Rendition:
    """One JPEG made from the picture; `sha256` (hex) is of `content`."""

    name: str
    width_px: int
    height_px: int
    content: bytes
    sha256: str


@dataclass(frozen=True, slots=True)
class Rendered:
    """`width_px` and `height_px` are the source's, upright; `source_sha256` (hex) is of the source bytes.

    `format_name` is one of JPEG, PNG, WebP, HEIC, TIFF, BMP, GIF. `notes` are sentences for a person.
    """

    width_px: int
    height_px: int
    format_name: str
    renditions: tuple[Rendition, ...]
    source_sha256: str
    notes: tuple[str, ...] = ()
    look: bytes = b""
    """See photosync.imaging.look."""
