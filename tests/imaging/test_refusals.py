"""Every refusal, with the words that a secretary reads."""

import struct
import sys

import numpy as np
import pytest
from PIL import Image

from photosync.core.errors import ItemRejected
from photosync.imaging import RenderSettings, rejections, render
from tests.imaging import pictures
from tests.portraits import make_portrait

SETTINGS = RenderSettings()
COPY_AGAIN = "It was not used. Copy it again from the original, or take the photo again."
AS_JPEG = "It was not used. Save it as an ordinary JPEG and try again."


def refusal_of(content: bytes, settings: RenderSettings = SETTINGS) -> tuple[str, str]:
    with pytest.raises(ItemRejected) as refusal:
        render(content, settings)
    return refusal.value.code, refusal.value.message


def test_empty_file_is_refused() -> None:
    assert refusal_of(b"") == (
        "empty",
        "The file is empty (0 bytes), so there is no photo to use. Copy or export the photo again.",
    )


@pytest.mark.parametrize(
    ("content", "found"),
    [
        (b"Student list\n1001,1002\n" * 9, "its content is no picture format we know"),
        (b"\xff\xd8", "its content is no picture format we know"),
        (b"BM not a bitmap but a text that begins with BM", "its content is no picture format we know"),
        (b"%PDF-1.7 and more", "it looks like a PDF document"),
        (b"PK\x03\x04 and more", "it looks like a ZIP archive or an Office document"),
        (b"\xef\xbb\xbf\n <!DOCTYPE HTML><title>Log in</title>", "it looks like a web page"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "it looks like a drawing (SVG)"),
        (b"8BPS\0\1", "it looks like a Photoshop document"),
        (b"\0\0\0\x18ftypmp42\0\0\0\0mp42isom", "it looks like a video"),
        (bytes(5000), "it looks like an empty file: it holds zeros only, so its copy has failed"),
    ],
)
def test_content_that_is_no_picture_is_refused(content: bytes, found: str) -> None:
    assert refusal_of(content) == (
        "not_an_image",
        f"This is not an image: {found}, whatever the file is called. It was not used. "
        "Replace it with a JPEG or PNG photo.",
    )


def test_file_over_the_byte_limit_is_refused_before_anything_is_read() -> None:
    assert refusal_of(bytes(30_000_001)) == (
        "too_many_bytes",
        "The file is 30.1 MB; at most 30 MB are accepted. It was not used. Save the photo smaller.",
    )


def test_jpeg_of_743_bytes_that_claims_900_megapixels_is_refused() -> None:
    content = pictures.claims_30000_pixels_square()
    assert len(content) < 743
    assert refusal_of(content) == (
        "too_many_pixels",
        "The picture is 30000 x 30000 pixels (900 megapixels); at most 40 megapixels are accepted. "
        "It was not used. Save the photo smaller.",
    )


@pytest.mark.parametrize(
    "content",
    [
        pictures.png_bomb(30000, 30000),
        pictures.tiff((256, 4, 30000), (257, 4, 30000), (258, 3, 8), (277, 3, 1)),
        pictures.tiff((256, 4, 30000), (257, 4, 30000), (258, 3, 8), (277, 3, 1), order=">"),
        b"GIF89a" + struct.pack("<HH", 30000, 30000) + bytes(100),
        pictures.bmp(8, b"", width=30000, height=-30000),
        b"RIFF" + struct.pack("<I", 22) + b"WEBPVP8X\x0a\0\0\0\0\0\0\0" + (29999).to_bytes(3, "little") * 2,
        b"\0\0\0\x10ftypheic\0\0\0\0" + b"\0\0\0\x14ispe\0\0\0\0" + struct.pack(">II", 30000, 30000),
    ],
    ids=["PNG", "TIFF", "TIFF big-endian", "GIF", "BMP", "WebP", "HEIC"],
)
def test_header_of_any_format_that_claims_900_megapixels_is_refused(content: bytes) -> None:
    assert refusal_of(content) == (
        "too_many_pixels",
        "The picture is 30000 x 30000 pixels (900 megapixels); at most 40 megapixels are accepted. "
        "It was not used. Save the photo smaller.",
    )


def test_picture_of_a_few_pixels_too_many_says_a_number_above_the_limit() -> None:
    assert refusal_of(pictures.png_bomb(8000, 5001)) == (
        "too_many_pixels",
        "The picture is 8000 x 5001 pixels (40.1 megapixels); at most 40 megapixels are accepted. "
        "It was not used. Save the photo smaller.",
    )


