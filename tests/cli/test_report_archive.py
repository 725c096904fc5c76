"""photosync report: importing, archiving, and the archive."""

import io
import json
import zipfile
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Identifier, Person
from photosync.apps.reports import jobs
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.models import ArchivedReport, CycleMember, Report, ReportImport, ReportingCycle, ReportJob
from photosync.apps.reports.roster import Choice
from photosync.apps.runs.models import Worker
from photosync.apps.schools.models import School
from photosync.cli import processes
from tests.apps.reports.archive_school import NOW, change_by_force, pdf
from tests.apps.reports.cycles_scene import make_students
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.django_db
NAME = "2026 Semester 2"


@pytest.fixture
def folder(command: Commanding, school: School, tmp_path: Path) -> Path:
    make_students(school)
    for person in Person.objects.all():
        code = person.code
        Identifier.objects.create(school=school, person=person, key="student_code", value=code, folded=code)
    open_cycle(school, NAME, by="kim", now=NOW, people=Choice(year_level=("7",)))
    (tmp_path / "in" / "7A").mkdir(parents=True)
    (tmp_path / "in" / "7A" / "1001.pdf").write_bytes(pdf("1001"))
    (tmp_path / "in" / "Chen 1002.pdf").write_bytes(pdf("1002"))
    return tmp_path


class WorkingHere:
    """Does long work in this thread, and so in the test's transaction, as a worker does it in its own."""

    def abandoned_job(self, cycle: ReportingCycle) -> ReportJob | None:
        return None

    def execute_or_follow_job(self, job: ReportJob, on_progress: Callable[[ReportJob], None]) -> ReportJob:
        worker, _made = Worker.objects.get_or_create(
            executor_id="here", defaults={"host": "here", "kind": "command", "started_at": NOW, "heartbeat_at": NOW}
        )
        work = jobs.JobWork.claim(job.pk, worker, lambda: datetime.now(UTC))
        assert work is not None
        jobs.execute_job(work)
        job.refresh_from_db()
        on_progress(job)
        return job


@pytest.fixture(autouse=True)
def working_here(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(processes, "_provided", [WorkingHere])


def test_reports_are_imported_matched_archived_and_got(command: Commanding, folder: Path) -> None:
    preview = command.json("report", "import", NAME, str(folder / "in"), "--preview")
    assert {each["name"]: (each["state"], each["code"]) for each in preview["files"]} == {
        "7A/1001.pdf": ("matched", "1001"),
        "Chen 1002.pdf": ("unmatched", None),
    }
    assert not Report.objects.exists()
    assert ReportImport.objects.get().state == "dropped"

    answer = command("report", "import", NAME, str(folder / "in"))
    assert (answer.status, answer.err) == (0, "")
    assert "1 imported, 0 replaced, 0 as they were, 0 refused." in answer.out
    number = ReportImport.objects.latest("pk").pk
    look = folder / "look.pdf"
    got = command.json("report", "file", NAME, "Chen 1002.pdf", "-o", str(look))
    assert (got["uploaded"]["name"], got["file"], look.read_bytes()) == ("Chen 1002.pdf", str(look), pdf("1002"))
    stored = command.json("report", "get", "1001", "--cycle", NAME, "--not-archived", "-o", str(look))
    assert (stored["code"], look.read_bytes()) == ("1001", pdf("1001"))
    none = command("report", "get", "1002", "--cycle", NAME, "--not-archived", "-o", str(look))
    assert (none.status, none.out) == (2, "")
    assert none.err.endswith(" has no report in 2026 Semester 2 yet. Nothing was opened.\n")
    assert command("report", "match", NAME, "Chen 1002.pdf", "1002").out.startswith("Chen 1002.pdf is the report of ")
    assert command.json("report", "import", NAME, "--waiting", str(number))["imported"]["imported"] == 1

    assert command.json("report", "archive", NAME, "--code", "1001")["outcome"]["archived"] == 1
    assert command("report", "archive", NAME).out == (
        "1 archived, 1 of them without a photo, 0 damaged and not archived.\n"
    )
    listed = command.json("report", "list", "--cycle", NAME)
    assert [each["code"] for each in listed] == ["1001", "1002"]
    assert command.json("report", "history", "1002") == [listed[1]]
    target = folder / "mia.pdf"
    got = command.json("report", "get", "1001", "--cycle", NAME, "-o", str(target))
    assert (target.read_bytes(), got["file"]) == (pdf("1001"), str(target))
    zipped = folder / "all.zip"
    assert command.json("report", "download", NAME, "-o", str(zipped)) == {
        "cycle": NAME,
        "reports": 2,
        "file": str(zipped),
    }
    with zipfile.ZipFile(io.BytesIO(zipped.read_bytes())) as archive:
        assert archive.testzip() is None
        assert len(archive.namelist()) == 3


def archived(command: Commanding, folder: Path) -> None:
    command.json("report", "import", NAME, str(folder / "in" / "7A"))
    command.json("report", "archive", NAME)


def test_verify_says_what_is_wrong_and_ends_with_one(command: Commanding, folder: Path) -> None:
    archived(command, folder)
    assert command("report", "verify").out == (
        "Report archive: 1 report checked, 0 missing, 0 damaged, 0 broken seals.\n"
    )
    photo_store().delete(ArchivedReport.objects.get().pdf_sha256)
    CycleMember.objects.update(archived=None)
    change_by_force("UPDATE reports_archivedreport SET person_name = 'Other'")

    answer = command("report", "verify", "--json")

    assert answer.status == 1
    assert {name: json.loads(answer.out)[name] for name in ("checked", "missing", "damaged", "broken_seals")} == {
        "checked": 1,
        "missing": 1,
        "damaged": 0,
        "broken_seals": 1,
    }
    assert answer.err == (
        "The report archive is not what was archived. Nothing was changed. Compare it with a backup, and find out "
        "who could write to the database and its disk.\n"
    )
    whole = command("verify", "--json")
    assert (whole.status, json.loads(whole.out)["archive"]["broken_seals"]) == (1, 1)


def test_what_cannot_be_done_is_said_in_one_line(command: Commanding, folder: Path) -> None:
    assert command.refusal("report", "import", NAME) == (
        2,
        "Say which files: PATHs, or --waiting with the number of an import. Nothing was imported.",
    )
    assert command.refusal("report", "import", NAME, str(folder / "none.zip")) == (
        2,
        f"There is no file or folder {folder / 'none.zip'}. Nothing was imported.",
    )
    assert command.refusal("report", "match", NAME, "x.pdf", "1001") == (
        2,
        "Nothing was uploaded for 2026 Semester 2 yet. Nothing was done.",
    )
    assert command.refusal("report", "get", "1001", "--cycle", NAME) == (
        2,
        "The archive has no report of 1001 in 2026 Semester 2. Nothing was written. "
        "See those that it has: photosync report list",
    )
    assert command.refusal("report", "download", NAME, "-o", str(folder / "x.zip")) == (
        2,
        "No archived report is found with this. Nothing was written.",
    )
