"""The peak memory of a whole pool while it reads the most expensive pictures that are allowed."""

import io
import threading

import numpy as np
import psutil
import pytest
import pyvips
from PIL import Image

from photosync.core.errors import ItemRejected
from photosync.imaging import RenderPool, RenderSettings, header
from tests.imaging import pictures
from tests.portraits import make_portrait

SETTINGS = RenderSettings()
WIDTH_PX, HEIGHT_PX = 5000, 8000


def interlaced_16_bit_png() -> bytes:
    image = pyvips.Image.black(WIDTH_PX, HEIGHT_PX, bands=4).copy(interpretation="rgb16").cast("ushort")
    content: bytes = image.pngsave_buffer(interlace=True, compression=1, bitdepth=16)
    return content


def progressive_cmyk_jpeg() -> bytes:
    picture = pictures.flat(WIDTH_PX, HEIGHT_PX, (10, 90, 80, 5))
    return pictures.encoded(picture, "JPEG", progressive=True, subsampling=0)


def lossless_webp() -> bytes:
    return pictures.encoded(pictures.flat(WIDTH_PX, HEIGHT_PX), "WEBP", lossless=True, method=0)


def gif() -> bytes:
    return pictures.encoded(pictures.flat(WIDTH_PX, HEIGHT_PX, (50,)), "GIF")


def test_whole_pool_stays_under_600_mb_above_idle() -> None:
    expensive = [interlaced_16_bit_png(), progressive_cmyk_jpeg(), lossless_webp(), gif()]
    contents = [content for content in expensive for _ in range(2)] + [make_portrait(1, 2400, 3200)] * 4
    process = psutil.Process()
    idle_bytes, peak_bytes, is_over = process.memory_info().rss, 0, threading.Event()

    def watch() -> None:
        nonlocal peak_bytes
        while not is_over.wait(0.005):
            peak_bytes = max(peak_bytes, _resident_bytes(process))

    watching = threading.Thread(target=watch)
    watching.start()
    with RenderPool(2) as pool:
        results = [result for _, result in pool.imap(enumerate(contents), SETTINGS)]
    is_over.set()
    watching.join()
    assert [result for result in results if isinstance(result, ItemRejected)] == []
    assert len(results) == len(contents)
    assert 300_000_000 < peak_bytes - idle_bytes < 600_000_000


@pytest.mark.parametrize(
    ("content", "least_bytes", "most_bytes"),
    [
        (lambda: make_portrait(1, 2400, 3200), 0, 60_000_000),
        (progressive_cmyk_jpeg, 320_000_000, 400_000_000),
        (lambda: _progressive(subsampling=2), 120_000_000, 200_000_000),
        (interlaced_16_bit_png, 320_000_000, 450_000_000),
        (gif, 195_000_000, 300_000_000),
        (lossless_webp, 330_000_000, 420_000_000),
    ],
    ids=["camera JPEG", "progressive CMYK", "progressive 4:2:0", "interlaced PNG", "GIF", "WebP"],
)
def test_memory_cost_is_estimated_from_the_header(content: object, least_bytes: int, most_bytes: int) -> None:
    assert callable(content)
    estimate = header.memory_cost_estimate(header.read_header(content(), SETTINGS))
    assert least_bytes <= estimate <= most_bytes


def test_bombs_are_refused_without_memory() -> None:
    bombs = [pictures.claims_30000_pixels_square(), pictures.png_bomb(30000, 30000), _tiff_bomb()]
    process = psutil.Process()
    with RenderPool(2) as pool:
        before_bytes = process.memory_info().rss
        results = [result for _, result in pool.imap(enumerate(bombs * 50), SETTINGS)]
        assert pool.worker_pids() == []
    assert {result.code for result in results if isinstance(result, ItemRejected)} == {"too_many_pixels"}
    assert len(results) == 150
    assert process.memory_info().rss - before_bytes < 20_000_000


def _progressive(*, subsampling: int) -> bytes:
    picture = pictures.flat(WIDTH_PX, HEIGHT_PX)
    return pictures.encoded(picture, "JPEG", progressive=True, subsampling=subsampling)


def _tiff_bomb() -> bytes:
    file = io.BytesIO()
    Image.fromarray(np.zeros((7000, 7000), np.uint8)).save(file, "TIFF", compression="tiff_deflate")
    return file.getvalue()


def _resident_bytes(process: psutil.Process) -> int:
    total = process.memory_info().rss
    for child in process.children():
        try:
            total += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total
