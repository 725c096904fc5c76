from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.photos import (
    PhotoLimits,
    Rendition,
    RenditionSizes,
    Version,
    current_by_year,
    fit,
    photo_for_year,
)

YEARS = st.integers(2015, 2030)


@pytest.mark.parametrize(
    ("year", "photo"),
    [(2023, None), (2024, ("a", 2024)), (2025, ("a", 2024)), (2026, ("b", 2026)), (2030, ("b", 2026))],
)
def test_photo_for_year_is_that_years_or_the_latest_earlier(year: int, photo: tuple[str, int] | None) -> None:
    assert photo_for_year({2026: "b", 2024: "a"}, year) == photo


@given(st.dictionaries(YEARS, st.text(max_size=2)), YEARS)
def test_photo_for_year_agrees_with_walking_back_year_by_year(photos: dict[int, str], year: int) -> None:
    walked = next(((photos[back], back) for back in range(year, 2014, -1) if back in photos), None)

    assert photo_for_year(photos, year) == walked


def test_current_by_year_is_what_became_current_last() -> None:
    versions = [
        Version(2025, "a", 1),
        Version(2026, "c", 4),
        Version(2026, "b", 2),
        Version(2025, "a", 3),
    ]

    assert current_by_year(versions) == {2025: Version(2025, "a", 3), 2026: Version(2026, "c", 4)}


@pytest.mark.parametrize(
    ("size", "longest_edge_px", "fitted"),
    [
        ((2400, 3200), 960, (720, 960)),
        ((3200, 2400), 960, (960, 720)),
        ((1601, 2000), 160, (128, 160)),
        ((480, 480), 480, (480, 480)),
        ((300, 400), 960, (300, 400)),
        ((10_000, 3), 160, (160, 1)),
    ],
)
def test_fit_scales_down_only(size: tuple[int, int], longest_edge_px: int, fitted: tuple[int, int]) -> None:
    assert fit(*size, longest_edge_px) == fitted


EDGES = st.integers(1, 40_000)


@given(EDGES, EDGES, st.integers(1, 8_000))
def test_fit_keeps_the_shape_to_half_a_pixel(width_px: int, height_px: int, longest_edge_px: int) -> None:
    fitted = fit(width_px, height_px, longest_edge_px)

    longest = max(width_px, height_px)
    assert max(fitted) == min(longest, longest_edge_px)
    for edge, fitted_edge in zip((width_px, height_px), fitted, strict=True):
        exact = edge * min(Fraction(1), Fraction(longest_edge_px, longest))
        assert fitted_edge == 1 or abs(fitted_edge - exact) <= Fraction(1, 2)
        assert 1 <= fitted_edge <= edge


def test_rendition_sizes_by_default() -> None:
    sizes = RenditionSizes()

    assert {name: sizes.longest_edge_px(name) for name in Rendition} == {
        "full": 960,
        "card": 480,
        "thumb": 160,
    }
    assert sizes.jpeg_quality == 85


@pytest.mark.parametrize(
    ("values", "message"),
    [
        ({"thumb_px": 15}, "The thumb rendition cannot have a longest edge of 15 px. Choose 16 to 8000."),
        ({"full_px": 8001}, "The full rendition cannot have a longest edge of 8001 px. Choose 16 to 8000."),
        (
            {"card_px": 1000},
            "The renditions full (960 px), card (1000 px) and thumb (160 px) must not grow in this order. "
            "Choose other sizes.",
        ),
        (
            {"thumb_px": 500},
            "The renditions full (960 px), card (480 px) and thumb (500 px) must not grow in this order. "
            "Choose other sizes.",
        ),
        ({"jpeg_quality": 0}, "JPEG quality cannot be 0. Choose 1 to 100."),
        ({"jpeg_quality": 101}, "JPEG quality cannot be 101. Choose 1 to 100."),
    ],
)
def test_rendition_sizes_that_are_impossible(values: dict[str, int], message: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        RenditionSizes(**values)

    assert refusal.value.message == message


def test_photo_limits_by_default() -> None:
    limits = PhotoLimits()

    assert (limits.max_pixels, limits.max_bytes, limits.min_short_edge_px) == (40_000_000, 30_000_000, 120)


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"max_megapixels": 0},
            "The largest number of megapixels of a photo cannot be 0. Choose 1 or more.",
        ),
        (
            {"max_megabytes": -1},
            "The largest number of megabytes of a photo cannot be -1. Choose 1 or more.",
        ),
        (
            {"min_short_edge_px": 0},
            "The smallest short edge in pixels of a photo cannot be 0. Choose 1 or more.",
        ),
    ],
)
def test_photo_limits_that_are_impossible(values: dict[str, int], message: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        PhotoLimits(**values)

    assert refusal.value.message == message


def test_fingerprints_are_the_same_on_every_machine() -> None:
    # Kept beside rejections in databases: a change here would look at all of them again.
    assert (PhotoLimits().fingerprint(), RenditionSizes().fingerprint()) == (
        "444f99c18f742eed",
        "c9b5a8c15cb9ddb7",
    )


LIMITS = st.builds(
    PhotoLimits,
    max_megapixels=st.integers(1, 3),
    max_megabytes=st.integers(1, 3),
    min_short_edge_px=st.integers(1, 3),
)


@given(LIMITS, LIMITS)
def test_fingerprints_are_equal_for_equal_limits_only(one: PhotoLimits, other: PhotoLimits) -> None:
    assert (one.fingerprint() == other.fingerprint()) == (one == other)
