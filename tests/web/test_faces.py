"""The wall of faces, and a person's page."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client

from photosync.apps.library.models import Withdrawal
from photosync.apps.people.models import Person
from photosync.apps.people.privacy import set_consent
from photosync.apps.people.wording import level_words
from photosync.web.faces_wall import PEOPLE_PER_PAGE, Face, natural_order, year_levels
from tests.web.conftest import Scene
from tests.web.pages import Markup, give_photo, make_person, make_picture, signed_in, statements

NOW = datetime.now(UTC)


def names_on(client: Client, query: str = "") -> list[str]:
    response = client.get(f"/photos/{query}")
    assert response.status_code == 200
    return [face.name for face in response.context["wall"].faces]


def test_wall_shows_the_first_year_level_in_order_of_names(scene: Scene) -> None:
    make_person(scene.school, "1100", year_level="10", family_name="Zhou")

    assert names_on(scene.client) == ["Ada Abel", "Ben Byrne", "Cy Çelik"]


def test_face_says_whether_the_photo_is_an_earlier_years(scene: Scene) -> None:
    faces = scene.client.get("/photos/").context["wall"].faces

    assert faces == (
        Face(scene.ada.pk, "Ada Abel", "1001", "7B", "AA", scene.ada.pk % 6, scene.year, is_earlier=False),
        Face(scene.ben.pk, "Ben Byrne", "1002", "", "BB", scene.ben.pk % 6, scene.year - 1, is_earlier=True),
        Face(scene.cy.pk, "Cy Çelik", "1003", "", "CÇ", scene.cy.pk % 6, None, is_earlier=False),
    )


def test_no_to_school_use_leaves_initials_on_the_wall_and_says_so_on_the_page(scene: Scene) -> None:
    set_consent(scene.ada, {"school_use": "no"})
    set_consent(scene.ben, {"school_use": "unknown", "yearbook": "no"})
    told = "There is no consent for school use. No face is shown here."

    wall = scene.client.get("/photos/").context["wall"].faces
    page = scene.client.get(f"/photos/people/{scene.ada.pk}/")
    data = scene.client.get(f"/data-management/people/{scene.ada.pk}/")

    assert [(face.name, face.photo_year) for face in wall] == [
        ("Ada Abel", None),
        ("Ben Byrne", scene.year - 1),
        ("Cy Çelik", None),
    ]
    assert (told in Markup.of(page).text, Markup.of(page).all("img")) == (True, [])
    assert (told in Markup.of(data).text, len(Markup.of(data).all("img")) > 0) == (False, True)


def test_earlier_years_photo_carries_its_year(scene: Scene) -> None:
    markup = Markup.of(scene.client.get("/photos/"))

    assert len(markup.with_class("earlier")) == 1
    assert f"photo of {scene.year - 1}" in markup.text


def test_images_are_lazy_and_have_their_size(scene: Scene) -> None:
    images = Markup.of(scene.client.get("/photos/")).all("img")

    assert [(each["loading"], each["width"], each["height"]) for each in images] == [("lazy", "128", "160")] * 2


def test_year_levels_are_in_natural_order(scene: Scene) -> None:
    for level in ("12", "8", "Prep", "10", ""):
        make_person(scene.school, f"2-{level}", year_level=level)

    assert year_levels(scene.school) == ["7", "8", "10", "12", "Prep", ""]
    assert [level_words(level) for level in ("7", "07", "Prep", "")] == ["Year 7", "Year 7", "Prep", "No year level"]


def test_natural_order_compares_numbers_and_words() -> None:
    assert sorted(["10B", "7A", "10A", "Year 2", "7", ""], key=natural_order) == [
        "7",
        "7A",
        "10A",
        "10B",
        "Year 2",
        "",
    ]


def test_staff_have_a_wall_of_their_own(scene: Scene) -> None:
    make_person(scene.school, "T1", kind="staff", given_name="Mo", family_name="Tran", year_level="")

    assert names_on(scene.client, "?kind=staff") == ["Mo Tran"]


@pytest.mark.parametrize("query", ["", "?q=ada", "?level=7"])
def test_protected_people_and_leavers_are_on_no_wall(scene: Scene, query: str) -> None:
    scene.ada.protected = True
    scene.ada.save()
    make_person(scene.school, "1009", given_name="Adam", status=Person.Status.LEFT)

    assert set(names_on(scene.client, query)) <= {"Ben Byrne", "Cy Çelik"}


@pytest.mark.parametrize(
    ("search", "expected"),
    [
        ("ben", ["Ben Byrne"]),
        ("benjamin", ["Ben Byrne"]),
        ("BYR", ["Ben Byrne"]),
        ("1003", ["Cy Çelik"]),
        ("003", []),
        ("ada abel", ["Ada Abel"]),
        ("ada byrne", []),
        ("çel", ["Cy Çelik"]),
        ("ÇEL", ["Cy Çelik"]),
        ("celik", ["Cy Çelik"]),
        ("cy Celik", ["Cy Çelik"]),
        ("Ábel", ["Ada Abel"]),
        ("\u0301", []),
        ("stranger", []),
        ("%", []),
        ("_", []),
        ("'; drop table", []),
        ("x" * 5000, []),
        ("a\0da", ["Ada Abel"]),
    ],
)
def test_search_finds_names_and_the_beginning_of_codes(scene: Scene, search: str, expected: list[str]) -> None:
    response = scene.client.get("/photos/", {"q": search})

    assert [face.name for face in response.context["wall"].faces] == expected


def test_search_without_a_hit_says_who_is_not_shown(scene: Scene) -> None:
    markup = Markup.of(scene.client.get("/photos/?q=zzz"))

    expected = "No one on the wall has a name or code like “zzz”. People who left or are protected are not shown."
    assert expected in markup.text


def test_search_is_answered_in_part_for_htmx(scene: Scene) -> None:
    headers = {"hx-request": "true", "hx-target": "wall"}
    response = scene.client.get("/photos/?q=ben", headers=headers)

    assert response.content.lstrip().startswith(b'<section id="wall"')
    assert "HX-Request" in response.headers["Vary"]


def test_wall_comes_in_pages(scene: Scene) -> None:
    for number in range(PEOPLE_PER_PAGE):
        make_person(scene.school, f"8{number:03}", year_level="8", family_name=f"Name {number:03}")
    make_person(scene.school, "8999", year_level="8", family_name="Zz last")

    first = scene.client.get("/photos/?level=8")
    second = scene.client.get(first.context["next_url"])

    assert (len(first.context["wall"].faces), first.context.get("previous_url")) == (PEOPLE_PER_PAGE, None)
    assert [face.name for face in second.context["wall"].faces] == ["Ada Zz last"]
    assert second.context["previous_url"] == "/photos/?level=8&page=1"
    assert "next_url" not in second.context


@pytest.mark.parametrize("page", ["0", "-1", "x", "99999999999999999999", "٣", ""])
def test_page_that_is_no_page_is_one(scene: Scene, page: str) -> None:
    assert scene.client.get("/photos/", {"page": page}).status_code == 200


def test_wall_asks_as_many_questions_for_many_as_for_few(
    scene: Scene,
) -> None:
    client = scene.client
    few = statements(client, "/photos/")
    picture = make_picture()
    for number in range(40):
        give_photo(make_person(scene.school, f"9{number:03}"), scene.year, picture)
    many = statements(client, "/photos/")

    assert len(many) == len(few)


def test_without_the_permission_there_is_no_wall(scene: Scene) -> None:
    response = signed_in(scene.roleless).get("/photos/")

    assert response.status_code == 403
    assert "Your role does not allow this" in Markup.of(response).text


def test_signed_out_is_sent_to_sign_in(scene: Scene) -> None:
    response = Client(headers={"host": "localhost"}).get("/photos/?q=ada")

    assert (response.status_code, response.headers["Location"]) == (302, "/accounts/sign-in/?next=/photos/%3Fq%3Dada")


def test_person_page_says_which_photo_is_shown(scene: Scene) -> None:
    sentences = [
        scene.client.get(f"/photos/people/{person.pk}/").context["history"].sentence
        for person in (scene.ada, scene.ben, scene.cy)
    ]

    assert sentences == [
        f"The photo of {scene.year}.",
        f"No photo for {scene.year} yet; this is {scene.year - 1}'s.",
        "No photo of any year yet.",
    ]


def test_person_with_next_years_photo_only_is_told_so(scene: Scene) -> None:
    give_photo(scene.cy, scene.year + 1, make_picture())

    history = scene.client.get(f"/photos/people/{scene.cy.pk}/").context["history"]

    assert history.sentence == (
        f"No photo for {scene.year} yet. There is one for {scene.year + 1}, which becomes current then."
    )


def test_person_page_has_every_version_with_where_it_came_from(scene: Scene) -> None:
    give_photo(scene.ada, scene.year, make_picture((9, 9, 9)), origin="retakes/1001.jpg", run_id_of_origin=41)

    history = scene.client.get(f"/photos/people/{scene.ada.pk}/").context["history"]
    read = [(y.year, [(v.ordinal, v.is_current, v.origin, v.run) for v in y.versions]) for y in history.years]

    assert read == [
        (scene.year, [(2, True, "retakes/1001.jpg", 41), (1, False, "1001.jpg", None)]),
        (scene.year - 1, [(1, True, "1001.jpg", None)]),
    ]


def test_where_it_came_from_is_shown_to_those_who_see_the_sync(scene: Scene) -> None:
    address = f"/photos/people/{scene.ada.pk}/"

    assert "1001.jpg" in Markup.of(scene.client.get(address)).text
    assert "1001.jpg" not in Markup.of(signed_in(scene.teacher).get(address)).text


def test_withdrawn_photo_is_named_but_not_shown(scene: Scene) -> None:
    Withdrawal.objects.create(person=scene.ada, reason="The parents asked for it.", created_at=NOW)
    markup = Markup.of(scene.client.get(f"/photos/people/{scene.ada.pk}/"))

    assert "The photo is withdrawn: it is neither shown nor delivered. Its versions are kept." in markup.text
    assert "The parents asked for it." in markup.text
    assert markup.all("img") == []


def test_leaver_keeps_the_page(scene: Scene) -> None:
    scene.ada.status, scene.ada.left_on = Person.Status.LEFT, date(2026, 9, 18)
    scene.ada.save()

    assert "Left on Friday 18 September 2026" in Markup.of(scene.client.get(f"/photos/people/{scene.ada.pk}/")).text


@pytest.mark.parametrize("whose", ["protected", "other school", "nobody"])
def test_person_one_may_not_see_does_not_exist(scene: Scene, whose: str) -> None:
    scene.ada.protected = True
    scene.ada.save()
    number = {"protected": scene.ada.pk, "other school": scene.stranger.pk, "nobody": 10**15}[whose]

    response = scene.client.get(f"/photos/people/{number}/")

    assert response.status_code == 404
    assert "There is nothing here" in Markup.of(response).text


def test_names_are_shown_as_text(scene: Scene) -> None:
    scene.ada.given_name = "<script>alert(1)</script>"
    scene.ada.save()
    response = scene.client.get(f"/photos/people/{scene.ada.pk}/")

    assert b"<script>alert" not in response.content
    assert b"&lt;script&gt;alert(1)&lt;/script&gt;" in response.content
