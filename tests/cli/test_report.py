"""photosync report: reporting cycles and long work on them."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.reports.jobs import request_job
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.schools.models import School
from tests.apps.reports.cycles_scene import archive_report, codes_in_cycle, make_students, member
from tests.cli.commanding import Commanding
from tests.web.pages import make_profile

pytestmark = pytest.mark.once

CYCLE = ("report", "cycle")
NAME = "2026 Semester 2"


@pytest.fixture
def cycle(command: Commanding, school: School) -> ReportingCycle:
    make_students(school)
    command.json(*CYCLE, "add", NAME, "--year", "2026", "--year-level", "7", "--parents-from", "2026-12-11")
    return ReportingCycle.objects.select_related("school").get()


def test_cycle_is_opened_shown_and_listed(command: Commanding, cycle: ReportingCycle) -> None:
    archive_report(member(cycle, "1003"))

    document = command.json(*CYCLE, "show", "2026 semester 2")

    assert (document["parents_from"], document["opened_by"], document["chosen"]) == (
        "2026-12-11",
        "command line",
        [{"year_level": ["7"]}],
    )
    assert [(each["roll_group"], each["members"], each["archived"]) for each in document["groups"]] == [
        ("7A", 2, 0),
        ("7B", 1, 1),
    ]
    lines = command(*CYCLE, "show", NAME).out.splitlines()
    assert lines[0] == "1 of 3 reports of 2026 Semester 2 are archived. No photo waits for it now."
    assert "parents see it from  Friday 11 December 2026" in lines
    assert lines[-1].split() == ["7", "7B", "1", "1", "1"]
    listed = command.json(*CYCLE, "list", "--state", "open", "--year", "2026")
    assert [(each["name"], each["progress"]["archived"], each["waiting"]) for each in listed] == [(NAME, 1, 0)]
    assert command(*CYCLE, "list").out.splitlines()[-1].split() == [
        "2026",
        "Semester",
        "2",
        "2026",
        "open",
        "3",
        "1",
        "0",
    ]
    assert command(*CYCLE, "list", "--state", "archived").out == "There is no reporting cycle yet.\n"


def test_cycle_is_changed(command: Commanding, cycle: ReportingCycle) -> None:
    changed = command.json(
        *(*CYCLE, "edit", NAME, "--name", "Semester 2", "--semester", "2"),
        *("--parents-from", "none", "--staff-from", "2026-12-01"),
    )
    assert (changed["name"], changed["semester"], changed["parents_from"], changed["staff_from"]) == (
        "Semester 2",
        "2",
        None,
        "2026-12-01",
    )
    assert command.refusal(*CYCLE, "edit", "Semester 2") == (
        2,
        "No change was given. Nothing was done. See: photosync report cycle edit --help",
    )
    assert command.refusal(*CYCLE, "edit", "Semester 2", "--staff-from", "soon") == (
        2,
        '"soon" is not a date for --staff-from. Nothing was done. Write it as YYYY-MM-DD, such as 2026-12-18.',
    )
    assert command.refusal(*CYCLE, "show", NAME) == (
        2,
        'School HILL has no reporting cycle "2026 Semester 2". Nothing was done. There are: Semester 2.',
    )


def test_people_come_from_a_list_and_go(command: Commanding, cycle: ReportingCycle, tmp_path: Path) -> None:
    codes = tmp_path / "late.csv"
    codes.write_text("Student code\n1004\n1001\n")
    assert command(*CYCLE, "add-people", NAME, "--codes-file", str(codes)).out == (
        "1 student came into 2026 Semester 2. 1 was in it already.\n"
    )
    assert command.json(*CYCLE, "remove-people", NAME, "--code", "1001") == {"removed": 1}
    assert command(*CYCLE, "newcomers", NAME).out.splitlines()[-1].split() == [
        "1001",
        "P1001",
        "Nguyen",
        "1001",
        "7",
        "7A",
    ]
    assert command.json(*CYCLE, "newcomers", NAME, "--take-in") == {"added": 1, "already": 0}
    assert codes_in_cycle(cycle) == ["1001", "1002", "1003", "1004"]
    members = command.json(*CYCLE, "members", NAME, "--roll-group", "7A", "--state", "missing")
    assert [(each["code"], each["state"], each["left"]) for each in members] == [
        ("1001", "missing", False),
        ("1002", "missing", False),
    ]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (
            ("members", NAME, "--state", "gone"),
            '"gone" is no state of members. Nothing was done. Choose one of: missing, stored, archived, released, '
            "left.",
        ),
        (
            ("remove-people", NAME),
            "No code was given. Nothing was done. See: photosync report cycle remove-people --help",
        ),
        (
            ("add-people", NAME, "--codes-file", "/no/such/list.txt"),
            "/no/such/list.txt cannot be read: No such file or directory. Nothing was done.",
        ),
        (
            ("add-people", NAME),
            "No one was chosen. Nothing was changed. Choose a year level or another group, or codes.",
        ),
    ],
)
def test_wrong_use_is_told(command: Commanding, cycle: ReportingCycle, words: tuple[str, ...], message: str) -> None:
    assert command.refusal(*CYCLE, *words) == (2, message)


def test_list_that_is_no_text_is_refused(command: Commanding, cycle: ReportingCycle, tmp_path: Path) -> None:
    (tmp_path / "list.txt").write_bytes(b"\xff\xfe1\x00")
    assert command.refusal(*CYCLE, "add-people", NAME, "--codes-file", str(tmp_path / "list.txt")) == (
        2,
        '"list.txt" is not text in UTF-8. Nothing was done. Save it as UTF-8.',
    )
    (tmp_path / "long.txt").write_bytes(b"1" * 4_000_001)
    status, told = command.refusal(*CYCLE, "add-people", NAME, "--codes-file", str(tmp_path / "long.txt"))
    assert (status, told) == (
        2,
        f"{tmp_path}/long.txt is larger than 4 MB. Nothing was done. Split it into several lists.",
    )


def test_cycle_is_released_closed_and_opened_again(command: Commanding, cycle: ReportingCycle) -> None:
    told = command(*CYCLE, "release", NAME, "--code", "1001", "--reason", "No report").out.splitlines()[0]
    assert told == (
        "The photo of P1001 Nguyen 1001 (1001) does not wait for 2026 Semester 2. The next run decides on it."
    )
    assert command(*CYCLE, "hold", NAME, "--code", "1001").out.splitlines()[0] == (
        "The photo of P1001 Nguyen 1001 (1001) waits for 2026 Semester 2 again."
    )
    assert command.json(*CYCLE, "release", NAME, "--reason", "Paper")["released_reason"] == "Paper"
    assert command.json(*CYCLE, "hold", NAME)["released_at"] is None
    status, message = command.refusal(*CYCLE, "close", NAME)
    assert (status, message.startswith("3 of 3 reports of 2026 Semester 2 are not archived.")) == (3, True)
    assert command.json(*CYCLE, "close", NAME, "--reason", "Enough")["state"] == "archived"
    assert command.json(*CYCLE, "reopen", NAME, "--reason", "Late")["state"] == "open"
    assert Entry.objects.filter(about="cycle").exclude(via="command-line").count() == 0


def test_long_work_is_listed_and_cancelled(command: Commanding, cycle: ReportingCycle) -> None:
    assert command("report", "job", "list", NAME).out == "There was no long work on 2026 Semester 2 yet.\n"
    job = request_job(cycle, ReportJob.Kind.ARCHIVE, {}, by="kim", now=datetime.now(UTC))

    listed = command.json("report", "job", "list", NAME)
    assert [(each["job"], each["kind"], each["state"]) for each in listed] == [(job.pk, "archive", "queued")]
    text = command("report", "job", "cancel", NAME, str(job.pk)).out.splitlines()
    assert text[:2] == [
        f"Work {job.pk} on 2026 Semester 2 (archive): cancelled.",
        "Cancelled by command line before it began.",
    ]
    assert command.refusal("report", "job", "cancel", NAME, str(job.pk)) == (
        3,
        "This work has ended already (cancelled), so there is nothing to cancel.",
    )
    assert command.refusal("report", "job", "cancel", NAME, "99") == (
        2,
        "There is no such work on 2026 Semester 2. Nothing was done.",
    )


def test_profile_is_told_whether_to_hold(command: Commanding, school: School) -> None:
    make_profile(school)
    assert command.json("profile", "show", "Photo Sync")["hold_until_archived"] is True

    changed = command.json("profile", "set", "Photo Sync", "--no-hold-until-archived")

    assert changed["hold_until_archived"] is False
    assert "hold until reports are archived  off" in command("profile", "show", "Photo Sync").out.splitlines()
    command.json("profile", "set", "Photo Sync", "--hold-until-archived")
    assert SyncProfile.objects.get().hold_until_archived is True
