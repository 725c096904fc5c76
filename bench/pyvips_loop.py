"""The peer of the first sync: a bare loop over pyvips in two processes that only makes the renditions.

It keeps nothing: no check for damage, no hash, no file, no database. `python -m bench.pyvips_loop FOLDER COUNT`.
"""

from __future__ import annotations

import os
import sys
import time
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

QUALITY = 85
EDGES_PX = (960, 480, 160)
PROCESSES = 2


def make_renditions(path: str) -> int:
    """Return the bytes of the three JPEGs. 960 px straight from the file, the smaller ones from its pixels."""
    import pyvips

    largest = pyvips.Image.thumbnail(path, EDGES_PX[0], size="down").copy_memory()
    made = [largest, *(largest.thumbnail_image(edge_px, size="down") for edge_px in EDGES_PX[1:])]
    return sum(len(image.jpegsave_buffer(Q=QUALITY, keep="none")) for image in made)


def warm_up(_number: int) -> None:
    import pyvips

    pyvips.cache_set_max(0)


def main() -> None:
    folder, count = Path(sys.argv[1]), int(sys.argv[2])
    paths = [str(path) for path in sorted(folder.iterdir())[:count]]
    os.environ["VIPS_CONCURRENCY"] = "1"
    with ProcessPoolExecutor(PROCESSES, mp_context=get_context("spawn")) as pool:
        list(pool.map(warm_up, range(PROCESSES * 4)))
        begun = time.perf_counter()
        for _ in pool.map(make_renditions, paths, chunksize=5):
            pass
        print(time.perf_counter() - begun)


if __name__ == "__main__":
    main()
