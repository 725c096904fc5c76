"""What may come in, what is made of it, and the result: plain values without any native library."""

import hashlib
from dataclasses import dataclass

ALGORITHM_VERSION = 1
"""Raise it when the same bytes would give other renditions or another refusal than before."""


@dataclass(frozen=True, slots=True)
class RenditionSize:
    name: str
    longest_edge_px: int


@dataclass(frozen=True, slots=True)
class RenderSettings:
    """Limits and sizes; `rendition_sizes` from the largest to the smallest."""

    max_pixels: int = 40_000_000
    max_bytes: int = 30_000_000
    min_short_edge_px: int = 120
    rendition_sizes: tuple[RenditionSize, ...] = (
        RenditionSize("full", 960),
        RenditionSize("card", 480),
        RenditionSize("thumb", 160),
    )
    jpeg_quality: int = 85

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
