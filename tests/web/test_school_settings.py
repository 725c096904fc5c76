"""Settings > School and Settings > Retention: what is said beforehand, what is saved, and who may."""

from datetime import date

import pytest

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.schools.models import PRESET_LEGAL_BASIS, School
from photosync.core.consent import Purpose
from photosync.web.school_form import PURPOSE_WORDS
from tests.web.conftest import Scene
from tests.web.pages import Markup, around_today, give_photo, make_picture, make_profile, make_user, signed_in

PAGE, RETENTION, NEW = "/settings/school/", "/settings/retention/", "/settings/school/new/"


def fields_of(school: School, **changes: object) -> dict[str, object]:
    """Return what the form of `school` would send, with `changes`."""
    sent: dict[str, object] = {
        "name": school.name,
        "time_zone": school.time_zone,
        "begins_month": school.academic_year_begins_month,
        "begins_day": school.academic_year_begins_day,
    }
    for purpose, means in school.unknown_means.items():
        sent |= {f"means_{purpose.value}": "yes" if means.yes else "no", f"basis_{purpose.value}": means.legal_basis}
    return sent | changes


def test_page_shows_what_is_stored(scene: Scene) -> None:
    page = Markup.of(scene.client.get(PAGE))

    assert f"in academic year {scene.year} (" in page.text
    assert "The legal basis for school use was preset when the school was added." in page.text
    values = {each["name"]: each.get("value", "") for each in page.all("input") if "name" in each}
    assert (values["name"], values["time_zone"], values["begins_day"]) == (scene.school.name, "Australia/Sydney", "1")
    assert values["basis_school_use"] == PRESET_LEGAL_BASIS
    zones = [each["value"] for each in page.all("option") if "/" in each["value"]]
    assert {"Australia/Sydney", "Europe/Oslo"} <= set(zones)
    assert [each for each in zones if each.startswith(("Etc/", "US/"))] == []


def test_settings_lists_both_pages_for_the_schools_administrator_only(scene: Scene) -> None:
    texts = [Markup.of(signed_in(user).get("/settings/")).texts for user in (scene.administrator, scene.teacher)]

    assert [("School" in each, "Retention" in each) for each in texts] == [(True, True), (False, False)]


@pytest.mark.parametrize("address", [f"{PAGE}effect/", PAGE])
def test_effect_is_shown_before_anything_is_saved(scene: Scene, address: str) -> None:
    profile = make_profile(scene.school, "Photo Sync", around_today(scene.school))

    page = Markup.of(
        scene.client.post(address, fields_of(scene.school, time_zone="Australia/Perth") | {"preview": "1"})
    )

    assert f"After Save Today is in academic year {scene.year}, as before." in page.text
    assert f"{profile.name} Active" in page.text
    assert "Next run: tonight at 00:00 in Australia/Perth, which is " in page.text
    assert " in Australia/Sydney." in page.text
    scene.school.refresh_from_db()
    assert scene.school.time_zone == "Australia/Sydney"


def test_saving_says_what_it_did_and_is_recorded(scene: Scene) -> None:
    sent = fields_of(
        scene.school, name="Pelican College", time_zone="Australia/Perth", basis_school_use="Our contract"
    )

    page = Markup.of(scene.client.post(PAGE, sent, follow=True))

    assert "The settings of Pelican College were saved. Today is in academic year" in page.text
    assert "was preset when the school was added" not in page.text
    scene.school.refresh_from_db()
    assert (scene.school.name, scene.school.time_zone) == ("Pelican College", "Australia/Perth")
    assert scene.school.unknown_means_yes == {"school_use": "Our contract"}
    entry = Entry.objects.get(act="school.changed")
    assert (entry.actor, entry.via, [change[0] for change in entry.changes]) == (
        "kim",
        "pages",
        ["name", "time_zone", "unknown_school_use"],
    )


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        (
            {"time_zone": "Sydney"},
            '"Sydney" is not a time zone. Nothing was saved. Did you mean Australia/Sydney?',
        ),
        (
            {"begins_month": "2", "begins_day": "30"},
            "An academic year cannot begin on day 30 of month 2; nothing was saved. Choose a day of the calendar.",
        ),
        ({"name": ""}, "Type in a name. Nothing was saved."),
        (
            {"means_yearbook": "yes"},
            "Unknown consent cannot mean yes without a legal basis. Nothing was changed. "
            "Write down the legal basis, or let unknown mean no.",
        ),
    ],
)
def test_what_is_wrong_is_said_and_nothing_is_saved(scene: Scene, changes: dict[str, object], message: str) -> None:
    page = Markup.of(scene.client.post(PAGE, fields_of(scene.school, **changes)))
    effect = Markup.of(scene.client.post(f"{PAGE}effect/", fields_of(scene.school, **changes)))

    assert message in page.text
    assert effect.text == "Once every field can be read, this says what saving does."
    assert not Entry.objects.filter(act="school.changed").exists()


