"""Two whole school years: reports are archived with the right face, and the sync stops and comes back by itself."""

from collections.abc import Callable, Collection
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from tests.acceptance.school_years import A_DAY, YEARS, Year, at, leavers_of, students_of
from tests.acceptance.two_years import PROFILE, School, school_of
from tests.services.installation import Installation

pytestmark = [pytest.mark.acceptance, pytest.mark.once]

PEOPLE = 500
NO_LATER = "then stops: no later timetable period has been added."
THE_END = at(date(2027, 12, 20), "12:00")


def live(
    school: School,
    year: Year,
    until: date,
    *,
    nights: Collection[date],
    mornings: Collection[date],
    noons: dict[date, Callable[[], None]],
) -> None:
    """Live the given nights and mornings, with what people do at noon; check that the office is told when it must be.

    Begins 30 days before the sync stops.
    """
    day = year.last_day - 30 * A_DAY
    while day <= until:
        if day in nights:
            school.night(day, a_run_is_due=day <= year.last_day)
            assert school.new_mails() == []
        if day in mornings:
            expected = year.told().get(day, [])
            school.morning(day, tells=len(expected))
            assert (day, school.new_mails()) == (day, expected)
        if day in noons:
            noons[day]()
        day += A_DAY


def counts(run: dict[str, Any]) -> dict[str, int]:
    """Return the counts that are not 0."""
    return {name: number for name, number in run["counts"].items() if number}


def test_two_years_end_with_the_right_face_on_every_report(installation: Installation, tmp_path: Path) -> None:
    with school_of(installation, tmp_path, PEOPLE) as school:
        school.begin()
        school.night(YEARS[2026].first_day)
        assert counts(school.last_run()) == {"observed": PEOPLE, "added": PEOPLE}
        faces_2026 = school.faces(2026)
        assert set(faces_2026) == set(students_of(2026, PEOPLE))

        FirstDecember(school, YEARS[2026], faces_2026).play()
        reports_2026 = school.archived(YEARS[2026], at(date(2026, 12, 20), "12:00"))
        assert reports_2026.photos() == {code: (sha256, 2026, True) for code, sha256 in faces_2026.items()}
        assert len(reports_2026.files) == PEOPLE + 1

        _new_year_begins(school, faces_2026)
        faces_2027 = school.faces(2027)
        assert set(faces_2027) == set(students_of(2027, PEOPLE))
        assert not set(faces_2027.values()) & set(faces_2026.values())

        _second_year_ends(school, faces_2027)
        reports_2027 = school.archived(YEARS[2027], THE_END)
        assert reports_2027.photos() == {code: (sha256, 2027, True) for code, sha256 in faces_2027.items()}

        assert school.faces(2026) == faces_2026
        assert school.archived(YEARS[2026], THE_END) == reports_2026
        school.prove_whole(THE_END)


