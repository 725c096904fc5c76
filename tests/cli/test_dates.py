"""What commands print of dates to people; `--json` keeps ISO 8601."""

import pytest

from photosync.apps.schools.models import School
from photosync.cli.dates import short_date, short_moment, written_date, written_moment
from photosync.cli.run_report import print_run
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.once

NOVEMBER = ("--at", "2026-11-23T12:00", "--upcoming", "2")


@pytest.fixture
def profile(command: Commanding, school: School) -> str:
    days = ("--start", "2026-07-20", "--end", "2026-12-18")
    command("period", "add", "2026S2", "--description", "Semester 2", *days)
    command("profile", "add", "--source", "folder", "--option", "path=/srv/photos")
    command("profile", "assign", "Photo Sync", "--period", "2026S2")
    return "Photo Sync"


def test_moments_and_dates_are_written_out_and_short() -> None:
    then = "2026-11-24T09:35:59+11:00"

    assert (written_moment(then), short_moment(then)) == (
        "Tuesday 24 November 2026 at 09:35",
        "Tue 24 Nov 2026 09:35",
    )
    assert (written_date("2026-12-18"), short_date("2026-12-18")) == ("Friday 18 December 2026", "Fri 18 Dec 2026")


def test_nothing_is_written_for_no_moment() -> None:
    assert [write(None) for write in (written_moment, short_moment, written_date, short_date)] == ["", "", "", ""]


def test_profile_status_is_written_for_people(command: Commanding, profile: str) -> None:
    lines = command("profile", "status", profile, *NOVEMBER).out.splitlines()

    assert [lines[1], *lines[3:]] == [
        "status    Active",
        "next run  Tuesday 24 November 2026 at 00:00",
        "stops on  Friday 18 December 2026",
        "upcoming  Tuesday 24 November 2026 at 00:00",
        "upcoming  Wednesday 25 November 2026 at 00:00",
    ]


def test_disabled_profile_says_when_it_would_run(command: Commanding, profile: str) -> None:
    command("profile", "disable", profile)

    lines = command("profile", "status", profile, *NOVEMBER).out.splitlines()

    assert lines[3:] == ["if enabled  Tuesday 24 November 2026 at 00:00", "stops on    Friday 18 December 2026"]


def test_pauses_are_written_for_people(command: Commanding, profile: str) -> None:
    command("period", "add", "2027S1", "--description", "", "--start", "2027-01-28", "--end", "2027-06-30")
    command("profile", "assign", profile, "--period", "2027S1")

    out = command("profile", "status", profile, *NOVEMBER).out

    assert "\npause     Saturday 19 December 2026 to Wednesday 27 January 2027\n" in out


def test_json_keeps_times_for_programs(command: Commanding, profile: str) -> None:
    found = command.json("profile", "status", profile, *NOVEMBER)

    assert (found["next_run"], found["stops_on"], found["upcoming"]) == (
        "2026-11-24T00:00:00+11:00",
        "2026-12-18",
        ["2026-11-24T00:00:00+11:00", "2026-11-25T00:00:00+11:00"],
    )


def test_profile_show_writes_the_days_of_its_periods(command: Commanding, profile: str) -> None:
    assert command("profile", "show", profile).out.splitlines()[-1] == (
        "timetable period 2026S2, Monday 20 July 2026 to Friday 18 December 2026: nightly, full"
    )


def test_profile_list_is_short(command: Commanding, profile: str) -> None:
    command("period", "add", "FAR", "--description", "", "--start", "2198-01-01", "--end", "2199-12-31")
    command("profile", "unassign", profile, "--period", "2026S2")
    command("profile", "assign", profile, "--period", "FAR")

    assert "Mon 1 Jan 2198 00:00   Tue 31 Dec 2199" in command("profile", "list").out


def test_run_is_written_for_people(capsys: pytest.CaptureFixture[str]) -> None:
    print_run(
        {
            "run": 7,
            "profile": "Photo Sync",
            "trigger": "on demand",
            "state": "done",
            "explanation": "",
            "started": "2026-11-24T09:35:10+11:00",
            "finished": "2026-11-24T09:36:10+11:00",
            "duration_s": 60.0,
            "started_by": "command line",
            "counts": {"added": 3},
            "warnings": ["Line 3 of index.csv names no file."],
        }
    )

    assert capsys.readouterr().out.splitlines() == [
        "Run 7 of Photo Sync (on demand): done.",
        "started   Tuesday 24 November 2026 at 09:35",
        "finished  Tuesday 24 November 2026 at 09:36",
        "seconds   60.0",
        "by        command line",
        "added     3",
        "Warning: Line 3 of index.csv names no file.",
    ]
