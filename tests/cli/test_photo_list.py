"""`photosync photo list`."""

from datetime import date
from pathlib import Path

import pytest
from pypdf import PdfReader

from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod
from tests.cli.commanding import Commanding
from tests.web.pages import give_photo, make_period, make_person, make_picture, this_year

pytestmark = pytest.mark.once


@pytest.fixture
def people(school: School, command: Commanding) -> School:
    ada = make_person(school, "1001", given_name="Ada", family_name="Abel", roll_group="7B")
    make_person(school, "1002", given_name="Ben", family_name="Byrne", roll_group="7A")
    make_person(school, "T1", kind="staff", given_name="Mo", family_name="Tran", year_level="")
    give_photo(ada, this_year(school), make_picture())
    return school


def test_list_is_written_as_pdf(people: School, command: Commanding, tmp_path: Path) -> None:
    target = tmp_path / "list.pdf"

    answer = command("photo", "list", "--year-level", "7", "--sort", "roll-group", "--codes", "-o", str(target))

    year = this_year(people)
    assert (answer.status, answer.err) == (0, "")
    assert answer.out == f"Year 7: 2 people, 1 with a photo of {year} or earlier. Written to {target}.\n"
    text = PdfReader(target).pages[0].extract_text()
    assert text.index("Ben Byrne") < text.index("Ada Abel")
    assert command.json("photo", "list", "--staff", "-o", str(target)) == {
        "title": "Staff",
        "year": year,
        "people": 1,
        "with_photo": 0,
        "file": str(target),
    }


def test_list_without_a_group_or_with_a_hidden_period_is_refused(
    people: School, command: Commanding, tmp_path: Path
) -> None:
    make_period(people, "PHOTO", date(2026, 1, 1), date(2030, 12, 31))
    TimetablePeriod.objects.update(sync_only=True)
    target = str(tmp_path / "list.pdf")

    assert command.refusal("photo", "list", "-o", target) == (
        2,
        "A list is of a year level, roll group, house or campus, or of the staff. Choose one.",
    )
    assert command.refusal("photo", "list", "--staff", "--period", "photo", "-o", target) == (
        2,
        'There is no timetable period "photo" that lists for staff show. Nothing was made. '
        "See those that there are: photosync period list",
    )
