from pathlib import Path

import pytest

from photosync.apps.library.models import PhotoVersion, Picture, Withdrawal
from photosync.apps.library.photos import history_document, photo_document, photo_file
from photosync.core.errors import NotFound, Refused
from photosync.core.photos import Rendition
from tests.apps.runs.scene import Scene, at


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    made = Scene(tmp_path / "photos")
    made.person("0001")
    made.put("0001.jpg", 1)
    made.run()
    return made


def test_photo_of_this_year_in_each_size(scene: Scene) -> None:
    picture = Picture.objects.get()

    files = {size: photo_file(scene.people["0001"], size, now=scene.now) for size in Rendition}

    assert {size: (file.sha256, file.size_bytes) for size, file in files.items()} == {
        Rendition.FULL: (picture.full_sha256, picture.full_bytes),
        Rendition.CARD: (picture.card_sha256, picture.card_bytes),
        Rendition.THUMB: (picture.thumb_sha256, picture.thumb_bytes),
    }
    for file in files.values():
        assert file.content() == file.path.read_bytes()
        assert len(file.content()) == file.size_bytes
        assert (file.year, file.explanation) == (2026, "")


def test_year_without_a_photo_gives_the_latest_earlier_and_says_so(scene: Scene) -> None:
    picture = Picture.objects.get()

    file = photo_file(scene.people["0001"], Rendition.THUMB, now=at(2028, 2, 1))

    assert photo_document(file) == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "asked_year": 2028,
        "year": 2026,
        "size": "thumb",
        "sha256": picture.thumb_sha256,
        "size_bytes": picture.thumb_bytes,
        "explanation": "There is no photo for 2028; this is 2026's.",
    }


def test_no_photo_of_that_year_or_before(scene: Scene) -> None:
    with pytest.raises(NotFound) as refused:
        photo_file(scene.people["0001"], Rendition.FULL, year=2025, now=scene.now)

    assert refused.value.message == (
        "P0001 (0001) has no photo for 2025 or any earlier year. Nothing was written. See what there is."
    )


def test_withdrawn_photo_is_not_given_out(scene: Scene) -> None:
    person = scene.people["0001"]
    Withdrawal.objects.create(person=person, reason="The source no longer has it.", created_at=scene.now)

    with pytest.raises(Refused) as refused:
        photo_file(person, Rendition.FULL, now=scene.now)

    assert refused.value.message == (
        "The photo of P0001 (0001) is withdrawn: The source no longer has it. It was not given out. "
        "Its versions are kept; see the history."
    )
    history = history_document(person, scene.now)
    assert (history["shown_year"], history["withdrawn"]) == (None, "The source no longer has it.")


def test_history_has_every_version_and_where_it_came_from(scene: Scene) -> None:
    scene.later(hours=1)
    scene.put("0001.jpg", 2)
    run = scene.run()
    first, second = PhotoVersion.objects.order_by("ordinal").select_related("picture")

    assert history_document(scene.people["0001"], scene.now) == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "current_year": 2026,
        "shown_year": 2026,
        "withdrawn": None,
        "years": [
            {
                "year": 2026,
                "versions": [
                    {
                        "version": 2,
                        "current": True,
                        "sha256": second.picture.full_sha256,
                        "width_px": 130,
                        "height_px": 160,
                        "made_at": "2026-08-03T10:00:00+10:00",
                        "made_by": "Ms Day",
                        "origin": "0001.jpg",
                        "run": run.pk,
                        "original_bytes": None,
                    },
                    {
                        "version": 1,
                        "current": False,
                        "sha256": first.picture.full_sha256,
                        "width_px": 130,
                        "height_px": 160,
                        "made_at": "2026-08-03T09:00:00+10:00",
                        "made_by": "Ms Day",
                        "origin": "0001.jpg",
                        "run": run.pk - 1,
                        "original_bytes": None,
                    },
                ],
            }
        ],
        "pins": [],
    }
