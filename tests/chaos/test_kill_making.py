"""A process is killed while it makes reports. The work goes on elsewhere, and ends with the same reports."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.chaos.school import ENDS_WITHIN_S, PEOPLE, Player, change_source
from tests.services.installation import Installation
from tests.services.program import wait_until

pytestmark = pytest.mark.chaos

CYCLE = "2026 Semester 2"
DIES = """
import os, signal, sys
from photosync.cli.main import run
from photosync.__main__ import _processes
moment, part = sys.argv[1], int(sys.argv[2])
def die(*given, **rest):
    os.kill(os.getpid(), signal.SIGKILL)
def processes():
    made = _processes()
    from photosync.apps.reports import making
    making.AT_ONCE = 7
    real, parts = making._store, []
    def store(work, fresh):
        parts.append(fresh)
        if len(parts) == part and moment == "before the rows":
            die()
        if len(parts) == part and moment == "among the rows":
            making.Report.objects.bulk_create = die
        real(work, fresh)
        if len(parts) == part and moment == "after the rows":
            die()
    making._store = store
    return made
sys.argv = ["photosync", "report", "make", "2026 Semester 2"]
import photosync.cli.report_making
run(processes)
"""
READS = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
import django
django.setup()
from photosync.apps.library.store import photo_store
from photosync.apps.reports.models import Report, ReportJob
columns = ("pdf_sha256", "pdf_bytes", "origin", "made_from", "photo_sha256", "photo_version", "photo_year")
reports = {row[0]: row[1:] for row in Report.objects.values_list("member__person__code", *columns)}
for row in reports.values():
    assert len(photo_store().read_verified(row[0])) == row[1]
print(json.dumps({"reports": reports, "jobs": list(ReportJob.objects.order_by("pk").values_list("state", "done"))}))
if os.environ.get("FORGET"):
    Report.objects.all().delete()
"""


@pytest.fixture
def player(installation: Installation, tmp_path: Path) -> Player:
    made = Player(installation, source=tmp_path / "delivery")
    change_source(made.source, 0)
    made.set_up()
    made.do("sync", "Photo Sync")
    results = tmp_path / "results.csv"
    lines = [f"{number:05d},{subject},{50 + number}\n" for number in range(PEOPLE) for subject in ("English", "Art")]
    results.write_text(f"code,subject,mark\n{''.join(lines)}")
    levels = [word for level in range(7, 13) for word in ("--year-level", str(level))]
    made.do("report", "cycle", "add", CYCLE, *levels)
    made.do("report", "results", CYCLE, str(results))
    return made


def read(player: Player, *, forget: bool = False) -> dict[str, Any]:
    environment = player.installation.environment | ({"FORGET": "1"} if forget else {})
    done = subprocess.run(
        [sys.executable, "-c", READS], env=environment, capture_output=True, timeout=ENDS_WITHIN_S, check=True
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def jobs(player: Player) -> list[tuple[str, int]]:
    return player.installation.rows("SELECT state, done FROM reports_reportjob ORDER BY id")


@pytest.mark.parametrize(("moment", "part"), [("before the rows", 1), ("among the rows", 3), ("after the rows", 2)])
def test_kill_while_reports_are_made_ends_with_the_same_reports(player: Player, moment: str, part: int) -> None:
    player.do("report", "make", CYCLE)
    undisturbed = read(player, forget=True)["reports"]
    assert len(undisturbed) == PEOPLE

    died = subprocess.run(
        [sys.executable, "-c", DIES, moment, str(part)],
        env=player.installation.environment,
        capture_output=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert died.returncode == -9, died.stderr
    left = read(player)
    assert [state for state, _done in left["jobs"]] == ["done", "running"]
    assert len(left["reports"]) == 7 * (part if moment == "after the rows" else part - 1)

    if moment == "among the rows":  # the command, asked again, does not wait for a worker
        player.do("report", "make", CYCLE)
    else:
        with player.running("worker") as worker:
            wait_until(lambda: jobs(player)[-1] == ("done", PEOPLE), worker)

    ended = read(player)
    assert ended["reports"] == undisturbed
    assert ended["jobs"] == [["done", PEOPLE], ["done", PEOPLE]]
