"""Damaged files of every format are refused, and nothing but ItemRejected ever comes out."""

import struct
from functools import cache

import pytest
from hypothesis import given
from hypothesis import settings as hypothesis_settings
from hypothesis import strategies as st

from photosync.core.errors import ItemRejected
from photosync.imaging import Rendered, RenderSettings, render
from tests.imaging import pictures
from tests.portraits import exif_payload, make_portrait, with_segment

SETTINGS = RenderSettings()
NAMES = (
    *("JPEG", "JPEG progressive", "JPEG CMYK", "PNG", "PNG palette", "TIFF", "TIFF LZW", "TIFF JPEG"),
    *("WebP", "WebP lossless", "GIF", "BMP", "BMP palette", "HEIC"),
)


@cache
def samples() -> dict[str, bytes]:
    rgb, palette = pictures.portrait(), pictures.portrait("P")
    return {
        "JPEG": make_portrait(1, 300, 380, gps=True, orientation=6),
        "JPEG progressive": pictures.encoded(rgb, "JPEG", progressive=True),
        "JPEG CMYK": pictures.encoded(pictures.portrait("CMYK"), "JPEG"),
        "PNG": pictures.encoded(rgb, "PNG"),
        "PNG palette": pictures.encoded(palette, "PNG"),
        "TIFF": pictures.encoded(rgb, "TIFF"),
        "TIFF LZW": pictures.encoded(rgb, "TIFF", compression="tiff_lzw"),
        "TIFF JPEG": pictures.encoded(rgb, "TIFF", compression="jpeg"),
        "WebP": pictures.encoded(rgb, "WEBP"),
        "WebP lossless": pictures.encoded(rgb, "WEBP", lossless=True),
        "GIF": pictures.encoded(palette, "GIF"),
        "BMP": pictures.encoded(rgb, "BMP"),
        "BMP palette": pictures.encoded(palette, "BMP"),
        "HEIC": pictures.encoded(rgb, "HEIF"),
    }


def outcome(content: bytes) -> str:
    try:
        result = render(content, SETTINGS)
    except ItemRejected as rejection:
        return rejection.code
    assert isinstance(result, Rendered)
    return "accepted"


@pytest.mark.parametrize("name", NAMES)
def test_file_that_is_whole_is_accepted(name: str) -> None:
    assert outcome(samples()[name]) == "accepted"


@pytest.mark.parametrize("name", NAMES)
def test_file_cut_off_anywhere_is_refused(name: str) -> None:
    content = samples()[name]
    lengths = [round(len(content) * share / 20) for share in range(1, 20)]
    assert {outcome(content[:length]) for length in lengths} <= {"damaged", "not_an_image"}


@pytest.mark.parametrize("name", ["JPEG", "JPEG progressive", "JPEG CMYK", "PNG", "WebP", "HEIC"])
def test_file_without_its_last_bytes_is_refused(name: str) -> None:
    assert outcome(samples()[name][:-2]) == "damaged"


@pytest.mark.parametrize("size", [(600, 800), (1600, 2000), (2400, 3200)])
def test_jpeg_with_4_kib_of_zeros_in_its_scan_is_refused_wherever_they_are(size: tuple[int, int]) -> None:
    content = make_portrait(2, *size)
    places = range(4096, len(content) - 4200, len(content) // 8)
    damaged = [content[:at] + bytes(4096) + content[at + 4096 :] for at in places]
    assert [outcome(one) for one in damaged] == ["damaged"] * len(damaged)


@pytest.mark.parametrize("zeros", [64, 200, 512])
def test_camera_jpeg_with_a_short_hole_is_refused_wherever_it_is(zeros: int) -> None:
    content = make_portrait(2, 600, 800)
    places = range(2000, len(content) - zeros, len(content) // 20)
    damaged = [content[:at] + bytes(zeros) + content[at + zeros :] for at in places]
    assert [outcome(one) for one in damaged] == ["damaged"] * len(damaged)


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"progressive": True}])
@pytest.mark.parametrize("colour", [(0, 0, 0), (255, 255, 255), (90, 90, 90)])
def test_jpeg_of_one_colour_has_no_hole(colour: tuple[int, int, int], options: dict[str, bool]) -> None:
    assert outcome(pictures.encoded(pictures.flat(1500, 2000, colour), "JPEG", **options)) == "accepted"


@pytest.mark.parametrize("options", [{}, {"optimize": True}, {"quality": 20}, {"quality": 100}])
def test_portrait_cut_out_on_white_has_no_hole(options: dict[str, int]) -> None:
    picture = pictures.flat(1500, 2000, (255, 255, 255))
    picture.paste(pictures.portrait(), (600, 800))
    assert outcome(pictures.encoded(picture, "JPEG", **options)) == "accepted"


