"""The end of a year otherwise: with a summer of additions only, and with the power cut on each critical day."""

import os
import random
from datetime import date
from pathlib import Path

import pytest

from tests.acceptance.school_years import (
    A_DAY,
    SUBJECT_OF_A_STOP,
    SUBJECT_OF_AN_END,
    YEARS,
    at,
    leavers_of,
    students_of,
)
from tests.acceptance.two_years import School, school_of
from tests.conftest import SERVER_URL
from tests.services.installation import Installation, fresh_installation

pytestmark = pytest.mark.acceptance

FEW = 60
SEED = int(os.environ.get("PHOTOSYNC_CHAOS_SEED", "20261218"))
CRITICAL_DAYS = {
    date(2026, 1, 27): "the first night",
    date(2026, 12, 10): "next year's delivery arrives",
    date(2026, 12, 11): "the night that finds it again",
    date(2026, 12, 14): "reports are made, and those of three year levels archived",
    date(2026, 12, 16): "the other reports are archived",
    date(2026, 12, 17): "the last warning is sent",
    date(2026, 12, 18): "the last night",
    date(2026, 12, 19): "the sync has ended",
    date(2027, 1, 27): "the sync comes back, and the new year's delivery is approved",
}
"""On each a worker is killed for certain, or one of several commands: one alone may have ended just before."""
SUMMER_STATUS = (
    "Active. Runs every night at 00:00 (additions only: no face that is shown changes) until Friday 25 June 2027 "
    "(2027S1), then stops: no later timetable period has been added. From Wednesday 27 January 2027 (2027S1) it runs "
    "every night at 00:00."
)


def test_additions_only_over_the_summer_changes_no_face(installation: Installation, tmp_path: Path) -> None:
    """The sync goes on through December and January; who joins gets a photo, whoever is shown stays as they are."""
    year, next_year = YEARS[2026], YEARS[2027]
    with school_of(installation, tmp_path, FEW) as school:
        school.begin()
        school.night(year.first_day)
        faces, moving = school.faces(2026), FEW - len(leavers_of(year, FEW))
        november = at(date(2026, 11, 16), "12:00")
        school.open_cycle(year, november)
        school.additions_from = year.last_day + A_DAY
        summer = (school.additions_from, next_year.first_day - A_DAY)
        school.add_period("SUMMER", *summer, november, "--mode", "additions")
        school.add_period("2027S1", next_year.first_day, next_year.first_semester_ends, november)
        assert school.checklist(november)["stop"] == (
            "done",
            "Photo Sync keeps running over the end of the year (SUMMER), for additions only: no face that is shown "
            "changes.",
        )

        school.morning(date(2026, 12, 10))
        school.deliver(2027)
        school.night(date(2026, 12, 11))
        assert school.last_run()["counts"]["waiting"] == moving
        school.make_reports(year, at(date(2026, 12, 14), "10:00"))
        school.archive(year, at(date(2026, 12, 14), "12:00"))
        reports = school.archived(year, at(date(2026, 12, 14), "13:00"))
        school.morning(year.last_day)
        assert school.last_run()["state"] == "held"
        school.night(year.last_day + A_DAY)
        _only_additions(school, moving, added=0)
        assert school.status(at(year.last_day + A_DAY, "12:00")) == SUMMER_STATUS

        school.morning(date(2027, 1, 5))
        school.enrol(2027, at(date(2027, 1, 5), "10:00"))
        school.night(date(2027, 1, 6))
        _only_additions(school, moving, added=FEW - moving)
        newcomers = set(students_of(2027, FEW)) - set(faces)
        assert (set(school.faces(2027)), school.faces(2026)) == (newcomers, faces)
        school.morning(date(2027, 1, 26))
        assert school.new_mails() == []

        school.night(next_year.first_day)
        held = school.last_run()
        assert (held["state"], held["counts"]["replaced"], held["new_year_delivery"]) == ("held", moving, True)
        school.approve(held["run"], at(next_year.first_day, "09:00"))
        february = at(date(2027, 2, 1), "12:00")
        assert (set(school.faces(2027)), school.faces(2026)) == (set(students_of(2027, FEW)), faces)
        assert reports.photos() == {code: (sha256, 2026, True) for code, sha256 in faces.items()}
        assert school.archived(year, february) == reports
        school.prove_whole(february)


def _only_additions(school: School, moving: int, *, added: int) -> None:
    run = school.last_run()
    assert (run["state"], run["mode"], run["counts"]["waiting"]) == ("done", "additions", moving)
    assert (run["counts"]["added"], run["counts"]["replaced"]) == (added, 0)


@pytest.mark.chaos
def test_power_cuts_on_the_critical_days_change_nothing(installation: Installation, tmp_path: Path) -> None:
    (tmp_path / "undisturbed").mkdir()
    with (
        fresh_installation(tmp_path / "undisturbed", SERVER_URL) as other,
        school_of(other, tmp_path / "undisturbed", FEW) as undisturbed,
        school_of(installation, tmp_path, FEW) as school,
    ):
        _critical_days(undisturbed)
        school.cuts, school.lasted = random.Random(SEED), undisturbed.lasted
        _critical_days(school)
        assert set(school.cut_on) == set(CRITICAL_DAYS)

        assert school.player.dump() == undisturbed.player.dump()
        february = at(date(2027, 2, 1), "12:00")
        reports = school.archived(YEARS[2026], february)
        assert reports.without_times() == undisturbed.archived(YEARS[2026], february).without_times()
        faces = school.faces(2026)
        assert reports.photos() == {code: (sha256, 2026, True) for code, sha256 in faces.items()}
        assert set(school.faces(2027)) == set(students_of(2027, FEW))
        school.prove_whole(february)


def _critical_days(school: School) -> None:
    """From the first night to 2027's faces; where the school has power cuts, each of these acts is killed once."""
    year, december = YEARS[2026], {day: date(2026, 12, day) for day in range(1, 32)}
    school.begin()
    school.night(year.first_day, is_critical=True)
    school.open_cycle(year, at(date(2026, 11, 10), "12:00"))
    school.deliver(2027)
    school.morning(december[10], tells=1, is_critical=True)
    assert set(school.new_mails()) == {SUBJECT_OF_A_STOP.format(when="in 8 days", date=year.stop_words())}
    school.sync(at(december[10], "12:00"))
    school.night(december[11], is_critical=True)
    school.make_reports(year, at(december[14], "10:00"))
    school.archive(year, at(december[14], "12:00"), 7, 8, 9)
    school.archive(year, at(december[16], "12:00"), 10, 11, 12)
    school.morning(december[17], tells=1, is_critical=True)
    assert set(school.new_mails()) == {SUBJECT_OF_A_STOP.format(when="tomorrow", date=year.stop_words())}
    school.night(december[18], is_critical=True)
    school.night(december[19], a_run_is_due=False, is_critical=True)
    assert school.faces(2027) == {}
    school.morning(december[19], tells=1, is_critical=True)
    assert set(school.new_mails()) == {SUBJECT_OF_AN_END.format(date=year.stop_words())}
    school.add_periods(2027, at(date(2027, 1, 20), "09:00"))
    school.enrol(2027, at(date(2027, 1, 20), "10:00"))
    school.night(YEARS[2027].first_day, is_critical=True)
    held = school.last_run()
    assert (held["state"], held["new_year_delivery"]) == ("held", True)
    approved = school.approve(held["run"], at(YEARS[2027].first_day, "09:00"))
    assert approved["state"] == "done"
