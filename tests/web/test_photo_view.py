"""A photo over HTTP through Django."""

import pytest
from django.test import Client

from photosync.apps.audit.models import PhotoView
from photosync.apps.library.models import YearPhoto
from photosync.apps.library.store import photo_store
from tests.web.conftest import Scene
from tests.web.pages import signed_in

NOTHING_HERE = b"There is no photo here that this account may see.\n"


def path(scene: Scene, size: str = "thumb") -> str:
    return f"/photos/{scene.ada.pk}/now/{size}.jpg"


@pytest.mark.parametrize("size", ["thumb", "card", "full"])
def test_each_size_is_sent_with_its_own_hash(scene: Scene, size: str) -> None:
    picture = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year).version.picture
    sha256 = getattr(picture, f"{size}_sha256")

    response = scene.client.get(path(scene, size))

    assert (response.status_code, response.content) == (200, photo_store().read(sha256))
    assert {name: response.headers[name] for name in ("Content-Type", "ETag", "Cache-Control", "Photo-Year")} == {
        "Content-Type": "image/jpeg",
        "ETag": f'"{sha256}"',
        "Cache-Control": "private, no-cache",
        "Photo-Year": str(scene.year),
    }


def test_known_content_is_answered_with_304_and_no_body(scene: Scene) -> None:
    first = scene.client.get(path(scene))

    again = scene.client.get(path(scene), headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.content, again.headers["ETag"]) == (304, b"", first.headers["ETag"])


def test_replaced_photo_has_another_etag(scene: Scene) -> None:
    first = scene.client.get(path(scene))
    last_year = YearPhoto.objects.get(person=scene.ada, academic_year=scene.year - 1).version
    YearPhoto.objects.filter(person=scene.ada, academic_year=scene.year).update(version=last_year)

    again = scene.client.get(path(scene), headers={"if-none-match": first.headers["ETag"]})

    assert (again.status_code, again.headers["ETag"]) == (200, f'"{last_year.picture.thumb_sha256}"')


@pytest.mark.parametrize("who", ["signed out", "no role", "role in another school"])
def test_who_may_not_see_it_gets_what_does_not_exist_gets(scene: Scene, who: str) -> None:
    client = {
        "signed out": Client(headers={"host": "localhost"}),
        "no role": signed_in(scene.roleless),
        "role in another school": scene.client,
    }[who]
    person = scene.stranger if who == "role in another school" else scene.ada

    forbidden = client.get(f"/photos/{person.pk}/now/thumb.jpg")
    missing = scene.client.get("/photos/999999999999/now/thumb.jpg")

    assert (forbidden.status_code, forbidden.content) == (404, NOTHING_HERE)
    assert (missing.status_code, missing.content) == (404, NOTHING_HERE)


def test_photo_cannot_be_posted_to(scene: Scene) -> None:
    assert scene.client.post(path(scene)).status_code == 405


def test_whoever_gets_the_photo_is_noted(scene: Scene) -> None:
    etag = scene.client.get(path(scene)).headers["ETag"]
    scene.client.get(path(scene), headers={"if-none-match": etag})
    scene.client.get(path(scene, "full"))
    scene.client.head(path(scene))
    signed_in(scene.roleless).get(path(scene))

    seen = PhotoView.objects.values_list("school_id", "account_id", "person_id_of", "times", "full_times")
    assert list(seen) == [(scene.school.pk, scene.administrator.pk, scene.ada.pk, 3, 1)]
