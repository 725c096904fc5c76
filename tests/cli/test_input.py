"""photosync input."""

import json
from pathlib import Path

from tests.apps.inputs.delivered import zipped
from tests.portraits import make_portrait
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program


def test_inputs_from_made_to_deleted(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    roster = tmp_path / "students.csv"
    roster.write_text("Student Code,Given Name,Family Name,Year Level\n0417,Jo,Bloggs,9\n0418,Al,Day,9\n")
    program.do("people", "import", str(roster), "--kind", "student")
    assert program.do("input", "list") == "There is no input yet. Make one with photosync input add NAME.\n"
    made = program.ask("input", "add", "Photographer 2026", "--description", "Smith & Co")
    assert (made["name"], made["files"], made["used_by"]) == ("Photographer 2026", 0, [])

    folder = tmp_path / "portraits"
    (folder / "class").mkdir(parents=True)
    (folder / "class/0417.jpg").write_bytes(make_portrait(1, 400, 500))
    (folder / "Thumbs.db").write_bytes(b"junk")
    archive = tmp_path / "more.zip"
    archive.write_bytes(zipped({"0418.jpg": make_portrait(2, 400, 500), "../evil.jpg": b"x"}))
    put = program.run("input", "put", "photographer 2026", str(folder), str(archive), "--json")
    delivered = json.loads(put.output)
    assert put.status == 0
    assert delivered["outcome"] == {"added": 2, "replaced": 0, "unchanged": 0, "removed": 0, "refused": 1}
    assert [each["file"] for each in delivered["refused"]] == ["../evil.jpg"]
    shown = program.ask("input", "show", "Photographer 2026")
    assert [each["path"] for each in shown["first_files"]] == ["0418.jpg", "class/0417.jpg"]

    tested = program.ask("input", "test", "Photographer 2026")
    assert (tested["files"], tested["matched"]) == (2, 2)
    program.do("profile", "add", "Photo Sync", "--source", "input", "--option", "input=Photographer 2026")
    program.do("period", "add", "PHOTO", "--description", "Photos", "--start", "2026-01-01", "--end", "2099-12-31")
    program.do("profile", "assign", "Photo Sync", "--period", "PHOTO")
    assert program.ask("sync", "Photo Sync")["counts"]["added"] == 2

    refused = program.run("input", "delete", "Photographer 2026")
    assert (refused.status, refused.output) == (3, "")
    assert "Photographer 2026 is the data source of Photo Sync. It was not deleted." in refused.error
    taken = program.run("input", "clone", "Photographer 2026", "PHOTOGRAPHER 2026")
    assert taken.status == 3
    assert 'There is already an input "Photographer 2026" in this school.' in taken.error
    assert program.ask("input", "clone", "Photographer 2026", "Retakes")["files"] == 2
    assert program.ask("input", "edit", "Retakes", "--name", "Retakes 2026")["name"] == "Retakes 2026"
    assert program.do("input", "remove", "Retakes 2026", "0418.jpg") == "0418.jpg was taken out of Retakes 2026.\n"
    assert program.ask("input", "put", "Retakes 2026", str(folder), "--replace")["outcome"]["unchanged"] == 1
    assert program.do("input", "clear", "Retakes 2026") == "Retakes 2026 was cleared: 1 files were taken out.\n"
    assert program.do("input", "delete", "Retakes 2026") == "Input Retakes 2026 was deleted, with 0 files.\n"
    assert [each["name"] for each in program.ask("input", "list")] == ["Photographer 2026"]


def test_delivery_that_cannot_be_made_leaves_everything_as_it_was(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    program.do("input", "add", "Photographer")
    broken = tmp_path / "broken.zip"
    broken.write_bytes(b"PK\x03\x04 nothing of a zip")
    for path, status, told in (
        (tmp_path / "nowhere", 2, f"There is no file or folder {tmp_path / 'nowhere'}. Nothing was delivered."),
        (broken, 1, "broken.zip: The ZIP cannot be read: it is damaged, or not whole. Make it again."),
    ):
        ended = program.run("input", "put", "Photographer", str(path))
        assert (ended.status, ended.output) == (status, "")
        assert told in ended.error
    assert program.ask("input", "show", "Photographer")["files"] == 0


def test_zips_of_one_name_and_size_are_all_delivered(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    program.do("input", "add", "Photographer")
    for number, folder in enumerate(("one", "two", "all/7A", "all/7B")):
        (tmp_path / folder).mkdir(parents=True)
        (tmp_path / folder / "photos.zip").write_bytes(zipped({f"{number}.jpg": b"x"}))
    given = [str(tmp_path / each) for each in ("one/photos.zip", "two/photos.zip", "all")]
    assert program.ask("input", "put", "Photographer", *given)["outcome"]["added"] == 4
    assert [each["path"] for each in program.ask("input", "show", "Photographer")["first_files"]] == [
        f"{number}.jpg" for number in range(4)
    ]
