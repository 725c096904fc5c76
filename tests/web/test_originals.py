"""Original files on the pages: the setting, the download for those who may set photos, and erasing them all."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile

from photosync.apps.accounts.models import Role
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.library.models import Original, PhotoVersion
from photosync.apps.library.originals import original_of
from photosync.apps.library.store import photo_store
from photosync.apps.people.models import Person
from photosync.apps.runs.by_hand import set_photo, withdraw_photo
from photosync.apps.schools.changing import change_school
from tests.portraits import make_portrait
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_user, signed_in
from tests.web.test_school_settings import PAGE, fields_of

ERASE = "/settings/school/original-files/erase/"
FILE = make_portrait(61, 600, 800, gps=True)


def keep_originals(scene: Scene) -> None:
    change_school(scene.school, now=datetime.now(UTC), keeps_originals=True)


def with_original(scene: Scene) -> PhotoVersion:
    """Return a version of Cy's photo whose original is kept."""
    keep_originals(scene)
    return set_by_hand(scene)


def set_by_hand(scene: Scene) -> PhotoVersion:
    person = Person.objects.select_related("school").get(pk=scene.cy.pk)
    return set_photo(person, FILE, by="kim", now=datetime.now(UTC), origin="cy.jpg").version


def address(version: PhotoVersion) -> str:
    return f"/data-management/people/{version.person_id}/photo/versions/{version.pk}/original"


def test_setting_is_off_and_saved_with_what_it_does(scene: Scene) -> None:
    before = Markup.of(scene.client.get(PAGE))
    effect = Markup.of(scene.client.post(f"{PAGE}effect/", fields_of(scene.school, keeps_originals="on")))
    saved = Markup.of(scene.client.post(PAGE, fields_of(scene.school, keeps_originals="on"), follow=True))

    (box,) = (each for each in before.all("input") if each.get("name") == "keeps_originals")
    assert "checked" not in box
    assert "No original file is kept." in before.text
    told = "Original files are kept from now on, of pictures that come new or change."
    assert (told in effect.text, told in saved.text) == (True, True)
    scene.school.refresh_from_db()
    assert scene.school.keeps_originals is True
    (entry,) = Entry.objects.filter(act="school.changed")
    assert entry.changes == [["keeps_originals", "no", "yes"]]


def test_original_is_downloaded_by_those_who_may_set_photos_and_noted(scene: Scene) -> None:
    version = with_original(scene)

    page = Markup.of(scene.client.get(f"/data-management/people/{scene.cy.pk}/"))
    head = scene.client.head(address(version))
    unseen = PhotoView.objects.filter(person_id_of=scene.cy.pk).count()
    answer = scene.client.get(address(version))

    assert "Original file" in page.text
    assert (head.status_code, unseen) == (200, 0)
    assert answer.content == FILE
    assert {name: answer.headers[name] for name in ("Content-Type", "Content-Disposition", "Cache-Control")} == {
        "Content-Type": "application/octet-stream",
        "Content-Disposition": f'attachment; filename="1003-{scene.year}-1-original.jpg"',
        "Cache-Control": "private, no-store",
    }
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Content-Security-Policy"] == "sandbox; default-src 'none'"
    (view,) = PhotoView.objects.filter(person_id_of=scene.cy.pk)
    assert (view.times, view.full_times) == (1, 1)


def test_who_may_only_look_neither_sees_nor_reaches_it(scene: Scene) -> None:
    version = with_original(scene)
    archivist = make_user("archie", Role.ARCHIVIST, scene.school)

    page = Markup.of(signed_in(archivist).get(f"/data-management/people/{scene.cy.pk}/"))
    told = [signed_in(user).get(address(version)).status_code for user in (archivist, scene.teacher, scene.roleless)]

    assert "Photos of all years" in page.text
    assert "Original file" not in page.text
    assert told == [403, 403, 403]


@pytest.mark.parametrize("why", ["not kept", "protected", "withdrawn", "of someone else"])
def test_there_is_none(scene: Scene, why: str) -> None:
    version = with_original(scene) if why != "not kept" else set_by_hand(scene)
    where = address(version)
    if why == "protected":
        Person.objects.filter(pk=scene.cy.pk).update(protected=True)
    elif why == "withdrawn":
        person = Person.objects.select_related("school").get(pk=scene.cy.pk)
        withdraw_photo(person, reason="Asked for.", by="kim", now=datetime.now(UTC))
    elif why == "of someone else":
        where = where.replace(f"/people/{scene.cy.pk}/", f"/people/{scene.ada.pk}/")

    answer = scene.client.get(where)

    assert answer.status_code == 404
    page = Markup.of(scene.client.get(f"/data-management/people/{scene.cy.pk}/"))
    assert ("Original file" in page.text) == (why == "of someone else")


def test_file_that_was_lost_from_the_store_is_said_on_the_persons_page(scene: Scene) -> None:
    version = with_original(scene)
    photo_store().delete(original_of(version).sha256)

    page = Markup.of(scene.client.get(address(version), follow=True))

    assert page.text.count("is missing from the store") == 1
    assert "Cy Çelik" in page.text


def test_photo_set_on_the_pages_keeps_the_file_as_it_was_sent(scene: Scene) -> None:
    keep_originals(scene)
    client = scene.client
    cut = client.post(
        f"/data-management/people/{scene.cy.pk}/photo/", {"picture": SimpleUploadedFile("cy.jpg", FILE)}
    ).headers["Location"]
    part = {"turn": "1", "left": "10", "top": "0", "width": "80", "height": "100", "year": scene.year, "save": "1"}

    client.post(cut, part)

    version = PhotoVersion.objects.select_related("person__school").get(person=scene.cy)
    assert scene.client.get(address(version)).content == FILE


def test_all_originals_are_erased_after_it_is_said_what_that_does(scene: Scene) -> None:
    version = with_original(scene)

    asked = Markup.of(scene.client.get(ERASE))
    done = Markup.of(scene.client.post(ERASE, follow=True))
    again = Markup.of(scene.client.post(ERASE))

    assert "The 1 original file that Pelican Harbour High School keeps (" in asked.text
    assert "Keep original files is on: those of pictures that come new or change from now on are kept." in asked.text
    assert "1 original file was erased. The photo stays." in done.text
    assert f"{scene.school} keeps no original file. Nothing was erased." in again.text
    assert Original.objects.count() == 0
    assert PhotoVersion.objects.filter(pk=version.pk).exists()
    (entry,) = Entry.objects.filter(act="school.originals-erased")
    assert (entry.actor, entry.via) == ("kim", "pages")
