"""A photo set by hand on the pages, step by step, and the decisions on a person's page."""

import os
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from django.conf import settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from photosync.apps.accounts.models import Role
from photosync.apps.library.models import PhotoVersion, Pin, Withdrawal, YearPhoto
from photosync.apps.people.models import Person
from photosync.apps.runs.housekeeping import keep_house
from photosync.web import front_door
from photosync.web.photo_form import face_part
from tests.portraits import make_portrait
from tests.web.conftest import Scene
from tests.web.pages import Markup, give_photo, make_picture, make_user, signed_in

WHOLE = {"turn": "0", "left": "0", "top": "0", "width": "100", "height": "100"}
GONE = (
    "This picture is no longer here: it was saved already, or is more than a day old. "
    "Nothing was saved now. Choose the picture again."
)


@pytest.fixture(autouse=True)
def folder() -> Path:
    found = Path(settings.PHOTOSYNC_DATA) / "uploads"
    for path in found.glob("*"):
        path.unlink()
    return found


def set_page(person: Person) -> str:
    return f"/data-management/people/{person.pk}/photo/"


def data_page(person: Person) -> str:
    return f"/data-management/people/{person.pk}/"


def chosen(client: Client, person: Person, content: bytes | None = None, name: str = "mia.jpg") -> str:
    """Choose a picture, and return the address of the page that cuts it."""
    body = make_portrait(50, 600, 400) if content is None else content
    response = client.post(set_page(person), {"picture": SimpleUploadedFile(name, body)})
    assert response.status_code == 302, Markup.of(response).text
    return str(response.headers["Location"])


def errors(response: object) -> str:
    return " ".join(Markup.of(response).text.split())


def test_photo_is_chosen_cut_and_saved(scene: Scene, folder: Path) -> None:
    client = scene.client
    cut = chosen(client, scene.ada)

    page = client.get(cut)
    form = page.context["form"]
    assert {name: form[name].value() for name in ("left", "top", "width", "height")} == face_part(600, 400)
    assert f"Becomes the photo of {scene.year} ." in Markup.of(page).text
    saved = client.post(cut, WHOLE | {"turn": "1", "year": str(scene.year), "save": ""}, follow=True)

    version = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year).version
    assert (version.ordinal, version.origin, version.made_by) == (2, "mia.jpg", "kim")
    assert (version.picture.full_width_px, version.picture.full_height_px) == (400, 600)
    assert saved.redirect_chain == [(data_page(scene.ada), 302)]
    assert f"It is the photo of {scene.year} now. The sync does not use the picture" in Markup.of(saved).text
    assert list(folder.iterdir()) == []
    assert client.get(f"/photos/{scene.ada.pk}/now/thumb.jpg").status_code == 200


def test_photo_of_the_library_is_turned_as_a_new_version_of_its_year(scene: Scene) -> None:
    client = scene.client
    last = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year - 1).version
    response = client.post(set_page(scene.ada), {"version": str(last.pk)})

    cut = str(response.headers["Location"])
    assert [year for year, _ in client.get(cut).context["form"].fields["year"].choices] == [scene.year - 1]
    client.post(cut, WHOLE | {"turn": "2", "year": str(scene.year - 1), "save": ""})

    current = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year - 1).version
    assert (current.ordinal, current.origin) == (2, f"Turned or cut, from version 1 of {scene.year - 1}")
    refused = client.post(set_page(scene.ada), {"version": "999"})
    assert "This photo cannot be turned or cut now. Nothing was changed. Choose another." in errors(refused)


def test_preview_is_for_the_session_that_chose_the_picture(scene: Scene) -> None:
    client = scene.client
    cut = chosen(client, scene.ada)

    preview = client.get(f"{cut}preview.jpg")
    after = client.get(f"{cut}preview.jpg", WHOLE | {"turn": "1", "width": "50"})

    assert Image.open(BytesIO(preview.content)).size == (600, 400)
    assert Image.open(BytesIO(after.content)).size == (160, 480)
    assert preview.headers["Cache-Control"] == "private, no-store"
    other = signed_in(make_user("lee", Role.ADMINISTRATOR, scene.school))
    assert other.get(f"{cut}preview.jpg").status_code == 404
    assert other.get(cut).headers["Location"] == set_page(scene.ada)
    of_ben = cut.replace(f"/{scene.ada.pk}/", f"/{scene.ben.pk}/")
    assert client.get(f"{of_ben}preview.jpg").status_code == 404
    assert client.get(f"{cut}preview.jpg", WHOLE | {"width": "x"}).status_code == 404
    assert GONE in errors(other.get(cut, follow=True))


