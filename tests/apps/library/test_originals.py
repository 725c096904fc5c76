"""Original files: kept only where the school says so, found by the version, and gone with the last who has them."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from hashlib import sha256
from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.erasing.blobs import BLOB_COLUMNS, still_referred
from photosync.apps.erasing.models import Scope
from photosync.apps.erasing.originals import erase_originals
from photosync.apps.erasing.queries import preview_of
from photosync.apps.erasing.services import erase_on_request
from photosync.apps.library.models import Original, PhotoVersion, Picture
from photosync.apps.library.originals import kept_sizes, original_document, original_of, originals_of, version_shown
from photosync.apps.library.store import photo_store
from photosync.apps.library.verification import verify_store
from photosync.apps.people.models import Person
from photosync.apps.runs import execution
from photosync.apps.runs.by_hand import adjust_photo, set_photo, withdraw_photo
from photosync.apps.runs.housekeeping import forget_unused_originals, referenced_blobs
from photosync.apps.schools.changing import change_school, preview_school
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.core.errors import NotFound, Refused
from photosync.imaging import Adjustment
from tests.apps.runs.scene import Scene, portrait
from tests.portraits import make_portrait


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Iterator[Scene]:
    empty_store()
    yield Scene(tmp_path / "photos")
    empty_store()


def empty_store() -> None:
    for name, _, _ in list(photo_store().iter_blobs()):
        photo_store().delete(name)


def keep_originals(scene: Scene, *, kept: bool = True) -> None:
    change_school(scene.school, now=scene.now, keeps_originals=kept)
    scene.set()


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def people_with_files(scene: Scene, count: int = 2) -> None:
    for code in scene.everyone(count):
        scene.put(f"{code}.jpg", int(code))


def kept() -> dict[str, bytes]:
    return {row.sha256: photo_store().read_verified(row.sha256) for row in Original.objects.all()}


def stored() -> set[str]:
    return {name for name, _, _ in photo_store().iter_blobs()}


def version(code: str, ordinal: int = 1) -> PhotoVersion:
    rows = PhotoVersion.objects.select_related("person__school", "picture")
    return rows.get(person__code=code, ordinal=ordinal)


def person(code: str) -> Person:
    return Person.objects.select_related("school").get(code=code)


def test_originals_are_not_kept_unless_the_school_says_so(scene: Scene) -> None:
    people_with_files(scene)
    scene.run()
    set_photo(person("0001"), portrait(50), by="Ms Gate", now=scene.now)

    assert School().keeps_originals is False
    assert kept() == {}
    assert stored() & {hash_of(portrait(seed)) for seed in (1, 2, 50)} == set()


def test_sync_keeps_the_bytes_of_what_it_takes_in(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene)
    scene.put("0003.jpg", b"no picture at all")
    scene.person("0003")

    scene.run()

    assert kept() == {hash_of(portrait(seed)): portrait(seed) for seed in (1, 2)}
    assert original_document(original_of(version("0001"))) == {
        "code": "0001",
        "kind": "student",
        "name": "P0001",
        "year": 2026,
        "version": 1,
        "format": "JPEG",
        "sha256": hash_of(portrait(1)),
        "size_bytes": len(portrait(1)),
    }
    assert original_of(version("0001")).name == "0001-2026-1-original.jpg"
    assert original_of(version("0001")).content() == portrait(1)
    assert hash_of(b"no picture at all") not in stored()


def test_more_originals_than_are_held_in_memory_are_all_kept(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photosync.engine.stage.ORIGINAL_BYTES_PER_WRITE", 1)
    keep_originals(scene)
    people_with_files(scene, 5)

    scene.run()

    assert kept() == {hash_of(portrait(seed)): portrait(seed) for seed in range(1, 6)}


def test_same_bytes_that_come_for_several_are_kept_once(scene: Scene) -> None:
    keep_originals(scene)
    for code in scene.everyone(3):
        scene.put(f"{code}.jpg", 7)

    scene.run()

    assert kept() == {hash_of(portrait(7)): portrait(7)}


def test_original_of_a_photo_from_before_is_kept_only_when_its_bytes_are_fetched_again(scene: Scene) -> None:
    people_with_files(scene)
    scene.run()
    keep_originals(scene)
    scene.run()
    after_an_unchanged_source = kept()

    (scene.folder / "0001.jpg").rename(scene.folder / "0001.jpeg")
    scene.run()

    assert after_an_unchanged_source == {}
    assert kept() == {hash_of(portrait(1)): portrait(1)}
    assert original_of(version("0001")).content() == portrait(1)
    with pytest.raises(NotFound) as refused:
        original_of(version("0002"))
    assert refused.value.message == (
        "No original file is kept of version 1 of 2026 of P0002 (0002). Nothing was given out."
    )


def test_photo_set_by_hand_keeps_the_whole_file_also_where_it_is_cut(scene: Scene) -> None:
    keep_originals(scene)
    scene.person("0001")
    content = make_portrait(50, 480, 600, gps=True)

    set_photo(person("0001"), content, by="Ms Gate", now=scene.now, adjustment=Adjustment(left=0.1, width=0.8))

    assert original_of(version("0001")).content() == content


def test_photo_turned_in_the_library_has_no_original_of_its_own(scene: Scene) -> None:
    keep_originals(scene)
    scene.person("0001")
    set_photo(person("0001"), make_portrait(50, 480, 600), by="Ms Gate", now=scene.now)

    adjust_photo(person("0001"), version("0001"), Adjustment(quarter_turns=1), by="Ms Gate", now=scene.now)

    assert originals_of(scene.school)["count"] == 1
    versions = list(PhotoVersion.objects.all())
    assert kept_sizes(versions, scene.school.pk) == {version("0001").pk: len(make_portrait(50, 480, 600))}


def test_turned_off_keeps_no_new_ones_and_leaves_those_that_there_are(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    scene.run()

    keep_originals(scene, kept=False)
    scene.person("0002")
    scene.put("0002.jpg", 2)
    scene.run()

    assert kept() == {hash_of(portrait(1)): portrait(1)}


def test_turned_off_while_a_run_is_taking_pictures_in_keeps_none_of_them(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    began = execution.open_profile_source

    def turned_off_meanwhile(*args: object, **kwargs: object) -> object:
        School.objects.update(keeps_originals=False)
        return began(*args, **kwargs)  # type: ignore[arg-type]

    monkeypatch.setattr(execution, "open_profile_source", turned_off_meanwhile)
    scene.run()

    assert kept() == {}
    assert scene.library() == {"0001": {2026: "1"}}


def test_version_shown_is_that_of_the_year_or_of_the_latest_earlier_one(scene: Scene) -> None:
    keep_originals(scene)
    scene.person("0001")
    set_photo(person("0001"), portrait(50), by="Ms Gate", now=scene.now, year=2025)

    assert version_shown(person("0001"), year=None, now=scene.now) == version("0001")
    with pytest.raises(NotFound) as refused:
        version_shown(person("0001"), year=2024, now=scene.now)
    assert refused.value.message == ("P0001 (0001) has no photo for 2024 or any earlier year. Nothing was given out.")


def test_original_of_a_withdrawn_photo_is_not_given_out(scene: Scene) -> None:
    keep_originals(scene)
    scene.person("0001")
    set_photo(person("0001"), portrait(50), by="Ms Gate", now=scene.now)
    withdraw_photo(person("0001"), reason="The parents asked for it.", by="Ms Gate", now=scene.now)

    with pytest.raises(Refused) as refused:
        original_of(version("0001"))
    assert refused.value.message == (
        "The photo of P0001 (0001) is withdrawn: The parents asked for it. Its original file was not given out."
    )


def test_what_turning_it_on_and_off_does_is_told_and_recorded(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 2)
    scene.run()

    off = preview_school(scene.school, now=scene.now, keeps_originals=False).originals
    keep_originals(scene, kept=False)
    erase_originals(scene.school)
    on = preview_school(scene.school, now=scene.now, keeps_originals=True).originals
    same = preview_school(scene.school, now=scene.now, keeps_originals=False).originals
    keep_originals(scene)
    none = preview_school(scene.school, now=scene.now, keeps_originals=False).originals

    assert (on, same) == (
        "Original files are kept from now on, of pictures that come new or change. Of photos that are in the library "
        "already none is added: the sync does not fetch their files again for it.",
        "",
    )
    assert (off, none) == (
        "No original file is kept from now on. The 2 that are kept stay until the photo is erased, or all original "
        "files are.",
        "No original file is kept from now on. There is none that was kept before.",
    )
    told = [sentence_of(entry) for entry in Entry.objects.filter(act__startswith="school.").order_by("pk")]
    size = len(portrait(1)) + len(portrait(2))
    assert told == [
        "Photo Sync changed school TEST Test: Keep original files from no to yes.",
        "Photo Sync changed school TEST Test: Keep original files from yes to no.",
        f"Photo Sync erased the original files that school TEST Test kept: Original files 2; Bytes {size}.",
        "Photo Sync changed school TEST Test: Keep original files from no to yes.",
    ]


def test_erasing_all_originals_leaves_the_photos(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene)
    scene.run()
    originals = set(kept())

    erased = erase_originals(scene.school)

    assert (erased.count, erased.blobs_left) == (2, False)
    assert stored() & originals == set()
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}
    assert verify_store(repair=False).document()["missing"] == 0
    with pytest.raises(Refused) as refused:
        erase_originals(scene.school)
    assert refused.value.message == "TEST Test keeps no original file. Nothing was erased."


def test_original_that_another_school_keeps_too_stays_for_that_school(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    scene.run()
    other = School.objects.create(code="OTHER", name="Other", time_zone="Australia/Sydney", keeps_originals=True)
    theirs = Person.objects.create(school=other, kind="student", code="9", given_name="Nine")
    set_photo(theirs, portrait(1), by="Mr Post", now=scene.now)

    erase_originals(scene.school)

    assert originals_of(scene.school) == {"count": 0, "size_bytes": 0}
    assert originals_of(other) == {"count": 1, "size_bytes": len(portrait(1))}
    assert original_of(version("9")).content() == portrait(1)
    with pytest.raises(NotFound):
        original_of(version("0001"))


def test_school_that_keeps_none_has_none_of_what_another_school_keeps(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    scene.run()
    other = School.objects.create(code="OTHER", name="Other", time_zone="Australia/Sydney")
    theirs = Person.objects.create(school=other, kind="student", code="9", given_name="Nine")

    set_photo(theirs, portrait(1), by="Mr Post", now=scene.now)

    with pytest.raises(NotFound):
        original_of(version("9"))


@pytest.mark.parametrize("scope", list(Scope))
def test_erasing_a_person_drops_the_original(scene: Scene, scope: Scope) -> None:
    keep_originals(scene)
    people_with_files(scene)
    scene.run()
    told = preview_of(person("0001"), scope)["explanation"]

    erase_on_request(person("0001"), scope, reason="Asked for.", by="Ms Day", now=scene.now)

    assert told[1] == "1 original file that was kept goes too."
    assert kept() == {hash_of(portrait(2)): portrait(2)}
    assert hash_of(portrait(1)) not in stored()
    assert verify_store(repair=False).document() | {"archive": None} == {
        "checked": len(stored()),
        "missing": 0,
        "damaged": 0,
        "repaired": 0,
        "orphaned": 0,
        "troubles": [],
        "orphans": [],
        "archive": None,
    }


def test_erasing_one_of_two_with_the_same_picture_drops_only_their_own_file(scene: Scene) -> None:
    """The bytes differ in what the camera wrote, the picture does not."""
    keep_originals(scene)
    plain, with_place = make_portrait(50, 480, 600), make_portrait(50, 480, 600, gps=True)
    other = School.objects.create(code="OTHER", name="Other", time_zone="Australia/Sydney", keeps_originals=True)
    Person.objects.create(school=other, kind="student", code="9", given_name="Nine")
    scene.person("0001")
    set_photo(person("0001"), plain, by="Ms Gate", now=scene.now)
    set_photo(person("9"), with_place, by="Mr Post", now=scene.now)
    assert Picture.objects.count() == 1

    erase_on_request(person("9"), Scope.PERSON, reason="Asked for.", by="Mr Post", now=scene.now)

    assert kept() == {hash_of(plain): plain}
    assert hash_of(with_place) not in stored()
    assert original_of(version("0001")).content() == plain


def test_erasing_one_of_two_with_the_same_bytes_leaves_the_file_for_the_other(scene: Scene) -> None:
    keep_originals(scene)
    for code in scene.everyone(2):
        scene.put(f"{code}.jpg", 7)
    scene.run()

    erase_on_request(person("0001"), Scope.PERSON, reason="Asked for.", by="Ms Day", now=scene.now)

    assert kept() == {hash_of(portrait(7)): portrait(7)}


def test_original_is_never_collected_while_something_names_it_and_is_forgotten_then(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    scene.run()
    name = hash_of(portrait(1))
    later = scene.now + timedelta(days=400)

    assert referenced_blobs([name]) == {name}
    assert forget_unused_originals(later) == 0
    ListedFile.objects.all().delete()
    assert forget_unused_originals(later) == 0
    PhotoVersion.objects.update(source_sha256="")
    assert forget_unused_originals(later) == 1
    assert referenced_blobs([name]) == set()


def test_verifying_counts_originals_tells_whose_they_are_and_mends_them_from_the_source(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene)
    scene.run()
    name = hash_of(portrait(1))
    photo_store().delete(name)

    (trouble,) = verify_store(repair=False).troubles
    (scene.folder / "0001.jpg").rename(scene.folder / "away")
    (left,) = verify_store(repair=True).troubles
    (scene.folder / "away").rename(scene.folder / "0001.jpg")
    mended = verify_store(repair=True)

    assert (trouble.finding.kind, trouble.finding.sha256, trouble.people) == ("missing", name, ["P0001 (0001)"])
    assert left.repaired is False
    assert (mended.repaired, mended.unrepaired) == (1, 0)
    assert photo_store().read_verified(name) == portrait(1)
    ListedFile.objects.all().delete()
    photo_store().delete(name)
    (gone,) = verify_store(repair=True).troubles
    assert gone.outcome == "No source has this original file any more. Restore it from a backup."


def test_backup_takes_the_originals(scene: Scene) -> None:
    keep_originals(scene)
    people_with_files(scene, 1)
    scene.run()

    assert (Original, "sha256") in BLOB_COLUMNS
    assert still_referred(stored()) == stored() == set(referenced_blobs(sorted(stored())))
    assert hash_of(portrait(1)) in stored()
