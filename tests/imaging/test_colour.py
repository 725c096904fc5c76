"""Embedded colour profiles and printing colours become the sRGB colours they stand for."""

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray
from PIL import Image, ImageCms

from photosync.imaging import RenderSettings, render
from photosync.imaging.colour import is_srgb_profile
from tests.imaging import pictures

SETTINGS = RenderSettings()
ADOBE_RGB = pictures.matrix_profile(pictures.ADOBE_RGB_PRIMARIES, 2.19921875)
COLOURS = [(60, 160, 90), (200, 90, 70), (90, 100, 190), (128, 128, 128), (225, 190, 165)]
LOST = "The colour profile in the file could not be used; its colours were taken as ordinary sRGB."


def in_srgb(colour: tuple[int, ...], primaries: tuple[tuple[float, ...], ...], gamma: float) -> NDArray[np.float64]:
    """Return the sRGB levels of a colour, by the formulas."""
    xyz = np.array(primaries).T @ (np.array(colour) / 255) ** gamma
    linear = np.clip(np.linalg.inv(np.array(pictures.SRGB_PRIMARIES).T) @ xyz, 0, 1)
    return 255 * np.where(linear <= 0.0031308, linear * 12.92, 1.055 * linear ** (1 / 2.4) - 0.055)


def shown(content: bytes) -> NDArray[np.int64]:
    """Return the colour in the middle of the full rendition."""
    full = pictures.pixels(render(content, SETTINGS).renditions[0].content)
    return full[full.shape[0] // 2, full.shape[1] // 2]


@pytest.mark.parametrize("colour", COLOURS)
@pytest.mark.parametrize("encoder", ["JPEG", "PNG", "TIFF", "WEBP", "HEIF"])
def test_adobe_rgb_picture_keeps_its_colours(encoder: str, colour: tuple[int, ...]) -> None:
    options = {"quality": 98} if encoder in ("JPEG", "WEBP", "HEIF") else {}
    content = pictures.encoded(pictures.flat(200, 240, colour), encoder, icc_profile=ADOBE_RGB, **options)
    expected = in_srgb(colour, pictures.ADOBE_RGB_PRIMARIES, 2.19921875)
    assert np.abs(shown(content) - expected).max() <= 4


def test_display_p3_picture_keeps_its_colours() -> None:
    profile = pyvips.Operation.call("profile_load", "p3")
    content = pictures.encoded(pictures.flat(200, 240, (200, 90, 70)), "JPEG", quality=98, icc_profile=profile)
    assert np.abs(shown(content) - [216, 81, 62]).max() <= 4


def test_large_adobe_rgb_jpeg_is_converted_after_reducing() -> None:
    colour = (60, 160, 90)
    content = pictures.encoded(pictures.flat(2000, 2400, colour), "JPEG", icc_profile=ADOBE_RGB, quality=98)
    expected = in_srgb(colour, pictures.ADOBE_RGB_PRIMARIES, 2.19921875)
    assert np.abs(shown(content) - expected).max() <= 4


def test_gray_picture_with_a_linear_profile_is_brightened() -> None:
    content = pictures.encoded(pictures.flat(200, 240, (55,)), "PNG", icc_profile=pictures.gray_profile(1.0))
    expected = in_srgb((55, 55, 55), pictures.SRGB_PRIMARIES, 1.0)
    assert np.abs(shown(content) - expected).max() <= 3


def test_srgb_primaries_with_another_curve_are_converted() -> None:
    linear = pictures.matrix_profile(pictures.SRGB_PRIMARIES, 1.0)
    content = pictures.encoded(pictures.flat(200, 240, (55, 80, 30)), "PNG", icc_profile=linear)
    assert np.abs(shown(content) - in_srgb((55, 80, 30), pictures.SRGB_PRIMARIES, 1.0)).max() <= 3


@pytest.mark.parametrize(
    ("profile", "expected"),
    [
        (pyvips.Operation.call("profile_load", "srgb"), True),
        (ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes(), True),
        (pyvips.Operation.call("profile_load", "p3"), False),
        (pyvips.Operation.call("profile_load", "cmyk"), False),
        (ADOBE_RGB, False),
        (pictures.matrix_profile(pictures.SRGB_PRIMARIES, 1.0), False),
        (b"", False),
        (bytes(16) + b"RGB " + b"\xff" * 200, False),
    ],
    ids=["libvips sRGB", "LittleCMS sRGB", "P3", "CMYK", "Adobe RGB", "linear", "empty", "nonsense"],
)
def test_srgb_profile_is_recognised(profile: bytes, *, expected: bool) -> None:
    assert is_srgb_profile(profile) is expected


@pytest.mark.parametrize("profile", [b"this is no profile", ADOBE_RGB[:200], pictures.gray_profile(2.2)])
def test_unusable_profile_is_noted_and_the_picture_still_accepted(profile: bytes) -> None:
    content = pictures.encoded(pictures.flat(200, 240, (60, 160, 90)), "JPEG", quality=98, icc_profile=profile)
    result = render(content, SETTINGS)
    assert result.notes == (LOST,)
    assert np.abs(shown(content) - (60, 160, 90)).max() <= 3


def test_profile_in_parts_of_which_one_is_missing_is_noted() -> None:
    content = pictures.encoded(
        pictures.flat(200, 240, (60, 160, 90)), "JPEG", quality=98, icc_profile=ADOBE_RGB + bytes(70_000)
    )
    first = content.index(b"\xff\xe2")
    length = int.from_bytes(content[first + 2 : first + 4], "big")
    result = render(content[:first] + content[first + 2 + length :], SETTINGS)
    assert result.notes == (
        "Parts of the colour profile in the file are missing; its colours were taken as ordinary sRGB.",
    )


@pytest.mark.parametrize("encoder", ["JPEG", "TIFF"])
@pytest.mark.parametrize(
    ("ink", "expected"),
    [
        ((0, 0, 0, 0), (255, 255, 255)),
        ((0, 0, 0, 255), (30, 30, 30)),
        ((0, 255, 255, 0), (230, 30, 40)),
        ((255, 0, 255, 0), (0, 155, 75)),
    ],
    ids=["paper", "black", "red", "green"],
)
def test_printing_colours_become_screen_colours(
    encoder: str, ink: tuple[int, ...], expected: tuple[int, ...]
) -> None:
    options = {"quality": 98} if encoder == "JPEG" else {}
    assert np.abs(shown(pictures.encoded(pictures.flat(200, 240, ink), encoder, **options)) - expected).max() <= 45


def test_printing_colours_with_their_own_profile_are_converted_by_it() -> None:
    profile = pyvips.Operation.call("profile_load", "cmyk")
    plain = pictures.encoded(pictures.flat(200, 240, (20, 180, 160, 10)), "JPEG", quality=98)
    told = pictures.encoded(pictures.flat(200, 240, (20, 180, 160, 10)), "JPEG", quality=98, icc_profile=profile)
    assert np.abs(shown(told) - shown(plain)).max() <= 12


def test_16_bit_picture_with_a_profile_keeps_its_colours() -> None:
    wide = np.full((240, 200, 3), (60 * 257, 160 * 257, 90 * 257), np.uint16)
    image = pyvips.Image.new_from_array(wide).copy(interpretation="rgb16")
    image.set_type(pyvips.GValue.blob_type, "icc-profile-data", ADOBE_RGB)
    expected = in_srgb((60, 160, 90), pictures.ADOBE_RGB_PRIMARIES, 2.19921875)
    for content in (image.pngsave_buffer(), image.tiffsave_buffer()):
        assert np.abs(shown(content) - expected).max() <= 3


def test_half_clear_picture_with_a_profile_is_put_on_white() -> None:
    picture = Image.new("RGBA", (200, 240), (60, 160, 90, 0))
    content = pictures.encoded(picture, "PNG", icc_profile=ADOBE_RGB)
    assert np.abs(shown(content) - 255).max() <= 2
