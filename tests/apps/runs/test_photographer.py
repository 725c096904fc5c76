"""A photographer's delivery through whole runs: by names and by codes, licence, retakes, what is told."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from photosync.apps.audit.acting import Actor, Via, acting_as
from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.profiles.models import DeliveryLicence
from photosync.apps.profiles.settings import ProfileSettings
from photosync.apps.runs.ledger.matching import people_called
from photosync.apps.runs.models import Run
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.schools.models import School
from photosync.apps.sources.choosing import count_matches
from photosync.apps.sources.delivered import delivered_rows
from photosync.apps.sources.licences import accept_licence, read_licences
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.trying import try_profile
from photosync.core.errors import NotFound, Refused
from photosync.core.names import sought_form
from photosync.core.people import PersonKind
from photosync.core.preflight import Problem
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts
from tests.connectors.photographer.volumes import columns, table

pytestmark = pytest.mark.django_db


def named(scene: Scene, code: str, given: str, family: str, **more: str) -> Person:
    person = scene.person(code, more.pop("kind", "student"))
    for name, value in {"given_name": given, "family_name": family, **more}.items():
        setattr(person, name, value)
    person.save()
    scene.roster_changed()
    return person


@pytest.fixture
def delivery(scene: Scene) -> Scene:
    """Three students, and a volume with a picture of each of them and of someone unknown."""
    named(scene, "0001", "Mia", "Chen", year_level="Year 7", roll_group="7A")
    named(scene, "0002", "Robert", "O\u2019Brien", preferred_name="Bob", year_level="Year 8")
    named(scene, "0003", "Mia", "Chen", year_level="Year 9", roll_group="9B")
    index(
        scene,
        columns("1001.jpg", "CHEN", "MIA", grade="07", room="07a"),
        columns("1002.jpg", "OBRIEN", "BOB", grade="8"),
        columns("1003.jpg", "Chen", "Mia", grade="9", room="9B"),
        columns("1004.jpg", "Nobody", "Ned", grade="9"),
    )
    for number in range(1, 5):
        scene.put(f"Vol/IMAGES/100{number}.jpg", number)
    scene.put("Vol/README.TXT", b"Thank you.")
    scene.options(match="photographer")
    return scene


def index(scene: Scene, *rows: list[str], name: str = "INDEX.TXT") -> None:
    scene.put(f"Vol/{name}", table(*rows).encode())


def codes(scene: Scene) -> dict[str, str]:
    """Return whose each file is, by its name; the reason where it is nobody's."""
    rows = ListedFile.objects.filter(profile=scene.profile).select_related("person")
    return {row.name: row.person.code if row.person else row.reason for row in rows}


def test_photos_find_their_people_by_name_grade_and_home_room(delivery: Scene) -> None:
    run = delivery.run()
    assert (run.state, run.warnings) == (RunState.DONE, [])
    assert run.counts == counts(observed=4, added=3, unmatched=1)
    assert codes(delivery) == {
        "1001.jpg": "0001",
        "1002.jpg": "0002",
        "1003.jpg": "0003",
        "1004.jpg": 'Vol/INDEX.TXT, line 5, has "Ned Nobody" (grade 9). No student or staff member is called so.',
    }
    again = delivery.run()
    assert again.counts == counts(observed=4, unchanged=3, unmatched=1)


def test_change_of_the_index_or_of_the_roster_matches_anew(delivery: Scene) -> None:
    delivery.run()
    named(delivery, "0004", "Ned", "Nobody")
    assert delivery.run().counts == counts(observed=4, unchanged=3, added=1)
    index(delivery, columns("1001.jpg", "Chen", "Mia", grade="8"), columns("1002.jpg", "OBrien", "Bob"))
    run = delivery.run()
    found = codes(delivery)
    assert found["1001.jpg"] == (
        'Vol/INDEX.TXT, line 2, has "Mia Chen" (grade 8), but Mia Chen (0001) is in "Year 7"; '
        'Mia Chen (0003) is in "Year 9".'
    )
    assert found["1003.jpg"] == 'No index of the delivery lists "1003.jpg".'
    assert run.warnings == ['2 images are in no index: "Vol/IMAGES/1003.jpg", "Vol/IMAGES/1004.jpg".']