def test_result_is_shown_without_script(scene: Scene) -> None:
    client = scene.client
    cut = chosen(client, scene.ada)

    page = client.post(cut, WHOLE | {"left": "25", "width": "50", "year": str(scene.year), "show": ""})

    shown = [each["src"] for each in Markup.of(page).all("img") if "preview.jpg?" in each.get("src", "")]
    assert shown == [f"{cut}preview.jpg?turn=0&left=25&top=0&width=50&height=100"]
    assert Image.open(BytesIO(client.get(shown[0]).content)).size == (300, 400)
    assert PhotoVersion.objects.filter(person=scene.ada).count() == 2


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"left": "60", "width": "50"}, "The part lies outside the picture. Nothing was saved. Choose a part of it."),
        ({"left": "nan"}, "Enter a number from 0 to 100."),
        ({"width": ""}, "Enter a number from 0 to 100."),
        ({"turn": "9"}, "Choose a turn from the list."),
        ({"year": "1999"}, "Choose a year from the list."),
        (
            {"width": "10"},
            "The chosen part of the picture is only 60 x 400 pixels; the shorter side must have at least 120. "
            "It was not used. Choose a larger part, or use a larger photo.",
        ),
    ],
)
def test_part_that_cannot_be_is_refused_in_words(scene: Scene, changed: dict[str, str], told: str) -> None:
    client = scene.client
    cut = chosen(client, scene.ada)

    page = client.post(cut, WHOLE | {"year": str(scene.year), "save": ""} | changed)

    assert told in errors(page)
    assert PhotoVersion.objects.filter(person=scene.ada).count() == 2


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("report.jpg", b"%PDF-1.7 text", "This is not an image: it looks like a PDF document"),
        ("small.png", "small", "The picture is only 100 x 100 pixels; the shorter side must have at least 120."),
        ("cut.jpg", make_portrait(3, 600, 400)[:9000], "The JPEG file is damaged or incomplete"),
        ("empty.jpg", b"", "The file is empty. Nothing was saved. Choose another."),
        ("iphone.heic", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "HEIC"),
    ],
)
def test_picture_that_cannot_be_used_is_refused_in_words(
    scene: Scene, folder: Path, name: str, content: bytes | str, told: str
) -> None:
    if content == "small":
        written = BytesIO()
        Image.new("RGB", (100, 100)).save(written, "PNG")
        content = written.getvalue()
    assert isinstance(content, bytes)

    page = scene.client.post(set_page(scene.ada), {"picture": SimpleUploadedFile(name, content)})

    assert page.status_code == 200
    assert told in errors(page)
    assert list(folder.glob("*")) == []


def test_nothing_chosen_and_too_large_files_are_refused(scene: Scene) -> None:
    large = SimpleUploadedFile("large.jpg", b"\xff\xd8\xff" + b"x" * 30_000_001)

    nothing = scene.client.post(set_page(scene.ada), {})
    too_large = scene.client.post(set_page(scene.ada), {"picture": large})

    assert "Choose a picture. Nothing was saved." in errors(nothing)
    assert "The file is larger than 30 MB. Nothing was saved. Save the photo smaller." in errors(too_large)


def test_photo_taken_with_the_camera_counts_too(scene: Scene) -> None:
    camera = SimpleUploadedFile("image.jpg", make_portrait(51, 300, 400))

    assert scene.client.post(set_page(scene.ada), {"camera": camera}).status_code == 302


def test_picture_that_is_forgotten_sends_back_to_the_beginning(scene: Scene, folder: Path) -> None:
    client = scene.client
    cut = chosen(client, scene.ada)
    past = (datetime.now(UTC) - timedelta(days=1, minutes=1)).timestamp()
    for path in folder.iterdir():
        os.utime(path, (past, past))

    keep_house(datetime.now(UTC))

    assert list(folder.iterdir()) == []
    assert GONE in errors(client.post(cut, WHOLE | {"year": str(scene.year), "save": ""}, follow=True))


