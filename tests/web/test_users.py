"""Settings > Users and roles: the list, one account, what is done to it, and who may do it."""

import re

import pytest
from django.test import Client

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.accounts.roles import give_role
from photosync.apps.accounts.second_factor import has_second_factor
from tests.web.conftest import Scene
from tests.web.pages import PASSWORD, Markup, make_user, signed_in
from tests.web.second_step import give_app

HERE = "/settings/users/"


@pytest.fixture
def root(scene: Scene) -> Client:
    return signed_in(make_user("root", Role.ADMINISTRATOR, None))


def test_list_shows_accounts_with_their_roles_and_is_filtered(scene: Scene, root: Client) -> None:
    page = Markup.of(root.get(HERE))
    staff = Markup.of(root.get(HERE, {"role": "staff"}))
    none = Markup.of(root.get(HERE, {"q": "zzz"}))

    assert "kim not signed in yet Administrator in Pelican Harbour High School" in page.text
    assert "root Administrator in every school" in page.text
    assert ("teo" in staff.texts, "kim" in staff.texts) == (True, False)
    assert "No account is found with this. Show all that are switched on" in none.text


def test_table_of_permissions_names_them_as_the_field_does(scene: Scene, root: Client) -> None:
    text = Markup.of(root.get(f"{HERE}roles/")).text

    assert "PHOTO: VIEW yes yes yes yes" in text
    assert "SYNC: MANAGE yes yes – no – no" in text
    assert "SYNC: DELIVER yes yes – no – no" in text
    assert "SYSTEM: MANAGE * yes – no – no – no" in text


def test_account_is_added_and_its_link_is_shown_once(scene: Scene, root: Client) -> None:
    sent = {"name": "robin", "email": "Robin@school.example", "role": "archivist", "school": "PHS"}

    added = root.post(f"{HERE}new/", sent, follow=True)

    user = User.objects.get(username="robin")
    assert (user.email, user.has_usable_password()) == ("robin@school.example", False)
    assert list(Membership.objects.filter(user=user).values_list("role", "school__code")) == [("archivist", "PHS")]
    page = Markup.of(added)
    assert "The account robin is added." in page.text
    assert "Hand this to the owner of the account. It works once, within three days" in page.text
    (link,) = [each["value"] for each in page.all("input") if each.get("id") == "the-link"]
    assert re.fullmatch(r"http://localhost/accounts/set-password/\w+/[\w-]+/", link)
    assert "Set your password" in Markup.of(Client(headers={"host": "localhost"}).get(link, follow=True)).text
    assert "the-link" not in root.get(f"{HERE}{user.pk}/").content.decode()


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"name": "KIM"}, 'There is already an account "KIM". Nothing was changed.'),
        ({"name": "a b"}, '"a b" cannot be the name of an account. Nothing was saved.'),
        ({"email": "x"}, '"x" is not an e-mail address. Nothing was saved.'),
        ({"school": "NONE"}, 'There is no school "NONE" of yours. Nothing was changed. Choose another one.'),
        ({"role": "boss"}, "Select a valid choice. boss is not one of the available choices."),
    ],
)
def test_account_that_cannot_be_added_says_why(scene: Scene, root: Client, given: dict[str, str], told: str) -> None:
    before = User.objects.count()

    page = root.post(f"{HERE}new/", {"name": "robin", "role": "staff", "school": "PHS"} | given)

    assert told in Markup.of(page).text
    assert User.objects.count() == before


def test_role_is_given_and_taken_away(scene: Scene, root: Client) -> None:
    address = f"{HERE}{scene.teacher.pk}/"

    given = root.post(f"{address}roles/", {"role": "archivist", "school": "BVC"}, follow=True)
    membership = Membership.objects.get(user=scene.teacher, role="archivist")
    taken = root.post(f"{address}roles/", {"take": str(membership.pk)}, follow=True)

    assert "The role is given." in Markup.of(given).text
    assert "Archivist Banksia Valley College Take away" in Markup.of(given).text
    assert "The role is taken away." in Markup.of(taken).text
    assert list(Membership.objects.filter(user=scene.teacher).values_list("role", flat=True)) == ["staff"]


def test_last_administrator_stays(scene: Scene, root: Client) -> None:
    user = User.objects.get(username="root")
    membership = Membership.objects.get(user=user)

    demoted = root.post(f"{HERE}{user.pk}/roles/", {"take": str(membership.pk)}, follow=True)
    switched_off = root.post(f"{HERE}{user.pk}/deactivate/")

    assert '"root" is the last administrator of the installation. Nothing was changed.' in Markup.of(demoted).text
    assert "This is your own account. It was not switched off." in Markup.of(switched_off).text
    assert User.objects.get(pk=user.pk).is_active


def test_switching_off_says_what_happens_and_ends_the_sessions(scene: Scene, root: Client) -> None:
    teacher = signed_in(scene.teacher)
    teacher.get("/photos/")
    address = f"{HERE}{scene.teacher.pk}/"

    asked = Markup.of(root.get(f"{address}deactivate/"))
    done = root.post(f"{address}deactivate/", follow=True)

    assert "teo is signed out everywhere and cannot sign in any more." in asked.text
    assert "The account is switched off." in Markup.of(done).text
    assert teacher.get("/photos/").status_code == 302
    assert "teo switched off" in Markup.of(root.get(HERE, {"state": "inactive"})).text
    again = root.post(f"{address}activate/", follow=True)
    assert "The account is switched on." in Markup.of(again).text


