"""Every accepted format and colour, compared with what Pillow makes of the same picture."""

import hashlib
import io
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
import simplejpeg
from PIL import Image

from photosync.imaging import RenderSettings, RenditionSize, render
from tests.imaging import pictures
from tests.portraits import make_portrait, portrait_pixels

SETTINGS = RenderSettings()
SIZES_PX = {"full": (300, 380), "card": (300, 380), "thumb": (126, 160)}

KINDS: list[tuple[str, str, str, dict[str, Any]]] = [
    ("JPEG", "JPEG", "RGB", {"quality": 92}),
    ("JPEG", "JPEG", "RGB", {"quality": 92, "progressive": True}),
    ("JPEG", "JPEG", "RGB", {"quality": 92, "keep_rgb": True}),
    ("JPEG", "JPEG", "L", {"quality": 92}),
    ("PNG", "PNG", "RGB", {}),
    ("PNG", "PNG", "RGBA", {}),
    ("PNG", "PNG", "P", {}),
    ("PNG", "PNG", "1", {}),
    ("PNG", "PNG", "L", {}),
    ("PNG", "PNG", "LA", {}),
    ("WebP", "WEBP", "RGB", {"quality": 92}),
    ("WebP", "WEBP", "RGBA", {"lossless": True}),
    ("TIFF", "TIFF", "RGB", {}),
    ("TIFF", "TIFF", "RGB", {"compression": "tiff_lzw"}),
    ("TIFF", "TIFF", "RGB", {"compression": "tiff_deflate"}),
    ("TIFF", "TIFF", "RGB", {"compression": "jpeg", "quality": 92}),
    ("TIFF", "TIFF", "L", {"compression": "packbits"}),
    ("TIFF", "TIFF", "P", {}),
    ("TIFF", "TIFF", "1", {"compression": "group4"}),
    ("GIF", "GIF", "P", {}),
    ("BMP", "BMP", "RGB", {}),
    ("BMP", "BMP", "RGBA", {}),
    ("BMP", "BMP", "P", {}),
    ("BMP", "BMP", "L", {}),
    ("BMP", "BMP", "1", {}),
    ("HEIC", "HEIF", "RGB", {"quality": 92}),
]


@pytest.mark.parametrize(("format_name", "encoder", "mode", "options"), KINDS)
def test_picture_of_every_kind_looks_as_it_did(
    format_name: str, encoder: str, mode: str, options: dict[str, Any]
) -> None:
    source = pictures.portrait(mode)
    result = render(pictures.encoded(source, encoder, **options), SETTINGS)
    assert (result.format_name, result.width_px, result.height_px) == (format_name, 300, 380)
    assert {r.name: (r.width_px, r.height_px) for r in result.renditions} == SIZES_PX
    for rendition in result.renditions:
        expected = source.convert("RGB").resize(SIZES_PX[rendition.name], Image.Resampling.LANCZOS)
        assert pictures.decoded(rendition.content).size == SIZES_PX[rendition.name]
        assert pictures.mean_difference(rendition.content, expected) < 8
    assert result.notes == ()


def test_16_bit_png_is_brought_to_8_bits() -> None:
    result = render(pictures.encoded(pictures.portrait("I;16"), "PNG"), SETTINGS)
    assert pictures.mean_difference(result.renditions[0].content, pictures.portrait("L")) < 4


def test_16_bit_tiff_is_brought_to_8_bits() -> None:
    result = render(pictures.encoded(pictures.portrait("I;16"), "TIFF"), SETTINGS)
    assert pictures.mean_difference(result.renditions[0].content, pictures.portrait("L")) < 4


@pytest.mark.parametrize("subsampling", ["444", "422", "420", "440", "411"])
def test_jpeg_of_any_subsampling_is_read(subsampling: str) -> None:
    content = simplejpeg.encode_jpeg(portrait_pixels(5, 1000, 1300), 90, "RGB", subsampling)
    expected = Image.fromarray(portrait_pixels(5, 1000, 1300)).resize((738, 960), Image.Resampling.LANCZOS)
    result = render(content, SETTINGS)
    assert pictures.mean_difference(result.renditions[0].content, expected) < 4


@pytest.mark.parametrize("bits", [16, 32])
def test_bitmap_with_bit_fields_is_read(bits: int) -> None:
    row = np.repeat(np.array([[0xF800], [0x07E0], [0x001F], [0xFFFF]], "<u2"), 40, 0).ravel()
    masks = np.array([0xF800, 0x07E0, 0x001F], "<u4")
    rows = np.tile(row.astype(f"<u{bits // 8}"), (160, 1)).tobytes()
    result = render(pictures.bmp(bits, rows, width=160, height=160, masks=masks.tobytes()), SETTINGS)
    shown = pictures.pixels(result.renditions[0].content)[80, 20::40]
    assert np.abs(shown - [[255, 0, 0], [0, 255, 0], [0, 0, 255], [255, 255, 255]]).max() <= 4