def test_oldest_of_many_pictures_is_forgotten(scene: Scene, folder: Path) -> None:
    client = scene.client
    for _ in range(6):
        chosen(client, scene.ada)

    assert len(list(folder.iterdir())) == 2 * 5


@pytest.mark.parametrize("role", [Role.ARCHIVIST, Role.STAFF])
@pytest.mark.parametrize("page", ["photo/", "photo/withdraw/", "photo/show/", "photo/release/2026/", "protection/"])
def test_others_may_not(scene: Scene, role: Role, page: str) -> None:
    client = signed_in(make_user("lee", role, scene.school))

    assert client.get(f"{data_page(scene.ada)}{page}").status_code == 403
    assert client.post(f"{data_page(scene.ada)}{page}").status_code == 403


@pytest.mark.parametrize("page", ["photo/", "photo/withdraw/", "photo/show/", "protection/", "leaving/"])
def test_person_of_another_school_does_not_exist(scene: Scene, page: str) -> None:
    assert scene.client.get(f"{data_page(scene.stranger)}{page}").status_code == 404
    assert scene.client.post(f"{data_page(scene.stranger)}{page}").status_code == 404


def test_former_version_is_made_current_after_seeing_both(scene: Scene) -> None:
    former = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year).version
    give_photo(scene.ada, scene.year, make_picture((1, 2, 3)))
    client = scene.client
    link = f"{set_page(scene.ada)}versions/{former.pk}/"
    links = [each["href"] for each in Markup.of(client.get(data_page(scene.ada))).all("a")]
    assert [each for each in links if "/versions/" in each] == [link]

    asked = Markup.of(client.get(link))
    done = client.post(link, follow=True)

    assert f"Make version 1 of {scene.year} current again" in asked.text
    assert len([each for each in asked.all("img") if "/card.jpg" in each["src"]]) == 2
    assert f"It is the photo of {scene.year} now." in errors(done)
    assert YearPhoto.objects.get(person=scene.ada, academic_year=scene.year).version == former
    again = client.get(link)
    assert f"Version 1 is the photo of {scene.year}." in errors(again)


def test_photo_is_withdrawn_with_a_reason_and_shown_again(scene: Scene) -> None:
    client = scene.client
    withdraw, show = f"{set_page(scene.ada)}withdraw/", f"{set_page(scene.ada)}show/"

    without = client.post(withdraw, {"reason": " "})
    done = client.post(withdraw, {"reason": "The parents asked."}, follow=True)

    assert "Say why the photo is withdrawn. Nothing was changed." in errors(without)
    assert "The photo is withdrawn." in errors(done)
    assert client.get(f"/photos/{scene.ada.pk}/now/thumb.jpg").status_code == 404
    assert "The photo is withdrawn already: The parents asked." in errors(client.get(withdraw))
    assert "It was withdrawn: The parents asked." in errors(client.get(show))
    assert "The photo is shown again." in errors(client.post(show, follow=True))
    assert not Withdrawal.objects.exists()
    assert "The photo is not withdrawn." in errors(client.get(show))
    assert "There is no photo of any year" in errors(client.get(f"{set_page(scene.cy)}withdraw/"))


def test_pins_are_released_from_the_page(scene: Scene) -> None:
    client = scene.client
    client.post(chosen(client, scene.ada), WHOLE | {"year": str(scene.year), "save": ""})
    link = f"{set_page(scene.ada)}release/{scene.year}/"
    assert link in [each["href"] for each in Markup.of(client.get(data_page(scene.ada))).all("a")]

    assert f"kim set the photo of {scene.year} by hand." in errors(client.get(link))
    page = errors(client.post(link, follow=True))

    assert "Released." in page
    assert "Released by kim on" in page
    assert Pin.objects.get().released_by == "kim"
    assert f"Nothing is pinned for {scene.year}." in errors(client.get(link))