def test_sessions_of_an_account_are_ended_and_its_second_factor_reset(scene: Scene, root: Client) -> None:
    teacher = signed_in(scene.teacher)
    teacher.get("/photos/")
    give_app(scene.teacher)
    address = f"{HERE}{scene.teacher.pk}/"
    assert "Second factor authenticator app" in Markup.of(root.get(address)).text

    ended = root.post(f"{address}end-sessions/", follow=True)
    reset = root.post(f"{address}reset-second-factor/", follow=True)

    assert "1 session has ended." in Markup.of(ended).text
    assert teacher.get("/photos/").status_code == 302
    assert "The second factor is reset." in Markup.of(reset).text
    assert not has_second_factor(scene.teacher)


def test_locked_account_is_shown_as_such_and_unlocked(scene: Scene, root: Client) -> None:
    visitor = Client(headers={"host": "localhost"})
    for _ in range(10):
        visitor.post("/accounts/sign-in/", {"username": "teo", "password": "wrong"})
    address = f"{HERE}{scene.teacher.pk}/"

    shown = Markup.of(root.get(address))
    done = root.post(f"{address}unlock/", follow=True)

    assert "Locked from 127.0.0.1 until" in shown.text
    assert "The account is unlocked." in Markup.of(done).text
    assert "Locked from" not in Markup.of(done).text


def test_new_link_is_shown_once(scene: Scene, root: Client) -> None:
    address = f"{HERE}{scene.teacher.pk}/"

    done = root.post(f"{address}link/", follow=True)

    assert "A new link is made. It is shown once." in Markup.of(done).text
    assert "the-link" in done.content.decode()
    assert "the-link" not in root.get(address).content.decode()


def test_email_is_saved(scene: Scene, root: Client) -> None:
    done = root.post(f"{HERE}{scene.teacher.pk}/", {"email": "teo@school.example"}, follow=True)

    assert "The e-mail address is saved." in Markup.of(done).text
    assert User.objects.get(pk=scene.teacher.pk).email == "teo@school.example"


class TestAdministratorOfOneSchool:
    def test_sees_and_reaches_the_accounts_of_the_school_only(self, scene: Scene, root: Client) -> None:
        far = make_user("far", Role.STAFF, scene.other_school)
        client = scene.client

        page = Markup.of(client.get(HERE))

        assert ("teo" in page.texts, "far" in page.texts, "root" in page.texts) == (True, False, False)
        assert client.get(f"{HERE}{far.pk}/").status_code == 404
        assert client.post(f"{HERE}{far.pk}/deactivate/").status_code == 404
        assert "Users and roles" in Markup.of(client.get("/settings/")).text

    def test_gives_no_role_beyond_the_school(self, scene: Scene) -> None:
        address = f"{HERE}{scene.teacher.pk}/roles/"

        everywhere = scene.client.post(address, {"role": "administrator", "school": "*"}, follow=True)
        elsewhere = scene.client.post(address, {"role": "staff", "school": "BVC"}, follow=True)
        added = scene.client.post(f"{HERE}new/", {"name": "robin", "role": "administrator", "school": "*"})

        refused = "Roles in every school are given by an administrator of the installation. Nothing was changed."
        assert refused in Markup.of(everywhere).text
        assert 'There is no school "BVC" of yours.' in Markup.of(elsewhere).text
        assert refused in Markup.of(added).text
        assert Membership.objects.filter(user=scene.teacher).count() == 1

    @pytest.mark.parametrize("act", ["link", "deactivate", "reset-second-factor", "end-sessions"])
    def test_cannot_become_someone_with_more_rights(self, scene: Scene, act: str) -> None:
        give_role(scene.teacher, Role.ADMINISTRATOR, scene.other_school)
        address = f"{HERE}{scene.teacher.pk}/"

        answer = scene.client.post(f"{address}{act}/")

        assert (
            'The account "teo" also has a role outside your schools. Nothing was changed. '
            "Ask an administrator of the installation."
        ) in Markup.of(answer).text
        page = Markup.of(scene.client.get(address))
        assert f"{address}{act}/" not in [each.get("href") for each in page.all("a")]

    def test_roles_elsewhere_stay_out_of_reach(self, scene: Scene) -> None:
        give_role(scene.teacher, Role.ADMINISTRATOR, scene.other_school)
        membership = Membership.objects.get(user=scene.teacher, school=scene.other_school)

        answer = scene.client.post(f"{HERE}{scene.teacher.pk}/roles/", {"take": str(membership.pk)}, follow=True)

        assert (
            "You are not an administrator of Banksia Valley College. Nothing was changed." in Markup.of(answer).text
        )


@pytest.mark.parametrize("path", ["", "new/", "roles/", "{teo}/", "{teo}/deactivate/"])
def test_others_reach_nothing_of_it(scene: Scene, path: str) -> None:
    client = signed_in(make_user("mona", Role.SYNC_MANAGER, scene.school))

    assert client.get(f"{HERE}{path.format(teo=scene.teacher.pk)}").status_code == 403
    assert "Users and roles" not in Markup.of(client.get("/settings/")).text


@pytest.mark.parametrize("path", ["999999/", "{teo}/dance/", "999999/deactivate/"])
def test_what_is_not_there_is_not_found(scene: Scene, root: Client, path: str) -> None:
    assert root.get(f"{HERE}{path.format(teo=scene.teacher.pk)}").status_code == 404


def test_password_is_never_on_the_page(scene: Scene, root: Client) -> None:
    scene.teacher.set_password(PASSWORD)
    scene.teacher.save()

    assert "argon2" not in root.get(f"{HERE}{scene.teacher.pk}/").content.decode()
