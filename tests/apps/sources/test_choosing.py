"""Live counts: what each choice would match, among the files that were listed last."""

from pathlib import Path

import pytest

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.schools.models import School
from photosync.apps.sources import listed_lately
from photosync.apps.sources.choosing import count_matches
from photosync.apps.sources.counting import Counted, KeyCount
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.apps.sources.opening import source_fingerprint
from photosync.apps.sources.trying import try_profile
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import IdentifierKey
from tests.connectors.photographer.volumes import columns, table
from tests.web.pages import make_person, make_profile, make_school

pytestmark = pytest.mark.django_db
STUDENT_CODE, STAFF_CODE, ALTERNATE, USERNAME, EMAIL = IdentifierKey


@pytest.fixture
def school() -> School:
    made = make_school()
    for code in ("0001", "0002", "0003"):
        known(make_person(made, code), STUDENT_CODE, code)
    for code in ("0003", "T9"):
        teacher = make_person(made, f"staff {code}")
        Person.objects.filter(pk=teacher.pk).update(kind="staff", code=code)
        known(teacher, STAFF_CODE, code)
    known(Person.objects.get(school=made, code="0001", kind="student"), USERNAME, "ada")
    known(Person.objects.get(school=made, code="T9"), USERNAME, "ray")
    return made


def known(person: Person, key: str, value: str) -> None:
    Identifier.objects.create(school=person.school, person=person, key=key, value=value, folded=FOLDED.form(value))


def put(folder: Path, *names: str) -> None:
    for name in names:
        (folder / name).write_bytes(b"not looked into")


def settings(folder: Path, **options: str) -> ProfileSettings:
    return ProfileSettings(source_kind="folder", options={"path": str(folder), **options})


def tried(school: School, folder: Path) -> SyncProfile:
    profile = SyncProfile(school=school)
    try_profile(profile, settings(folder), anywhere=True)
    return profile


