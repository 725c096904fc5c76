"""photosync roster."""

import json
from pathlib import Path

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program


def test_roster_from_saved_to_deleted(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    assert program.do("roster", "list") == "There is no roster yet. Save one with photosync roster add NAME.\n"
    kinds = [each["kind"] for each in program.ask("roster", "kinds")]
    assert kinds == ["csv", "oneroster", "oneroster_rest", "sif_files", "sif_rest", "sql", "ldap"]
    path = tmp_path / "students.csv"

    def write(codes: range, year: str = "7") -> None:
        path.write_text("Stud No,Given Name,Year Level\n" + "".join(f"{code:04d},G{code},{year}\n" for code in codes))

    write(range(1, 31))
    place = ("--kind", "csv", "--option", f"path={path}", "--components", "students")
    both = program.run("roster", "add", "Students", *place[:4])
    assert (both.status, both.output) == (2, "")
    assert "lists students or staff, not both" in both.error
    assert program.ask("roster", "test", "Students", *place)["tables"][0]["problem"].startswith(
        "No column of the roster"
    )
    added = program.ask("roster", "add", "Students", *place, "--map", "Stud No=student_code")
    assert (added["columns"], added["frequency"], added["health"]["state"]) == (
        {"Stud No": "student_code"},
        "daily@23:00",
        "not read yet",
    )
    assert program.ask("roster", "test", "Students")["explanation"] == "30 students; 10 are shown."

    preview = program.ask("roster", "read", "Students", "--preview")
    assert (preview["state"], preview["counts"]["students"]["new"]) == ("done", 30)
    assert program.ask("people", "list") == []
    assert program.ask("roster", "read", "Students")["explanation"] == "30 new, 0 unchanged."
    write(range(1, 21), year="8")
    assert (
        "20 changed, 10 marked as left, 0 unchanged. Nothing was written. The reading itself would be held. 10 of 30 "
        "students would be marked as left; more than 5 % and more than 5 are for a person to decide.\n"
    ) in program.do("roster", "read", "Students", "--preview")
    held = program.run("roster", "read", "Students", "--json")
    document = json.loads(held.output)
    assert (held.status, document["state"]) == (4, "held")
    shown = program.ask("roster", "show", "Students", "--reading", str(document["reading"]))
    assert shown["changes"][-1]["becomes"] == "absent"
    assert program.ask("roster", "discard", "Students")["state"] == "discarded"
    nothing = program.run("roster", "approve", "Students")
    assert (nothing.status, nothing.error) == (
        3,
        "The roster Students has no reading that is held. Nothing was done.\n",
    )
    assert program.run("roster", "read", "Students").status == 4
    approved = program.ask("roster", "approve", "Students")
    assert (approved["trigger"], approved["explanation"]) == (
        "approval",
        "20 changed, 10 marked as left, 0 unchanged.",
    )

    path.unlink()
    failed = program.run("roster", "read", "Students")
    assert (failed.status, failed.output) == (1, "")
    assert "cannot be read (No such file or directory). Nothing was concluded from it" in failed.error
    assert program.ask("roster", "set", "Students", "--frequency", "on demand")["next_reading"] is None
    assert program.ask("roster", "list")[0]["health"]["state"] == "failing"
    examined = program.run("doctor")
    assert (examined.status, examined.error) == (1, "1 check failed: rosters.\n")
    assert "WGC, Students: The last reading failed (" in examined.output
    nowhere = program.run("roster", "set", "Students")
    assert (nowhere.status, nowhere.error) == (
        2,
        "No change was given. Nothing was done. See: photosync roster set --help\n",
    )
    told = program.do("roster", "delete", "students")
    assert told == "Roster Students was deleted. The people stay as they are.\n"
    assert len(program.ask("people", "list")) == 30


def test_row_that_cannot_be_used_is_told_and_ends_with_0(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    path = tmp_path / "staff.csv"
    path.write_text("Staff Code,Family Name\nT1,Chen\n,Nobody\n")
    program.do("roster", "add", "Staff", "--kind", "csv", "--option", f"path={path}", "--components", "staff")
    ended = program.run("roster", "read", "Staff")
    assert ended.status == 0
    assert "Line 3 (staff) was not used: It has no staff member code.\n" in ended.output
    assert "Saved rosters: 1; none waits, is late or has failed." in program.run("doctor").output
    imported = program.run("people", "import", str(path), "--kind", "staff")
    assert imported.status == 0
    assert "Line 3 was refused: It has no staff member code.\n" in imported.output


def test_password_of_a_database_is_entered_again_for_another_server(
    installation: Installation, tmp_path: Path
) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    secret = tmp_path / "password"
    secret.write_text("very secret")
    options = {
        "host": "db.school.example",
        "database": "school",
        "username": "photosync",
        "students_query": "SELECT code AS student_code FROM student",
    }
    words = [word for name, value in options.items() for word in ("--option", f"{name}={value}")]
    password = ("--secret-file", f"password={secret}")
    place = ("--kind", "sql", *words, *password, "--components", "students")
    added = program.ask("roster", "add", "Students", *place)
    assert (added["options"], added["secrets"]) == (options, ["password"])
    moved = program.run("roster", "set", "Students", "--option", "host=elsewhere.example")
    assert (moved.status, moved.error) == (
        2,
        "The roster would be at another place than the one that password was entered for. Nothing was saved. Enter "
        "it again for this place: --secret-file password=FILE\n",
    )
    again = program.ask("roster", "set", "Students", "--option", "host=elsewhere.example", *password)
    assert again["options"]["host"] == "elsewhere.example"


def test_moved_service_asks_for_its_secret(installation: Installation, tmp_path: Path) -> None:
    program = Program(migrated(installation))
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    secret = tmp_path / "secret"
    secret.write_text("s3cret")
    place = ("--option", "address=https://sis.example", "--option", "token_address=https://sis.example/token")
    kind = ("--kind", "oneroster_rest", "--components", "students", "--option", "client_id=photo-sync")
    without = program.run("roster", "add", "SIS", *kind, *place)
    assert (without.status, "needs the option secret (client secret; with OAuth" in without.error) == (2, True)
    added = program.do("roster", "add", "SIS", *kind, *place, "--secret-file", f"secret={secret}", "--json")
    assert "s3cret" not in added
    for option in ("address", "token_address"):
        moved = program.run("roster", "set", "SIS", "--option", f"{option}=https://elsewhere.example")
        assert (moved.status, moved.error) == (
            2,
            "The roster would be at another place than the one that secret was entered for. Nothing was saved. Enter "
            "it again for this place: --secret-file secret=FILE\n",
        )
