"""The change of the academic year: year levels by the roster, last year's photo until the new one comes."""

from __future__ import annotations

import csv
from datetime import date

import pytest

from photosync.apps.library.photo_list_pdf import earlier_note
from photosync.apps.library.photo_lists import listed
from photosync.apps.library.queries import photo_states
from photosync.apps.people.models import Person
from photosync.apps.people.services import import_roster
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.parts import Part
from photosync.apps.timetable.choices import Audience
from photosync.core.people import PersonKind
from photosync.core.run_states import RunState
from photosync.web.faces_wall import face_of
from photosync.web.photo_history import history_of
from tests.apps.runs.scene import Scene, at, counts

PEOPLE = 12
NEW = 1000


@pytest.fixture
def school(scene: Scene) -> Scene:
    """Return a school in December 2026: 12 students with photos of 2026; year 7, then year 12 who will leave."""
    codes = scene.everyone(PEOPLE)
    for number, code in enumerate(codes):
        level = "7" if number < 8 else "12"
        names = {"given_name": "Jo", "family_name": f"Bloggs{number}", "year_level": level, "roll_group": f"{level}A"}
        Person.objects.filter(code=code).update(**names)
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    scene.now = at(2026, 12, 10)
    scene.assign("2027S1", date(2027, 1, 1), date(2027, 6, 30))
    return scene


def deliver(scene: Scene, codes: list[str]) -> None:
    for code in codes:
        scene.put(f"{code}.jpg", int(code) + NEW)


def shown(scene: Scene, year: int) -> dict[str, int | None]:
    """Return of which year the photo is that is shown in the academic year `year`."""
    states = photo_states([person.pk for person in scene.people.values()], year)
    return {code: states[person.pk].shown_year for code, person in scene.people.items()}


def codes_of(scene: Scene) -> list[str]:
    return sorted(scene.people)


def test_next_years_photos_approved_in_december_become_current_on_the_first_day_of_next_year(school: Scene) -> None:
    codes = codes_of(school)
    deliver(school, codes)
    held = school.run()
    assert (held.state, held.new_year_delivery) == (RunState.HELD, True)
    school.now = at(2026, 12, 12)

    school.approve(held, publish_as_year=2027)

    this_year = {code: str(int(code)) for code in codes}
    assert {code: photos[2026] for code, photos in school.library().items()} == this_year
    assert shown(school, 2026) == dict.fromkeys(codes, 2026)
    assert shown(school, 2027) == dict.fromkeys(codes, 2027)
    school.now = at(2027, 1, 1, 0, 5)
    run = school.run()
    assert run.counts == counts(observed=PEOPLE, unchanged=PEOPLE)
    assert {code: photos[2026] for code, photos in school.library().items()} == this_year


def test_last_years_photo_stays_until_the_new_one_comes_and_each_becomes_current_as_it_comes(school: Scene) -> None:
    codes = codes_of(school)
    school.now = at(2027, 1, 4)
    assert school.run().counts == counts(observed=PEOPLE, unchanged=PEOPLE)
    assert shown(school, 2027) == dict.fromkeys(codes, 2026)

    deliver(school, codes[:3])
    run = school.run()

    assert (run.state, run.counts["replaced"]) == (RunState.DONE, 3)
    assert {item[3] for item in school.items(run)} == {"new_year"}
    assert shown(school, 2027) == dict.fromkeys(codes[:3], 2027) | dict.fromkeys(codes[3:], 2026)
    assert [school.library()[code][2026] for code in codes] == [str(int(code)) for code in codes]


def test_a_delivery_put_off_over_the_new_year_is_planned_for_it_and_held_until_someone_decides(school: Scene) -> None:
    codes = codes_of(school)
    deliver(school, codes)
    few = frozenset(school.people[code].pk for code in codes[:2])
    school.approve(school.run(), publish_as_year=2027, part=Part(not_now=few))
    school.now = at(2027, 1, 4)

    again = school.run()

    assert (again.state, again.counts["replaced"]) == (RunState.HELD, 2)
    years = set(again.items.filter(state=PlanItem.State.PLANNED).values_list("academic_year", flat=True))
    assert years == {2027}
    assert shown(school, 2027) == dict.fromkeys(codes[:2], 2026) | dict.fromkeys(codes[2:], 2027)
    school.approve(again)
    assert shown(school, 2027) == dict.fromkeys(codes, 2027)
    assert [school.library()[code][2026] for code in codes] == [str(int(code)) for code in codes]


def test_a_held_delivery_is_the_same_night_after_night(school: Scene) -> None:
    deliver(school, codes_of(school))
    first = school.run()
    for _ in range(3):
        school.later(days=1)
        last = school.run()

    assert last.state == RunState.HELD
    assert (last.plan_fingerprint, last.held_since) == (first.plan_fingerprint, first.held_since)
    assert Run.objects.filter(state=RunState.HELD).count() == 1


def test_the_roster_moves_year_levels_and_leavers_go(school: Scene) -> None:
    codes = codes_of(school)
    school.now = at(2027, 1, 20)
    import_year(school, codes[:8], level="8")

    levels = {person.code: (person.year_level, person.status) for person in Person.objects.all()}
    stay, go = dict.fromkeys(codes[:8], ("8", "active")), dict.fromkeys(codes[8:], ("12", "left"))
    assert levels == stay | go
    deliver(school, codes[:5])
    run = school.run()
    assert (run.state, run.counts["replaced"]) == (RunState.DONE, 5)
    assert shown(school, 2027)[codes[0]] == 2027
    assert [school.library()[code] for code in codes[8:]] == [{2026: str(int(code))} for code in codes[8:]]


def import_year(scene: Scene, codes: list[str], *, level: str) -> None:
    """Import a roster with these students alone; whoever is not in it has left."""
    file = scene.folder.parent / "students.csv"
    with file.open("w", newline="") as text:
        rows = csv.writer(text)
        rows.writerow(["student_code", "given_name", "family_name", "year_level", "roll_group"])
        rows.writerows([code, "Jo", f"Bloggs{number}", level, f"{level}A"] for number, code in enumerate(codes))
    import_roster(scene.school, file, PersonKind.STUDENT, leavers_by_absence=True, now=scene.now)


def test_pages_and_lists_say_that_the_photo_is_last_years(school: Scene) -> None:
    person, now_new = school.people["0001"], school.people["0002"]
    school.now = at(2027, 1, 4)
    deliver(school, ["0002"])
    school.run()
    of_year = shown(school, 2027)

    walls = [face_of(each, of_year[each.code], 2027) for each in (person, now_new)]
    sentences = [history_of(each, school.now).sentence for each in (person, now_new)]
    listing = listed(school.school, [person, now_new], Audience.STAFF, 2027)

    assert [(face.photo_year, face.is_earlier) for face in walls] == [(2026, True), (2027, False)]
    assert sentences == ["No photo for 2027 yet; this is 2026's.", "The photo of 2027."]
    assert [row.photo_year for row in listing] == [2026, 2027]
    assert earlier_note(listing, 2027) is not None
