"""The store and the render settings of a process."""

from pytest_django.fixtures import Settings

from photosync.apps.library.store import render_settings
from photosync.core.photos import PhotoLimits, RenditionSizes
from photosync.imaging import RenderSettings


def test_render_settings_by_default_are_those_of_the_product() -> None:
    assert render_settings() == RenderSettings()


def test_render_settings_follow_the_operator(settings: Settings) -> None:
    settings.PHOTOSYNC_PHOTO_LIMITS = PhotoLimits(max_megapixels=50, max_megabytes=20, min_short_edge_px=200)
    settings.PHOTOSYNC_RENDITION_SIZES = RenditionSizes(full_px=1200, jpeg_quality=90)

    found = render_settings()

    assert (found.max_pixels, found.max_bytes, found.min_short_edge_px) == (50_000_000, 20_000_000, 200)
    assert {size.name: size.longest_edge_px for size in found.rendition_sizes} == {
        "full": 1200,
        "card": 480,
        "thumb": 160,
    }
    assert found.jpeg_quality == 90
