"""Importing a roster in the browser's steps: upload, columns, preview, import."""

import re
from pathlib import Path

from photosync.apps.people.models import Person
from photosync.apps.people.roster.report import MOST_ABSENT_NAMED
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_person
from tests.web.rosters import BEFORE, ROSTER, chosen, codes, folder, previewed, upload, uploaded

__all__ = ["folder"]


def test_upload_leads_to_the_columns_with_what_they_are_likely_to_hold(scene: Scene) -> None:
    client = scene.client
    page = upload(client, follow=True)

    assert "say what each column of roster.csv (Students) holds" in page.text
    assert "1001 1002 2001" in page.text
    form = client.get(uploaded(client)).context["form"]
    assert [str(form[name].value()) for name in form.fields] == [
        "student_code",
        "given_name",
        "family_name",
        "year_level",
        "ignore",
    ]


def test_file_waits_under_a_name_of_its_own_that_only_its_owner_reads(scene: Scene, folder: Path) -> None:
    upload(scene.client, name="../../evil\n.csv")
    (path,) = folder.iterdir()

    assert re.fullmatch(r"[0-9a-f]{32}\.csv", path.name)
    assert path.read_bytes() == ROSTER.encode()
    assert (path.stat().st_mode & 0o777, folder.stat().st_mode & 0o777) == (0o600, 0o700)


def test_preview_tells_what_would_change_and_saves_nothing(scene: Scene) -> None:
    client = scene.client
    response = client.get(previewed(client))
    page = Markup.of(response)

    assert dict(response.context["counts"]) == {
        "New": 1,
        "Changed": 2,
        "Unchanged": 0,
        "Left, by the status column": 0,
        "Back again": 0,
        "Left before they were known here": 0,
        "Lines refused": 2,
    }
    assert "5 It has no student code." in page.text
    assert '6 2001 The code "2001" is on line 4 already.' in page.text
    assert "Mark 1 person as left: current here, but not in the file" in page.text
    assert "Code = Student code, First Name = Given name" in page.text
    assert "Recognised as CSV with commas, UTF-8." in page.text
    assert "Not used: Notes." in page.text
    assert codes() == BEFORE


def test_import_does_it_says_so_and_forgets_the_file(scene: Scene, folder: Path) -> None:
    client = scene.client
    page = Markup.of(client.post(previewed(client), follow=True))

    assert (
        "The roster was imported: 1 new, 2 changed, 0 unchanged, 0 marked as left, 0 back again, 2 refused."
    ) in page.text
    assert codes() == {"1001": "8 active", "1002": "7 active", "1003": "7 active", "2001": "9 active"}
    assert list(folder.iterdir()) == []


def test_staff_are_imported_to_their_list(scene: Scene) -> None:
    client = scene.client
    address = uploaded(client, "Staff ID,Surname\nT1,Tran\n", kind="staff")
    preview = client.post(address, chosen(client, address)).headers["Location"]

    response = client.post(preview)

    assert response.headers["Location"] == "/data-management/staff/"
    assert list(Person.objects.filter(kind="staff").values_list("code", "family_name")) == [("T1", "Tran")]


def test_columns_are_used_as_chosen_and_remembered(scene: Scene) -> None:
    client = scene.client
    text = "Key;Rufname;Mail\n1001;Addie;a@x.example\n"
    address = uploaded(client, text)
    client.post(address, chosen(client, address, column_0="student_code", column_1="preferred_name"))
    client.post(f"{address}preview/")

    scene.ada.refresh_from_db()
    again = client.get(uploaded(client, text)).context["form"]

    assert scene.ada.preferred_name == "Addie"
    assert [str(again[name].value()) for name in again.fields] == ["student_code", "preferred_name", "email"]


def test_choice_is_kept_when_one_goes_back(scene: Scene) -> None:
    client = scene.client
    preview = previewed(client, column_4="house")

    assert chosen(client, preview.removesuffix("preview/"))["column_4"] == "house"


def test_leavers_by_absence_only_after_the_tick_that_names_how_many(scene: Scene) -> None:
    client = scene.client
    page = Markup.of(client.get(preview := previewed(client, "Code,Surname\n1001,Abel\n")))
    box = next(each for each in page.all("input") if each["name"] == "leavers")
    assert (box["value"], "checked" in box) == ("2", False)
    assert "Who they are Ben Byrne (1002) Cy Çelik (1003)" in page.text

    told = Markup.of(client.post(preview, {"leavers": box["value"]}, follow=True))

    assert "2 marked as left" in told.text
    assert codes() == {"1001": "7 active", "1002": "7 left", "1003": "7 left"}


def test_leavers_that_are_not_as_many_any_more_are_asked_about_again(scene: Scene, folder: Path) -> None:
    client = scene.client
    preview = previewed(client, "Code,Surname\n1001,Abel\n")
    Person.objects.filter(pk=scene.cy.pk).update(status="left")

    page = Markup.of(client.post(preview, {"leavers": "2"}))

    assert (
        "By now 1 person would be marked as left, not as many as were shown. Nothing was imported. "
        "Look at this preview, and tick it again if it is right."
    ) in page.text
    assert codes()["1002"] == "7 active"
    assert len(list(folder.iterdir())) == 1


def test_leavers_are_refused_while_a_row_cannot_be_read(scene: Scene) -> None:
    client = scene.client

    page = Markup.of(client.post(previewed(client), {"leavers": "1"}))

    assert (
        "1 rows of the roster could not be read, so that no one can be said to be absent from it. Nothing was "
        "imported. Correct them (a preview without leavers by absence lists them), then import again."
    ) in page.text
    assert codes() == BEFORE


def test_of_very_many_who_would_leave_the_first_are_named(scene: Scene) -> None:
    for number in range(MOST_ABSENT_NAMED):
        make_person(scene.school, f"6{number:03}")
    client = scene.client

    page = Markup.of(client.get(previewed(client, "Code,Surname\n1001,Abel\n")))

    assert f"The first {MOST_ABSENT_NAMED} of them" in page.text


def test_same_import_again_changes_nothing(scene: Scene) -> None:
    client = scene.client
    text = "Code,Surname\n1001,Abel\n1002,Byrne\n1003,Çelik\n"
    client.post(previewed(client, text))

    page = Markup.of(client.get(previewed(client, text)))

    assert "Nothing would change." in page.text
