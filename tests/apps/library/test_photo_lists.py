"""Photo lists: who is on one and whose face, and the document as it comes out of the printer."""

from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from pypdf import PdfReader

from photosync.apps.audit.models import Entry
from photosync.apps.library.models import Withdrawal
from photosync.apps.library.photo_list_pdf import ListPdf, about_words, list_title, photo_list_pdf
from photosync.apps.library.photo_lists import AUDIENCES, ListOf, list_year, listed, people_on
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.apps.timetable.choices import Audience
from photosync.apps.timetable.models import TimetablePeriod
from photosync.core.errors import NotFound, PhotoSyncError, Refused, WrongUse
from photosync.core.people import PersonKind
from photosync.printing import press
from tests.web.pages import give_photo, make_period, make_person, make_picture, make_school

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 12, 18, 1, tzinfo=UTC)
YEAR_7 = ListOf(year_level="7")


@pytest.fixture
def school() -> School:
    return make_school()


def person(school: School, code: str, *years: int, **fields: object) -> Person:
    made = make_person(school, code, **({"given_name": "Given", "family_name": f"Name {code}"} | fields))
    for year in years:
        give_photo(made, year, make_picture((int(code) * 3 % 256, year % 250, 90)))
    return made


def years(school: School, wanted: ListOf, year: int = 2026) -> dict[str, int | None]:
    """Return the year of the photo of each person on the list, in its order."""
    rows = listed(school, list(people_on(school, wanted)), wanted.audience, year)
    return {row.person.code: row.photo_year for row in rows}


def pages(made: ListPdf) -> list[str]:
    return [
        " ".join(page.extract_text().replace("\u200b", "").split()) for page in PdfReader(BytesIO(made.content)).pages
    ]


def test_list_has_current_people_who_are_not_protected(school: School) -> None:
    person(school, "1", 2026)
    person(school, "2", 2025)
    person(school, "3")
    person(school, "4", 2027)
    person(school, "5", 2026, protected=True)
    person(school, "6", 2026, status="left")
    person(school, "7", 2026, year_level="8")
    person(school, "8", 2026, kind="staff", year_level="")
    Withdrawal.objects.create(person=person(school, "9", 2026), reason="Asked.", created_at=NOW)

    assert years(school, YEAR_7) == {"1": 2026, "2": 2025, "3": None, "4": None, "9": None}
    assert years(school, YEAR_7, 2027) == {"1": 2026, "2": 2025, "3": None, "4": 2027, "9": None}
    assert years(school, ListOf(kind=PersonKind.STAFF)) == {"8": 2026}


@pytest.mark.parametrize(
    ("consent", "within", "outside"),
    [
        ({}, 2026, None),
        ({"school_use": "unknown", "printed_publication": "unknown"}, 2026, None),
        ({"school_use": "no", "printed_publication": "yes"}, None, 2026),
        ({"school_use": "yes", "printed_publication": "no"}, 2026, None),
    ],
)
def test_consent_says_whose_photo_is_on_it(
    school: School, consent: dict[str, str], within: int | None, outside: int | None
) -> None:
    person(school, "1", 2026, consent=consent)

    found = {audience: years(school, ListOf(year_level="7", audience=audience))["1"] for audience in Audience}

    assert found == {
        Audience.MANAGE_SYNC: outside,
        Audience.STAFF: within,
        Audience.MARKS_BOOK: within,
        Audience.STUDENTS: outside,
        Audience.PARENTS: outside,
    }


def test_school_says_whose_photo_is_on_it_where_nothing_was_answered(school: School) -> None:
    person(school, "1", 2026)
    school.unknown_means_yes = {"printed_publication": "Enrolment contract"}

    found = {audience: years(school, ListOf(year_level="7", audience=audience))["1"] for audience in AUDIENCES}

    assert found == {
        Audience.STAFF: None,
        Audience.MARKS_BOOK: None,
        Audience.STUDENTS: 2026,
        Audience.PARENTS: 2026,
    }


@pytest.mark.parametrize(
    ("start", "end", "year"),
    [
        (date(2026, 7, 20), date(2026, 12, 18), 2026),
        (date(2024, 2, 1), date(2024, 6, 30), 2024),
        (date(2027, 2, 1), date(2027, 6, 30), 2027),
        (date(2023, 11, 23), date(2030, 12, 31), 2026),
    ],
)
def test_year_of_the_photos_is_that_of_the_period_s_day_nearest_to_today(
    school: School, start: date, end: date, year: int
) -> None:
    period = make_period(school, "P", start, end)
    period.academic_year = 1999  # a label
    period.save()

    assert list_year(school, period, NOW) == year
    assert list_year(school, None, NOW) == 2026


def test_order_is_by_name_or_by_roll_group(school: School) -> None:
    person(school, "1", family_name="Abel", roll_group="7C")
    person(school, "2", family_name="Byrne", roll_group="7A")
    person(school, "3", family_name="Chan", roll_group="7C")

    assert list(years(school, YEAR_7)) == ["1", "2", "3"]
    assert list(years(school, ListOf(year_level="7", sort="roll-group"))) == ["2", "1", "3"]


