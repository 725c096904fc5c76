import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.photos import PhotoLimits, Rendition, RenditionSizes, photo_for_year

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
