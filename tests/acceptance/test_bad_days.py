"""Files that may not be read, folders that may not be written, full disks, locked databases: seen from outside.

Each time the command ends with one line and its exit status, nothing is lost, and the next sync makes up for it.
The program runs without privileges, because root is stopped by no rights.
"""

import sqlite3
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import pyvips

from tests.portraits import make_portrait
from tests.services import disk
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Ended, Program
from tests.services.unprivileged import unprivileged

pytestmark = pytest.mark.acceptance

# So few that a run may replace all their photos without being held.
CODES = [f"{number:04d}" for number in range(1, 6)]
LESS_THAN_A_LARGE_PHOTO, LESS_THAN_THE_DATABASE = 2_000_000, 20_000
LOCKED_ANSWER = (
    "The database cannot be used: database is locked. What was not finished was not done. "
    "Check it with: photosync doctor\n"
)


@dataclass(frozen=True, slots=True)
class Day:
    """A school of five students on the day on which something goes wrong."""

    program: Program
    photos: Path

    @property
    def data(self) -> Path:
        return self.program.installation.data

    def deliver(self, series: int) -> None:
        for code in CODES:
            (self.photos / f"{code}.jpg").write_bytes(make_portrait(series * 100 + int(code), 240, 320))

    def fails(self, *words: str, status: int = 1, most_bytes: int | None = None) -> str:
        """Return the one line of a command that must fail, where files may have `most_bytes`."""
        installation = self.program.installation
        if most_bytes is not None:
            installation = replace(
                installation, environment=disk.full(installation.environment, most_bytes=most_bytes)
            )
        ended = Program(installation).run(*words)
        assert_one_line(ended, status)
        return ended.error

    def sync(self) -> dict[str, int]:
        """Sync, which must succeed; return the counts that are not 0."""
        return told(self.program.ask("sync", "Photo Sync"))

    def photo(self) -> str:
        """Return which picture is the photo of the first student."""
        history = self.program.ask("photo", "history", CODES[0])
        (current,) = (each["version"] for year in history["years"] for each in year["versions"] if each["current"])
        assert history["withdrawn"] is None
        return str(current)


def told(run: Any) -> dict[str, int]:
    return {name: number for name, number in run["counts"].items() if number}


def assert_one_line(ended: Ended, status: int) -> None:
    assert (ended.status, ended.error.count("\n")) == (status, 1), ended
    assert "Traceback" not in ended.error + ended.output


def dots(edge_px: int) -> bytes:
    """Return a picture of black and white dots: small as PNG, and as large as can be as a JPEG rendition."""
    pixels = np.random.default_rng(2026).choice(np.array([0, 255], np.uint8), (edge_px, edge_px))
    png: bytes = pyvips.Image.new_from_array(pixels).write_to_buffer(".png")
    return png


@pytest.fixture
def day(installation: Installation, tmp_path: Path) -> Day:
    made = Day(unprivileged(migrated(installation)), tmp_path / "photos")
    made.photos.mkdir()
    roster = tmp_path / "students.csv"
    roster.write_text("\n".join(["Student code,Given name", *(f"{code},P{code}" for code in CODES)]))
    for words in (
        ("init", "--school", "HILL", "--name", "Hill School", "--timezone", "Australia/Sydney"),
        ("people", "import", str(roster), "--kind", "student"),
        ("period", "add", "LONG", "--description", "", "--start", "2026-01-01", "--end", "2199-12-31"),
        ("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={made.photos}"),
        ("profile", "set", "Photo Sync", "--when-missing", "withdraw"),
        ("profile", "assign", "Photo Sync", "--period", "LONG"),
    ):
        made.program.do(*words)
    made.deliver(1)
    return made


def test_file_that_may_not_be_read_is_tried_again_though_nothing_else_changed(day: Day) -> None:
    closed = day.photos / "0003.jpg"
    closed.chmod(0o000)

    first = day.program.run("sync", "Photo Sync", "--json")
    again = day.program.run("sync", "Photo Sync", "--json")

    assert_one_line(first, 5)
    assert (first.document["state"], told(first.document)) == (
        "done with failures",
        {"observed": 5, "added": 4, "failed": 1},
    )
    assert first.error == (
        "Run 1 is done with failures. 1 file could not be read. Nothing was changed for it; the next run tries "
        "again. See: photosync run show 1\n"
    )
    (line,) = (each for each in day.program.ask("run", "show", "1")["changes"] if each["action"] == "failed")
    assert (line["file"], line["person"]["code"], line["reason"]) == (
        "0003.jpg",
        "0003",
        "0003.jpg could not be read: Permission denied. It was left as it is; make it readable for Photo Sync, and "
        "the next run reads it.",
    )
    assert (again.status, told(again.document)) == (5, {"observed": 5, "unchanged": 4, "failed": 1})
    # An old file whose time stamp stays the same all the while: it is tried for having failed, not for being new.
    status = closed.stat()
    closed.chmod(0o644)
    assert closed.stat().st_mtime_ns == status.st_mtime_ns
    assert day.sync() == {"observed": 5, "unchanged": 4, "added": 1}