class FirstDecember:
    """The end of 2026, with everything that can be seen on its critical days."""

    def __init__(self, school: School, year: Year, faces: dict[str, str]) -> None:
        self.school, self.year, self.faces = school, year, faces
        self.moving = PEOPLE - len(leavers_of(year, PEOPLE))
        self.early = [code for code, level in students_of(2026, PEOPLE).items() if int(level) <= 9]

    def play(self) -> None:
        december = {day: date(2026, 12, day) for day in range(1, 32)}
        live(
            self.school,
            self.year,
            december[20],
            nights=[december[day] for day in (11, 15, 17, 18, 19)],
            mornings=[date(2026, 11, 18), *(december[day] for day in (4, 10, 11, 14, 16, 17, 19, 20))],
            noons={
                date(2026, 11, 18): self._cycle_is_opened,
                december[10]: lambda: self.school.deliver(2027),
                december[11]: self._everything_waits,
                december[14]: self._half_is_archived,
                december[15]: self._half_is_held,
                december[16]: self._rest_is_archived,
                december[18]: self._whole_is_held_on_the_last_day,
                december[19]: self._it_has_ended,
            },
        )

    def _cycle_is_opened(self) -> None:
        now = at(date(2026, 11, 18), "12:00")
        assert self.school.status(now) == (
            f"Active. Runs every night at 00:00 until Friday 18 December 2026 (2026S2), {NO_LATER}"
        )
        assert self.school.checklist(now)["reporting cycle"] == (
            "to do",
            "No reporting cycle has been made for the last reports of 2026: no face waits until they are archived.",
        )
        self.school.open_cycle(self.year, now)
        assert self.school.checklist(now) == {
            "reporting cycle": ("done", "The last reports of 2026 have a reporting cycle: 2026 Semester 2."),
            "reports": ("to do", f"2026 Semester 2: 0 of {PEOPLE} reports are archived, {PEOPLE} are missing."),
            "held": ("done", "No run is held."),
            "stop": (
                "done",
                "Photo Sync stops on Friday 18 December 2026 (2026S2), before the academic year 2027 begins.",
            ),
            "next period": (
                "to do",
                "Photo Sync stops on Friday 18 December 2026 (2026S2), and no timetable period for 2027 has been "
                "added.",
            ),
            "photo day": ("to do", "The photo day of 2027 has not been set."),
        }

    def _reports_line(self, day: date) -> str:
        return self.school.checklist(at(day, "12:30"))["reports"][1]

    def _nothing_is_replaced(self) -> None:
        assert self.school.faces(2026) == self.faces
        assert self.school.faces(2027) == {}

    def _everything_waits(self) -> None:
        """Next year's delivery is seen; who leaves is not in it, and who comes is not known yet."""
        leavers = PEOPLE - self.moving
        assert counts(self.school.last_run()) == {
            "observed": PEOPLE + leavers,
            "unchanged": leavers,
            "unmatched": leavers,
            "waiting": self.moving,
        }
        assert self._reports_line(date(2026, 12, 11)) == (
            f"2026 Semester 2: 0 of {PEOPLE} reports are archived, {PEOPLE} are missing. "
            f"{self.moving} photos wait for it."
        )
        assert self.school.cycle(self.year)["waiting"] == self.moving
        self._nothing_is_replaced()

    def _half_is_archived(self) -> None:
        self.school.make_reports(self.year, at(date(2026, 12, 14), "10:00"))
        self.school.archive(self.year, at(date(2026, 12, 14), "12:00"), 7, 8, 9)
        done, waits = len(self.early), self.moving - len(self.early)
        assert self._reports_line(date(2026, 12, 14)) == (
            f"2026 Semester 2: {done} of {PEOPLE} reports are archived, {PEOPLE - done} are ready to archive. "
            f"{waits} photos wait for it."
        )

    def _half_is_held(self) -> None:
        """What does not wait any more is far too much to be replaced unseen."""
        run = self.school.last_run()
        assert (run["state"], run["counts"]["replaced"], run["counts"]["waiting"], run["new_year_delivery"]) == (
            "held",
            len(self.early),
            self.moving - len(self.early),
            False,
        )
        assert self.school.checklist(at(date(2026, 12, 15), "12:30"))["held"] == (
            "warning",
            f"Photo Sync: run {run['run']} is held: approve or discard it.",
        )
        self._nothing_is_replaced()

    def _rest_is_archived(self) -> None:
        self.school.archive(self.year, at(date(2026, 12, 16), "12:00"))
        assert self._reports_line(date(2026, 12, 16)) == (
            f"2026 Semester 2 is closed: {PEOPLE} of {PEOPLE} reports are archived."
        )

    def _whole_is_held_on_the_last_day(self) -> None:
        run = self.school.last_run()
        assert (run["state"], run["counts"]["replaced"], run["new_year_delivery"]) == ("held", self.moving, True)
        self._nothing_is_replaced()

    def _it_has_ended(self) -> None:
        now, run = at(date(2026, 12, 19), "12:00"), self.school.last_run()
        add = "add a timetable period whose end date is in the future"
        ended = "Ended on Friday 18 December 2026, when 2026S2 ended."
        assert self.school.status(now) == f"{ended} To re-enable it, {add}."
        for words in (("sync", PROFILE), ("run", "approve", str(run["run"]))):
            assert add in self.school.refused(*words, at=now)
        lines = self.school.checklist(now)
        assert lines["stop"] == ("done", "Photo Sync stopped on Friday 18 December 2026 (2026S2).")
        assert lines["next period"] == (
            "to do",
            "Photo Sync stopped on Friday 18 December 2026 (2026S2), and no timetable period for 2027 has been "
            "added.",
        )
        self._nothing_is_replaced()


