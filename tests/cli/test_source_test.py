"""photosync source test and profile test."""

import json
from pathlib import Path

import pytest

from photosync.connectors.testing.zips import Zipped, zip_bytes
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program

pytestmark = pytest.mark.once


def test_source_and_profile_are_tested(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    roster = tmp_path / "students.csv"
    roster.write_text("Student Code,Given Name,Family Name,Year Level\n0417,Jo,Bloggs,9\n")
    program.do("people", "import", str(roster), "--kind", "student")
    source = tmp_path / "photos"
    source.mkdir()
    (source / "0417.jpg").write_bytes(b"x")
    option = f"path={source}"

    tested = json.loads(program.do("source", "test", "folder", "--option", option, "--json"))
    assert tested == {
        "files": 1,
        "matched": 1,
        "without_photo": 0,
        "is_whole": True,
        "explanation": "1 photo, 1 matches a person.",
        "counted": {
            "files": 1,
            "is_whole": True,
            "matched": 1,
            "without_key": 0,
            "of_nobody": 0,
            "in_doubt": 0,
            "set_aside": 0,
            "people": 1,
            "people_in_all": 1,
            "by_key": {"student_code": 1, "staff_code": 0, "alternate_id": 0, "username": 0, "email": 0},
            "explanation": "Of 1 photo, 1 matches a person; 1 of 1 people have one.",
        },
        "shown": [{"file": "0417.jpg", "person": "Jo Bloggs (0417)", "reason": ""}],
        "notes": [],
        "warnings": [],
        "licences": [],
    }
    program.do("profile", "add", "Photo Sync", "--source", "folder", "--option", option)
    assert json.loads(program.do("profile", "test", "Photo Sync", "--json")) == tested
    archive = tmp_path / "photos.zip"
    archive.write_bytes(zip_bytes([Zipped("0417.jpg", b"x"), Zipped("9B.zip", b"PK")]))
    option_zip = f"path={archive}"
    zipped = program.run("source", "test", "archive", "--option", option_zip)
    assert zipped.output.startswith("2 photos, 1 matches a person.\n")
    assert (
        "9B.zip is an archive inside the ZIP, and archives in archives are not opened. It was not read."
        in zipped.error
    )
    program.do("profile", "add", "From a ZIP", "--source", "archive", "--option", option_zip)
    assert json.loads(program.do("profile", "test", "From a ZIP", "--json"))["matched"] == 1
    refused = program.run("source", "test", "folder", "--option", option, "--secret-file", "password=/nowhere")
    assert (refused.status, refused.output) == (2, "")
    assert 'The secret in "/nowhere" cannot be read: No such file or directory. Nothing was done.' in refused.error
