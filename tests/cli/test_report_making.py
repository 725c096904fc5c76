"""photosync report results, design and make."""

from pathlib import Path

import pytest
from PIL import Image

from photosync.apps.reports.models import ReportingCycle, ReportResults
from photosync.apps.schools.models import School
from photosync.cli import processes
from photosync.project.processes import InstalledProcesses
from tests.apps.reports.cycles_scene import make_students
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once

NAME = "2026 Semester 2"


@pytest.fixture
def cycle(command: Commanding, school: School) -> ReportingCycle:
    make_students(school)
    command.json("report", "cycle", "add", NAME, "--year", "2026", "--year-level", "7")
    return ReportingCycle.objects.select_related("school").get()


@pytest.fixture
def results(tmp_path: Path) -> str:
    path = tmp_path / "results.csv"
    path.write_text("code,Fach,mark\n1001,English,78\n9,Art,1\n1002,,5\n")
    return str(path)


def test_results_are_stored_and_told(command: Commanding, cycle: ReportingCycle, results: str) -> None:
    words = ("report", "results", NAME, results, "--map", "Fach=subject")

    assert command(*words, "--preview").out.startswith("Preview: nothing was written.\n")
    assert not ReportResults.objects.exists()
    lines = command(*words).out.splitlines()

    assert lines[0] == "The results were stored."
    assert "Columns: code = student_code, Fach = subject, mark = mark" in lines
    assert "9 (from line 3 on) is for nobody here: No student has this code." in lines
    assert "Line 4 was refused: It has results, but no subject." in lines
    assert ReportResults.objects.get().stored_by == "command line"
    assert command.json(*words)["counts"]["unchanged"] == 1


def test_design_is_shown_changed_and_sampled(command: Commanding, school: School, tmp_path: Path) -> None:
    crest, sample = tmp_path / "crest.png", tmp_path / "sample.png"
    Image.new("RGB", (100, 100)).save(crest)

    given = ("--heading", "Report", "--sign", "Principal", "--sign", "Tutor", "--crest", str(crest))
    document = command.json("report", "design", *given, "-o", str(sample))

    assert (document["heading"], document["signatories"], len(document["crest"])) == (
        "Report",
        ["Principal", "Tutor"],
        64,
    )
    assert sample.read_bytes()[:4] == b"\x89PNG"
    document = command.json("report", "design", "--footer", "x", "--no-signatures", "--no-crest")
    assert document == {"heading": "Report", "footer": "x", "signatories": [], "crest": None}
    assert command("report", "design").out.splitlines()[-1].split() == ["crest", "no"]
    assert command.refusal("report", "design", "--no-crest", "--crest", str(crest)) == (
        2,
        "A thing cannot be given and be left out at once. Nothing was changed. Leave one of them out.",
    )
    missing = tmp_path / "none.png"
    assert command.refusal("report", "design", "--crest", str(missing)) == (
        2,
        f"{missing} cannot be read (No such file or directory). Nothing was changed. Name a picture.",
    )


def test_one_report_is_previewed(command: Commanding, cycle: ReportingCycle, results: str, tmp_path: Path) -> None:
    command("report", "results", NAME, results, "--map", "Fach=subject")
    target = tmp_path / "one.pdf"

    answer = command("report", "make", NAME, "--preview", "1001", "-o", str(target))

    assert answer.out == f"Preview: nothing was stored. Written to {target}.\n"
    assert target.read_bytes()[:5] == b"%PDF-"
    document = command.json("report", "make", NAME, "--preview", "1001", "-o", str(target))
    assert document == {"file": str(target), "bytes": target.stat().st_size, "with_photo": False}
    assert command.refusal("report", "make", NAME, "--preview", "1001") == (
        2,
        "A preview needs the student's code and a file: --preview CODE -o FILE. Nothing was made. Give both, or "
        "neither to make the reports.",
    )


def test_making_of_no_one_is_refused(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(processes, "_provided", [InstalledProcesses])

    assert command.refusal("report", "make", NAME, "--roll-group", "9Z") == (
        2,
        "No one in 2026 Semester 2 has a report to be made (9Z). Nothing was started. Upload results first, or "
        "choose others.",
    )
