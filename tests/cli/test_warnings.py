"""What a run could not use of its index file is told with the run: in words, and as JSON."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


def test_lines_of_the_index_file_that_were_left_out_are_warnings(command: Commanding, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    scene.options(match="index", index="index.csv")
    scene.put("index.csv", b"IMG_1.jpg,0001\n" + b"IMG_2.jpg,\n" * 21)
    run = scene.run()

    shown = command("run", "show", str(run.pk))
    document = command.json("run", "show", str(run.pk))

    lines = [f"Index file index.csv: Line {number} has no identifier; it was left out." for number in range(2, 23)]
    assert document["warnings"] == lines
    assert shown.out.splitlines()[-21:] == [
        *(f"Warning: {line}" for line in lines[:20]),
        "Only the first 20 warnings are shown; see them all with --json.",
    ]


def test_run_without_anything_to_warn_of(command: Commanding, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    run = scene.run()

    assert command.json("run", "show", str(run.pk))["warnings"] == []
    assert "Warning" not in command("run", "show", str(run.pk)).out