def test_every_sort_of_file_is_counted(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg", "0001.png", "0003.jpg", "t9.jpg", "ada.jpg", " .jpg")

    counted = count_matches(tried(school, tmp_path), settings(tmp_path))

    assert counted == Counted(
        files=6,
        is_whole=True,
        matched=2,
        without_key=1,
        of_nobody=2,
        in_doubt=1,
        set_aside=0,
        people=1,
        people_in_all=5,
        by_key=(
            KeyCount(STUDENT_CODE, 3),
            KeyCount(STAFF_CODE, 1),
            KeyCount(ALTERNATE, 0),
            KeyCount(USERNAME, 1),
            KeyCount(EMAIL, 0),
        ),
    )
    assert counted.sentence == "Of 6 photos, 2 match a person; 1 of 5 people have one."


def test_other_choices_are_counted_without_listing_again(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg", "t9.jpg", "ada.jpg")
    profile = tried(school, tmp_path)
    for path in tmp_path.iterdir():
        path.unlink()

    def matched(**options: str) -> int | None:
        counted = count_matches(profile, settings(tmp_path, **options))
        return counted and counted.matched

    assert matched() == 1
    assert matched(ignore_case="yes") == 2
    assert matched(key="username") == 1
    assert matched(key="student_code,staff_code,username", ignore_case="yes") == 3
    assert matched(match="pattern", pattern="{code}9") == 0


def test_pattern_that_names_the_key_leaves_no_other_to_choose(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg")
    counted = count_matches(tried(school, tmp_path), settings(tmp_path, match="pattern", pattern="{student_code}"))
    assert counted is not None
    assert (counted.matched, counted.by_key) == (1, ())


@pytest.mark.parametrize("pattern", ["{last_name}_{first_name}", "{last_name}{first_name}"])
def test_pattern_of_names_is_counted_and_leaves_no_key_to_choose(
    school: School, tmp_path: Path, pattern: str
) -> None:
    put(tmp_path, "Chen_Mia.jpg", "chen_mia.png", "Lee_Jo.jpg", "Smith_Ann.jpg", "_-_.jpg")
    called(school, "0001", "Mia", "Chen")
    called(school, "0002", "Jo", "Lee")
    called(school, "0003", "Jo", "Lee")

    counted = count_matches(tried(school, tmp_path), settings(tmp_path, match="pattern", pattern=pattern))

    assert counted is not None
    outcomes = (counted.matched, counted.of_nobody, counted.in_doubt, counted.without_key, counted.people)
    assert (outcomes, counted.by_key) == ((2, 1, 1, 1, 1), ())


def test_key_alone_is_counted_with_the_names_that_have_to_fit_it(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001_Chen_Mia.jpg", "0002_Chen_Mia.jpg")
    called(school, "0001", "Mia", "Chen")
    called(school, "0002", "Jo", "Lee")
    wanted = settings(tmp_path, match="pattern", pattern="{code}_{last_name}_{first_name}")

    counted = count_matches(tried(school, tmp_path), wanted)

    assert counted is not None
    assert (counted.matched, counted.in_doubt, counted.by_key[0]) == (1, 1, KeyCount(STUDENT_CODE, 1))


def called(school: School, code: str, given_name: str, family_name: str) -> None:
    person = Person.objects.get(school=school, code=code, kind="student")
    person.given_name, person.family_name = given_name, family_name
    person.save()


def test_components_that_are_not_synced_count_for_nothing(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg", "0003.jpg", "T9.jpg")
    profile = tried(school, tmp_path)
    only_staff = ProfileSettings(source_kind="folder", options={"path": str(tmp_path)}, components=["staff"])
    counted = count_matches(profile, only_staff)
    assert counted is not None
    assert (counted.matched, counted.in_doubt, counted.people_in_all) == (2, 0, 2)
    assert [each.key for each in counted.by_key] == [STAFF_CODE, ALTERNATE, USERNAME, EMAIL]


def test_index_of_files_without_an_ending_is_read_by_those_that_were_listed(school: School, tmp_path: Path) -> None:
    put(tmp_path, "a", "b")
    (tmp_path / "index.csv").write_text("0001,a\n")
    profile = SyncProfile(school=school, source_may_be_anywhere=True, options={"path": str(tmp_path)})
    wanted = settings(tmp_path, match="index", index="index.csv")
    try_profile(profile, wanted, anywhere=True)
    counted = count_matches(profile, wanted)
    assert counted is not None
    assert (counted.matched, counted.without_key) == (1, 1)


def test_index_file_is_read(school: School, tmp_path: Path) -> None:
    put(tmp_path, "a.jpg", "b.jpg")
    (tmp_path / "index.csv").write_text("0001,a.jpg\n")
    profile = SyncProfile(school=school, source_may_be_anywhere=True, options={"path": str(tmp_path)})
    wanted = settings(tmp_path, match="index", index="index.csv")
    try_profile(profile, wanted, anywhere=True)
    counted = count_matches(profile, wanted)
    assert counted is not None
    assert (counted.files, counted.matched, counted.without_key) == (2, 1, 1)


@pytest.fixture
def delivery(school: School, tmp_path: Path) -> Path:
    """A photographer's volume with two pictures, of which one is of somebody."""
    put(tmp_path, "1.jpg", "2.jpg")
    person = Person.objects.get(school=school, code="0001", kind="student")
    rows = [columns("1.jpg", person.family_name, person.given_name), columns("2.jpg", "Nobody", "Ned")]
    (tmp_path / "INDEX.TXT").write_text(table(*[[*row[:1], "", *row[2:]] for row in rows]))
    return tmp_path


def matched_of(counted: Counted | None) -> tuple[int, int] | None:
    return None if counted is None else (counted.files, counted.matched)


def test_delivery_is_counted_without_listing_it_again(school: School, delivery: Path) -> None:
    profile = SyncProfile(school=school, source_may_be_anywhere=True, options={"path": str(delivery)})
    wanted = settings(delivery, match="photographer")
    found = try_profile(profile, wanted, anywhere=True)
    assert (found.files, found.matched) == (2, 1)
    for path in delivery.iterdir():
        path.unlink()

    assert matched_of(count_matches(profile, wanted)) == (2, 1)
    assert matched_of(count_matches(profile, settings(delivery, match="photographer", by="stem"))) == (2, 0)
    with acting_as(Actor("someone else", Via.PAGES)):
        assert count_matches(profile, wanted) is None


def test_delivery_that_was_tried_otherwise_is_listed_once(school: School, delivery: Path) -> None:
    profile = SyncProfile(school=school, source_may_be_anywhere=True, options={"path": str(delivery)})
    wanted = settings(delivery, match="photographer")
    try_profile(profile, settings(delivery), anywhere=True)
    assert matched_of(count_matches(profile, wanted)) == (2, 1)
    (delivery / "INDEX.TXT").unlink()
    assert matched_of(count_matches(profile, wanted)) == (2, 1)


def test_kept_delivery_is_for_nobody_who_may_not_read_it(school: School, delivery: Path) -> None:
    wanted = settings(delivery, match="photographer")
    try_profile(SyncProfile(school=school), wanted, anywhere=True)
    with pytest.raises(Refused):
        count_matches(SyncProfile(school=school), wanted)


def test_delivery_of_too_many_rows_is_listed_each_time(
    school: School, delivery: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listed_lately, "MOST_ROWS_KEPT", 1)
    profile = SyncProfile(school=school, source_may_be_anywhere=True, options={"path": str(delivery)})
    wanted = settings(delivery, match="photographer")
    try_profile(profile, wanted, anywhere=True)
    put(delivery, "3.jpg")
    assert matched_of(count_matches(profile, wanted)) == (3, 1)


def test_source_that_was_never_listed_is_not_counted(school: School, tmp_path: Path) -> None:
    other = tmp_path / "other"
    other.mkdir()
    put(other, "0001.jpg")
    profile = tried(school, other)
    assert count_matches(profile, settings(tmp_path)) is None
    assert count_matches(SyncProfile(school=make_school("OTHER")), settings(other)) is None
    assert count_matches(profile, settings(other)) is not None


def test_trial_is_forgotten_after_a_while(school: School, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    put(tmp_path, "0001.jpg")
    monkeypatch.setattr(listed_lately, "KEPT_S", 0)
    assert count_matches(tried(school, tmp_path), settings(tmp_path)) is None


def test_only_so_many_trials_are_kept(school: School, tmp_path: Path) -> None:
    folders = [tmp_path / str(number) for number in range(listed_lately.MOST_KEPT + 1)]
    for folder in folders:
        folder.mkdir()
        put(folder, "0001.jpg")
        tried(school, folder)
    kept = [count_matches(SyncProfile(school=school), settings(folder)) is not None for folder in folders]
    assert kept == [False] + [True] * listed_lately.MOST_KEPT


def test_files_of_the_last_run_are_counted(school: School, tmp_path: Path) -> None:
    options = {"path": str(tmp_path)}
    profile = make_profile(school, "Photo Sync")
    profile.options = options
    profile.save()
    assert count_matches(profile, settings(tmp_path)) is None
    listing = Listing.objects.create(profile=profile, source_fingerprint=source_fingerprint("folder", options))
    page = ListedPage.objects.create(listing=listing, ordinal=0, folder="2026", digest=bytes(16), entry_count=1)
    ListedFile.objects.create(profile=profile, page=page, name="0001.jpg", size_bytes=1, stamp="1")

    counted = count_matches(profile, settings(tmp_path, ignore_case="yes"))

    assert counted is not None
    assert (counted.files, counted.matched) == (1, 1)
    assert count_matches(profile, settings(tmp_path / "elsewhere")) is None


def test_choice_that_cannot_be_says_so(school: School, tmp_path: Path) -> None:
    put(tmp_path, "0001.jpg")
    profile = tried(school, tmp_path)
    with pytest.raises(WrongUse) as raised:
        count_matches(profile, settings(tmp_path, match="pattern"))
    assert raised.value.message == (
        "Files are to be matched by a pattern, but none is given. Nothing was changed. "
        "Give one, such as {code}_{any}."
    )


def test_no_key_is_counted_alone_where_a_name_map_says_whose_every_photo_is(school: School, tmp_path: Path) -> None:
    put(tmp_path, "1.jpg", "2.jpg")
    (tmp_path / "names.csv").write_text("Last_Name,First_Name\nNguyen 0001,Ada,1.jpg\n")
    chosen = settings(tmp_path, match="index", index="names.csv")
    profile = SyncProfile(school=school)
    counted = try_profile(profile, chosen, anywhere=True).counted

    assert counted is not None
    assert (counted.files, counted.matched, counted.without_key, counted.by_key) == (2, 1, 1, ())
