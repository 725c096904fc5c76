"""What is measured on: portraits as a camera makes them, and trees of very many files. Made once and kept."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from multiprocessing import get_context
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

from photosync.demo.portraits import portrait

SIZES_PX = ((1600, 2000), (1800, 2250), (2000, 2500), (2400, 3000), (2400, 3200))
ACADEMIC_YEAR = 2026
FILES_PER_FOLDER = 1_000
NESTED, FLAT = "nested", "flat"


def code_of(number: int) -> str:
    return f"{number:06d}"


def portraits(cache: Path, count: int, first: int = 0) -> Path:
    """Return a folder of `count` portraits, 1600x2000 to 2400x3200 pixels, of people from number `first` on.

    They are named `<code>.jpg` by the codes from 0 on, so that other people's portraits can take their places.
    """
    folder = cache / f"portraits-{count}-from-{first}"
    if not folder.exists():
        making = _fresh(cache / f"{folder.name}.making")
        tasks = [(making, number, first) for number in range(count)]
        with get_context("spawn").Pool() as pool:
            pool.starmap(_make_portrait, tasks, chunksize=20)
        making.rename(folder)
    return folder


def portraits_zip(cache: Path, count: int) -> Path:
    """Return a ZIP of the portraits, packed as programs do it unless they are told otherwise."""
    folder = portraits(cache, count)
    path = cache / f"{folder.name}.zip"
    if not path.exists():
        making = path.with_suffix(".making")
        with ZipFile(making, "w", ZIP_DEFLATED) as made:
            for photo in sorted(folder.iterdir()):
                made.write(photo, photo.name)
        making.rename(path)
    return path


def _make_portrait(folder: Path, number: int, first: int) -> None:
    width, height = SIZES_PX[number % len(SIZES_PX)]
    (folder / f"{code_of(number)}.jpg").write_bytes(
        portrait(first + number, width, height, academic_year=ACADEMIC_YEAR)
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


def _fresh(folder: Path) -> Path:
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder
