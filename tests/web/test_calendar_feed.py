"""The calendar feed by its secret link, and Settings > Calendar feed."""

import pytest
from django.test import Client

from photosync.apps.accounts.models import CalendarLink, Membership, Role
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, make_profile, make_user, signed_in

PAGE = "/settings/calendar-feed/"


def shown_address(page: Markup, field: str = "calendar_address") -> str:
    return next(each["value"] for each in page.all("input") if each.get("id") == field) or ""


@pytest.fixture
def anyone() -> Client:
    return Client(headers={"host": "localhost"})


@pytest.fixture
def address(scene: Scene) -> str:
    make_profile(scene.school, "Photo Sync", around_today(scene.school))
    page = Markup.of(scene.client.post(f"{PAGE}make/"))
    return shown_address(page).removeprefix("http://localhost")


def test_link_gives_the_feed_without_a_session_or_cookie(scene: Scene, anyone: Client, address: str) -> None:
    given = anyone.get(address)
    again = anyone.get(address, headers={"if-none-match": given.headers["ETag"]})
    head = anyone.head(address)

    assert (given.status_code, given.headers["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert given.headers["Cache-Control"] == "private, no-cache"
    assert not given.cookies
    assert b"SUMMARY:Photo Sync stops after today" in given.content
    assert b"URL:http://localhost/administration/timetable-management/manage-sync/" in given.content
    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", given.headers["ETag"])
    assert (head.status_code, head.content) == (200, b"")
    assert anyone.post(address).status_code == 405


def test_session_that_is_over_is_not_looked_at(scene: Scene, anyone: Client, address: str) -> None:
    anyone.cookies["sessionid"] = "0" * 32

    assert "set-cookie" not in {name.lower() for name in anyone.get(address).headers}
    assert not anyone.get(address).cookies


def test_feed_of_one_profile_holds_no_other(scene: Scene, anyone: Client) -> None:
    period = around_today(scene.school)
    for name in ("Photo Sync", "Staff photos"):
        make_profile(scene.school, name, period)
    page = Markup.of(scene.client.post(f"{PAGE}make/"))

    alone = anyone.get(shown_address(page, "calendar_address_2")).content

    assert b"Staff photos" in alone
    assert b"SUMMARY:Photo Sync" not in alone


def test_wrong_links_are_all_told_the_same(scene: Scene, anyone: Client, address: str) -> None:
    of_other = make_profile(scene.other_school, "Theirs", around_today(scene.other_school))
    secret = address.removeprefix("/calendar/").removesuffix(".ics")
    wrong = [f"/calendar/{'x' * 43}.ics", f"/calendar/{secret}/{of_other.pk}.ics", f"/calendar/{secret}x.ics"]
    answers = [anyone.get(each) for each in wrong]
    Membership.objects.filter(user=scene.administrator).update(role=Role.STAFF)
    answers.append(anyone.get(address))

    assert {(each.status_code, each.content, each.headers["Cache-Control"]) for each in answers} == {
        (404, b"There is no calendar at this link, or not any more.\n", "no-store")
    }


def test_link_is_shown_once_and_made_anew_or_removed(scene: Scene, anyone: Client, address: str) -> None:
    page = scene.client.get(PAGE)
    assert address not in page.content.decode()
    assert "No calendar has asked for it yet." in Markup.of(page).text

    anyone.get(address)
    assert "A calendar last asked for it on" in Markup.of(scene.client.get(PAGE)).text
    second = shown_address(Markup.of(scene.client.post(f"{PAGE}make/")))
    assert (anyone.get(address).status_code, anyone.get(second).status_code) == (404, 200)
    removed = Markup.of(scene.client.post(f"{PAGE}remove/", follow=True))
    assert "calendars that use it get nothing any more." in removed.text
    assert "Make the link" in removed.text
    assert anyone.get(second).status_code == 404
    assert "has no calendar link to" in Markup.of(scene.client.post(f"{PAGE}remove/", follow=True)).text


def test_every_account_has_its_own_link(scene: Scene, address: str) -> None:
    archivist = make_user("arna", Role.ARCHIVIST, scene.school)
    signed_in(archivist).post(f"{PAGE}make/")

    assert {each.owner_id for each in CalendarLink.objects.all()} == {scene.administrator.pk, archivist.pk}


def test_settings_lead_to_it_for_who_may_see_syncs(scene: Scene) -> None:
    assert PAGE in scene.client.get("/settings/").content.decode()
    assert PAGE not in signed_in(scene.teacher).get("/settings/").content.decode()