def test_by_stem_the_names_of_the_index_have_to_agree(delivery: Scene) -> None:
    delivery.options(match="photographer", by="stem")
    index(
        delivery,
        columns("0001.jpg", "Chen", "Mia", grade="7"),
        columns("0002.jpg", "Chen", "Leo", grade="8"),
        columns("0003.jpg", "Chen", "Mia", grade="7"),
    )
    for number in range(1, 4):
        delivery.put(f"Vol/IMAGES/000{number}.jpg", 10 + number)
        delivery.remove(f"Vol/IMAGES/100{number}.jpg")
    delivery.remove("Vol/IMAGES/1004.jpg")
    run = delivery.run()
    assert run.counts == counts(observed=3, added=1, unmatched=2)
    assert codes(delivery) == {
        "0001.jpg": "0001",
        "0002.jpg": "The file name gives the code of Bob O\u2019Brien (0002). Vol/INDEX.TXT, line 3, has "
        '"Leo Chen" (grade 8), which is another name.',
        "0003.jpg": 'Vol/INDEX.TXT, line 4, has "Mia Chen" (grade 7), but Mia Chen (0003) is in "Year 9".',
    }


def test_retakes_of_a_master_replace_and_what_is_superseded_waits_for_nobody(delivery: Scene) -> None:
    delivery.run()
    index(
        delivery,
        columns("1001.jpg", "Chen", "Mia", grade="7", room="7A"),
        columns("1003.jpg", "Chen", "Mia", grade="9", room="9B"),
        columns("1001R.jpg", "Chen", "Mia", grade="7", room="7A"),
        name="MASTER.TXT",
    )
    delivery.put("Vol/IMAGES/1001R.jpg", 20)
    run = delivery.run()
    assert run.counts == counts(observed=5, replaced=1, unchanged=2, unmatched=2)
    found = codes(delivery)
    assert found["1001R.jpg"] == "0001"
    assert found["1001.jpg"] == (
        'Superseded: Mia Chen is listed again in Vol/MASTER.TXT, line 4, which counts: "1001R.jpg".'
    )
    assert found["1002.jpg"].endswith("but the MASTER file beside it, which counts, has no picture of them.")
    states = dict(ListedFile.objects.filter(profile=delivery.profile).values_list("name", "state"))
    assert states["1001.jpg"] == ListedFile.State.DISMISSED


def test_no_photo_is_read_before_the_licence_is_accepted(delivery: Scene) -> None:
    delivery.put("Vol/COPYRIGHT.TXT", b"Yearbook pages only.")
    refused = delivery.run()
    licence = DeliveryLicence.objects.get()
    assert (refused.state, refused.explanation) == (
        RunState.FAILED,
        "The photographer's delivery comes with a licence that nobody has accepted yet: Vol/COPYRIGHT.TXT "
        f"({licence.sha256[:12]}). No photo was read and nothing was changed. Read it on Manage Sync, accept it "
        "there, then run again.",
    )
    assert set(ListedFile.objects.values_list("sha256", flat=True)) == {""}
    assert delivery.preview().state == RunState.FAILED

    accept_licence(delivery.profile, licence.sha256, by="Kim", now=delivery.now)
    assert delivery.run().counts == counts(observed=4, added=3, unmatched=1)
    (entry,) = Entry.objects.filter(act="profile.licence-accepted")
    assert entry.changes == [
        ["licence", None, "Vol/COPYRIGHT.TXT"],
        ["sha256", None, licence.sha256],
    ]
    licence.refresh_from_db()
    assert (licence.accepted_by, licence.accepted_at, licence.text) == ("Kim", delivery.now, "Yearbook pages only.")