def test_document_has_every_name_the_faces_and_numbered_pages(school: School) -> None:
    names = ["Nguyễn Thị Ánh", "Ngāti Whānau", "#panic() *bold* $x$", "Ünsal <b>Çelik</b>"]
    for number in range(1, 71):
        given = names[number - 1] if number <= len(names) else "Given"
        person(
            school,
            str(number),
            *([2025] if number == 9 else [2026] if number % 2 else []),
            given_name=given,
            family_name=f"Name{number:03}",
            preferred_name="",
            roll_group="7B",
        )
    period = make_period(school, "2026S2", date(2026, 7, 20), date(2026, 12, 18))
    period.description = "Semester 2"
    wanted = ListOf(year_level="7", period=period, codes=True)

    made = photo_list_pdf(school, wanted, NOW)

    read = pages(made)
    assert (made.title, made.people, len(made.shown), made.year, len(read)) == ("Year 7", 70, 35, 2026, 3)
    text = " ".join(read)
    for number, name in enumerate(names, 1):
        assert f"{name} Name{number:03}" in text
    assert [number for number in range(1, 71) if f"Name{number:03}" not in text] == []
    for number, page in enumerate(read, 1):
        assert f"Page {number} of 3" in page
        assert "Pelican Harbour High School" in page
        assert "Friday 18 December 2026" in page
        assert "2026S2, Semester 2 · photos of 2026" in page
        assert "70 people" in page
        assert "Confidential: for staff of Pelican Harbour High School only." in page
    assert "A year in the corner: there is no photo of 2026 yet, and this is the photo of that year." in read[-1]
    assert "12 · 7B" in text
    images = [image for page in PdfReader(BytesIO(made.content)).pages for image in page.images]
    assert len(images) == 35
    assert {image.image.size for image in images if image.image} == {(384, 480)}
    entry = Entry.objects.get(act="photo.list-printed")
    assert (entry.subject, entry.note) == ("Year 7", "PDF: 70 people, for staff, 2026S2")


def test_long_names_and_letters_of_every_script_never_fail(school: School) -> None:
    for number, name in enumerate(
        ["A" * 100, "محمد بن عبد الله", "王小明", "किरण", "🦘", "\u202eevil", "e\u0301" * 30], 1
    ):
        person(school, str(number), 2026, given_name=name)

    made = photo_list_pdf(school, YEAR_7, NOW)

    assert len(pages(made)) == 1
    assert "A" * 100 in pages(made)[0].replace(" ", "")


def test_photo_that_is_missing_in_the_store_becomes_initials(school: School) -> None:
    whole, broken = person(school, "1", 2026), person(school, "2")
    picture = make_picture((9, 9, 200))
    give_photo(broken, 2026, picture)
    photo_store().path_of(picture.card_sha256).unlink()

    made = photo_list_pdf(school, YEAR_7, NOW)

    images = [image for page in PdfReader(BytesIO(made.content)).pages for image in page.images]
    assert (len(images), made.people) == (1, 2)
    assert whole.pk in made.shown


@pytest.mark.parametrize(
    ("wanted", "error", "told"),
    [
        (
            ListOf(),
            WrongUse,
            "A list is of a year level, roll group, house or campus, or of the staff. Choose one.",
        ),
        (
            ListOf(year_level="12", house="Red"),
            NotFound,
            'No one is on the list of "12", "Red". Nothing was made. Choose another group.',
        ),
        (
            ListOf(kind=PersonKind.STAFF),
            NotFound,
            "No one is on the list of the staff. Nothing was made. Choose another group.",
        ),
    ],
)
def test_list_that_cannot_be_is_refused(
    school: School, wanted: ListOf, error: type[PhotoSyncError], told: str
) -> None:
    with pytest.raises(error) as caught:
        photo_list_pdf(school, wanted, NOW)

    assert caught.value.message == told
    assert not Entry.objects.exists()


def test_more_people_than_a_list_holds_are_refused(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photosync.apps.library.photo_lists.MOST_PEOPLE", 2)
    for code in ("1", "2", "3"):
        person(school, code)

    with pytest.raises(WrongUse) as caught:
        photo_list_pdf(school, YEAR_7, NOW)

    assert caught.value.message == "More than 2 people are on this list. Nothing was made. Choose a smaller group."


def test_without_the_extra_it_says_what_to_install(school: School, monkeypatch: pytest.MonkeyPatch) -> None:
    person(school, "1")
    monkeypatch.setattr(press, "find_spec", lambda _name: None)

    with pytest.raises(Refused) as caught:
        photo_list_pdf(school, YEAR_7, NOW)

    assert caught.value.message == (
        "PDF documents need the extra `reports`, which this server does not have. Nothing was made. Ask the "
        "administrator to install it (pip install 'photosync[reports]'), or print the page from the browser."
    )


@pytest.mark.parametrize(
    ("wanted", "title"),
    [
        (YEAR_7, "Year 7"),
        (ListOf(year_level="Prep", roll_group="PB"), "Prep, PB"),
        (ListOf(house="Red", campus="North"), "House Red, campus North"),
        (ListOf(kind=PersonKind.STAFF), "Staff"),
    ],
)
def test_title_names_the_group(wanted: ListOf, title: str) -> None:
    assert list_title(wanted) == title


def test_description_that_is_the_code_is_not_said_twice() -> None:
    period = TimetablePeriod(code="PHOTO", description="PHOTO")

    assert about_words(ListOf(period=period), 2026) == "PHOTO · photos of 2026"
    assert about_words(ListOf(), 2026) == "Photos of 2026"
