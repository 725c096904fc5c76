from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path

import pytest

from photosync.apps.library.models import Picture
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import Verified, verify_store
from photosync.apps.sources.models import ListedFile
from tests.apps.runs.scene import Scene
from tests.portraits import make_portrait


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    empty_store()
    made = Scene(tmp_path / "photos")
    for code, seed in (("0001", 901), ("0002", 902)):
        made.person(code)
        made.put(f"{code}.jpg", make_portrait(seed, 480, 600))
    made.run()
    yield made
    empty_store()


def empty_store() -> None:
    """The store outlives the rows of a test; nothing of another test may be found in it."""
    for name, _, _ in list(photo_store().iter_blobs()):
        photo_store().delete(name)


def picture(number: int) -> Picture:
    return Picture.objects.get(versions__person__code=f"{number:04d}")


def damage(name: str) -> None:
    path = photo_store().path_of(name)
    path.chmod(0o600)
    path.write_bytes(b"x" + path.read_bytes()[1:])


def found(verified: Verified) -> list[tuple[str, str, list[str], bool, str]]:
    return [
        (each.finding.kind, each.finding.sha256, each.people, each.repaired, each.outcome)
        for each in verified.troubles
    ]


def sound(number: int) -> bool:
    row = picture(number)
    return all(
        sha256(photo_store().read(name)).hexdigest() == name
        for name in (row.full_sha256, row.card_sha256, row.thumb_sha256)
    )


def test_sound_store_has_nothing_to_tell(scene: Scene) -> None:
    assert verify_store(repair=False).document() == {
        "checked": 6,
        "missing": 0,
        "damaged": 0,
        "repaired": 0,
        "orphaned": 0,
        "troubles": [],
        "orphans": [],
        "archive": {
            "checked": 0,
            "missing": 0,
            "damaged": 0,
            "broken_seals": 0,
            "troubles": [],
            "seals": [],
        },
    }


def test_missing_damaged_and_orphaned_are_told_and_left(scene: Scene) -> None:
    card, full = picture(1).card_sha256, picture(2).full_sha256
    photo_store().delete(card)
    damage(full)
    with photo_store().batch() as batch:
        orphan = batch.add(b"orphan")
        batch.commit()

    verified = verify_store(repair=False)

    assert sorted(found(verified)) == [
        ("damaged", full, ["P0002 (0002)"], False, ""),
        ("missing", card, ["P0001 (0001)"], False, ""),
    ]
    assert (verified.missing, verified.damaged, verified.orphaned, verified.unrepaired) == (1, 1, 1, 2)
    assert [each.sha256 for each in verified.orphans] == [orphan]


def test_card_and_thumb_are_made_anew_from_the_full(scene: Scene) -> None:
    (scene.folder / "0001.jpg").unlink()
    row = picture(1)
    photo_store().delete(row.card_sha256)
    damage(row.thumb_sha256)

    verified = verify_store(repair=True)

    assert (verified.repaired, verified.unrepaired) == (2, 0)
    assert sound(1)
    assert verify_store(repair=False).document()["checked"] == 6
    assert verify_store(repair=False).orphaned == 0


def test_full_is_made_anew_from_its_source(scene: Scene) -> None:
    row = picture(1)
    damage(row.full_sha256)
    photo_store().delete(row.thumb_sha256)

    verified = verify_store(repair=True)

    assert (verified.repaired, verified.unrepaired) == (2, 0)
    assert sound(1)
    assert picture(1).full_sha256 == row.full_sha256


def test_full_stays_damaged_when_the_source_has_other_bytes(scene: Scene) -> None:
    name = picture(1).full_sha256
    damage(name)
    scene.put("0001.jpg", 903)

    verified = verify_store(repair=True)

    assert found(verified) == [
        (
            "damaged",
            name,
            ["P0001 (0001)"],
            False,
            "The source now has other bytes. Restore the photo from a backup, or run a sync.",
        )
    ]
    assert verified.unrepaired == 1


def test_full_stays_missing_when_the_source_has_gone(scene: Scene) -> None:
    name = picture(1).full_sha256
    photo_store().delete(name)
    ListedFile.objects.all().delete()

    (trouble,) = verify_store(repair=True).troubles

    assert (trouble.repaired, trouble.outcome) == (
        False,
        "No source has the file that it was made from any more. Restore it from a backup.",
    )