def test_changed_licence_is_asked_for_again_and_the_former_stays_accepted(delivery: Scene) -> None:
    def accept() -> str:
        (row,) = read_licences(delivery.profile, delivery.now)
        return accept_licence(delivery.profile, row.sha256, by="Kim", now=delivery.now).sha256

    delivery.put("Vol/COPYRIGHT.TXT", b"Yearbook pages only.")
    first = accept()
    assert delivery.run().state == RunState.DONE
    delivery.put("Vol/COPYRIGHT.TXT", b"No use at all.")
    assert delivery.run().state == RunState.FAILED
    with pytest.raises(NotFound) as caught:
        accept_licence(delivery.profile, first, by="Kim", now=delivery.now)
    assert caught.value.message == (
        f'The data source of "Photo Sync" holds no licence "{first[:12]}". Nothing was accepted. Read the licence '
        "again: it may have changed."
    )
    accept()
    assert delivery.run().state == RunState.DONE
    delivery.put("Vol/COPYRIGHT.TXT", b"Yearbook pages only.")
    assert delivery.run().state == RunState.DONE
    delivery.remove("Vol/COPYRIGHT.TXT")
    assert delivery.run().state == RunState.DONE
    assert read_licences(delivery.profile, delivery.now) == []


def test_licence_of_another_source_is_not_looked_for(scene: Scene) -> None:
    scene.put("COPYRIGHT.TXT", b"x")
    with pytest.raises(Refused) as caught:
        read_licences(scene.profile, scene.now)
    assert caught.value.message == (
        'The sync profile "Photo Sync" does not read a photographer\'s delivery, so there is no licence. Nothing was '
        "done. Set match=photographer if it does."
    )
    assert scene.run().counts == counts(observed=1, unmatched=1)


def test_index_that_cannot_be_read_changes_nothing(delivery: Scene) -> None:
    delivery.run()
    delivery.put("Vol/INDEX.TXT", b"no index\n")
    run = delivery.run()
    assert run.state == RunState.FAILED
    assert run.explanation.startswith("The index file 'Vol/INDEX.TXT' is no index of a photographer's volume: ")
    assert delivery.run().state == RunState.FAILED
    assert len(delivery.people) == 3


def test_rows_as_a_report_on_the_delivery_needs_them(delivery: Scene) -> None:
    delivery.put("Vol/IMAGES/1002.jpg", b"")
    delivery.remove("Vol/IMAGES/1003.jpg")
    rows = list(delivered_rows(delivery.profile, after_run=1))
    assert [
        (each.volume, each.line, each.path, each.first_name, each.grade, each.home_room, each.size, each.size_bytes)
        for each in rows
    ] == [
        ("Vol", 2, "Vol/IMAGES/1001.jpg", "MIA", "07", "07a", "", rows[0].size_bytes),
        ("Vol", 3, "Vol/IMAGES/1002.jpg", "BOB", "8", "", "", 0),
        ("Vol", 4, "Vol/IMAGES/1003.jpg", "Mia", "9", "9B", "", None),
        ("Vol", 5, "Vol/IMAGES/1004.jpg", "Ned", "9", "", "", rows[3].size_bytes),
    ]
    told: list[Any] = [(each.person.code if each.person else "", each.reason) for each in rows]
    assert told == [
        ("0001", ""),
        ("0002", ""),
        ("0003", ""),
        ("", 'Vol/INDEX.TXT, line 5, has "Ned Nobody" (grade 9). No student or staff member is called so.'),
    ]


def test_row_of_an_index_beside_a_master_does_not_count(delivery: Scene) -> None:
    index(delivery, columns("1001.jpg", "Chen", "Mia", grade="7"), name="MASTER.TXT")
    assert [(each.index, each.counts) for each in delivered_rows(delivery.profile, after_run=1)] == [
        *[("Vol/INDEX.TXT", False)] * 4,
        ("Vol/MASTER.TXT", True),
    ]


