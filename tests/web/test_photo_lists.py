"""Photos > Lists: what its address asks for, what it shows, the document and the page to print."""

from datetime import UTC, datetime, timedelta
from io import BytesIO

import pytest
from pypdf import PdfReader

from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.viewing import _notes
from photosync.apps.timetable.models import TimetablePeriod
from photosync.printing import press
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, give_photo, make_period, make_person, make_picture, signed_in

LISTS = "/photos/lists/"


def names(page: Markup) -> list[str]:
    """Return the people whose faces link somewhere."""
    return [each["href"] for each in page.with_class("face")]


def test_page_begins_with_the_first_year_level_in_the_period_of_today(scene: Scene) -> None:
    now = around_today(scene.school)
    today = datetime.now(UTC).date()
    make_period(scene.school, "LATER", today + timedelta(days=400), today + timedelta(days=500), group=98)
    make_period(scene.school, "PHOTO", today - timedelta(days=5), today + timedelta(days=1500), group=99)

    response = scene.client.get(LISTS)

    page = Markup.of(response)
    assert names(page) == [f"/photos/people/{each.pk}/" for each in (scene.ada, scene.ben, scene.cy)]
    assert f"Year 7 {now.code} · photos of {scene.year}" in page.text
    chosen = {each.name: each.chosen for each in response.context["choices"]}
    assert chosen == {
        "for": "staff",
        "period": now.code,
        "kind": "student",
        "year_level": "7",
        "roll_group": "",
        "sort": "name",
    }
    assert page.with_class("earlier")


def test_period_of_a_past_year_shows_the_photos_of_that_year(scene: Scene) -> None:
    start = datetime(scene.year - 1, 3, 1, tzinfo=UTC).date()
    make_period(scene.school, "LAST", start, start + timedelta(days=100))

    page = Markup.of(scene.client.get(LISTS, {"year_level": "7", "period": "LAST"}))

    pictures = [each["src"] for each in page.all("img")]
    assert pictures == [f"/photos/{each.pk}/{scene.year - 1}/thumb.jpg" for each in (scene.ada, scene.ben)]
    assert page.with_class("earlier") == []
    assert f"LAST · photos of {scene.year - 1}" in page.text


def test_drop_down_of_periods_follows_for_whom_the_list_is(scene: Scene) -> None:
    around_today(scene.school)
    TimetablePeriod.objects.update(visible_to_parents=False)

    def offered(audience: str) -> list[str]:
        response = scene.client.get(LISTS, {"for": audience})
        found = next(each for each in response.context["choices"] if each.name == "period")
        return [value for value, _ in found.choices]

    assert offered("parents") == ["-"]
    assert offered("students")[1:] == ["-"]
    TimetablePeriod.objects.update(sync_only=True)
    assert offered("staff") == ["-"]


@pytest.mark.parametrize(
    ("query", "told"),
    [
        (
            {"year_level": ""},
            "Choose a class A list is of a year level, a roll group, a house or a campus, or of all",
        ),
        ({"year_level": "12"}, "No one is on this list People who left or are protected are on no list."),
        ({"year_level": "7\0'--", "page": "99999999"}, "No one is on this list"),
        ({"kind": "staff"}, "No one is on this list"),
        ({"for": "nobody", "sort": "x", "period": "?"}, "Year 7"),
    ],
)
def test_odd_addresses_are_answered_in_words(scene: Scene, query: dict[str, str], told: str) -> None:
    assert told in Markup.of(scene.client.get(LISTS, query)).text


def test_list_for_families_shows_only_who_agreed(scene: Scene) -> None:
    scene.ada.consent = {"printed_publication": "yes"}
    scene.ada.save()

    page = Markup.of(scene.client.get(LISTS, {"for": "parents", "year_level": "7"}))

    assert [each["src"] for each in page.all("img")] == [f"/photos/{scene.ada.pk}/now/thumb.jpg"]
    assert "shows only people whose photo may be used for printed publication" in page.text


