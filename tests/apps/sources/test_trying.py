"""Test connection: what a source holds and whom it matches, while nothing is saved."""

from pathlib import Path

import pytest

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.sources import time_limit
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.trying import Tried, TriedFile, try_profile
from photosync.connectors.testing.memory import MemorySource
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import PhotoSyncError, Refused, SourceUnavailable, WrongUse
from tests.connectors.photographer.volumes import columns, table
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
    monkeypatch.setattr(time_limit, "MOST_FILES", 5)
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


def test_how_an_index_file_was_read_is_told(school: School, tmp_path: Path) -> None:
    put(tmp_path, "a.jpg")
    (tmp_path / "map.txt").write_bytes(b"Student_Number\tfile\r\n0001\ta.jpg\r\n")
    assert tried(school, tmp_path, match="index", index="map.txt").notes == (
        "Index file map.txt was read as two columns separated by tab, identifier first, with a header, UTF-8.",
    )
    (tmp_path / "map.txt").write_text('"a.jpg","0001"\n')
    assert tried(school, tmp_path, match="index", index="map.txt").notes == (
        "Index file map.txt was read as two columns separated by comma, file first, without a header, UTF-8.",
    )
    assert tried(school, tmp_path).notes == ()


def test_index_of_files_without_an_ending_is_read_by_the_files_that_there_are(
    school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(time_limit, "MOST_FILES", 3)
    put(tmp_path, "a", "b", "c", "d")
    (tmp_path / "map.txt").write_text("0001,a\n0002,b\n0003,c\n0004,d\n")
    found = tried(school, tmp_path, match="index", index="map.txt")
    assert found.notes == (
        "Index file map.txt was read as two columns separated by comma, identifier first, without a header, UTF-8.",
    )
    assert (found.files, found.matched, found.is_whole) == (3, 3, False)


@pytest.mark.parametrize("options", [{}, {"match": "pattern", "pattern": "{student_code}"}])
@pytest.mark.parametrize("index", ["INDEX.TXT", "Master.csv"])
def test_delivery_that_is_not_read_as_one_is_noticed_by_its_licence(
    school: School, tmp_path: Path, options: dict[str, str], index: str
) -> None:
    put(tmp_path, "Vol/IMAGES/0001.jpg", f"Vol/{index}", "Other/README.TXT", "COPYRIGHT.TXT")
    assert tried(school, tmp_path, **options).notes == ()
    put(tmp_path, "Vol/Copyright.txt")
    assert tried(school, tmp_path, **options).notes == (
        f"This looks like a photographer's delivery: Vol/Copyright.txt lies beside Vol/{index}. Its licence is asked "
        "for, and its index read, only where files are matched by a photographer's delivery (match=photographer). "
        "Choose that if it is one.",
    )


def test_licence_beside_the_index_file_that_is_chosen_is_noticed(school: School, tmp_path: Path) -> None:
    put(tmp_path, "Vol/0001.jpg", "Vol/COPYRIGHT.TXT")
    (tmp_path / "Vol/INDEX.TXT").write_text("0001,0001.jpg\n")
    notes = tried(school, tmp_path, match="index", index="Vol/INDEX.TXT").notes
    assert [each[:46] for each in notes] == [
        "Index file Vol/INDEX.TXT was read as two colum",
        "This looks like a photographer's delivery: Vol",
    ]


def test_delivery_that_is_read_as_one_shows_its_licence_and_no_note_of_it(school: School, tmp_path: Path) -> None:
    put(tmp_path, "Vol/IMAGES/0001.jpg", "Vol/COPYRIGHT.TXT")
    (tmp_path / "Vol/INDEX.TXT").write_text(table(columns("0001.jpg", "Chen", "Mia")))
    found = tried(school, tmp_path, match="photographer")
    assert [each.path for each in found.licences] == ["Vol/COPYRIGHT.TXT"]
    assert not any("looks like" in each for each in found.notes)


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
    Person.objects.filter(code="0001").update(status="left")
    assert tried(school, tmp_path).shown == (TriedFile("0001.jpg", "", "It may be of someone who is protected."),)


@pytest.mark.parametrize(
    ("name", "person"),
    [("0001.jpg", "A protected person"), ("0001b.jpg", ""), ("Chen_Mia.jpg", ""), ("x/MiaChen.jpg", "")],
)
def test_file_of_a_protected_person_is_not_named(school: School, tmp_path: Path, name: str, person: str) -> None:
    Person.objects.filter(code="0001").update(given_name="Mia", family_name="Chen", protected=True)
    put(tmp_path, name)

    found = tried(school, tmp_path)

    assert found.document()["shown"] == [
        {
            "file": "a file that is not named here",
            "person": person,
            "reason": "" if person else "It may be of someone who is protected.",
        }
    ]


@pytest.mark.parametrize("pattern", ["{last_name}_{first_name}", "{last_name}{first_name}"])
@pytest.mark.parametrize("name", ["Berg_Jan.jpg", "berg_jan.jpg", "BergJan.jpg", "bergjan.jpg"])
@pytest.mark.parametrize("status", ["active", "left"])
def test_file_called_like_a_protected_person_is_not_named(
    school: School, tmp_path: Path, pattern: str, name: str, status: str
) -> None:
    person = Person.objects.get(code="0001")
    person.given_name, person.family_name, person.protected, person.status = "Jan", "Berg", True, status
    person.save()
    put(tmp_path, name)

    found = tried(school, tmp_path, match="pattern", pattern=pattern)

    [shown] = found.document()["shown"]
    assert "berg" not in str(shown).lower()
    assert shown["file"] == "a file that is not named here"


def test_warning_that_names_a_protected_person_is_not_told(school: School, tmp_path: Path) -> None:
    Person.objects.filter(code="0001").update(given_name="Mia", family_name="Chen", protected=True)
    put(tmp_path, "IMAGES/Chen_Mia.jpg", "IMAGES/1.jpg")
    (tmp_path / "INDEX.TXT").write_text(table(columns("1.jpg", "Ng", "Bob")))
    assert tried(school, tmp_path, match="photographer").warnings == ("It may be of someone who is protected.",)


@pytest.mark.parametrize("kind", ["contradicted", "stem-of-another", "stem-of-nobody", "teacher"])
def test_whom_a_row_names_is_known_also_where_the_row_does_not_count(
    school: School, tmp_path: Path, kind: str
) -> None:
    mia = make_person(school, "0027", given_name="Mia", family_name="Chen", protected=True)
    name = "0001.jpg" if kind == "stem-of-another" else "77.jpg"
    rows = [columns(name, "Chen", "Mia")] + [columns(name, "Ng", "Bob")] * (kind == "contradicted")
    put(tmp_path, f"IMAGES/{name}")
    (tmp_path / "INDEX.TXT").write_text(table(*rows))
    if kind == "teacher":
        Person.objects.filter(pk=mia.pk).update(kind="staff")
    options = {"path": str(tmp_path), "match": "photographer", "by": "stem" if kind.startswith("stem") else "name"}
    changes = ProfileSettings(source_kind="folder", options=options, components=("students",))

    (found,) = try_profile(SyncProfile(school=school), changes, anywhere=True).shown

    assert mia.pk in found.may_be_of
    assert (found.person, found.reason) == ("", "It may be of someone who is protected.")


@pytest.mark.parametrize("has_left", [True, False], ids=["left", "namesake"])
def test_protected_person_is_not_named_by_an_index_of_names(school: School, tmp_path: Path, has_left: bool) -> None:
    """Their file is nobody's, and why would say who they are."""
    mia = make_person(school, "0027", given_name="Mia", family_name="Chen", protected=True)
    others = set() if has_left else {make_person(school, "0028", given_name="Mia", family_name="Chen").pk}
    if has_left:
        Person.objects.filter(pk=mia.pk).update(status="left")
    put(tmp_path, "IMAGES/IMG_77.jpg")
    (tmp_path / "INDEX.TXT").write_text(table(columns("IMG_77.jpg", "Chen", "Mia", grade="7")))
    (found,) = tried(school, tmp_path, match="photographer").shown
    assert (found.person, found.reason) == ("", "It may be of someone who is protected.")
    assert found.may_be_of == {mia.pk, *others}


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


class Counting(MemorySource):
    """`asked` are how many pages were asked for at once, each time."""

    def entries(self, pages):  # type: ignore[no-untyped-def]
        if pages:
            self.asked = [*getattr(self, "asked", []), len(pages)]
        yield from super().entries(pages)


def test_parts_of_a_large_folder_are_read_together() -> None:
    """A server that is far away would otherwise list the folder again for each of its parts."""
    files = {f"{folder}{number:03}.jpg": b"x" for folder in ("", "sub/") for number in range(100)}
    source = Counting(files, window_entries=40)

    listing = time_limit.Listing(source)

    assert {f"{folder}/{name}".lstrip("/") for folder, name in listing} == set(files)
    assert (len(source.asked), sum(source.asked)) == (2, len(list(source.pages())))
