"""The most expensive pictures that are allowed. As a program: a pool reads them all; tells its peak memory."""

import json
import sys
import threading

import psutil
import pyvips

from photosync.core.errors import ItemRejected
from photosync.imaging import RenderPool, RenderSettings
from tests.imaging import pictures
from tests.portraits import make_portrait

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


def peak_of_a_pool() -> dict[str, object]:
    """Return what was rejected, and the peak memory of this process and its workers above its own before."""
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
        results = [result for _, result in pool.imap(enumerate(contents), RenderSettings())]
    is_over.set()
    watching.join()
    rejected = [result.message for result in results if isinstance(result, ItemRejected)]
    return {"rejected": rejected, "peak_above_idle_bytes": peak_bytes - idle_bytes}


def _resident_bytes(process: psutil.Process) -> int:
    total = process.memory_info().rss
    for child in process.children():
        try:
            total += child.memory_info().rss
        except psutil.NoSuchProcess:
            continue
    return total


if __name__ == "__main__":
    json.dump(peak_of_a_pool(), sys.stdout)