def test_rows_of_another_source_are_refused(scene: Scene) -> None:
    with pytest.raises(Refused) as caught:
        list(delivered_rows(scene.profile, after_run=1))
    assert caught.value.message == (
        'The sync profile "Photo Sync" does not read a photographer\'s delivery. Nothing was done. '
        "Set match=photographer if it does."
    )


def test_pre_flight_report_tells_missing_images_by_their_line(delivery: Scene) -> None:
    delivery.remove("Vol/IMAGES/1003.jpg")
    delivery.put("Vol/IMAGES/group.jpg", 30)
    delivery.preview()
    report = preflight_of(delivery.profile, delivery.now)
    assert {(str(group.problem), row) for group in report.groups for row in group.rows} >= {
        ("missing", ("Vol/IMAGES/1003.jpg", "line 4 of Vol/INDEX.TXT")),
        ("unmatched", ("Vol/IMAGES/1004.jpg", 'listed as "Ned Nobody"')),
        ("unmatched", ("Vol/IMAGES/group.jpg", "not listed")),
    }


@pytest.mark.parametrize(
    ("by", "problem", "row"),
    [
        ("name", "ambiguous", ("Vol/IMAGES/1001.jpg", 'listed as "MIA CHEN"')),
        ("stem", "ambiguous", ("Vol/IMAGES/0002.jpg", 'code "0002"')),
        ("stem", "unmatched", ("Vol/IMAGES/1001.jpg", 'code "1001"')),
    ],
)
def test_pre_flight_report_calls_a_name_no_code(delivery: Scene, by: str, problem: str, row: tuple[str, str]) -> None:
    index(delivery, columns("1001.jpg", "CHEN", "MIA"), columns("0002.jpg", "Chen", "Mia"))
    delivery.put("Vol/IMAGES/0002.jpg", 20)
    delivery.options(match="photographer", by=by)
    delivery.preview()
    report = preflight_of(delivery.profile, delivery.now)
    assert (problem, row) in {(str(group.problem), row) for group in report.groups for row in group.rows}
    advice = {str(group.problem): group.advice for group in report.groups}["ambiguous"]
    assert advice == (
        "The code or name fits more than one person, or the index says otherwise than the school. Ask the school who "
        "is meant."
    )


def test_pre_flight_report_on_a_name_map_says_how_a_file_is_listed(scene: Scene) -> None:
    scene.put("map.txt", b"Last_Name\tFirst_Name\t\nNobody\tNed\ta.jpg\n")
    scene.put("a.jpg", 1)
    scene.put("b.jpg", 2)
    scene.options(match="index", index="map.txt")
    scene.preview()
    report = preflight_of(scene.profile, scene.now)
    (group,) = [each for each in report.groups if each.problem == "unmatched"]
    assert group.rows[:2] == [("a.jpg", 'listed as "Ned Nobody"'), ("b.jpg", "not listed")]


def test_pre_flight_report_on_files_that_no_run_came_to_is_refused(delivery: Scene) -> None:
    delivery.put("Vol/COPYRIGHT.TXT", b"Yearbook pages only.")
    assert delivery.preview().state == RunState.FAILED
    with pytest.raises(Refused) as caught:
        preflight_of(delivery.profile, delivery.now)
    assert caught.value.message_with_command == (
        "4 files of Photo Sync have not been looked at yet, so there is nothing to report. Preview it, and see that "
        'the preview does not fail: photosync sync "Photo Sync" --preview'
    )


def test_what_a_delivery_would_match_is_counted_while_one_chooses(delivery: Scene) -> None:
    delivery.options()
    delivery.run()
    by_stem = count_matches(delivery.profile, ProfileSettings(options={"match": "stem"}))
    assert by_stem is not None
    assert (by_stem.files, by_stem.matched) == (6, 0)
    found = count_matches(delivery.profile, ProfileSettings(options={"match": "photographer"}))
    assert found is not None
    assert (found.files, found.matched, found.of_nobody, found.without_key, found.people, found.by_key) == (
        *(4, 3, 1, 0, 3),
        (),
    )
    by_code = count_matches(delivery.profile, ProfileSettings(options={"match": "photographer", "by": "stem"}))
    assert by_code is not None
    assert (by_code.files, by_code.matched, by_code.of_nobody) == (4, 0, 4)