def test_every_purpose_can_be_decided_on(scene: Scene) -> None:
    assert set(PURPOSE_WORDS) == set(Purpose)


@pytest.mark.parametrize(
    ("answer", "basis", "shown"),
    [("", "yes", True), ("", "", False), ("no", "yes", False), ("yes", "", True)],
)
def test_wall_asks_what_unknown_means_at_the_school(scene: Scene, answer: str, basis: str, *, shown: bool) -> None:
    School.objects.update(unknown_means_yes={"school_use": basis} if basis else {})
    Person.objects.filter(pk=scene.ada.pk).update(consent={"school_use": answer} if answer else {})

    faces = scene.client.get("/photos/").context["wall"].faces

    assert {face.name: face.photo_year for face in faces}["Ada Abel"] == (scene.year if shown else None)


def test_school_is_added_by_an_administrator_of_the_installation(scene: Scene) -> None:
    client = scene.system_client
    sent = {"code": "hill", "name": "Hill", "time_zone": "europe/oslo", "begins_month": "8", "begins_day": "15"}

    page = Markup.of(client.post(NEW, sent, follow=True))

    assert "Hill was added, and you work in it now. Look through its settings." in page.text
    assert "Its code is HILL." in page.text
    added = School.objects.get(code="HILL")
    assert (added.time_zone, added.academic_year_begins_month, added.academic_year_begins_day) == (
        "Europe/Oslo",
        8,
        15,
    )
    again = Markup.of(client.post(NEW, sent))
    assert "There is already a school HILL, Hill. Nothing was saved. Choose another code." in again.text
    assert "New school" not in Markup.of(scene.client.get(PAGE)).text


def test_retention_is_saved_and_counts_leavers(scene: Scene) -> None:
    leaver = scene.ben
    Person.objects.filter(pk=leaver.pk).update(status=Person.Status.LEFT, left_on=date(2001, 3, 2))
    give_photo(leaver, 2001, make_picture())

    page = Markup.of(scene.client.get(RETENTION))
    assert "1 person who has left still has photos. For 1 of them the time is over" in page.text
    saved = Markup.of(
        scene.client.post(
            RETENTION,
            {"photos_of_leavers_years": "99", "audit_years": "", "photo_views_years": "3"},
            follow=True,
        )
    )

    assert "How long things are kept at Pelican Harbour High School was saved." in saved.text
    assert "For none of them the time is over" in saved.text
    scene.school.refresh_from_db()
    assert (scene.school.photos_of_leavers_years, scene.school.audit_years, scene.school.photo_views_years) == (
        99,
        None,
        3,
    )
    assert Entry.objects.get(act="retention.changed").school == scene.school


def test_retention_refuses_impossible_years(scene: Scene) -> None:
    page = Markup.of(scene.client.post(RETENTION, {"photos_of_leavers_years": "", "audit_years": "0"}))

    assert "Type in a number of years. Nothing was saved." in page.text
    assert "Use a whole number from 1 to 99. Nothing was saved." in page.text
    assert not Entry.objects.filter(act="retention.changed").exists()


def test_administrator_of_another_school_changes_that_one_only(scene: Scene) -> None:
    other = make_user("olga", Role.ADMINISTRATOR, scene.other_school)

    signed_in(other).post(PAGE, fields_of(scene.other_school, name="Banksia"))

    names = School.objects.order_by("code").values_list("name", flat=True)
    assert list(names) == ["Banksia", "Pelican Harbour High School"]
