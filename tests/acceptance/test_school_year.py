"""A whole school year on the command line, with a moved clock: the December stop and the February start.

It holds the promises of the article about re-enabling the Photo Sync profile: the sync runs in its timetable
periods, stops by itself when the last one ends, says why and how to go on, and never touches an archived face.
"""

from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest

from tests.portraits import make_portrait
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program, wait_until

pytestmark = pytest.mark.acceptance

SYDNEY = ZoneInfo("Australia/Sydney")
STUDENTS = [f"{number:06d}" for number in range(2081, 2097)]
BEFORE = timedelta(seconds=4)


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=SYDNEY)


class SchoolYear:
    """The school, its source folder, and what one does in it."""

    def __init__(self, program: Program, folder: Path) -> None:
        self.program = program
        self.source = folder / "photographer"
        self.source.mkdir()
        self.roster = folder / "students.csv"

    def deliver(self, year: int) -> None:
        for code in STUDENTS:
            (self.source / f"{code}.jpg").write_bytes(make_portrait(year * 100_000 + int(code), 240, 320))

    def begin(self) -> None:
        lines = [f"{code},Given{code},Family{code},Year 9" for code in STUDENTS]
        self.roster.write_text("\n".join(["Student Code,Given Name,Family Name,Year Level", *lines]))
        for words in (
            ("init", "--school", "HILL", "--name", "Hill School", "--timezone", "Australia/Sydney"),
            ("people", "import", str(self.roster), "--kind", "student"),
            ("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={self.source}"),
        ):
            self.program.do(*words, at=at("2026-01-20 10:00"))
        self.add_period("2026S1", "2026-01-27", "2026-06-26", now="2026-01-20 10:10")
        self.add_period("2026S2", "2026-07-20", "2026-12-18", now="2026-01-20 10:20")

    def add_period(self, code: str, start: str, end: str, *, now: str) -> None:
        words = ("period", "add", code, "--description", f"Semester {code}", "--start", start, "--end", end)
        self.program.do(*words, at=at(now))
        self.program.do("profile", "assign", "Photo Sync", "--period", code, at=at(now))

    def status(self, now: str) -> dict[str, object]:
        found: dict[str, object] = self.program.ask("profile", "status", "Photo Sync", at=at(now))
        return found

    def runs(self) -> list[dict[str, object]]:
        found = self.program.ask("run", "list")
        runs: list[dict[str, object]] = found["runs"] if isinstance(found, dict) else found
        return runs

    def live_through_midnight(self, day: str, *, a_run_is_due: bool) -> None:
        """Let a worker live from before 00:00 of `day` until its run has ended, or it has seen that none is due."""
        before, midnight = len(self.runs()), at(f"{day} 00:00")
        with self.program.running("worker", at=midnight - BEFORE) as worker:
            if a_run_is_due:
                wait_until(lambda: self._has_ended_since(before), worker)
            else:
                wait_until(lambda: self.program.has_ticked_since(midnight), worker)
        assert len(self.runs()) == before + a_run_is_due

    def catch_up(self, now: str) -> None:
        """Let a worker live from `now` until the run that it makes at once has ended."""
        before = len(self.runs())
        with self.program.running("worker", at=at(now)) as worker:
            wait_until(lambda: self._has_ended_since(before), worker)
        assert (len(self.runs()), self.runs()[0]["trigger"]) == (before + 1, "catch-up")

    def _has_ended_since(self, before: int) -> bool:
        runs = self.program.runs()
        return len(runs) > before and runs[-1][0] not in ("queued", "running")

    def photo(self, code: str, now: str, *words: str) -> bytes:
        path = self.source.parent / "got.jpg"
        path.unlink(missing_ok=True)
        self.program.do("photo", "get", code, "-o", str(path), *words, at=at(now))
        return path.read_bytes()


@pytest.fixture
def year(installation: Installation, tmp_path: Path) -> SchoolYear:
    made = SchoolYear(Program(migrated(installation)), tmp_path)
    made.begin()
    return made


def test_a_school_year_stops_in_december_and_starts_again_in_february(year: SchoolYear) -> None:
    assert year.status("2026-01-20 12:00")["explanation"] == (
        "Waiting. 2026S1 starts on Tuesday 27 January 2026; the first run is at 00:00 that day."
    )
    year.deliver(2026)
    year.live_through_midnight("2026-01-26", a_run_is_due=False)
    year.live_through_midnight("2026-01-27", a_run_is_due=True)
    assert year.runs()[0]["counts"]["added"] == len(STUDENTS)  # type: ignore[index]
    face_of_2026 = year.photo("002082", "2026-02-02 09:00")

    # The winter break is a pause, not an end.
    assert year.status("2026-07-01 12:00")["status"] == "Waiting"
    year.live_through_midnight("2026-07-02", a_run_is_due=False)
    year.live_through_midnight("2026-07-20", a_run_is_due=True)

    november = year.status("2026-11-23 09:00")
    assert november["explanation"] == (
        "Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), then stops: no later timetable "
        "period has been added."
    )
    assert (november["next_run"], november["stops_on"]) == ("2026-11-24T00:00:00+11:00", "2026-12-18")

    # The worker was off since July: one run makes up for all the nights, not one for each.
    year.catch_up("2026-12-17 12:00")

    # The last day still runs; the night after it does not, whatever lies in the source by then.
    year.live_through_midnight("2026-12-18", a_run_is_due=True)
    year.deliver(2027)
    year.live_through_midnight("2026-12-19", a_run_is_due=False)
    _is_ended_and_says_how_to_go_on(year)
    assert year.photo("002082", "2026-12-20 09:00") == face_of_2026

    # A server that was down when the period ended makes no late run either.
    year.live_through_midnight("2027-01-05", a_run_is_due=False)
    assert year.photo("002082", "2027-01-05 09:00") == face_of_2026

    year.add_period("2027S1", "2027-02-01", "2027-06-25", now="2027-01-20 10:00")
    assert year.status("2027-01-20 12:00")["explanation"] == (
        "Waiting. 2027S1 starts on Monday 1 February 2027; the first run is at 00:00 that day."
    )
    year.live_through_midnight("2027-01-21", a_run_is_due=False)
    year.live_through_midnight("2027-02-01", a_run_is_due=True)
    _new_faces_wait_for_a_person(year, face_of_2026)


def _is_ended_and_says_how_to_go_on(year: SchoolYear) -> None:
    sentence = (
        "Ended on Friday 18 December 2026, when 2026S2 ended. To re-enable it, add a timetable period whose end date "
        "is in the future."
    )
    ended = year.status("2026-12-19 09:00")
    assert ended["status"] == "Ended"
    assert ended["explanation"] == sentence
    assert (ended["next_run"], ended["upcoming"], ended["stops_on"]) == (None, [], "2026-12-18")
    refused = year.program.run("sync", "Photo Sync", at=at("2026-12-19 09:00"))
    assert refused.status == 3
    assert refused.output == ""
    assert "add a timetable period whose end date is in the future" in refused.error


def _new_faces_wait_for_a_person(year: SchoolYear, face_of_2026: bytes) -> None:
    """A delivery that would replace every face is held; approved, it is 2027's, and 2026's stay as they were."""
    held = year.runs()[0]
    assert held["state"] == "held"
    assert year.photo("002082", "2027-02-01 08:00") == face_of_2026
    year.program.do("run", "approve", str(held["run"]), at=at("2027-02-01 09:00"))
    assert year.photo("002082", "2027-02-01 09:30") != face_of_2026
    assert year.photo("002082", "2027-02-01 09:30", "--year", "2026") == face_of_2026
    year.program.do("verify")
