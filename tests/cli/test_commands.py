"""What each command prints, as text and as JSON. The rules themselves are tested where they live."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.runs.models import Run
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.apps.timetable.models import TimetablePeriod
from photosync.connectors import registry
from photosync.core.run_states import RunState, Trigger
from tests.cli.commanding import Commanding
from tests.cli.test_school import AS_MADE

S2 = ("2026S2", "--description", "Semester 2", "--start", "2026-07-20", "--end", "2026-12-18")
S2_DOCUMENT = {
    "code": "2026S2",
    "description": "Semester 2",
    "start": "2026-07-20",
    "end": "2026-12-18",
    "group": 1,
    "year": 2026,
    "visible": {"marks_book": True, "students": True, "parents": True},
    "sync_only": False,
    "used_by": [],
}


@pytest.fixture
def profile(command: Commanding, school: School) -> str:
    command("period", "add", *S2)
    command("profile", "add", "--source", "folder", "--option", "path=/srv/photos")
    command("profile", "assign", "Photo Sync", "--period", "2026s2")
    return "Photo Sync"


def test_school_add_and_list(command: Commanding) -> None:
    added = command("school", "add", "vale", "--name", "Vale", "--timezone", "UTC", "--year-begins", "08-01")

    assert (added.status, added.out, added.err) == (0, "School VALE, Vale, was made in UTC.\n", "")
    assert command.json("school", "list") == [
        {"code": "VALE", "name": "Vale", "timezone": "UTC", "year_begins": "08-01", **AS_MADE}
    ]
    assert command("school", "list").out.splitlines()[2].split() == ["VALE", "Vale", "UTC", "08-01"]


def test_no_school_yet(command: Commanding) -> None:
    assert command("school", "list").out == "There is no school yet.\n"
    assert command.json("school", "list") == []


def test_school_is_said_before_or_after_the_command(command: Commanding, school: School) -> None:
    add_school("VALE", "Vale", "UTC")

    command("--school", "vale", "period", "add", *S2)

    assert command.json("period", "list", "--school", "VALE") == [S2_DOCUMENT]
    assert command.json("--school", "HILL", "--json", "period", "list") == []
    assert command.refusal("period", "list", "--json") == (
        2,
        "Which school is meant? Nothing was done. There are: HILL, VALE. Give its code: --school CODE",
    )


def test_user_gets_a_link(command: Commanding, school: School) -> None:
    added = command("user", "add", "robin", "--role", "staff")

    first, link = added.out.splitlines()
    assert (added.status, first) == (0, "robin sets the password here, once, within three days:")
    assert link.startswith("http://127.0.0.1:8000/accounts/set-password/")
    assert command.json("user", "link", "ROBIN")["name"] == "robin"


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (("--role", "administrator"), ("administrator", None)),
        (("--role", "staff"), ("staff", "HILL")),
        (("--role", "staff", "--all-schools"), ("staff", None)),
        (("--role", "administrator", "--school", "hill"), ("administrator", "HILL")),
    ],
)
def test_user_role_reaches_as_far_as_said(
    words: tuple[str, ...], expected: tuple[str, str | None], command: Commanding, school: School
) -> None:
    document = command.json("user", "add", "robin", *words)

    assert (document["role"], document["school"]) == expected


def test_user_in_one_and_in_all_schools_is_refused(command: Commanding, school: School) -> None:
    assert command.refusal("user", "add", "x", "--role", "staff", "--all-schools", "--school", "HILL") == (
        2,
        "Give --school or --all-schools, not both. No account was made.",
    )


def test_period_commands(command: Commanding, school: School) -> None:
    assert command.json("period", "add", *S2) == S2_DOCUMENT
    assert command.json("period", "show", "2026s2") == S2_DOCUMENT
    assert command("period", "copy", "2026S2").out == (
        "Timetable period 2027S2 was made: Tuesday 20 July 2027 to Saturday 18 December 2027, group 1, year 2027.\n"
    )
    assert [each["code"] for each in command.json("period", "list", "--year", "2027")] == ["2027S2"]
    assert command("period", "delete", "2027S2").out == "Timetable period 2027S2 was deleted.\n"
    assert command.json("period", "list") == [S2_DOCUMENT]


def test_period_add_with_everything(command: Commanding, school: School) -> None:
    words = ("--group", "7", "--year", "2025", "--not-visible", "marks-book,parents", "--sync-only")

    assert command.json("period", "add", *S2, *words) == S2_DOCUMENT | {
        "group": 7,
        "year": 2025,
        "visible": {"marks_book": False, "students": True, "parents": False},
        "sync_only": True,
    }


def test_period_edit_tells_its_effects(command: Commanding, profile: str) -> None:
    words = ("period", "edit", "2026S2", "--end", "2026-07-31", "--not-visible", "")

    preview = command.json(*words, "--preview")
    saved = command(*words)

    assert preview["end"] == "2026-12-18"
    assert (preview["preview"], preview["effects"][0]["stops_on_after"]) == (True, "2026-07-31")
    assert saved.out.startswith("Timetable period 2026S2 was saved.\nPhoto Sync: ")
    assert TimetablePeriod.objects.get().end.isoformat() == "2026-07-31"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("period", "add", *S2[:-1], "18.12.2026"),
            '"18.12.2026" is not a date for --end. Nothing was done. Write it as YYYY-MM-DD, such as 2026-12-18.',
        ),
        (
            ("period", "add", *S2, "--not-visible", "teachers"),
            '"teachers" is not a view of timetable periods. Nothing was done. '
            "Choose from: marks-book, students, parents.",
        ),
        (("period", "edit", "X"), "No change was given. Nothing was done. See: photosync period edit --help"),
        (("profile", "set", "X"), "No change was given. Nothing was done. See: photosync profile set --help"),
        (
            ("profile", "add", "--source", "folder", "--option", "path"),
            '"path" is not an option. Nothing was done. Write it as KEY=VALUE.',
        ),
        (
            ("period", "copy", "2026S2", "2027S2"),
            "Got unexpected extra argument (2027S2). Nothing was done. See: photosync period copy --help",
        ),
        (
            ("profile", "add", "--source", "folder"),
            "A source of kind folder needs the option path (absolute path of the folder). Nothing was changed; "
            "fill it in: --option path=VALUE",
        ),
    ],
)
def test_wrong_use(words: tuple[str, ...], message: str, command: Commanding, school: School) -> None:
    assert command.refusal(*words) == (2, message)


def test_rule_refusal_ends_with_3(command: Commanding, profile: str) -> None:
    assert command.refusal("period", "delete", "2026S2", "--json") == (
        3,
        "Timetable period 2026S2 cannot be deleted: the sync profile Photo Sync uses it. Nothing was deleted. "
        "Take it off first: photosync profile unassign NAME --period 2026S2",
    )


def test_profile_status_as_of_a_time(command: Commanding, profile: str) -> None:
    found = command.json("profile", "status", profile, "--at", "2026-12-18T23:59", "--upcoming", "2")

    assert found["explanation"] == (
        "Active, but no further run is due by the end of Friday 18 December 2026 (2026S2). Then it stops: "
        "no later timetable period has been added."
    )
    assert (found["name"], found["status"], found["next_run"], found["stops_on"], found["upcoming"]) == (
        "Photo Sync",
        "Active",
        None,
        "2026-12-18",
        [],
    )


@pytest.mark.parametrize("time", ["2026-12-19", "2026-12-19T00:00", "2026-12-19T00:00+11:00", "2026-12-18T13:00Z"])
def test_time_is_read_in_the_schools_zone(time: str, command: Commanding, profile: str) -> None:
    assert command.json("profile", "status", profile, "--at", time)["status"] == "Ended"


def test_time_malformed(command: Commanding, profile: str) -> None:
    assert command.refusal("profile", "status", profile, "--at", "tomorrow") == (
        2,
        '"tomorrow" is not a time. Nothing was done. Write it as 2026-12-18T23:59 in the school\'s time zone, '
        "or with an offset: 2026-12-18T23:59+11:00.",
    )


@pytest.mark.parametrize(
    "time", ["0001-01-01", "0001-01-01T00:00+14:00", "1899-12-31T23:59Z", "9999-01-01", "9999-12-31T23:59-10:00"]
)
def test_time_too_far_off(time: str, command: Commanding, profile: str) -> None:
    assert command.refusal("profile", "status", profile, "--at", time, "--json") == (
        2,
        f'"{time}" is too far off. Nothing was done. Give a time of the years 1900 to 9998.',
    )


@pytest.mark.parametrize(("time", "status"), [("1900-01-01", "Waiting"), ("9998-12-31T23:59-12:00", "Ended")])
def test_time_as_far_off_as_may_be(time: str, status: str, command: Commanding, profile: str) -> None:
    assert command.json("profile", "status", profile, "--at", time)["status"] == status


def test_profile_commands(command: Commanding, profile: str) -> None:
    changed = command.json(
        "profile", "set", profile, "--name", "Faces", "--components", "students", "--replace-share", "50"
    )

    assert (changed["name"], changed["components"], changed["limits"]["replace_share_percent"]) == (
        "Faces",
        ["students"],
        50,
    )
    assert changed["periods"] == [
        {
            "code": "2026S2",
            "start": "2026-07-20",
            "end": "2026-12-18",
            "frequency": "nightly",
            "mode": "full",
        }
    ]
    assert command.json("profile", "disable", "Faces")["flags"]["disabled"]
    assert not command.json("profile", "enable", "Faces")["flags"]["disabled"]
    assert command.json("profile", "unassign", "Faces", "--period", "2026S2")["status"] == "Ended"
    assert [each["name"] for each in command.json("profile", "list")] == ["Faces"]
    assert "Ended: it has no timetable period." in command("profile", "list").out
    assert command("profile", "show", "Faces").out.splitlines()[0].split() == ["name", "Faces"]


def test_ended_period_is_assigned_with_a_warning_on_standard_error(command: Commanding, profile: str) -> None:
    command("period", "add", "2025", "--description", "", "--start", "2025-01-01", "--end", "2025-12-31")

    answer = command("profile", "assign", profile, "--period", "2025", "--json")

    assert answer.status == 0
    assert answer.err.startswith("Warning: Timetable period 2025 ended on Wednesday 31 December 2025;")
    assert answer.out.startswith("{")


SQL_OPTIONS = (
    *("database_type", "host", "port", "database", "username", "password", "encryption", "ca_pem"),
    *("students", "student_photo", "staff", "staff_photo", "path"),
)


def test_source_kinds(command: Commanding) -> None:
    assert command.json("source", "kinds") == [registry.kind_document(kind) for kind in registry.kinds()]
    assert command("source", "kinds").out.startswith("folder: ")


def test_people_commands(command: Commanding, school: School, tmp_path: Path) -> None:
    roster = tmp_path / "students.csv"
    roster.write_text("Nr,First name,Surname,Mood\n002082,Mi\x1b[31ma,Chen,good\n0417,Ada,Okafor,\n")
    words = ("people", "import", str(roster), "--kind", "student", "--map", "Nr=student_code")

    preview = command.json(*words, "--preview")
    done = command(*words)

    assert preview == {
        "kind": "student",
        "preview": True,
        "recognised": "CSV with commas, UTF-8",
        "columns": {"Nr": "student_code", "First name": "given_name", "Surname": "family_name"},
        "unknown_columns": ["Mood"],
        "counts": {
            "rows": 2,
            "new": 1,
            "changed": 0,
            "unchanged": 0,
            "left": 0,
            "returned": 0,
            "skipped": 0,
            "refused": 1,
            "absent": 0,
            "absent_left": 0,
        },
        "refused": [
            {
                "line": 2,
                "code": "002082",
                "reason": 'The given name "Mi\ufffd[31ma" has characters that are not text.',
            }
        ],
        "warnings": [],
    }
    assert done.status == 0
    assert done.out.startswith("The roster was imported.\n")
    assert "Recognised as CSV with commas, UTF-8.\n" in done.out
    assert "Line 2 was refused: The given name" in done.out
    assert [person["code"] for person in command.json("people", "list")] == ["0417"]
    assert command.json("people", "show", "0417")["identifiers"] == [{"key": "student_code", "value": "0417"}]
    assert "student code  0417" in command("people", "show", "0417").out
    assert "Ada Okafor" in command("people", "list", "--kind", "student", "--active", "--search", "ada").out


def test_people_absent_are_told(command: Commanding, school: School, tmp_path: Path) -> None:
    roster = tmp_path / "staff.csv"
    words = ("people", "import", str(roster), "--kind", "staff")
    roster.write_text("Staff code\nT1\nT2\n")
    command(*words)
    roster.write_text("Staff code\nT1\n")

    told = command(*words).out

    assert (
        "1 active people are not in the file; they stay. If they have left, repeat with --leavers-by-absence." in told
    )
    assert command.json(*words, "--leavers-by-absence")["counts"]["absent_left"] == 1


def test_runs_before_there_is_any(command: Commanding, profile: str) -> None:
    assert command.json("run", "list", "--profile", profile) == []
    assert command("run", "list").out == "There has been no run yet.\n"
    assert command.refusal("run", "show", "7", "--json") == (
        2,
        "There is no run 7. Nothing was done. See those that there are: photosync run list",
    )


def test_doctor_on_a_sound_installation(command: Commanding, school: School) -> None:
    found = command.json("doctor")

    states = {each["check"]: each["state"] for each in found["checks"]}
    assert found["ok"] is True
    assert states == {
        "settings": "ok",
        "data folder": "ok",
        "database": "ok",
        "clock": "ok",
        "time zones": "ok",
        "image formats": "ok",
        "photo store": "ok",
        "sources": "ok",
        "rosters": "ok",
        "workers": "warning",
    }


def test_doctor_finds_one_thing_wrong(command: Commanding, school: School) -> None:
    School.objects.update(time_zone="Mars/Olympus")

    answer = command("doctor", "--json")

    assert (answer.status, answer.err) == (1, "1 check failed: time zones.\n")
    assert json.loads(answer.out)["ok"] is False


def test_doctor_finds_what_is_wrong(command: Commanding, profile: str, data: Path) -> None:
    data.chmod(0o755)
    School.objects.update(time_zone="Mars/Olympus")

    answer = command("doctor")
    data.chmod(0o700)

    assert (answer.status, answer.err) == (1, "2 checks failed: time zones, sources.\n")
    assert f"Others on this machine may read {data}. Run: chmod 700 {data}" in answer.out
    assert '"Mars/Olympus" is not a time zone.' in answer.out


def test_run_tells_its_counts_in_one_order(command: Commanding, profile: str) -> None:
    names = [
        "observed",
        "unchanged",
        "added",
        "replaced",
        "withdrawn",
        "unmatched",
        "review",
        "rejected",
        "failed",
        "waiting",
    ]
    run = Run.objects.create(
        profile=SyncProfile.objects.get(name=profile),
        state=RunState.DONE,
        trigger=Trigger.ON_DEMAND,
        accepted_at=datetime(2026, 8, 3, tzinfo=UTC),
        finished_at=datetime(2026, 8, 3, 0, 0, 1, tzinfo=UTC),
        counts={name: number for number, name in enumerate(sorted(names))},
    )

    counts = command.json("run", "show", str(run.pk))["counts"]

    assert list(counts.items()) == [(name, sorted(names).index(name)) for name in names]