@pytest.mark.parametrize(
    "content",
    [
        make_portrait(1, 300, 380) + bytes(5000),
        make_portrait(1, 300, 380) + b"what a phone appends: a film of two seconds" * 100,
        make_portrait(1, 300, 380) * 2,
        pictures.encoded(pictures.portrait(), "JPEG", restart_marker_blocks=4),
        b"\xff\xd8" + b"\xff" * 9 + make_portrait(1, 300, 380)[2:],
        with_segment(make_portrait(1, 300, 380), 0xED, b"Photoshop 3.0" + bytes(9000)),
    ],
    ids=["padded", "something appended", "two pictures", "restart markers", "fill bytes", "unknown segment"],
)
def test_jpeg_that_is_odd_but_whole_is_accepted(content: bytes) -> None:
    assert outcome(content) == "accepted"


def test_jpeg_damage_is_told_in_plain_words() -> None:
    with pytest.raises(ItemRejected) as refusal:
        render(make_portrait(2, 600, 800)[:30_000], SETTINGS)
    assert refusal.value.message == (
        "The JPEG file is damaged or incomplete. It was not used. "
        "Copy it again from the original, or take the photo again."
    )


@pytest.mark.parametrize("at", [60, 1000, 20_000])
def test_png_with_one_wrong_byte_is_refused(at: int) -> None:
    content = bytearray(samples()["PNG"])
    content[at] ^= 0x55
    assert outcome(bytes(content)) == "damaged"


@pytest.mark.parametrize(
    "content",
    [
        b"\xff\xd8\xff\xd9",
        b"\xff\xd8\xff\xe0\x00",
        b"\xff\xd8" + b"\xff\xe0\x00\x02" * 9000,
        b"\xff\xd8" + b"\xff" * 5000,
        b"\x89PNG\r\n\x1a\n",
        b"RIFF\x04\0\0\0WEBP",
        b"GIF89a\x01",
        b"II*\0\xff\xff\xff\xff",
        b"II*\0\x08\0\0\0\0\0",
        b"\0\0\0\x10ftypheic",
    ],
)
def test_header_that_goes_nowhere_is_damage(content: bytes) -> None:
    assert outcome(content) == "damaged"


def test_jpeg_cut_into_thousands_of_scans_is_refused_without_decoding_them() -> None:
    content = samples()["JPEG progressive"]
    last = content.rindex(b"\xff\xda")
    assert outcome(content[:last] + content[last:-2] * 300 + b"\xff\xd9") == "damaged"


def test_exif_that_points_at_itself_is_harmless() -> None:
    looping = b"Exif\0\0II*\0" + struct.pack("<IHHHIII", 8, 1, 0x8769, 4, 1, 8, 8)
    far = b"Exif\0\0MM\0*" + struct.pack(">I", 0xFFFFFFF0)
    plain = make_portrait(1, 300, 380)
    for payload in (looping, far, b"Exif\0\0", exif_payload(orientation=9), exif_payload(orientation=0)):
        result = render(with_segment(plain, 0xE1, payload), SETTINGS)
        assert (result.width_px, result.height_px) == (300, 380)


@given(data=st.data(), name=st.sampled_from(NAMES))
@hypothesis_settings(max_examples=150, deadline=None)
def test_mutated_file_is_accepted_or_refused_and_nothing_else(data: st.DataObject, name: str) -> None:
    content = bytearray(samples()[name])
    for _ in range(data.draw(st.integers(1, 6))):
        region = data.draw(st.sampled_from([64, 700, len(content)]))
        at = data.draw(st.integers(0, min(region, len(content)) - 1))
        match data.draw(st.sampled_from(["change", "zeros", "insert", "remove"])):
            case "change":
                content[at] = data.draw(st.integers(0, 255))
            case "zeros":
                content[at : at + 40] = bytes(len(content[at : at + 40]))
            case "insert":
                content[at:at] = data.draw(st.binary(max_size=20))
            case _:
                del content[at : max(at + 1, min(at + 30, len(content) - 64))]
    assert outcome(bytes(content)) in {
        "accepted",
        "damaged",
        "not_an_image",
        "too_many_pixels",
        "too_small",
        "unsupported",
        "too_much_memory",
    }


@given(
    st.sampled_from([b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"II*\0", b"MM\0*", b"GIF89a", b"BM", b""]),
    st.binary(),
)
@hypothesis_settings(max_examples=150, deadline=None)
def test_bytes_of_any_kind_are_refused(start: bytes, rest: bytes) -> None:
    assert outcome(start + rest) != "accepted"
