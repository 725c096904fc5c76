"""Signing in and out, the one-time link, the choice of school and of colours."""

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.services import add_user, set_password_path
from tests.web.conftest import Scene
from tests.web.pages import PASSWORD, Markup, make_user, signed_in


@pytest.fixture
def visitor() -> Client:
    return Client(headers={"host": "localhost"})


def sign_in(client: Client, name: str, password: str, **fields: str) -> object:
    return client.post("/accounts/sign-in/", {"username": name, "password": password, **fields})


def test_sign_in_leads_to_where_one_was_going(scene: Scene, visitor: Client) -> None:
    scene.teacher.set_password(PASSWORD)
    scene.teacher.save()

    response = sign_in(visitor, "teo", PASSWORD, next="/photos/?kind=staff")

    assert (response.status_code, response.headers["Location"]) == (302, "/photos/?kind=staff")  # type: ignore[attr-defined]
    assert scene.teacher.password.startswith("argon2")


def test_sign_in_never_leads_to_another_site(scene: Scene, visitor: Client) -> None:
    scene.teacher.set_password(PASSWORD)
    scene.teacher.save()

    assert sign_in(visitor, "teo", PASSWORD, next="https://elsewhere.example/").headers["Location"] == "/"  # type: ignore[attr-defined]


@pytest.mark.parametrize(("name", "password"), [("teo", "wrong"), ("no one", "wrong")])
def test_wrong_password_and_unknown_name_are_told_alike(
    scene: Scene, visitor: Client, name: str, password: str
) -> None:
    markup = Markup.of(sign_in(visitor, name, password))

    assert (
        "This name and password do not belong together, so you are not signed in. Check both. If the password is "
        "lost, ask your administrator for a new link to set it."
    ) in markup.text
    assert [each["aria-invalid"] for each in markup.all("input") if "aria-invalid" in each] == ["true", "true"]


def test_sign_out_needs_a_post_and_ends_the_session(scene: Scene) -> None:
    client = scene.client

    assert client.get("/accounts/sign-out/").status_code == 405
    assert client.get("/").status_code == 200
    assert client.post("/accounts/sign-out/").headers["Location"] == "/accounts/sign-in/"
    assert client.get("/").headers["Location"] == "/accounts/sign-in/?next=/"


def test_form_from_another_site_is_refused(scene: Scene) -> None:
    client = Client(headers={"host": "localhost"}, enforce_csrf_checks=True)
    client.force_login(scene.administrator)

    response = client.post("/accounts/sign-out/")

    assert response.status_code == 403
    assert "This form is out of date" in Markup.of(response).text


def test_one_time_link_sets_the_password_once(scene: Scene, visitor: Client) -> None:
    added = add_user("newcomer", Role.STAFF, scene.school)

    form = visitor.get(added.set_password_path, follow=True)
    address = form.redirect_chain[-1][0]
    saved = visitor.post(address, {"new_password1": PASSWORD, "new_password2": PASSWORD}, follow=True)

    assert "For the account newcomer. The link works once." in Markup.of(form).text
    assert "Your password is set. Sign in with it." in Markup.of(saved).text
    assert sign_in(visitor, "newcomer", PASSWORD).headers["Location"] == "/"  # type: ignore[attr-defined]
    again = Client(headers={"host": "localhost"}).get(added.set_password_path)
    assert again.status_code == 410


@pytest.mark.parametrize("token", ["used-up", "c0ffee-0123456789abcdef0123456789abcdef"])
def test_link_that_does_not_work_says_what_to_do(scene: Scene, visitor: Client, token: str) -> None:
    uid = set_password_path(scene.teacher).split("/")[3]

    response = visitor.get(f"/accounts/set-password/{uid}/{token}/")

    assert response.status_code == 410
    assert (
        "This link does not work any more A link to set a password works once, and for a few days only. Nothing was "
        "changed. If you have set your password already, sign in with it. If not, ask your administrator for a new "
        "link."
    ) in Markup.of(response).text


@pytest.mark.parametrize(
    ("first", "second", "told"),
    [
        ("short", "short", "This password is too short. It must contain at least 10 characters."),
        ("password123", "password123", "This password is too common."),
        (PASSWORD, PASSWORD + "!", "The two passwords differ. Type the same one twice."),
    ],
)
def test_password_that_will_not_do_says_why(
    scene: Scene, visitor: Client, first: str, second: str, told: str
) -> None:
    address = visitor.get(set_password_path(scene.teacher), follow=True).redirect_chain[-1][0]

    response = visitor.post(address, {"new_password1": first, "new_password2": second})

    assert told in Markup.of(response).text


def test_school_is_chosen_among_ones_own(scene: Scene) -> None:
    client = signed_in(make_user("head-office", Role.ADMINISTRATOR, None))
    assert "Banksia Valley College" in Markup.of(client.get("/schools/")).text

    client.post("/schools/", {"school": "PHS"})

    assert client.get("/").context["workplace"].school == scene.school
    assert scene.client.post("/schools/", {"school": "BVC"}).status_code == 404


def test_school_taken_away_is_not_kept_as_the_chosen_one(scene: Scene) -> None:
    client = signed_in(scene.teacher)
    session = client.session
    session["school"] = scene.other_school.pk
    session.save()

    assert client.get("/").context["workplace"].school == scene.school


def test_schools_are_found_by_part_of_name_or_code(scene: Scene) -> None:
    client = signed_in(make_user("head-office", Role.ADMINISTRATOR, None))

    found = {
        search: [s.code for s in client.get("/schools/", {"q": search}).context["schools"]]
        for search in ("bank", "phs", "zzz")
    }

    assert found == {"bank": ["BVC"], "phs": ["PHS"], "zzz": []}


@pytest.mark.parametrize("theme", ["light", "dark", "system"])
def test_theme_is_remembered_without_script(visitor: Client, db: None, theme: str) -> None:
    response = visitor.post("/theme/", {"theme": theme, "next": "/accounts/sign-in/"})
    page = Markup.of(visitor.get("/accounts/sign-in/"))

    assert response.headers["Location"] == "/accounts/sign-in/"
    assert page.all("html") == [{"lang": "en-AU", "data-theme": theme}]
    assert [each["value"] for each in page.all("button") if each.get("aria-pressed") == "true"] == [theme]


def test_theme_form_leads_nowhere_else(visitor: Client, db: None) -> None:
    response = visitor.post("/theme/", {"theme": "pink", "next": "https://elsewhere.example/"})

    assert (response.headers["Location"], "theme" in response.cookies) == ("/", False)
