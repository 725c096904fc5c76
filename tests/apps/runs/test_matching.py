"""Whose file it is, and what happens when people, codes or rules change."""

import zipfile

import pytest

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.runs import execution
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.runs.queries import run_document
from photosync.apps.sources.models import ListedFile, Listing
from photosync.connectors.folder.source import FolderSource
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, at, counts


def give_code(scene: Scene, person: Person, code: str) -> None:
    Identifier.objects.filter(person=person).update(value=code, folded=FOLDED.form(code))
    scene.roster_changed()


def test_file_of_nobody_is_unmatched_with_the_reason(scene: Scene) -> None:
    scene.put("9999.jpg", 1)
    run = scene.run()
    assert (run.state, run.counts) == (RunState.DONE, counts(observed=1, unmatched=1))
    assert scene.run().counts == counts(observed=1, unmatched=1)


def test_unmatched_file_is_published_when_its_person_is_enrolled(scene: Scene) -> None:
    scene.put("0001.jpg", 1)
    scene.run()
    scene.everyone(1)

    assert scene.run().counts == counts(observed=1, added=1)


def test_file_that_loses_its_person_keeps_the_photo(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    give_code(scene, scene.people["0001"], "0002")

    run = scene.run()

    assert (run.counts, scene.library()) == (counts(observed=1, unmatched=1), {"0001": {2026: "1"}})


def test_file_that_gets_its_person_back_is_unchanged_even_in_a_new_year(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    give_code(scene, scene.people["0001"], "0002")
    scene.run()
    scene.now = at(2027, 2, 1)
    give_code(scene, scene.people["0001"], "0001")

    run = scene.run()

    assert (run.counts, scene.items(run)) == (counts(observed=1, unchanged=1), [])


def test_file_that_changes_hands_goes_to_review(scene: Scene) -> None:
    """The picture is the photo of the first already, so it is not certain whose it is."""
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    give_code(scene, scene.people["0001"], "0003")
    give_code(scene, scene.people["0002"], "0001")

    run = scene.run()

    assert scene.items(run) == [("review", "0002", "0001.jpg", "other_person", "noted")]


def test_file_that_changes_hands_with_new_bytes_is_decided_by_the_new_bytes(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    give_code(scene, scene.people["0001"], "0003")
    give_code(scene, scene.people["0002"], "0001")
    scene.put("0001.jpg", 2)

    run = scene.run()

    assert run.counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_roster_change_does_not_reopen_what_was_decided(scene: Scene) -> None:
    """Kept, reviewed and rejected files stay so when others are enrolled, in a new year too."""
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    scene.everyone(4)
    scene.put("a/0001.jpg", 1)
    scene.put("b/0001.jpg", 1)
    scene.put("0002.jpg", 2)
    scene.put("0003.jpg", 2)
    scene.put("0004.jpg", b"no picture")
    first = scene.run()
    assert first.counts == counts(observed=5, added=1, unchanged=1, review=2, rejected=1)
    scene.now = at(2027, 2, 1)
    scene.everyone(1, first=5)

    run = scene.run()

    assert (run.counts, scene.items(run)) == (counts(observed=5, unchanged=2, review=2, rejected=1), [])


def test_number_that_is_a_students_and_a_staff_members_goes_to_review(scene: Scene) -> None:
    scene.person("0001")
    scene.person("0001", "staff")
    scene.put("0001.jpg", 1)

    assert scene.run().counts == counts(observed=1, review=1)
    scene.set(syncs_staff=False)
    assert scene.run().counts == counts(observed=1, added=1)


def test_leavers_file_is_unmatched_until_the_leaver_returns(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    person = scene.people["0001"]
    person.status = Person.Status.LEFT
    person.save()
    scene.roster_changed()
    assert scene.run().counts == counts(observed=1, unmatched=1)
    person.status = Person.Status.ACTIVE
    person.save()
    scene.roster_changed()

    assert scene.run().counts == counts(observed=1, unchanged=1)


def test_leading_zeros_matter_unless_the_profile_says_not(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("1.jpg", 1)
    assert scene.run().counts == counts(observed=1, unmatched=1)
    scene.options(ignore_leading_zeros="yes")
    assert scene.run().counts == counts(observed=1, added=1)


def test_year_in_the_path_says_whose_years_photo_it_is(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{year}/{code}")
    scene.everyone(1)
    scene.put("2025/0001.jpg", 1)
    scene.put("2026/0001.jpg", 2)

    run = scene.run()

    assert run.counts == counts(observed=2, added=2)
    assert scene.library() == {"0001": {2025: "1", 2026: "2"}}


def test_pattern_that_reads_another_year_decides_anew(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{year}/{code}")
    scene.everyone(1)
    scene.put("2026/0001_2025.jpg", 1)
    scene.run()
    scene.options(match="pattern", pattern=r"(?P<code>[0-9]+)_(?P<year>[0-9]{4})")

    scene.run()

    assert scene.library() == {"0001": {2025: "1"}}


def test_index_file_says_whose_file_it_is_and_its_change_is_seen(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.everyone(2)
    scene.put("IMG_1.jpg", 1)
    scene.put("index.csv", b"IMG_1.jpg,0001\n")
    assert scene.run().counts == counts(observed=1, added=1)
    scene.put("IMG_2.jpg", 2)
    assert scene.run().counts == counts(observed=2, unchanged=1, unmatched=1)
    scene.put("index.csv", b"IMG_1.jpg,0001\nIMG_2.jpg,0002\n")

    run = scene.run()

    assert run.counts == counts(observed=2, unchanged=1, added=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_index_of_files_without_an_ending_is_read_by_the_files_that_there_are(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.everyone(2)
    scene.put("9A/portrait-1", 1)
    scene.put("9A/portrait-2", 2)
    scene.put("index.csv", b"0001,9A/portrait-1\n0002,portrait-2\n0003,portrait-3\n")

    assert scene.run().counts == counts(observed=2, added=2)

    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}
    report = preflight_of(scene.profile, scene.now)
    assert [group.rows for group in report.groups if group.problem == "missing"] == [[("portrait-3", 'code "0003"')]]


def test_index_of_which_no_column_is_a_file_fails_the_run_in_words(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.everyone(1)
    scene.put("portrait-1.jpg", 1)
    scene.put("index.csv", b"0001,portrait-1\n")
    run = scene.run()
    assert run.state == RunState.FAILED
    assert (
        "does not show which of its columns is the file: neither holds names of pictures, or of files in the source"
        in run.explanation
    )


def test_index_that_is_read_otherwise_matches_everything_anew(scene: Scene) -> None:
    """Only the leftover 12 is there at first, so the index seems to give it to 101."""
    scene.options(match="index", index="index.csv")
    scene.person("101")
    scene.person("12")
    scene.put("12", 1)
    scene.put("index.csv", b"12,101\n")
    assert scene.preview().counts == counts(observed=1, added=1)
    scene.remove("12")
    scene.put("101", 2)

    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"12": {2026: "2"}}
    matched_with = Listing.objects.get().matched_with
    scene.remove("101")
    scene.put("12", 1)
    scene.run()
    assert Listing.objects.get().matched_with != matched_with


def test_index_fails_the_run_while_both_of_its_columns_name_files(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.person("101")
    scene.put("101", 1)
    scene.put("11", 2)
    scene.put("12", 3)
    scene.put("index.csv", b"12,101\n11,102\n13,103\n")
    run = scene.run()
    assert (run.state, scene.library()) == (RunState.FAILED, {})
    assert (
        'both columns hold names of files in the source, as "12" and "101"; take out of the source' in run.explanation
    )


def test_paths_of_an_index_may_count_from_its_own_folder(scene: Scene) -> None:
    scene.options(match="index", index="2026/idlink.txt")
    scene.everyone(4)
    for number in (1, 2, 3):
        scene.put(f"2026/class/{number}.jpg", number)
    rows = (
        "0001,class/1.jpg",
        "0002,2026/class/2.jpg",
        "0003,class/3.jpg",
        "0004,2026/class/3.jpg",
        "0005,class/5.jpg",
    )
    scene.put("2026/idlink.txt", "\n".join(rows).encode())

    run = scene.run()

    assert run.counts == counts(observed=3, added=2, unmatched=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}
    assert ListedFile.objects.get(name="3.jpg").reason == (
        'The index file has several rows for "2026/class/3.jpg" that do not agree on whose it is. A path counts '
        "from the top of the source, and from the folder of the index file. Correct the index file."
    )
    report = preflight_of(scene.profile, scene.now)
    assert [group.rows for group in report.groups if group.problem == "missing"] == [[("class/5.jpg", 'code "0005"')]]


def test_row_that_may_mean_two_files_is_asked_about(scene: Scene) -> None:
    scene.options(match="index", index="2026/idlink.txt")
    scene.everyone(1)
    scene.put("class/1.jpg", 1)
    scene.put("2026/class/1.jpg", 2)
    scene.put("2026/idlink.txt", b"0001,class/1.jpg\n")
    assert scene.run().counts == counts(observed=2, review=2)
    assert set(scene.files().values()) == {("review", "two_pictures")}


def test_index_file_that_is_missing_fails_the_run_and_changes_nothing(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.everyone(1)
    scene.put("IMG_1.jpg", 1)

    run = scene.run()

    assert (run.state, run.counts) == (RunState.FAILED, counts(observed=1, waiting=1))
    assert run.explanation.startswith("The index file 'index.csv' could not be read: ")
    assert run.explanation.endswith("Put the index file into the source, then run again.")


def test_protected_person_is_published_like_everyone(scene: Scene) -> None:
    """Protected says where a face is shown, not whether the library has it."""
    scene.everyone(1)
    Person.objects.update(protected=True)
    scene.put("0001.jpg", 1)
    assert scene.run().counts == counts(observed=1, added=1)


def test_profile_pointed_at_another_folder_forgets_the_first_but_not_its_photos(scene: Scene) -> None:
    scene.everyone(2)
    scene.put("0001.jpg", 1)
    scene.run()
    scene.put("other/0002.jpg", 2)
    scene.set(options={"path": str(scene.folder / "other")}, when_missing="withdraw")

    run = scene.run()

    assert run.counts == counts(observed=1, added=1, withdrawn=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}


def test_folder_that_outgrows_a_page_keeps_what_is_known_of_its_files(scene: Scene) -> None:
    scene.assign("2027S1", at(2027, 1, 1).date(), at(2027, 6, 30).date())
    codes = scene.everyone(9)
    for code in codes[:6]:
        scene.put(f"{code}.jpg", int(code))
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(
            execution, "open_profile_source", lambda profile: FolderSource(str(scene.folder), window_entries=8)
        )
        scene.run()
        scene.now = at(2027, 2, 1)
        for code in codes[6:]:
            scene.put(f"{code}.jpg", int(code))
        scene.put("0001.jpg", 101)

        large = scene.run()

        assert large.counts == counts(observed=9, unchanged=5, added=3, replaced=1)
        scene.remove("0009.jpg")
        scene.remove("0008.jpg")
        assert scene.run().counts == counts(observed=7, unchanged=7)


def test_lines_of_the_index_file_that_cannot_be_used_are_told_in_every_run(scene: Scene) -> None:
    scene.options(match="index", index="index.csv")
    scene.everyone(2)
    scene.put("IMG_1.jpg", 1)
    scene.put("IMG_2.jpg", 2)
    scene.put("index.csv", b"IMG_1.jpg,0001\nIMG_2.jpg,0002\nIMG_2.jpg,0001\nIMG_3.jpg,\n")
    warnings = [
        "Index file index.csv: IMG_2.jpg is given as 0002 in line 2 and as 0001 in line 3; it was left out.",
        "Index file index.csv: Line 4 has no identifier; it was left out.",
    ]

    first, again = scene.run(), scene.run()
    scene.put("index.csv", b"IMG_1.jpg,0001\nIMG_2.jpg,0002\n")
    mended = scene.run()

    assert (first.counts, first.warnings) == (counts(observed=2, added=1, unmatched=1), warnings)
    assert run_document(first)["warnings"] == warnings
    assert (again.counts, again.warnings) == (counts(observed=2, unchanged=1, unmatched=1), warnings)
    assert (mended.counts, mended.warnings) == (counts(observed=2, unchanged=1, added=1), [])


@pytest.mark.parametrize("kind", ["folder", "archive"])
def test_map_in_one_folder_and_the_images_in_another(scene: Scene, kind: str) -> None:
    """DATAMAC/XREFPICT.TXT beside PCTFILEC/, as FORMATS.md has it; zeros and letters of codes stay as they are."""
    for code in ("001003", "A7"):
        scene.person(code)
    scene.put("DATAMAC/XREFPICT.TXT", b'"001003","1003.PIC"\r\n"A7","1004.PIC"\r\n"1003","1005.PIC"\r\n')
    for number in (3, 4, 5):
        scene.put(f"PCTFILEC/100{number}.PIC", number)
    scene.put("PCTFILEC/1006.PIC", 6)
    if kind == "archive":
        packed = scene.folder / "volume.zip"
        with zipfile.ZipFile(packed, "w") as file:
            for path in sorted(scene.folder.rglob("*/*")):
                file.write(path, path.relative_to(scene.folder).as_posix())
        scene.set(source_kind="archive")
        scene.set(options={"path": str(packed), "match": "index", "index": "DATAMAC/XREFPICT.TXT"})
    else:
        scene.options(match="index", index="DATAMAC/XREFPICT.TXT")

    run = scene.run()

    assert (run.state, run.warnings) == (RunState.DONE, [])
    assert run.counts == counts(observed=4, added=2, unmatched=2)
    assert scene.library() == {"001003": {2026: "3"}, "A7": {2026: "4"}}
    assert scene.files() == {
        "PCTFILEC/1005.PIC": ("unmatched", "unmatched"),
        "PCTFILEC/1006.PIC": ("unmatched", "no_key"),
    }
    assert scene.run().counts == counts(observed=4, unchanged=2, unmatched=2)
