"""Erasing on the pages: what is asked first, and the lists of leavers and of erasures."""

from datetime import UTC, date, datetime, timedelta

import pytest

from photosync.apps.erasing.models import Erasure
from photosync.apps.library.models import PhotoVersion
from photosync.apps.people.models import Person
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_person

DATA = "/data-management/"


def erase_page(person: Person) -> str:
    return f"{DATA}people/{person.pk}/erase/"


def test_page_names_what_happens_before_anything_is_erased(scene: Scene) -> None:
    page = scene.client.get(erase_page(scene.ada))
    photos = scene.client.get(erase_page(scene.ada), {"scope": "photos"})

    assert page.context["preview"]["explanation"][-2:] == [
        "The archive keeps nothing of the person.",
        "Files in the data source stay there. A roster that names the person makes a new person, with photos of "
        "those files. This cannot be undone.",
    ]
    assert "stays in the roster" in Markup.of(photos).text
    assert Person.objects.filter(pk=scene.ada.pk).exists()


@pytest.mark.parametrize(
    ("given", "refusal"),
    [
        (
            {"reason": "By letter.", "code": "9"},
            "The code that was typed is not {code}. Nothing was erased. Type it as it stands here.",
        ),
        ({"reason": "", "code": "{code}"}, "Say why it is erased, without naming the person. Nothing was erased."),
    ],
)
def test_erasing_needs_the_code_and_a_reason(scene: Scene, given: dict[str, str], refusal: str) -> None:
    code = scene.ada.code
    body = {name: value.format(code=code) for name, value in given.items()}
    page = scene.client.post(erase_page(scene.ada), {"scope": "person", **body})
    assert page.context["refusal"] == refusal.format(code=code)
    assert Person.objects.filter(pk=scene.ada.pk).exists()


def test_erased_person_is_gone_and_the_report_finds_the_code(scene: Scene) -> None:
    code = scene.ada.code
    body = {"scope": "person", "reason": "By letter.", "code": code}
    done = scene.client.post(erase_page(scene.ada), body, follow=True)

    assert done.redirect_chain == [(f"{DATA}erasures/", 302)]
    assert not Person.objects.filter(pk=scene.ada.pk).exists()
    found = scene.client.get(f"{DATA}erasures/", {"code": code}).context["rows"]
    assert [(each.row.scope, each.row.note, each.cycles) for each in found] == [("person", "By letter.", "")]
    assert scene.client.get(f"{DATA}erasures/", {"code": "nobody"}).context["rows"] == []
    lines = b"".join(scene.client.get(f"{DATA}erasures.csv").streaming_content).decode("utf-8-sig").splitlines()  # type: ignore[attr-defined]
    assert lines[0].startswith("id,at,scope,kind,person,why,note,by,versions,")
    assert [line.split(",")[2:6] for line in lines[1:]] == [["person", "student", "", "request"]]


def test_photos_can_be_erased_alone_and_be_allowed_again(scene: Scene) -> None:
    body = {"scope": "photos", "reason": "By letter.", "code": scene.ada.code}
    person_page = f"{DATA}people/{scene.ada.pk}/"
    done = scene.client.post(erase_page(scene.ada), body, follow=True)
    assert done.redirect_chain == [(person_page, 302)]
    assert "No photo is kept until someone allows it." in Markup.of(done).text
    assert not PhotoVersion.objects.filter(person=scene.ada).exists()

    allowed = scene.client.post(f"{person_page}allow-photos/", follow=True)
    again = scene.client.post(f"{person_page}allow-photos/")
    assert "No photo is kept" not in Markup.of(allowed).text
    assert Erasure.objects.get().allowed_by != ""
    assert again.context["refusal"] == f"Photos of {scene.ada} are kept. Nothing was changed."


def test_leavers_are_listed_with_the_day_they_are_erased(scene: Scene) -> None:
    today = datetime.now(UTC).date()
    soon = today.replace(year=today.year - 7, day=min(today.day, 28)) + timedelta(days=10)
    make_person(scene.school, "L1", status="left", left_on=date(2000, 2, 29))
    make_person(scene.school, "L2", status="left", left_on=soon)
    make_person(scene.school, "L3", status="left", left_on=None)

    rows = scene.client.get(f"{DATA}leavers/").context["rows"]
    assert [(row.person.code, row.is_over, row.has_photos) for row in rows] == [
        ("L1", True, False),
        ("L2", False, False),
        ("L3", False, False),
    ]
    assert (rows[0].left, rows[0].over) == ("Tuesday 29 February 2000", "Thursday 1 March 2007")
    assert (rows[2].left, rows[2].over) == ("not known", "not by itself")
    narrowed = scene.client.get(f"{DATA}leavers/", {"which": "soon"})
    assert [row.person.code for row in narrowed.context["rows"]] == ["L2"]
    assert narrowed.context["soon"] == 1
