"""Portraits: the same for the same arguments, of the right size, and clearly different people."""

from datetime import datetime
from zoneinfo import ZoneInfo

import numpy as np
import pytest
import pyvips
from numpy.typing import NDArray

from photosync.demo import hair
from photosync.demo.exif import Shot
from photosync.demo.looks import COMPLEXIONS, Sitter, look_of
from photosync.demo.names import COMMUNITIES
from photosync.demo.portraits import pixels_of, portrait, portrait_of
from photosync.demo.roster import people

SYDNEY = ZoneInfo("Australia/Sydney")


def opened(jpeg: bytes) -> pyvips.Image:
    return pyvips.Image.new_from_buffer(jpeg, "", fail_on="warning").copy_memory()


def small(image: pyvips.Image) -> NDArray[np.float64]:
    """The picture as 24 x 30 points of lightness and colour, which is about what one sees at a glance."""
    values: NDArray[np.float64] = image.thumbnail_image(24, height=30, size="force").colourspace("lab").numpy()
    return values.astype(np.float64)


def test_portrait_is_the_same_for_the_same_arguments() -> None:
    assert portrait(5, 400, 500, academic_year=2026) == portrait(5, 400, 500, academic_year=2026)


def test_portrait_differs_by_person_and_by_year() -> None:
    jpegs = {portrait(seed, 400, 500, academic_year=year) for seed in (1, 2, 3) for year in (2025, 2026)}

    assert len(jpegs) == 6


@pytest.mark.parametrize(("width", "height"), [(1600, 2000), (1800, 2250), (2000, 2500), (2400, 3000), (2400, 3200)])
def test_portrait_is_as_large_as_a_camera_makes_it(width: int, height: int) -> None:
    jpegs = [portrait(seed, width, height, academic_year=2026) for seed in range(3)]

    assert {(opened(jpeg).width, opened(jpeg).height) for jpeg in jpegs} == {(width, height)}
    assert [jpeg for jpeg in jpegs if not 800_000 <= len(jpeg) <= 2_500_000] == []


@pytest.mark.parametrize(("width", "height"), [(96, 120), (97, 121), (481, 600)])
def test_portrait_of_odd_size(width: int, height: int) -> None:
    image = opened(portrait(1, width, height, academic_year=2026))

    assert (image.width, image.height) == (width, height)


@pytest.mark.parametrize("orientation", [1, 3, 6, 8])
def test_portrait_is_upright_once_its_orientation_is_applied(orientation: int) -> None:
    sitter = Sitter.of(4)
    shot = Shot(datetime(2026, 2, 10, 9, 0, tzinfo=SYDNEY), orientation=orientation)

    image = opened(portrait_of(sitter, 320, 400, academic_year=2026, shot=shot, grain=False))

    upright = image.autorot()
    difference = small(upright) - small(pixels_of(sitter, 320, 400, academic_year=2026))
    assert image.get("orientation") == orientation
    assert (upright.width, upright.height) == (320, 400)
    assert np.abs(difference).mean() < 6


def test_portrait_names_camera_time_and_place() -> None:
    taken_at = datetime(2026, 2, 10, 9, 13, 20, tzinfo=SYDNEY)
    shot = Shot(taken_at, position=(-33.8731, 151.2065), exposure_denominator_s=160, iso=400)

    image = opened(portrait_of(Sitter.of(4), 320, 400, academic_year=2026, shot=shot))

    fields = [name for name in image.get_fields() if name.startswith("exif-ifd")]
    assert {name.removeprefix("exif-"): image.get(name).partition(" (")[0] for name in fields} == {
        "ifd0-DateTime": "2026:02:10 09:13:20",
        "ifd0-Make": "Fictional Optics",
        "ifd0-Model": "FO-24 Portrait",
        "ifd0-Orientation": "1",
        "ifd0-ResolutionUnit": "2",
        "ifd0-Software": "FO-24 firmware 1.4",
        "ifd0-XResolution": "300/1",
        "ifd0-YResolution": "300/1",
        "ifd2-ColorSpace": "1",
        "ifd2-DateTimeOriginal": "2026:02:10 09:13:20",
        "ifd2-ExifVersion": "Exif Version 2.32",
        "ifd2-ExposureTime": "1/160",
        "ifd2-FNumber": "56/10",
        "ifd2-FlashpixVersion": "FlashPix Version 1.0",  # libexif adds it when it is missing
        "ifd2-FocalLength": "85/1",
        "ifd2-ISOSpeedRatings": "400",
        "ifd2-LensModel": "FO 85mm F1.8",
        "ifd2-OffsetTimeOriginal": "+11:00",
        "ifd2-PixelXDimension": "320",
        "ifd2-PixelYDimension": "400",
        "ifd3-GPSLatitude": "33/1 52/1 2316/100",
        "ifd3-GPSLatitudeRef": "S",
        "ifd3-GPSLongitude": "151/1 12/1 2340/100",
        "ifd3-GPSLongitudeRef": "E",
    }


def test_different_people_look_different() -> None:
    """Of 150 people no two are within 3 (CIE76; 2.3 is what an eye just notices), point by point."""
    everyone = list(people(130, 20, 1))
    pictures = np.stack([small(pixels_of(p.sitter, 200, 250, academic_year=2026)) for p in everyone])

    closest = min(
        float(np.sqrt(((pictures[i + 1 :] - pictures[i]) ** 2).sum(axis=3)).mean(axis=(1, 2)).min())
        for i in range(len(pictures) - 1)
    )

    assert closest > 3.0


def test_same_person_keeps_the_face_and_grows_older() -> None:
    sitter = Sitter.of(11, academic_year=2026)

    before, after = (look_of(sitter, academic_year=year) for year in (2025, 2026))

    kept = (
        "skin",
        "iris",
        "eye_distance",
        "nose",
        "nose_width",
        "mouth_width",
        "mole",
        "freckles",
        "glasses",
    )
    assert [getattr(before, name) for name in kept] == [getattr(after, name) for name in kept]
    assert after.age == before.age + 1
    assert (before.backdrop, before.tilt_degrees) != (after.backdrop, after.tilt_degrees)


def test_every_hair_style_and_community_can_be_drawn() -> None:
    looks = [look_of(Sitter.of(seed), academic_year=2026) for seed in range(3_000)]

    assert {look.hair_style for look in looks} == set(hair.STYLES)
    assert {look.sitter.community for look in looks} == set(COMPLEXIONS) == set(COMMUNITIES)


def test_portrait_without_grain_is_small() -> None:
    sizes = [len(portrait_of(Sitter.of(seed), 600, 750, academic_year=2026, grain=False)) for seed in range(5)]

    assert [size for size in sizes if not 10_000 < size < 45_000] == []