def test_document_is_made_recorded_and_its_views_noted(scene: Scene) -> None:
    response = signed_in(scene.teacher).get(f"{LISTS}list.pdf", {"year_level": "7", "codes": "yes"})

    assert response.headers["Content-Type"] == "application/pdf"
    assert response.headers["Content-Disposition"] == f'attachment; filename="Year-7-{scene.year}.pdf"'
    assert response.headers["Cache-Control"] == "private, no-store"
    text = PdfReader(BytesIO(response.content)).pages[0].extract_text()
    for words in ("Ada Abel", "Ben Byrne", "Cy Çelik", "1001", str(scene.year - 1)):
        assert words in text
    entry = Entry.objects.get(act="photo.list-printed")
    assert (entry.actor, entry.subject, entry.note) == ("teo", "Year 7", "PDF: 3 people, for staff")
    _notes.write()
    seen = set(PhotoView.objects.values_list("account_id", "person_id_of"))
    assert seen == {(scene.teacher.pk, scene.ada.pk), (scene.teacher.pk, scene.ben.pk)}


def test_refusal_leads_back_to_the_list(scene: Scene) -> None:
    for page in ("list.pdf", "print/"):
        response = scene.client.get(f"{LISTS}{page}", {"year_level": "12"}, follow=True)

        assert 'No one is on the list of "12". Nothing was made. Choose another group.' in Markup.of(response).text
        assert response.redirect_chain[0][0].startswith(f"{LISTS}?for=staff&period=-&kind=student&year_level=12")


def test_without_the_extra_the_page_says_so_and_offers_the_page_to_print(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(press, "find_spec", lambda _name: None)

    page = Markup.of(scene.client.get(LISTS))

    assert "PDF lists need the extra “reports”, which this server does not have." in page.text
    assert [each["href"] for each in page.all("a") if "list.pdf" in each["href"]] == []
    assert [each for each in page.all("a") if each["href"].startswith(f"{LISTS}print/")] != []


def test_page_to_print_has_everyone_and_is_recorded(scene: Scene) -> None:
    for number in range(70):
        make_person(scene.school, f"3{number:03}", year_level="9")

    page = Markup.of(scene.client.get(f"{LISTS}print/", {"year_level": "9"}))

    assert len(page.with_class("face")) == 70
    assert "Confidential: for staff of Pelican Harbour High School only." in page.text
    assert Entry.objects.get(act="photo.list-printed").note == "page to print: 70 people, for staff"


def test_long_list_comes_in_pages(scene: Scene) -> None:
    for number in range(70):
        make_person(scene.school, f"3{number:03}", year_level="9")

    first = Markup.of(scene.client.get(LISTS, {"year_level": "9"}))
    second = Markup.of(scene.client.get(LISTS, {"year_level": "9", "page": "2"}))

    assert (len(names(first)), len(names(second))) == (60, 10)


def test_people_and_periods_of_another_school_are_not_there(scene: Scene) -> None:
    make_period(scene.other_school, "THEIRS", datetime.now(UTC).date(), datetime.now(UTC).date())

    page = Markup.of(scene.client.get(LISTS, {"year_level": "7", "period": "THEIRS"}))

    assert "THEIRS" not in page.text
    assert f"/photos/people/{scene.stranger.pk}/" not in names(page)


@pytest.mark.parametrize("page", ["", "print/", "list.pdf"])
def test_account_without_a_role_gets_no_list(scene: Scene, page: str) -> None:
    assert signed_in(scene.roleless).get(f"{LISTS}{page}").status_code == 403


def test_number_of_queries_does_not_grow_with_the_list(scene: Scene, django_assert_max_num_queries: object) -> None:
    for number in range(50):
        made = make_person(scene.school, f"4{number:03}", year_level="9")
        if number < 3:
            give_photo(made, scene.year, make_picture((number, 1, 1)))

    client = scene.client
    client.get(LISTS)

    with django_assert_max_num_queries(22):  # type: ignore[operator]  # a fixture of pytest-django
        client.get(LISTS, {"year_level": "9"})


def test_empty_wall_names_the_page_that_fills_it(scene: Scene) -> None:
    administrator = Markup.of(scene.client.get("/photos/", {"level": "12"}))
    teacher = Markup.of(signed_in(scene.teacher).get("/photos/", {"level": "12"}))

    assert "No one is here yet The wall shows the people of the roster" in administrator.text
    assert "/data-management/import/" in [each["href"] for each in administrator.all("a")]
    assert "Ask whoever looks after the data of the school." in teacher.text
    assert "photosync people" not in administrator.text
