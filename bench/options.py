"""How much is measured, and where its files are kept."""

from __future__ import annotations

import argparse
import tempfile
from dataclasses import dataclass
from pathlib import Path

SECTIONS = ("first-sync", "unchanged", "changed", "sources", "serving", "reports", "archive")
PAGES = "pages"
"""Is measured by itself: `--only pages`."""


FULL = {"photos": 1_000, "peer_photos": 150, "files": 1_000_000, "rounds": 3, "wrk_s": 5}
"""What is measured unless something else is asked for; less of it is not written into the document."""


@dataclass(frozen=True, slots=True)
class Options:
    cache: Path
    photos: int
    peer_photos: int
    files: int
    rounds: int
    wrk_s: int
    sections: tuple[str, ...]
    result: Path

    @property
    def are_full(self) -> bool:
        return all(getattr(self, name) >= number for name, number in FULL.items())

    @property
    def fewer_files(self) -> int:
        return self.files // 10

    @property
    def work(self) -> Path:
        """A folder for what is thrown away afterwards, on the same disk."""
        return self.cache / "work"


def read_options(result: Path) -> Options:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measure Photo Sync beside other programs.")
    parser.add_argument(
        "--cache",
        type=Path,
        default=Path(tempfile.gettempdir()) / "photosync-bench",
        help="where portraits and trees are kept for the next time (default: %(default)s)",
    )
    parser.add_argument(
        "--photos", type=int, default=FULL["photos"], help="portraits of the first sync (%(default)s)"
    )
    parser.add_argument(
        "--peer-photos", type=int, default=FULL["peer_photos"], help="of them for the slower programs (%(default)s)"
    )
    parser.add_argument("--files", type=int, default=FULL["files"], help="files of the large trees (%(default)s)")
    parser.add_argument("--rounds", type=int, default=FULL["rounds"], help="how often each is measured (%(default)s)")
    parser.add_argument("--wrk-seconds", type=int, default=FULL["wrk_s"], help="of each serving round (%(default)s)")
    parser.add_argument("--only", action="append", choices=(*SECTIONS, PAGES), help="only this; may be repeated")
    parser.add_argument("--result", type=Path, default=result, help="the document to write (%(default)s)")
    told = parser.parse_args()
    return Options(
        told.cache,
        told.photos,
        told.peer_photos,
        told.files,
        told.rounds,
        told.wrk_seconds,
        tuple(told.only or SECTIONS),
        told.result,
    )
