"""`photosync run show`: the files that a run counted, and what is said of those that have changed since."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from tests.apps.runs.scene import Scene
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once


def test_run_show_lists_what_it_counts_and_says_what_has_changed(command: Commanding, tmp_path: Path) -> None:
    scene = Scene(tmp_path / "photos", now=datetime.now(UTC))
    scene.assign("LONG", date(2020, 1, 1), date(2199, 12, 31))
    for number, name in enumerate(("a", "b", "c")):
        scene.put(f"{name}.jpg", number)
    preview, run = scene.preview(), scene.run()

    for each in (preview, run):
        shown = command.json("run", "show", str(each.pk))
        assert (shown["counts"]["unmatched"], shown["changed_since"]) == (3, 0)
        assert sorted(line["file"] for line in shown["changes"]) == ["a.jpg", "b.jpg", "c.jpg"]
    assert [line.split()[0] for line in command("run", "show", str(run.pk)).out.splitlines()[-3:]] == [
        "unmatched"
    ] * 3

    scene.person("a")
    last = scene.run()
    assert command("run", "show", str(run.pk)).out.splitlines()[-1] == (
        "1 file that this run counted has changed since and cannot be listed. "
        f"See what stands now with: photosync run show {last.pk}"
    )
    scene.person("b")
    last = scene.run()
    assert command("run", "show", str(run.pk)).out.splitlines()[-1] == (
        "2 files that this run counted have changed since and cannot be listed. "
        f"See what stands now with: photosync run show {last.pk}"
    )
