"""photosync profile preflight."""

import json
from pathlib import Path

import pytest

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program

pytestmark = pytest.mark.once


def test_report_is_printed_and_written(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    roster = tmp_path / "students.csv"
    roster.write_text("Student Code,Given Name,Family Name,Year Level\n0417,Jo,Bloggs,9\n")
    program.do("people", "import", str(roster), "--kind", "student")
    source = tmp_path / "photos"
    source.mkdir()
    (source / "0418.jpg").write_bytes(b"x")
    program.do(
        "period", "add", "2026S2", "--description", "Semester 2", "--start", "2026-01-01", "--end", "2099-12-31"
    )
    program.do("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={source}")
    program.do("profile", "assign", "Photo Sync", "--period", "2026S2")

    early = program.run("profile", "preflight", "Photo Sync")
    assert (early.status, early.output) == (3, "")
    assert early.error == (
        "Photo Sync has not read its data source yet, so there is nothing to report. Preview it first: "
        'photosync sync "Photo Sync" --preview\n'
    )

    program.do("sync", "Photo Sync", "--preview")
    printed = program.do("profile", "preflight", "Photo Sync")
    assert printed.startswith("1 file came; 0 of them have nothing to mend.\n1 file is nobody's. Nobody to be ")
    report = tmp_path / "to-mend.html"
    told = json.loads(program.do("profile", "preflight", "Photo Sync", "-o", str(report), "--json"))
    assert (told["files"], told["without_problem"]) == (1, 0)
    assert [(each["problem"], each["rows"]) for each in told["problems"]] == [
        ("unmatched", [{"what": "0418.jpg", "more": 'code "0418"'}]),
        ("no_file", [{"what": "0417", "more": "student"}]),
    ]
    assert "What to mend in the photos for Wattle Grove College" in report.read_text()
    refused = program.run("profile", "preflight", "Photo Sync", "-o", str(tmp_path / "to-mend.doc"))
    assert (refused.status, refused.error) == (
        2,
        'The report is made as .html or .pdf, not as ".doc". Nothing was written. Name it so.\n',
    )