def _new_year_begins(school: School, faces_2026: dict[str, str]) -> None:
    """2027 gets its periods and its roster; its delivery is held as a whole, compared and approved in one act."""
    year, before = YEARS[2027], at(date(2026, 12, 21), "10:00")
    words = ("--code", "2027S1", "--start", "2027-01-27", "--end", "2027-06-25")
    school.do("report", "next-period", PROFILE, *words, at=before)
    school.do("report", "photo-day", "set", "2027", "2027-02-03", at=before)
    assert school.status(before) == (
        "Waiting. 2027S1 starts on Wednesday 27 January 2027; the first run is at 00:00 that day."
    )
    lines = school.checklist(before)
    assert lines["next period"] == (
        "done",
        "Photo Sync comes back in 2027: its first run is on Wednesday 27 January 2027 (2027S1).",
    )
    assert lines["photo day"] == ("done", "Photo day of 2027 is on Wednesday 3 February 2027.")
    school.add_period("2027S2", year.second_semester_begins, year.last_day, at(date(2027, 1, 20), "09:00"))
    school.enrol(2027, at(date(2027, 1, 20), "10:00"))
    code = "260000"
    assert school.player.ask("people", "show", code)["year_level"] == "8"
    former, said = school.photo(code, at(date(2027, 1, 20), "12:00"))
    assert said == "There is no photo for 2027; this is 2026's."

    school.night(year.first_day)
    held, moving = school.last_run(), PEOPLE - len(leavers_of(YEARS[2026], PEOPLE))
    assert (held["state"], held["new_year_delivery"]) == ("held", True)
    assert (held["counts"]["replaced"], held["counts"]["added"]) == (moving, PEOPLE - moving)
    changes = school.player.ask("run", "show", str(held["run"]))["changes"]
    compared = {each["person"]["code"]: each for each in changes if each["action"] == "replace"}
    assert {code: each["before"] for code, each in compared.items()} == {
        code: sha256 for code, sha256 in faces_2026.items() if code in students_of(2027, PEOPLE)
    }
    assert all(0 <= each["doubt"] <= 100 for each in compared.values())
    assert school.faces(2027) == {}

    approved = school.approve(held["run"], at(year.first_day, "09:00"))
    assert (approved["state"], approved["counts"]["replaced"]) == ("done", moving)
    faces = school.faces(2027)
    assert {code: faces[code] for code in compared} == {code: each["after"] for code, each in compared.items()}
    noon = at(year.first_day, "12:00")
    current, said = school.photo(code, noon)
    assert (current != former, said) == (True, "")
    assert school.photo(code, noon, "--year", "2026")[0] == former


def _second_year_ends(school: School, faces: dict[str, str]) -> None:
    """The same again, in one go: made and archived after the delivery of 2028 has come."""
    year = YEARS[2027]
    december = {day: date(2027, 12, day) for day in range(1, 32)}

    def reports_are_archived() -> None:
        assert school.last_run()["counts"]["waiting"] == PEOPLE - len(leavers_of(year, PEOPLE))
        school.make_reports(year, at(december[16], "10:00"))
        school.archive(year, at(december[16], "12:00"))

    live(
        school,
        year,
        december[18],
        nights=[december[11], december[17], december[18]],
        mornings=[date(2027, 11, 17), december[3], december[10], december[16], december[18]],
        noons={
            date(2027, 11, 17): lambda: school.open_cycle(year, at(date(2027, 11, 17), "12:00")),
            december[10]: lambda: school.deliver(2028),
            december[16]: reports_are_archived,
        },
    )
    assert school.last_run()["state"] == "held"
    assert school.status(at(december[18], "12:00")).startswith("Ended on Friday 17 December 2027, when 2027S2 ended.")
    assert school.faces(2027) == faces
    assert school.faces(2028) == {}
