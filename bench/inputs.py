"""What is measured on: portraits as a camera makes them, and trees of very many files. Made once and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from concurrent.futures import ProcessPoolExecutor
from itertools import islice
from multiprocessing import get_context
from pathlib import Path

from photosync.demo.portraits import portrait

SIZES_PX = ((1600, 2000), (1800, 2250), (2000, 2500), (2400, 3000), (2400, 3200))
ACADEMIC_YEAR = 2026
FILES_PER_FOLDER = 1_000
NESTED, FLAT = "nested", "flat"


def code_of(number: int) -> str:
    return f"{number:06d}"


def portraits(cache: Path, count: int) -> Path:
    """Return a folder of `count` portraits named `<code>.jpg`, 1600x2000 to 2400x3200 pixels."""
    folder = cache / f"portraits-{count}"
    if not folder.exists():
        making = _fresh(cache / f"portraits-{count}.making")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            for _ in pool.map(_make_portrait, [making] * count, range(count), chunksize=20):
                pass
        making.rename(folder)
    return folder


def other_portraits(cache: Path, count: int) -> Path:
    """Return a folder of `count` portraits of other people, to change photos with."""
    folder = cache / f"others-{count}"
    if not folder.exists():
        making = _fresh(cache / f"others-{count}.making")
        with ProcessPoolExecutor(os.cpu_count(), mp_context=get_context("spawn")) as pool:
            for _ in pool.map(_make_portrait, [making] * count, range(500_000, 500_000 + count), chunksize=20):
                pass
        making.rename(folder)
    return folder


def _make_portrait(folder: Path, number: int) -> None:
    width, height = SIZES_PX[number % len(SIZES_PX)]
    (folder / f"{code_of(number)}.jpg").write_bytes(
        portrait(number, width, height, academic_year=ACADEMIC_YEAR)
    )


def tree(cache: Path, count: int, shape: str) -> Path:
    """Return a folder of `count` empty files: 1,000 in each of its folders (NESTED), or all in it (FLAT)."""
    folder = cache / f"{shape}-{count}"
    if not folder.exists():
        making = _fresh(cache / f"{shape}-{count}.making")
        for path in _tree_paths(making, count, shape):
            os.close(os.open(path, os.O_WRONLY | os.O_CREAT, 0o600))
        making.rename(folder)
    return folder


def _tree_paths(root: Path, count: int, shape: str) -> Iterator[str]:
    for number in range(count):
        place = root
        if shape == NESTED:
            place = root / f"{number // FILES_PER_FOLDER:04d}"
            if number % FILES_PER_FOLDER == 0:
                place.mkdir()
        yield f"{place}/IMG_{code_of(number)}.jpg"


def some_files(root: Path, every: int, count: int) -> list[Path]:
    """Return `count` files of a tree, `every` so many files one, in the order of their paths."""
    found = (Path(folder, name) for folder, _, names in sorted(os.walk(root)) for name in sorted(names))
    return list(islice(found, 0, every * count, every))


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
