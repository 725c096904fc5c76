"""A process is killed while reports come in as a ZIP, and while they are archived. Nothing is lost or done twice."""

import json
import subprocess
import sys
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.apps.reports.archive_school import pdf
from tests.chaos.school import ENDS_WITHIN_S, PEOPLE, Player, change_source
from tests.services.installation import Installation
from tests.services.program import wait_until

pytestmark = pytest.mark.chaos

CYCLE = "2026 Semester 2"
TOGETHER = 7
"""How many reports are written in one transaction here, so that thirty are several."""
DIES = """
import os, signal, sys
from photosync.cli.main import run
from photosync.__main__ import _processes
module, part, moment, *words = sys.argv[1:]
def die(*given, **rest):
    os.kill(os.getpid(), signal.SIGKILL)
def processes():
    made = _processes()
    from photosync.apps.reports import archiving, importing, jobs
    archiving.ARCHIVED_AT_ONCE = importing.STORED_TOGETHER = importing.IMPORTED_TOGETHER = 7
    kinds = {"read": "read-upload", "import": "import", "archive": "archive"}
    advance, parts = jobs.JobWork.advance, []
    def told(work, steps=1):
        if work.job.kind == kinds[module]:
            parts.append(steps)
            if len(parts) == int(part) and moment == "after the rows":
                die()
        advance(work, steps)
    jobs.JobWork.advance = told
    writing = jobs.JobWork.writing
    def last_of_the_transaction(work):
        def end():
            if work.job.kind == kinds[module] and len(parts) == int(part) - 1:
                die()
        return Ending(writing(work), end)
    if moment == "before they are committed":
        jobs.JobWork.writing = last_of_the_transaction
    return made
class Ending:
    def __init__(self, context, end):
        self.context, self.end = context, end
    def __enter__(self):
        return self.context.__enter__()
    def __exit__(self, *exc):
        self.end()
        return self.context.__exit__(*exc)
sys.argv = ["photosync", *words]
run(processes)
"""
READS = """
import json, os
os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
import django
django.setup()
from photosync.apps.library.store import photo_store
from photosync.apps.reports.models import ArchivedReport, Report, ReportJob, UploadedReport
sealed = ("number", "person_code", "file_name", "pdf_sha256", "pdf_bytes", "photo_sha256", "photo_version")
code = "member__person__code"
reports = list(Report.objects.order_by(code).values_list(code, "file_name", "pdf_sha256"))
archived = list(ArchivedReport.objects.order_by("number").values_list(*sealed))
files = list(UploadedReport.objects.order_by("name").values_list("name", "state", "pdf_sha256"))
for name in {row[2] for row in files if row[2]}:
    photo_store().read_verified(name)
jobs = list(ReportJob.objects.order_by("pk").values_list("kind", "state", "done"))
print(json.dumps({"reports": reports, "archived": archived, "files": files, "jobs": jobs}))
"""


@pytest.fixture
def player(installation: Installation, tmp_path: Path) -> Player:
    made = Player(installation, source=tmp_path / "delivery")
    change_source(made.source, 0)
    made.set_up()
    made.do("sync", "Photo Sync")
    levels = [word for level in range(7, 13) for word in ("--year-level", str(level))]
    made.do("report", "cycle", "add", CYCLE, *levels)
    return made


@pytest.fixture
def sent(tmp_path: Path) -> str:
    """Return a ZIP with a report of everyone, and one of nobody."""
    path = tmp_path / "reports.zip"
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("nobody.pdf", pdf("nobody"))
        for number in range(PEOPLE):
            archive.writestr(f"{number:05d}.pdf", pdf(f"report of {number}"))
    return str(path)


def read(player: Player) -> dict[str, Any]:
    done = subprocess.run(
        [sys.executable, "-c", READS],
        env=player.installation.environment,
        capture_output=True,
        timeout=ENDS_WITHIN_S,
        check=True,
    )
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def die(player: Player, kind: str, part: int, moment: str, *words: str) -> None:
    """Run a command that is killed at `moment` of the given part of its work of this kind."""
    died = subprocess.run(
        [sys.executable, "-c", DIES, kind, str(part), moment, *words],
        env=player.installation.environment,
        capture_output=True,
        timeout=ENDS_WITHIN_S,
        check=False,
    )
    assert died.returncode == -9, died.stderr


def has_ended(player: Player, kind: str) -> bool:
    jobs = player.installation.rows("SELECT kind, state FROM reports_reportjob ORDER BY id")
    return jobs[-1] == (kind, "done")


def all_imported(found: dict[str, Any]) -> bool:
    return [row[1] for row in found["files"]] == ["imported"] * PEOPLE + ["unmatched"]


def test_kill_while_a_zip_is_read_and_imported_ends_with_every_report_once(player: Player, sent: str) -> None:
    """Killed while reading, a worker reads it anew; killed while importing, the command, asked again, goes on."""
    die(player, "read", 3, "before they are committed", "report", "import", CYCLE, sent)
    assert [len(read(player)[what]) for what in ("files", "reports")] == [2 * TOGETHER, 0]
    with player.running("worker") as worker:
        wait_until(lambda: has_ended(player, "read-upload"), worker)
    previewed = read(player)
    assert [row[1] for row in previewed["files"]] == ["matched"] * PEOPLE + ["unmatched"]
    assert previewed["reports"] == []

    number = str(player.ask("report", "import", CYCLE, "--waiting", "1", "--preview")["import"])
    die(player, "import", 2, "after the rows", "report", "import", CYCLE, "--waiting", number)
    assert len(read(player)["reports"]) == 2 * TOGETHER
    ended = player.ask("report", "import", CYCLE, "--waiting", number)
    assert ended["counts"] == {"imported": PEOPLE, "unmatched": 1}
    found = read(player)
    assert all_imported(found)
    assert [(code, name) for code, name, _sha256 in found["reports"]] == [
        (f"{number:05d}", f"{number:05d}.pdf") for number in range(PEOPLE)
    ]
    assert [row[2] for row in found["reports"]] == [row[2] for row in found["files"][:PEOPLE]]


@pytest.mark.parametrize(
    ("moment", "part", "archived"),
    [
        ("before they are committed", 1, 0),
        ("after the rows", 2, 2 * TOGETHER),
        ("before they are committed", 5, 4 * TOGETHER),
    ],
)
def test_kill_while_reports_are_archived_archives_each_once_and_the_seals_hold(
    player: Player, sent: str, moment: str, part: int, archived: int
) -> None:
    player.do("report", "import", CYCLE, sent)
    imported = {code: (name, sha256) for code, name, sha256 in read(player)["reports"]}
    assert len(imported) == PEOPLE

    die(player, "archive", part, moment, "report", "archive", CYCLE)
    left = read(player)
    assert (len(left["archived"]), len(left["reports"])) == (archived, PEOPLE - archived)
    assert left["jobs"][-1][:2] == ["archive", "running"]
    player.do("report", "verify")

    if archived:
        with player.running("worker") as worker:
            wait_until(lambda: has_ended(player, "archive"), worker)
    else:  # the command, asked again, does not wait for a worker
        player.do("report", "archive", CYCLE)
    ended = read(player)
    assert ended["reports"] == []
    assert [row[0] for row in ended["archived"]] == list(range(1, PEOPLE + 1))
    assert ended["archived"][:archived] == left["archived"]
    assert {row[1]: (row[2], row[3]) for row in ended["archived"]} == imported
    assert [row[0] for row in ended["jobs"]].count("archive") == 1
    assert player.ask("report", "cycle", "show", CYCLE)["state"] == "archived"
    player.do("report", "verify")