@pytest.mark.parametrize("format_name", ["JPEG", "PNG", "WEBP", "GIF", "TIFF", "BMP", "HEIF"])
def test_picture_under_the_short_edge_is_refused(format_name: str) -> None:
    assert refusal_of(pictures.encoded(pictures.portrait(width=119, height=400), format_name)) == (
        "too_small",
        "The picture is only 119 x 400 pixels; the shorter side must have at least 120. "
        "It was not used. Use the photo in its original size.",
    )


def test_limits_come_from_the_settings() -> None:
    strict = RenderSettings(max_pixels=100_000, max_bytes=500_000, min_short_edge_px=250)
    assert refusal_of(make_portrait(1, 400, 500), strict)[0] == "too_many_pixels"
    assert refusal_of(make_portrait(1, 240, 300), strict)[0] == "too_small"
    assert refusal_of(bytes(500_001), strict)[0] == "too_many_bytes"


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (
            pictures.encoded(Image.fromarray(np.zeros((200, 200), np.float32)), "TIFF"),
            "it is a TIFF of 1 channels with 32 bits each",
        ),
        (
            pictures.tiff((256, 4, 200), (257, 4, 200), (258, 3, 8), (277, 3, 3), (262, 3, 32803)),
            "it is a TIFF with unusual colours (not a photo)",
        ),
        (
            pictures.tiff((254, 4, 1), (256, 4, 200), (257, 4, 200), (258, 3, 8), (277, 3, 3)),
            "it is a camera's raw file, or a preview only",
        ),
        (b"II+\0" + bytes(100), "it is a BigTIFF file"),
        (
            b"\xff\xd8\xff\xc0\x00\x0e\x08\x00\xc8\x00\xc8\x02\x01\x11\0\x02\x11\0\xff\xda\0\x05\x02\0\0",
            "it is a JPEG with 2 colour channels",
        ),
        (
            b"\xff\xd8\xff\xc1\x00\x0b\x0c\x00\xc8\x00\xc8\x01\x01\x11\0\xff\xda\0\x05\x01\0\0",
            "it is a JPEG of a medical or lossless kind, not an ordinary photo",
        ),
        (b"\0\0\0\x14ftypavif\0\0\0\0avif" + bytes(50), "it is an AVIF picture"),
        (
            pictures.bmp(8, bytes(40_000), width=200, height=200).replace(
                struct.pack("<HHI", 1, 8, 0), struct.pack("<HHI", 1, 8, 1)
            ),
            "it is a compressed or unusual Windows bitmap",
        ),
    ],
    ids=["float", "sensor data", "raw preview", "BigTIFF", "two channels", "12 bits", "AVIF", "RLE"],
)
def test_picture_of_an_unsupported_kind_is_refused(content: bytes, what: str) -> None:
    assert refusal_of(content) == ("unsupported", f"This picture cannot be converted: {what}. {AS_JPEG}")


def test_heic_without_the_extra_is_refused_naming_it(monkeypatch: pytest.MonkeyPatch) -> None:
    content = pictures.encoded(pictures.portrait(), "HEIF")
    monkeypatch.setitem(sys.modules, "pillow_heif", None)
    assert refusal_of(content) == (
        "heic_not_installed",
        "This is an HEIC photo (as iPhones make them), and this server has no HEIC support. It was not used. "
        "Save it as JPEG, or ask the administrator to install the extra `heic` "
        "(pip install 'photosync[heic]').",
    )


def test_refusals_that_only_the_pool_gives_read_plainly() -> None:
    assert [(r.code, r.message) for r in (rejections.crashed(), rejections.too_slow(60.0))] == [
        (
            "crashed",
            "Reading this picture made the picture reader stop, so the file is damaged in an unusual way. "
            "It was not used. Save it again as an ordinary JPEG.",
        ),
        (
            "too_slow",
            "Reading this picture took longer than 60 seconds and was given up. It was not used. "
            "Save it again as an ordinary JPEG.",
        ),
    ]


def test_wrong_suffix_does_not_matter_and_damage_names_the_true_format() -> None:
    content = pictures.encoded(pictures.portrait(), "PNG")
    assert render(content, SETTINGS).format_name == "PNG"
    assert refusal_of(content[:-100]) == (
        "damaged",
        f"The PNG file is damaged or incomplete: its end is missing. {COPY_AGAIN}",
    )
