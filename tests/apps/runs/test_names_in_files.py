"""Files that are called like people: found as the people change, never guessed."""

import pytest

from photosync.apps.people.models import Person
from photosync.apps.review import services as review
from photosync.apps.review.conflicts import fits_now
from photosync.apps.runs.ledger import matching
from photosync.apps.runs.preflight import preflight_of
from photosync.apps.sources.models import ListedFile
from tests.apps.runs.scene import Scene, counts


def called(scene: Scene, code: str, given_name: str, family_name: str, **more: str) -> Person:
    person = scene.people.get(code) or scene.person(code)
    person.given_name, person.family_name = given_name, family_name
    for name, value in more.items():
        setattr(person, name, value)
    person.save()
    scene.roster_changed()
    return person


@pytest.fixture(params=["{last_name}_{first_name}", "{last_name}{first_name}"])
def pattern(scene: Scene, request: pytest.FixtureRequest) -> str:
    scene.options(match="pattern", pattern=request.param)
    return request.param


def shown(pattern: str, stem: str) -> str:
    """Return how a name is told: as it stands there where it may be taken apart in several ways."""
    return " ".join(reversed(stem.split("_"))) if "}_{" in pattern else stem


def test_file_called_like_a_person_is_published(scene: Scene, pattern: str) -> None:
    called(scene, "0001", "Jan", "van der Berg")
    called(scene, "0002", "Mary-Jane", "O'Brien", preferred_name="MJ")
    scene.put("9A/Van_Der_Berg_Jan.jpg", 1)
    scene.put("OBrien_MJ.jpg", 2)
    scene.put("Berg_Jan.jpg", 3)

    run = scene.run()

    assert run.counts == counts(observed=3, added=2, unmatched=1)
    assert scene.library() == {"0001": {2026: "1"}, "0002": {2026: "2"}}
    file = ListedFile.objects.get(state="unmatched")
    assert (file.reason_code, file.reason) == (
        "unmatched",
        f'The file name has "{shown(pattern, "Berg_Jan")}". No student or staff member is called so.',
    )
    assert scene.run().counts == counts(observed=3, unchanged=2, unmatched=1)


def test_file_follows_the_name(scene: Scene, pattern: str) -> None:
    called(scene, "0001", "Mia", "Chen")
    scene.put("Chen_Mia.jpg", 1)
    scene.run()
    called(scene, "0001", "Mia", "Chen-Lee")

    run = scene.run()

    assert (run.counts, scene.library()) == (counts(observed=1, unmatched=1), {"0001": {2026: "1"}})
    scene.put("Chen_Lee_Mia.jpg", 2)
    assert scene.run().counts == counts(observed=2, replaced=1, unmatched=1)
    assert scene.library() == {"0001": {2026: "2"}}


def test_file_of_two_namesakes_waits(scene: Scene, pattern: str) -> None:
    called(scene, "0001", "Mia", "Chen")
    scene.put("Chen_Mia.jpg", 1)
    scene.run()
    called(scene, "0002", "Mia", "Chen")

    run = scene.run()

    assert (run.counts, scene.library()) == (counts(observed=1, unmatched=1), {"0001": {2026: "1"}})
    file = ListedFile.objects.get()
    assert (file.reason_code, file.reason) == (
        "ambiguous",
        f'The file name has "{shown(pattern, "Chen_Mia")}", and that may be Mia Chen (0001) or Mia Chen (0002).',
    )


def test_year_and_roll_group_stand_in_folders(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{year}/{roll_group}/{first_name} {last_name}")
    called(scene, "0001", "Mia", "Chen", roll_group="7A")
    called(scene, "0002", "Mia", "Chen", roll_group="7B")
    scene.put("2025/7B/Mia Chen.jpg", 1)
    scene.put("2026/7A/Mia Chen.jpg", 2)
    scene.put("2026/8C/Mia Chen.jpg", 3)

    run = scene.run()

    assert run.counts == counts(observed=3, added=2, unmatched=1)
    assert scene.library() == {"0002": {2025: "1"}, "0001": {2026: "2"}}


def test_names_in_more_ways_than_fit_one_question(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(matching, "FORMS_AT_ONCE", 3)
    scene.options(match="pattern", pattern="{first_name}{last_name}")
    for number in range(1, 5):
        called(scene, f"000{number}", f"Given{'abcd'[number - 1]}", "Family")
        scene.put(f"given{'abcd'[number - 1]}family.jpg", number)

    assert scene.run().counts == counts(observed=4, added=4)


def test_match_by_hand_is_told_whom_the_name_has_come_to_fit(scene: Scene, pattern: str) -> None:
    scene.everyone(1)
    scene.put("Chen_Mia.jpg", 1)
    scene.run()
    made = review.accept(ListedFile.objects.get().pk, scene.school, scene.people["0001"], by="Kim", now=scene.now)
    assert fits_now(made) is None

    called(scene, "0002", "Mia", "Chen")

    assert fits_now(made) == scene.people["0002"]
    assert scene.run().counts == counts(observed=1, added=1)
    assert scene.library() == {"0001": {2026: "1"}}


def test_photographer_is_told_of_names_and_not_of_codes(scene: Scene) -> None:
    scene.options(match="pattern", pattern="{last_name}_{first_name}")
    called(scene, "0001", "Mia", "Chen")
    called(scene, "0002", "Mia", "Chen")
    for name in ("Chen_Mia.jpg", "Smith_Jo.jpg", "Chen.jpg", "Chen_-.jpg"):
        scene.put(name, 1)
    scene.preview()

    report = preflight_of(scene.profile, scene.now)

    told = {group.title: group.rows for group in report.groups}
    assert sorted(told["3 files are nobody's"]) == [  # databases order signs in different ways
        ("Chen.jpg", "no name in the file name"),
        ("Chen_-.jpg", "no name in the file name"),
        ("Smith_Jo.jpg", 'called "Jo Smith"'),
    ]
    assert told["It is in doubt whose 1 file is"] == [("Chen_Mia.jpg", 'called "Mia Chen"')]