def test_bitmap_stored_top_down_and_with_16_colours_is_read() -> None:
    palette = bytes([0, 0, 255, 0, 255, 0, 0, 0]) + bytes(56)
    rows = bytes([0x00] * 80) * 80 + bytes([0x11] * 80) * 80
    result = render(pictures.bmp(4, rows, width=160, height=-160, palette=palette), SETTINGS)
    shown = pictures.pixels(result.renditions[0].content)[[40, 120], 80]
    assert np.abs(shown - [[255, 0, 0], [0, 0, 255]]).max() <= 4


@pytest.mark.parametrize("encoder", ["GIF", "WEBP", "PNG", "TIFF"])
def test_moving_picture_or_many_pages_give_the_first(encoder: str) -> None:
    others = [pictures.flat(200, 240, (0, 200, 0)), pictures.flat(200, 240, (0, 0, 200))]
    first = pictures.flat(200, 240, (200, 0, 0))
    result = render(pictures.encoded(first, encoder, save_all=True, append_images=others), SETTINGS)
    assert (result.width_px, result.height_px) == (200, 240)
    assert pictures.mean_difference(result.renditions[0].content, first) < 3


@pytest.mark.parametrize("encoder", ["PNG", "WEBP", "TIFF", "GIF"])
def test_transparency_becomes_white(encoder: str) -> None:
    clear = Image.new("RGBA", (200, 240), (255, 0, 0, 0))
    clear.paste((0, 0, 120, 255), (0, 0, 100, 240))
    content = pictures.encoded(clear, encoder, **({"lossless": True} if encoder == "WEBP" else {}))
    shown = pictures.pixels(render(content, SETTINGS).renditions[0].content)[120, [50, 150]]
    assert np.abs(shown - [[0, 0, 120], [255, 255, 255]]).max() <= 4


def test_large_picture_is_reduced_to_each_longest_edge() -> None:
    result = render(make_portrait(3, 1600, 2000), SETTINGS)
    assert [(r.name, r.width_px, r.height_px) for r in result.renditions] == [
        ("full", 768, 960),
        ("card", 384, 480),
        ("thumb", 128, 160),
    ]


@pytest.mark.parametrize(("width", "height"), [(700, 500), (481, 480), (161, 190), (959, 960), (1921, 1280)])
def test_picture_is_never_enlarged(width: int, height: int) -> None:
    result = render(make_portrait(3, width, height), SETTINGS)
    longest = max(width, height)
    assert [max(r.width_px, r.height_px) for r in result.renditions] == [
        min(longest, edge) for edge in (960, 480, 160)
    ]


def test_sizes_and_quality_come_from_the_settings() -> None:
    settings = RenderSettings(rendition_sizes=(RenditionSize("wall", 200),), jpeg_quality=30)
    rough = render(make_portrait(3, 600, 800), settings).renditions
    fine = render(make_portrait(3, 600, 800), RenderSettings(rendition_sizes=settings.rendition_sizes)).renditions
    assert [(r.name, r.width_px, r.height_px) for r in rough] == [("wall", 150, 200)]
    assert len(rough[0].content) < len(fine[0].content) / 2


def test_hashes_are_those_of_the_bytes() -> None:
    content = make_portrait(3, 600, 800)
    result = render(content, SETTINGS)
    assert result.source_sha256 == hashlib.sha256(content).hexdigest()
    assert [r.sha256 for r in result.renditions] == [hashlib.sha256(r.content).hexdigest() for r in result.renditions]


def test_same_bytes_give_the_same_renditions_in_every_thread() -> None:
    contents = [make_portrait(seed, 1000, 1300) for seed in range(3)] * 4
    expected = [render(content, SETTINGS) for content in contents]
    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(lambda content: render(content, SETTINGS), contents)) == expected


def test_smooth_colours_survive_within_a_few_levels() -> None:
    ramp = np.linspace(0, 255, 2000).astype(np.uint8)
    picture = Image.fromarray(
        np.stack([np.tile(ramp, (1600, 1)), np.tile(ramp[::-1], (1600, 1)), np.full((1600, 2000), 90, np.uint8)], 2)
    )
    result = render(pictures.encoded(picture, "JPEG", quality=95), SETTINGS)
    for rendition in result.renditions:
        expected = picture.resize((rendition.width_px, rendition.height_px), Image.Resampling.LANCZOS)
        assert pictures.mean_difference(rendition.content, expected) < 1.5


def test_renditions_are_plain_jpegs_that_other_programs_read() -> None:
    for rendition in render(make_portrait(3, 1600, 2000), SETTINGS).renditions:
        picture = Image.open(io.BytesIO(rendition.content))
        assert (picture.format, picture.mode, picture.info.get("progressive")) == ("JPEG", "RGB", None)