def test_store_that_becomes_read_only_and_photos_for_places_that_take_none(day: Day, tmp_path: Path) -> None:
    day.sync()
    before = day.photo()
    day.deliver(2)
    folders = [day.data / "photos", *(path for path in (day.data / "photos").rglob("*") if path.is_dir())]
    for folder in folders:
        folder.chmod(0o555)

    assert day.fails("sync", "Photo Sync") == (
        f"Run 2 is failed. The photo store {day.data / 'photos'} does not let this user in (Permission denied). "
        "The photos being stored were not recorded; those stored before are untouched. Make it readable and writable "
        "for the user that runs Photo Sync, then repeat. See: photosync run show 2\n"
    )
    assert day.photo() == before
    assert day.fails("photo", "get", "0001", "-o", str(tmp_path / "none" / "x.jpg"), status=2) == (
        f"There is no folder {tmp_path / 'none'}. The photo was not written. Make that folder, or give another file "
        "with -o.\n"
    )
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o555)
    assert day.fails("photo", "get", "0001", "-o", str(closed / "x.jpg")) == (
        f"{closed / 'x.jpg'} cannot be written: Permission denied. The photo was not written. Check the rights and "
        "the free space of its folder, or give another file with -o.\n"
    )
    assert list(closed.iterdir()) == []
    for folder in folders:
        folder.chmod(0o700)
    assert day.sync() == {"observed": 5, "replaced": 5}
    day.program.do("verify")


@pytest.mark.sqlite
@pytest.mark.parametrize("name", ["photosync.sqlite3", "runs.sqlite3", ""])
def test_database_that_may_only_be_read(name: str, day: Day) -> None:
    day.sync()
    before = day.photo()
    day.deliver(2)
    closed = day.data / name
    closed.chmod(0o444 if name else 0o555)

    said = day.fails("sync", "Photo Sync")

    assert said.startswith(f"The database cannot be written: this user may not write {closed}")
    assert said.endswith(
        ". What was not finished was not done. Give the user that runs Photo Sync the right to write there, then "
        "repeat.\n"
    )
    closed.chmod(0o600 if name else 0o700)
    # What SQLite made beside the file while it could only be read is mended by itself.
    assert day.photo() == before
    assert day.sync() == {"observed": 5, "replaced": 5}
    assert [path.name for path in (day.data / "locks").iterdir() if "command" in path.name] == []


def test_init_where_nothing_may_be_written(installation: Installation) -> None:
    installation.data.parent.chmod(0o555)

    ended = unprivileged(installation).run("init")

    installation.data.parent.chmod(0o700)
    assert_one_line(ended, 1)
    assert ended.error == (
        f"The data folder {installation.data} cannot be made or written: Permission denied. Nothing was set up. Let "
        "the user that runs Photo Sync own it, or let PHOTOSYNC_DATA name another folder.\n"
    )
    unprivileged(installation).do("init")


def test_disk_with_no_room_for_the_photos(day: Day) -> None:
    day.program.installation.environment["PHOTOSYNC_FULL_PX"] = "2000"
    day.sync()
    before = day.photo()
    (day.photos / "0001.jpg").write_bytes(dots(2000))

    said = day.fails("sync", "Photo Sync", most_bytes=LESS_THAN_A_LARGE_PHOTO)

    assert said == (
        f"Run 2 is failed. The photo store {day.data / 'photos'} is full (File too large). The photos being stored "
        "were not recorded; those stored before are untouched. Free some space there or raise its quota, then "
        "repeat. See: photosync run show 2\n"
    )
    assert day.photo() == before
    assert list((day.data / "photos" / "incoming").iterdir()) == []
    assert day.sync() == {"observed": 5, "unchanged": 4, "replaced": 1}
    day.program.do("verify")


@pytest.mark.sqlite
def test_disk_with_no_room_for_the_database(day: Day) -> None:
    day.sync()
    before = day.photo()
    day.deliver(2)

    said = day.fails("sync", "Photo Sync", most_bytes=LESS_THAN_THE_DATABASE)

    assert said.startswith("The database cannot be used: ")
    assert day.photo() == before
    assert day.sync() == {"observed": 5, "replaced": 5}
    day.program.do("verify")


@pytest.mark.sqlite
def test_database_that_another_process_locks_for_longer_than_a_command_waits(day: Day) -> None:
    day.sync()
    before = day.photo()
    day.deliver(2)
    other = sqlite3.connect(day.data / "photosync.sqlite3", isolation_level=None)
    other.execute("BEGIN EXCLUSIVE")

    said = day.fails("sync", "Photo Sync")

    assert said == LOCKED_ANSWER
    assert day.photo() == before
    other.execute("ROLLBACK")
    other.close()
    assert day.sync() == {"observed": 5, "replaced": 5}
