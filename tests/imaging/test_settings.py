"""Limits and sizes, and the fingerprint that says when a refused photo is worth another look."""

from dataclasses import replace

import pytest

from photosync.imaging import RenderSettings, RenditionSize, settings

SETTINGS = RenderSettings()
SMALLER = (RenditionSize("full", 800), RenditionSize("thumb", 100))


def test_settings_by_default_are_those_of_the_product_rules() -> None:
    assert (
        RenderSettings(
            max_pixels=40_000_000,
            max_bytes=30_000_000,
            min_short_edge_px=120,
            rendition_sizes=(
                RenditionSize("full", 960),
                RenditionSize("card", 480),
                RenditionSize("thumb", 160),
            ),
            jpeg_quality=85,
        )
        == SETTINGS
    )


@pytest.mark.parametrize(
    "other",
    [
        replace(SETTINGS, max_pixels=20_000_000),
        replace(SETTINGS, max_bytes=10_000_000),
        replace(SETTINGS, min_short_edge_px=200),
        replace(SETTINGS, rendition_sizes=SMALLER),
        replace(SETTINGS, jpeg_quality=80),
    ],
)
def test_fingerprint_changes_with_every_setting(other: RenderSettings) -> None:
    assert other.fingerprint() != SETTINGS.fingerprint()


def test_fingerprint_stays_the_same_between_installations() -> None:
    assert SETTINGS.fingerprint() == RenderSettings().fingerprint() == "7dfa676604594d71"


def test_fingerprint_changes_with_the_algorithm(monkeypatch: pytest.MonkeyPatch) -> None:
    before = SETTINGS.fingerprint()
    monkeypatch.setattr(settings, "ALGORITHM_VERSION", settings.ALGORITHM_VERSION + 1)
    assert SETTINGS.fingerprint() != before


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"rendition_sizes": SMALLER[::-1]},
            "rendition sizes must go from the largest to the smallest, at least 1 px: [100, 800]",
        ),
        (
            {"rendition_sizes": ()},
            "rendition sizes must go from the largest to the smallest, at least 1 px: []",
        ),
        (
            {"rendition_sizes": (RenditionSize("full", 800), RenditionSize("full", 100))},
            "two rendition sizes have the same name",
        ),
        ({"jpeg_quality": 0}, "JPEG quality must be 1 to 100, not 0"),
    ],
)
def test_settings_that_make_no_sense_are_refused(fields: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=r".") as refusal:
        RenderSettings(**fields)  # type: ignore[arg-type]  # wrong values are the point
    assert str(refusal.value) == message
