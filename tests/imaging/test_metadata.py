"""Orientation is applied; nothing else of the metadata survives."""

import io

import numpy as np
import pytest
import pyvips
from PIL import Image

from photosync.imaging import RenderSettings, render
from tests.imaging import pictures
from tests.portraits import exif_payload, make_portrait, portrait_pixels, stored_as, with_segment

SETTINGS = RenderSettings()
UPRIGHT = Image.fromarray(portrait_pixels(5, 800, 1000))


def assert_upright(content: bytes) -> None:
    result = render(content, SETTINGS)
    assert (result.width_px, result.height_px) == (800, 1000)
    for rendition, size in zip(result.renditions, [(768, 960), (384, 480), (128, 160)], strict=True):
        expected = UPRIGHT.resize(size, Image.Resampling.LANCZOS)
        assert (rendition.width_px, rendition.height_px) == pictures.decoded(rendition.content).size == size
        assert pictures.mean_difference(rendition.content, expected) < 5


@pytest.mark.parametrize("orientation", range(1, 9))
def test_jpeg_is_turned_upright(orientation: int) -> None:
    assert_upright(make_portrait(5, 800, 1000, orientation=orientation, gps=True))


@pytest.mark.parametrize("orientation", [1, 6])
def test_embedded_thumbnail_changes_nothing(orientation: int) -> None:
    other_face = make_portrait(9, 120, 160)
    stored = Image.fromarray(np.ascontiguousarray(stored_as(np.asarray(UPRIGHT), orientation)))
    payload = exif_payload(orientation=orientation, thumbnail=other_face)
    content = with_segment(pictures.encoded(stored, "JPEG", quality=92), 0xE1, payload)
    assert content.count(b"\xff\xd8\xff") == 2
    assert_upright(content)


@pytest.mark.parametrize("encoder", ["PNG", "WEBP", "TIFF"])
@pytest.mark.parametrize("orientation", [2, 3, 5, 6, 8])
def test_other_formats_are_turned_upright(encoder: str, orientation: int) -> None:
    stored = Image.fromarray(np.ascontiguousarray(stored_as(np.asarray(UPRIGHT), orientation)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    assert_upright(pictures.encoded(stored, encoder, exif=exif))


@pytest.mark.parametrize("orientation", [3, 5, 6, 8])
def test_heic_that_is_stored_turned_is_turned_once(orientation: int) -> None:
    stored = Image.fromarray(np.ascontiguousarray(stored_as(np.asarray(UPRIGHT), orientation)))
    exif = Image.Exif()
    exif[0x0112] = orientation
    content = pictures.encoded(stored, "HEIF", quality=90, exif=exif.tobytes())
    assert b"irot" in content
    assert_upright(content)


@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "WEBP", "TIFF"])
def test_no_metadata_survives(encoder: str) -> None:
    exif = Image.Exif()
    exif[0x010F] = "SECRET camera"
    exif.get_ifd(0x8825).update({1: "S", 2: (33.0, 51.0, 24.0), 3: "E", 4: (151.0, 12.0, 33.0)})
    exif.get_ifd(0x8769)[0x9286] = b"ASCII\0\0\0SECRET comment"
    options = {"exif": exif, "xmp": b"<x:xmpmeta>SECRET name</x:xmpmeta>"}
    if encoder == "JPEG":
        options["comment"] = b"SECRET comment"
    content = pictures.encoded(UPRIGHT, encoder, **options)
    assert b"SECRET" in content
    for rendition in render(content, SETTINGS).renditions:
        assert b"SECRET" not in rendition.content
        assert markers(rendition.content) <= {0xE0, 0xDB, 0xC0, 0xC4, 0xDA}
        picture = Image.open(io.BytesIO(rendition.content))
        assert dict(picture.getexif()) == {}
        assert set(picture.info) <= {"jfif", "jfif_version", "jfif_unit", "jfif_density"}
        loaded = pyvips.Image.jpegload_buffer(rendition.content)
        assert [name for name in loaded.get_fields() if name.startswith(("exif", "xmp", "icc", "iptc"))] == []


def markers(jpeg: bytes) -> set[int]:
    """Return the kinds of segments before the picture data."""
    found, at = set(), 2
    while True:
        found.add(jpeg[at + 1])
        if jpeg[at + 1] == 0xDA:
            return found
        at += 2 + int.from_bytes(jpeg[at + 2 : at + 4], "big")
