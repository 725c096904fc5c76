"""The peak memory of a whole pool while it reads the most expensive pictures that are allowed."""

import io
import json
import subprocess
import sys
from pathlib import Path

import numpy as np
import psutil
import pytest
from PIL import Image

from photosync.core.errors import ItemRejected
from photosync.imaging import RenderPool, RenderSettings, header
from tests.imaging import pictures
from tests.imaging.expensive import (
    HEIGHT_PX,
    WIDTH_PX,
    gif,
    interlaced_16_bit_png,
    lossless_webp,
    progressive_cmyk_jpeg,
)
from tests.portraits import make_portrait

SETTINGS = RenderSettings()


def test_whole_pool_stays_under_600_mb_above_idle() -> None:
    """In a process of its own, where nothing but the pool grows and has children."""
    words = [sys.executable, "-m", "tests.imaging.expensive"]
    done = subprocess.run(words, cwd=Path(__file__).parents[2], check=True, capture_output=True, text=True)

    assert json.loads(done.stdout)["rejected"] == []
    assert 300_000_000 < json.loads(done.stdout)["peak_above_idle_bytes"] < 600_000_000


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
    estimate = header.memory_cost_estimate(header.read_header(content(), SETTINGS), SETTINGS)
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
