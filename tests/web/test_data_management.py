"""Data Management: the lists of students and staff, what is known of a person, and who may see it."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.permissions import PERMISSIONS, Permission
from photosync.apps.library.models import Pin, Withdrawal
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED, values_in_use
from photosync.core.people import PersonKind
from photosync.web.people_list import ROWS_PER_PAGE, Asked
from tests.web.conftest import Scene
from tests.web.pages import Markup, give_photo, make_person, make_picture, make_user, signed_in, statements

DATA = "/data-management/"
STUDENTS, STAFF = f"{DATA}students/", f"{DATA}staff/"
NOW = datetime.now(UTC)


def identify(person: Person, key: str, value: str) -> None:
    Identifier.objects.create(school=person.school, person=person, key=key, value=value, folded=FOLDED.form(value))


def names_on(client: Client, query: dict[str, str] | str = "", address: str = STUDENTS) -> list[str]:
    response = client.get(address, query) if isinstance(query, dict) else client.get(f"{address}{query}")
    assert response.status_code == 200
    return [row.face.name for row in response.context["page"].rows]


def person_page(person: Person) -> str:
    return f"{DATA}people/{person.pk}/"


def test_workspace_leads_to_its_pages(scene: Scene) -> None:
    page = Markup.of(scene.client.get(DATA))

    assert [each["href"] for each in page.all("a") if each["href"].startswith(DATA)] == [
        DATA,
        STUDENTS,
        STAFF,
        f"{DATA}import/",
        f"{DATA}rosters/",
        f"{DATA}leavers/",
        f"{DATA}erasures/",
    ]


def test_students_are_listed_in_order_of_names_with_their_photo(scene: Scene) -> None:
    rows = scene.client.get(STUDENTS).context["page"].rows

    assert [(row.face.name, row.photo, row.face.is_earlier) for row in rows] == [
        ("Ada Abel", str(scene.year), False),
        ("Ben Byrne", str(scene.year - 1), True),
        ("Cy Çelik", "none", False),
    ]


def test_staff_have_a_list_of_their_own(scene: Scene) -> None:
    make_person(scene.school, "T1", kind="staff", given_name="Mo", family_name="Tran", year_level="")

    assert names_on(scene.client, address=STAFF) == ["Mo Tran"]


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("byr", ["Ben Byrne"]),
        ("benjamin", ["Ben Byrne"]),
        ("1003", ["Cy Çelik"]),
        ("003", ["Ada Abel"]),
        ("3-a", ["Ada Abel"]),
        ("ADA@SCHOOL", ["Ada Abel"]),
        ("çel", ["Cy Çelik"]),
        ("celik", ["Cy Çelik"]),
        ("ada byrne", []),
        ("stranger", []),
        ("%", []),
        ("_", []),
        ("x" * 5000, []),
        ("a\0bel", ["Ada Abel"]),
    ],
)
def test_search_finds_names_codes_and_other_identifiers(scene: Scene, search: str, expected: list[str]) -> None:
    identify(scene.ada, "alternate_id", "003-A")
    identify(scene.ada, "email", "Ada@school.example")
    identify(scene.stranger, "email", "byrne@other.example")

    assert names_on(scene.client, {"q": search}) == expected


@pytest.fixture
def varied(scene: Scene) -> Scene:
    for person, values in (
        (scene.ada, {"year_level": "10", "house": "Red", "campus": "North"}),
        (scene.ben, {"year_level": "7", "house": "Blue", "campus": "North", "roll_group": "7B"}),
        (scene.cy, {"year_level": "Prep", "house": "Blue"}),
    ):
        Person.objects.filter(pk=person.pk).update(**values)
    make_person(scene.school, "0900", given_name="Lou", family_name="Avery", status="left", left_on=date(2026, 3, 2))
    return scene


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ("?year_level=7", ["Ben Byrne"]),
        ("?roll_group=7B", ["Ada Abel", "Ben Byrne"]),
        ("?house=Blue", ["Ben Byrne", "Cy Çelik"]),
        ("?house=Blue&campus=North", ["Ben Byrne"]),
        ("?campus=South", []),
        ("?status=left", ["Lou Avery"]),
        ("?status=all", ["Ada Abel", "Lou Avery", "Ben Byrne", "Cy Çelik"]),
        ("?status=all&sort=code", ["Lou Avery", "Ada Abel", "Ben Byrne", "Cy Çelik"]),
        ("?sort=level", ["Ben Byrne", "Ada Abel", "Cy Çelik"]),
        ("?photo=this-year", ["Ada Abel"]),
        ("?photo=earlier", ["Ben Byrne"]),
        ("?photo=none", ["Cy Çelik"]),
        ("?photo=withdrawn", []),
        ("?status=x&photo=x&sort=x&page=x&house=", ["Ada Abel", "Ben Byrne", "Cy Çelik"]),
    ],
)
def test_filters_and_order(varied: Scene, query: str, expected: list[str]) -> None:
    assert names_on(varied.client, query) == expected


def test_withdrawn_photo_is_in_no_other_state(varied: Scene) -> None:
    for person in (varied.ada, varied.ben, varied.cy):
        Withdrawal.objects.create(person=person, reason="Asked for.", created_at=NOW)

    found = [names_on(varied.client, f"?photo={state}") for state in ("withdrawn", "this-year", "earlier", "none")]

    assert found == [["Ada Abel", "Ben Byrne", "Cy Çelik"], [], [], []]
    assert "withdrawn" in Markup.of(varied.client.get(STUDENTS)).texts


def test_photo_of_a_coming_year_is_none_for_now(scene: Scene) -> None:
    give_photo(scene.cy, scene.year + 1, make_picture())

    assert names_on(scene.client, "?photo=none") == ["Cy Çelik"]


def test_filters_offer_what_there_is_in_natural_order(varied: Scene) -> None:
    make_person(varied.other_school, "7", house="Green")
    filters = {each.name: each.choices for each in varied.client.get(STUDENTS).context["filters"]}

    assert [value for value, _ in filters["year_level"]] == ["", "7", "10", "Prep"]
    assert [words for _, words in filters["year_level"]] == ["All", "Year 7", "Year 10", "Prep"]
    assert [value for value, _ in filters["house"]] == ["", "Blue", "Red"]
    assert set(filters) == {"year_level", "roll_group", "house", "campus", "status", "photo", "sort"}


def test_filter_with_nothing_to_choose_is_left_out(scene: Scene) -> None:
    make_person(scene.school, "T1", kind="staff", year_level="")

    assert [each.name for each in scene.client.get(STAFF).context["filters"]] == ["status", "photo", "sort"]


def test_values_in_use_are_those_of_kind_and_school(varied: Scene) -> None:
    assert values_in_use(varied.school, PersonKind.STUDENT, "campus") == {"North"}
    assert values_in_use(varied.school, PersonKind.STAFF, "campus") == set()
    with pytest.raises(ValueError, match="code"):
        values_in_use(varied.school, PersonKind.STUDENT, "code")


def test_filters_stay_in_the_address(scene: Scene) -> None:
    query = {
        "q": "ada b",
        "house": "R&B",
        "status": "all",
        "sort": "code",
        "page": "3",
        "campus": "",
        "nonsense": "1",
    }
    asked = Asked.of(query)

    assert asked.query(2) == "?q=ada+b&house=R%26B&status=all&sort=code&page=2"
    assert Asked().query() == ""


def test_list_comes_in_pages_that_keep_the_filters(scene: Scene) -> None:
    for number in range(ROWS_PER_PAGE + 1):
        make_person(scene.school, f"8{number:03}", house="Red", family_name=f"Name {number:03}")

    first = scene.client.get(f"{STUDENTS}?house=Red")
    second = scene.client.get(first.context["next_url"])

    assert len(first.context["page"].rows) == ROWS_PER_PAGE
    assert first.context["next_url"] == f"{STUDENTS}?house=Red&page=2"
    assert [row.person.code for row in second.context["page"].rows] == [f"8{ROWS_PER_PAGE:03}"]
    assert (second.context["previous_url"], second.context["next_url"]) == (f"{STUDENTS}?house=Red", "")


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "٣", ""])
def test_page_that_is_no_page_is_one(scene: Scene, page: str) -> None:
    assert scene.client.get(STUDENTS, {"page": page}).status_code == 200


@pytest.mark.parametrize("query", ["", "?photo=none&sort=level", "?q=name"])
def test_list_asks_as_many_questions_for_many_as_for_few(scene: Scene, query: str) -> None:
    client = scene.client
    for person in (scene.ada, scene.cy):
        Person.objects.filter(pk=person.pk).update(given_name="Name")
    few = statements(client, f"{STUDENTS}{query}")
    for number in range(ROWS_PER_PAGE * 2):
        make_person(scene.school, f"9{number:03}", family_name="Name")
    many = statements(client, f"{STUDENTS}{query}")

    assert len(many) == len(few)
    assert [each for each in many if "COUNT(" in each.upper()] == []


@pytest.mark.sqlite
@pytest.mark.parametrize("query", [{}, {"house": "Red", "status": "left"}, {"q": "ada"}, {"photo": "none"}])
def test_order_of_names_is_answered_by_an_index_alone(scene: Scene, query: dict[str, str]) -> None:
    from photosync.web.people_list import PeopleList

    people = PeopleList(scene.school, PersonKind.STUDENT, Asked.of(query), scene.year, shows_protected=False)

    plan = people.found[:50].explain()

    assert "USING COVERING INDEX person_by_name" in plan
    assert "TEMP B-TREE" not in plan


@pytest.mark.sqlite
def test_order_of_year_levels_is_that_of_an_index(scene: Scene) -> None:
    from photosync.web.people_list import PeopleList

    people = PeopleList(
        scene.school, PersonKind.STUDENT, Asked.of({"sort": "level"}), scene.year, shows_protected=True
    )

    plan = people.found[:50].explain()

    assert "USING INDEX person_by_level" in plan
    assert "TEMP B-TREE" not in plan


def test_list_is_answered_in_part_for_htmx_with_its_plain_address(scene: Scene) -> None:
    headers = {"hx-request": "true", "hx-target": "people"}
    response = scene.client.get(f"{STUDENTS}?q=ben&house=&status=&page=", headers=headers)

    assert response.content.lstrip().startswith(b'<section id="people"')
    assert response.headers["HX-Replace-Url"] == f"{STUDENTS}?q=ben"
    assert "HX-Request" in response.headers["Vary"]


@pytest.mark.parametrize(
    ("address", "said"),
    [
        (f"{STUDENTS}?q=zzz", "No one is found with this. Show everyone who is current"),
        (f"{STUDENTS}?page=9", "This page of the list is empty."),
        (STAFF, "No one is here yet People come from the school's roster, a CSV file. Import a roster"),
    ],
)
def test_empty_list_says_what_belongs_there(scene: Scene, address: str, said: str) -> None:
    assert said in Markup.of(scene.client.get(address)).text


def test_person_has_everything_that_is_stored(scene: Scene) -> None:
    identify(scene.ada, "email", "ada@school.example")
    Person.objects.filter(pk=scene.ada.pk).update(
        house="Red", campus="North", consent={"school_use": "yes", "yearbook": "no", "skywriting": "maybe"}
    )
    response = scene.client.get(person_page(scene.ada))
    page = Markup.of(response)

    for words in ("1001", "Red", "North", "7B", "E-mail ada@school.example", "1001.jpg", "By the schedule"):
        assert words in page.text
    assert [(str(each.words), str(each.answer_words)) for each in response.context["consent"]] == [
        ("School use", "yes"),
        ("Online publication", "unknown"),
        ("Printed publication", "unknown"),
        ("Yearbook", "no"),
        ("Media release", "unknown"),
        ("skywriting", "unknown"),
    ]
    assert [year.year for year in response.context["history"].years] == [scene.year, scene.year - 1]


def test_person_who_left_says_when(scene: Scene) -> None:
    Person.objects.filter(pk=scene.ada.pk).update(status="left", left_on=date(2026, 9, 18))

    assert "Left on Friday 18 September 2026" in Markup.of(scene.client.get(person_page(scene.ada))).text


def test_person_shows_what_was_pinned(scene: Scene) -> None:
    picture = make_picture((1, 2, 3))
    Pin.objects.create(person=scene.ada, academic_year=2026, picture=picture, reason="Undone.", created_at=NOW)
    Pin.objects.create(person=scene.ada, academic_year=2025, reason="Discarded.", created_at=NOW)

    text = Markup.of(scene.client.get(person_page(scene.ada))).text

    assert "2026 A picture of the source is not planned again until new bytes come or the pin is released." in text
    assert (
        "Undone. Release the pins of 2026 2025 The photo is not withdrawn, whatever the source says. Discarded."
        in text
    )


@pytest.fixture
def protected(scene: Scene) -> Person:
    scene.ada.protected = True
    scene.ada.save()
    return scene.ada


def test_protected_person_is_seen_by_those_who_manage_data_and_no_photo_is_shown(
    scene: Scene, protected: Person
) -> None:
    page = Markup.of(scene.client.get(person_page(protected)))
    row = next(row for row in scene.client.get(STUDENTS).context["page"].rows if row.person == protected)

    assert "The person is protected, so that no page shows the photo." in page.text
    assert "shown now" not in page.text
    assert page.all("img") == []
    assert (row.face.photo_year, row.photo) == (None, str(scene.year))


def test_protected_person_does_not_exist_for_others(scene: Scene, protected: Person) -> None:
    client = signed_in(make_user("ari", Role.ARCHIVIST, scene.school))

    assert names_on(client) == ["Ben Byrne", "Cy Çelik"]
    assert names_on(client, "?q=ada") == []
    assert client.get(person_page(protected)).status_code == 404


@pytest.mark.parametrize("whose", ["other school", "nobody"])
def test_person_one_may_not_see_does_not_exist(scene: Scene, whose: str) -> None:
    number = {"other school": scene.stranger.pk, "nobody": 10**15}[whose]

    assert scene.client.get(f"{DATA}people/{number}/").status_code == 404


@pytest.mark.parametrize(
    ("role", "reading", "importing"),
    [
        (Role.ADMINISTRATOR, 200, 200),
        (Role.SYNC_MANAGER, 200, 200),
        (Role.ARCHIVIST, 200, 403),
        (Role.STAFF, 403, 403),
    ],
)
def test_roles(scene: Scene, role: Role, reading: int, importing: int) -> None:
    client = signed_in(make_user("someone", role, scene.school))
    addresses = (DATA, STUDENTS, STAFF, person_page(scene.ada))

    assert [client.get(each).status_code for each in addresses] == [reading] * 4
    assert [client.get(f"{DATA}import/").status_code, client.post(f"{DATA}import/").status_code] == [importing] * 2
    assert ("Import a roster" in client.get(STUDENTS).content.decode()) == (importing == 200)


def test_who_manages_data_may_read_it() -> None:
    managing = [held for held in PERMISSIONS.values() if Permission.DATA_MANAGE in held]

    assert managing
    assert [held for held in managing if Permission.SYNC_VIEW not in held] == []


def test_signed_out_is_sent_to_sign_in() -> None:
    response = Client(headers={"host": "localhost"}).get(STUDENTS)

    assert (response.status_code, response.headers["Location"]) == (302, f"/accounts/sign-in/?next={STUDENTS}")


def test_names_are_shown_as_text(scene: Scene) -> None:
    Person.objects.filter(pk=scene.ada.pk).update(given_name="<script>alert(1)</script>", house="<b>Red")

    for address in (STUDENTS, person_page(scene.ada)):
        content = scene.client.get(address).content
        assert (b"<script>alert" in content, b"<b>Red" in content) == (False, False)
