"""Photos: which version shows for an academic year, rendition sizes, and what a picture must not exceed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from photosync.core.errors import WrongUse

Photo = TypeVar("Photo")

BYTES_PER_MEGABYTE = 1_000_000
PIXELS_PER_MEGAPIXEL = 1_000_000
SMALLEST_EDGE_PX = 16
LARGEST_EDGE_PX = 8_000


def photo_for_year(versions_by_year: Mapping[int, Photo], year: int) -> tuple[Photo, int] | None:
    """Return the photo of `year`, else of the latest earlier year, and the year it is of; or None."""
    if year in versions_by_year:
        return versions_by_year[year], year
    earlier = [known for known in versions_by_year if known < year]
    if not earlier:
        return None
    actual_year = max(earlier)
    return versions_by_year[actual_year], actual_year


class Rendition(StrEnum):
    FULL = "full"
    CARD = "card"
    THUMB = "thumb"


@dataclass(frozen=True, slots=True, kw_only=True)
class RenditionSizes:
    """Longest edge of each rendition in pixels, and the JPEG quality. Raises WrongUse for impossible ones."""

    full_px: int = 960
    card_px: int = 480
    thumb_px: int = 160
    jpeg_quality: int = 85

    def __post_init__(self) -> None:
        for rendition in Rendition:
            edge = self.longest_edge_px(rendition)
            if not SMALLEST_EDGE_PX <= edge <= LARGEST_EDGE_PX:
                raise WrongUse(
                    f"The {rendition} rendition cannot have a longest edge of {edge} px. "
                    f"Choose {SMALLEST_EDGE_PX} to {LARGEST_EDGE_PX}."
                )
        if not self.thumb_px <= self.card_px <= self.full_px:
            raise WrongUse(
                f"The renditions full ({self.full_px} px), card ({self.card_px} px) and thumb "
                f"({self.thumb_px} px) must not grow in this order. Choose other sizes."
            )
        if not 1 <= self.jpeg_quality <= 100:
            raise WrongUse(f"JPEG quality cannot be {self.jpeg_quality}. Choose 1 to 100.")

    def longest_edge_px(self, rendition: Rendition) -> int:
        return {Rendition.FULL: self.full_px, Rendition.CARD: self.card_px, Rendition.THUMB: self.thumb_px}[rendition]


@dataclass(frozen=True, slots=True, kw_only=True)
class PhotoLimits:
    """What a picture must not exceed to be accepted. Raises WrongUse for impossible values."""

    max_megapixels: int = 40
    max_megabytes: int = 30
    min_short_edge_px: int = 120

    def __post_init__(self) -> None:
        for name, value in (
            ("largest number of megapixels", self.max_megapixels),
            ("largest number of megabytes", self.max_megabytes),
            ("smallest short edge in pixels", self.min_short_edge_px),
        ):
            if value < 1:
                raise WrongUse(f"The {name} of a photo cannot be {value}. Choose 1 or more.")

    @property
    def max_pixels(self) -> int:
        return self.max_megapixels * PIXELS_PER_MEGAPIXEL

    @property
    def max_bytes(self) -> int:
        return self.max_megabytes * BYTES_PER_MEGABYTE
