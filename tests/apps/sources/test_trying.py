"""Test connection: what a source holds and whom it matches, while nothing is saved."""

from pathlib import Path

import pytest

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.sources import trying
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.trying import Tried, TriedFile, try_profile
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import PhotoSyncError, Refused, SourceUnavailable, WrongUse
from tests.web.pages import make_person, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    made = make_school()
    for number in range(1, 13):
        known(make_person(made, f"{number:04}"))
    return made


def known(person: Person) -> Person:
    Identifier.objects.create(
        school=person.school, person=person, key="student_code", value=person.code, folded=FOLDED.form(person.code)
    )
    return person


def put(folder: Path, *names: str) -> None:
    for name in names:
        path = folder / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"not looked into")


def tried(school: School, folder: Path, **options: str) -> Tried:
    changes = ProfileSettings(source_kind="folder", options={"path": str(folder), **options})
    return try_profile(SyncProfile(school=school), changes, anywhere=True)


def test_few_files_are_all_shown_with_person_or_reason(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg", "sub/0002.jpg", "9999.jpg")
    found = tried(school, tmp_path)
    assert (found.files, found.matched, found.sentence) == (3, 2, "3 photos, 2 match a person.")
    assert sorted(found.shown, key=lambda each: each.path) == [
        TriedFile("0001.jpg", "Ada Nguyen 0001 (0001)", ""),
        TriedFile("9999.jpg", "", 'No student or staff member has the code "9999".'),
        TriedFile("sub/0002.jpg", "Ada Nguyen 0002 (0002)", ""),
    ]


def test_of_many_files_the_first_ten_are_shown(school: School, tmp_path: Path) -> None:
    put(tmp_path, *(f"{number:04}.jpg" for number in range(1, 15)))
    found = tried(school, tmp_path)
    assert found.sentence == "14 photos, 12 match a person; the first 10 are shown."
    assert len(found.shown) == 10


def test_nothing_is_saved(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg")
    tried(school, tmp_path)
    assert (SyncProfile.objects.count(), Listing.objects.count(), ListedFile.objects.count()) == (0, 0, 0)


def test_empty_source_is_told(school: School, tmp_path: Path) -> None:
    assert tried(school, tmp_path).sentence == "The source can be read, and holds no photo."


def test_large_source_is_looked_into_up_to_a_limit(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(trying, "MOST_FILES", 5)
    put(tmp_path, *(f"{number:04}.jpg" for number in range(1, 9)))
    found = tried(school, tmp_path)
    assert (found.files, found.is_whole) == (5, False)
    assert found.sentence == "The first 5 photos of more: 5 match a person; 5 are shown."


def test_index_file_is_read_and_its_problems_are_warnings(school: School, tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "index.csv").write_text("0001,a.jpg\n,b.jpg\n")
    found = tried(school, tmp_path, index="index.csv")
    assert (found.files, found.matched) == (2, 1)
    assert found.warnings == ("Index file index.csv: Line 2 has no identifier; it was left out.",)


def test_zip_is_tried_and_what_is_not_read_in_it_is_a_warning(school: School, tmp_path: Path) -> None:
    files = [Zipped("9A/0001.jpg", b"x"), Zipped("0002.jpg", b"x", flags=1), Zipped("__MACOSX/._1", b"x")]
    (tmp_path / "photos.zip").write_bytes(zip_bytes(files))
    changes = ProfileSettings(source_kind="archive", options={"path": str(tmp_path / "photos.zip")})

    found = try_profile(SyncProfile(school=school), changes, anywhere=True)

    assert (found.sentence, found.warnings) == (
        "2 photos, 2 match a person.",
        ("0002.jpg is protected by a password in the ZIP. It was not read. Make the ZIP again without a password.",),
    )


def test_protected_person_is_not_named(school: School, tmp_path: Path) -> None:
    Person.objects.filter(code="0001").update(protected=True)
    put(tmp_path, "0001.jpg")
    assert tried(school, tmp_path).shown == (TriedFile("0001.jpg", "A protected person", ""),)


@pytest.mark.parametrize(
    ("options", "kind", "message"),
    [
        ({"path": "/nowhere/at/all"}, SourceUnavailable, "is not there"),
        ({"path": ""}, WrongUse, "needs the option path"),
        ({"path": "/srv", "match": "pattern"}, WrongUse, "but none is given"),
        ({"path": "/srv", "colour": "red"}, WrongUse, "has no option 'colour'"),
    ],
)
def test_what_cannot_be_tried_is_refused_in_words(
    school: School, options: dict[str, str], kind: type[PhotoSyncError], message: str
) -> None:
    with pytest.raises(kind) as refused:
        try_profile(SyncProfile(school=school), ProfileSettings(source_kind="folder", options=options), anywhere=True)
    assert message in refused.value.message


def test_pages_reach_no_further_than_the_allowed_roots(school: School, tmp_path: Path) -> None:
    changes = ProfileSettings(source_kind="folder", options={"path": str(tmp_path)})
    with pytest.raises(Refused):
        try_profile(SyncProfile(school=school), changes)