def test_picture_for_which_another_one_counts_is_counted_as_set_aside(delivery: Scene) -> None:
    index(
        delivery,
        columns("1001.jpg", "Chen", "Mia", grade="7", size="LARGE"),
        columns("1002.jpg", "Chen", "Mia", grade="7", size="SMALL"),
        columns("1003.jpg", "Nobody", "Ned"),
        columns("1004.jpg", "Chen", "Mia"),
    )
    counted = try_profile(delivery.profile, ProfileSettings()).counted
    assert (counted.files, counted.matched, counted.of_nobody, counted.in_doubt, counted.set_aside) == (4, 1, 1, 1, 1)


def test_name_map_finds_people_by_name(delivery: Scene) -> None:
    delivery.put("names.csv", b"Last_Name,First_Name,Grade_Level\nCHEN,Mia,9,1001.jpg\nNobody,Ned,9,1002.jpg\n")
    delivery.options(match="index", index="names.csv")
    delivery.run()
    found = codes(delivery)
    assert found["1001.jpg"] == "0003"
    assert found["1002.jpg"] == (
        'names.csv, line 3, has "Ned Nobody" (grade 9). No student or staff member is called so.'
    )
    assert found["1003.jpg"] == 'The index file does not list "1003.jpg".'


def test_people_are_found_by_two_questions_that_their_indexes_answer(scene: Scene) -> None:
    school = School.objects.get(pk=scene.school.pk)
    Person.objects.bulk_create(
        Person(
            school=school,
            kind="student",
            code=f"s{number}",
            given_name=f"G{number}",
            family_name="Ng",
            sought_as=sought_form("Ng", f"G{number}"),
        )
        for number in range(500)
    )
    named(scene, "0009", "Robert", "Ng", preferred_name="G7")
    forms = [sought_form("Ng", f"G{number}") for number in (7, 499, 1_000)]
    with CaptureQueriesContext(connection) as asked:
        found = people_called(school.pk, forms)
    assert {form: [each.candidate.label for each in people] for form, people in found.items()} == {
        "ng g7": ["G7 Ng (s7)", "G7 Ng (0009)"],
        "ng g499": ["G499 Ng (s499)"],
    }
    assert len(asked) == 2
    if connection.vendor == "sqlite":
        with connection.cursor() as cursor:
            for query, name in zip(asked, ("person_sought", "person_sought_also"), strict=True):
                cursor.execute(f"EXPLAIN QUERY PLAN {query['sql']}")
                assert f"USING INDEX {name} (" in str(cursor.fetchall())


def test_unknown_kind_of_person_is_not_matched(delivery: Scene) -> None:
    named(delivery, "0050", "Ned", "Nobody", kind=PersonKind.STAFF.value)
    delivery.set(syncs_staff=False)
    delivery.run()
    assert codes(delivery)["1004.jpg"].endswith("No student is called so.")
    delivery.set(syncs_staff=True)
    run: Run = delivery.run()
    assert run.state == RunState.DONE
    assert codes(delivery)["1004.jpg"].endswith("but Ned Nobody (0050) is a staff member.")


def missing(scene: Scene) -> list[str]:
    groups = preflight_of(scene.profile, scene.now).groups
    return [what for group in groups if group.problem is Problem.MISSING for what, _ in group.rows]


def test_report_lists_the_delivery_once_after_each_run(delivery: Scene) -> None:
    delivery.run()
    assert missing(delivery) == []
    delivery.remove("Vol/IMAGES/1003.jpg")
    assert missing(delivery) == []
    with acting_as(Actor("someone else", Via.PAGES)):
        assert missing(delivery) == ["Vol/IMAGES/1003.jpg"]
    delivery.run()
    assert missing(delivery) == ["Vol/IMAGES/1003.jpg"]