def test_photo_of_a_year_is_taken_off_from_the_page(scene: Scene) -> None:
    client = scene.client
    link = f"{set_page(scene.ada)}take-off/{scene.year}/"
    assert link in [each["href"] for each in Markup.of(client.get(data_page(scene.ada))).all("a")]

    assert "The year has no photo then, and that of the latest earlier year is shown" in errors(client.get(link))
    done = errors(client.post(link, follow=True))

    assert f"There is no photo of {scene.year} any more; its versions are kept." in done
    assert f"No photo for {scene.year} yet; this is {scene.year - 1}'s." in done
    assert f"There is no photo of {scene.year}." in errors(client.get(link))


def test_consent_is_saved_and_told(scene: Scene) -> None:
    client = scene.client
    page = f"{data_page(scene.ada)}consent/"

    saved = client.post(page, {"consent-yearbook": "no", "consent-school_use": "unknown"}, follow=True)
    same = client.post(page, {"consent-yearbook": "no"}, follow=True)
    wrong = client.post(page, {"consent-yearbook": "perhaps"}, follow=True)

    scene.ada.refresh_from_db()
    assert scene.ada.consent == {"yearbook": "no"}
    assert "Consent was saved: Yearbook." in errors(saved)
    assert "Nothing was changed: the answers are as they were." in errors(same)
    assert '"perhaps" is no answer about consent.' in errors(wrong)
    archivist = signed_in(make_user("lee", Role.ARCHIVIST, scene.school))
    assert archivist.post(page, {"consent-yearbook": "yes"}).status_code == 403
    assert Markup.of(archivist.get(data_page(scene.ada))).all("select") == []


def test_protection_takes_the_photo_off_every_page(scene: Scene) -> None:
    client = scene.client
    page = f"{data_page(scene.ada)}protection/"

    assert "Within five seconds, no page shows a photo of this person any more" in errors(client.get(page))
    assert "Ada Abel is protected now." in errors(client.post(page, follow=True))

    assert client.get(f"/photos/{scene.ada.pk}/now/thumb.jpg").status_code == 404
    assert client.get(f"/photos/people/{scene.ada.pk}/").status_code == 404
    assert "Ada Abel" not in errors(client.get("/photos/?level=7"))
    assert "The person is protected. No page shows the photo, also not a new one." in errors(
        client.get(set_page(scene.ada))
    )
    assert client.get(set_page(scene.ada)).context["years"] == []
    assert "The protection has ended." in errors(client.post(page, follow=True))
    assert client.get(f"/photos/{scene.ada.pk}/now/thumb.jpg").status_code == 200


def test_person_is_marked_as_left(scene: Scene) -> None:
    page = f"{data_page(scene.ada)}leaving/"

    assert "The person is on no wall and no list from now on." in errors(scene.client.get(page))
    assert "Ada Abel is marked as left." in errors(scene.client.post(page, follow=True))
    scene.ada.refresh_from_db()
    assert scene.ada.status == Person.Status.LEFT
    assert "Ada Abel has left already." in errors(scene.client.get(page))


def test_page_of_faces_leads_to_the_data_page_for_those_who_may(scene: Scene) -> None:
    person = f"/photos/people/{scene.ada.pk}/"

    assert data_page(scene.ada) in [each["href"] for each in Markup.of(scene.client.get(person)).all("a")]
    teacher = [each["href"] for each in Markup.of(signed_in(scene.teacher).get(person)).all("a")]
    assert [each for each in teacher if each.startswith("/data-management/")] == []


@pytest.mark.parametrize(
    ("size", "part"),
    [
        ((800, 1000), (0, 0, 100, 100)),
        ((790, 1000), (0, 0, 100, 100)),
        ((1000, 1000), (10, 0, 80, 100)),
        ((800, 2000), (0, 12.5, 100, 50)),
    ],
)
def test_proposed_part_has_the_shape_of_a_face(size: tuple[int, int], part: tuple[float, ...]) -> None:
    assert tuple(face_part(*size).values()) == part


@pytest.mark.parametrize(
    ("path", "takes"),
    [
        ("/data-management/import/", True),
        ("/data-management/people/12/photo/", True),
        ("/data-management/people/0/photo/", False),
        ("/data-management/people/12/photo/cut/abc/", False),
        ("/data-management/people/12/photo/\n", False),
        ("/photos/", False),
    ],
)
def test_files_are_taken_only_where_a_page_asks_for_one(path: str, *, takes: bool) -> None:
    assert bool(front_door.TAKES_FILES.fullmatch(path)) is takes
