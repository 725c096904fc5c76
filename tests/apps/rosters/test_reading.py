"""Reading a saved roster: what follows, what is held, what breaks off."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.people.models import Person
from photosync.apps.people.services import mark_left
from photosync.apps.rosters import reading as reading_module
from photosync.apps.rosters.documents import reading_document, roster_document
from photosync.apps.rosters.models import RosterChange, RosterReading
from photosync.apps.rosters.reading import ReadingWork, execute_reading
from photosync.apps.rosters.services import approve_reading, change_roster, discard_reading, request_reading
from photosync.apps.rosters.settings import RosterSettings
from photosync.apps.schools.models import School
from photosync.apps.schools.services import add_school
from photosync.core.errors import ChangedMeanwhile, Refused
from tests.apps.rosters.saved import NOW, became, counted, done, many, read, save, statuses, worker, write
from tests.connectors.roster.packages import USERS_1_1, manifest, table, write_zip

pytestmark = pytest.mark.django_db
State = RosterReading.State


@pytest.fixture
def school(db: None) -> School:
    return add_school("HILL", "Hill School", "Australia/Sydney")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "students.csv"


def test_year_level_and_roll_group_follow_and_each_change_is_recorded(school: School, path: Path) -> None:
    roster = save(school, write(path, ["0417", "0418"]))
    first = read(roster)
    write(path, ["0417"], year="8", more="0418,Given0418,Family0418,7,7A\n")
    second = read(roster)

    assert (first.explanation, second.explanation) == ("2 new, 0 unchanged.", "1 changed, 1 unchanged.")
    (change,) = RosterChange.objects.filter(reading=second)
    assert (change.code, change.name, change.becomes) == ("0417", "Given0417 Family0417 (0417)", "changed")
    assert change.changes == [["year_level", "7", "8"], ["roll_group", "7A", "8A"]]
    person = Person.objects.get(code="0417")
    assert (person.year_level, person.roll_group) == ("8", "8A")
    assert (counted(second), second.started_by, second.trigger) == (
        {"rows": 2, "changed": 1, "unchanged": 1},
        "kim",
        "on_demand",
    )


def test_preview_writes_nobody_and_says_what_it_would_be(school: School, path: Path) -> None:
    preview = read(save(school, write(path, ["0417"])), preview=True)

    assert (preview.state, preview.explanation) == (
        State.DONE,
        "It would be: 1 new, 0 unchanged. Nothing was written.",
    )
    assert became(preview) == [("0417", "new")]
    assert Person.objects.count() == 0


def test_preview_of_what_would_be_held_says_so_and_why(school: School, path: Path) -> None:
    roster = save(school, write(path, many(100)))
    read(roster)
    write(path, many(94))
    preview = read(roster, preview=True)
    why = "6 of 100 students would be marked as left; more than 5 % and more than 5 are for a person to decide."
    assert (preview.state, preview.would_be_held, preview.explanation) == (
        State.DONE,
        True,
        f"It would be: 6 marked as left, 94 unchanged. Nothing was written. The reading itself would be held. {why}",
    )
    assert reading_document(preview)["held_because"] == [why]
    assert roster_document(roster, NOW)["held_reading"] is None
    held = read(roster)
    assert (held.state, held.would_be_held, held.held_because) == (State.HELD, False, [why])
    write(path, many(95))
    fine = read(roster, preview=True)
    assert (fine.would_be_held, fine.held_because) == (False, [])


def test_who_is_not_in_a_full_roster_any_more_has_left_and_who_comes_back_is_back(school: School, path: Path) -> None:
    roster = save(school, write(path, many(3)))
    read(roster)
    write(path, ["0001", "0003"])
    gone = read(roster)
    write(path, many(3))
    back = read(roster)

    assert (gone.explanation, became(gone)) == ("1 marked as left, 2 unchanged.", [("0002", "absent")])
    assert became(back) == [("0002", "returned")]
    assert [(entry.act, entry.note) for entry in Entry.objects.filter(about="person").order_by("pk")] == [
        ("person.left", "By reading the roster Students."),
        ("person.returned", "By reading the roster Students."),
    ]
    person = Person.objects.get(code="0002")
    assert (person.status, person.left_on) == ("active", None)


@pytest.mark.parametrize("given", [{"is_whole": False}, {"missing_leave": False}])
def test_roster_of_updates_or_in_which_the_missing_stay_makes_no_one_a_leaver(
    school: School, path: Path, given: dict[str, bool]
) -> None:
    roster = save(school, write(path, many(3)), **given)
    read(roster)
    write(path, ["0001"])
    assert (read(roster).state, set(statuses().values())) == (State.DONE, {"active"})


def test_too_many_leavers_are_held_until_someone_approves(school: School, path: Path) -> None:
    roster = save(school, write(path, many(100)))
    read(roster)
    write(path, many(94))
    held = read(roster)

    assert held.state == State.HELD
    assert held.explanation == (
        "6 of 100 students would be marked as left; more than 5 % and more than 5 are for a person to decide. "
        f"Nothing was changed. Approve or discard reading {held.pk}."
    )
    assert set(statuses().values()) == {"active"}
    assert became(held) == [(code, "absent") for code in many(100)[94:]]
    document = roster_document(roster, NOW)
    assert document["health"] == {
        "state": "held",
        "explanation": f"Reading {held.pk} has waited since Monday 12:00. {held.explanation}",
    }

    approved = done(approve_reading(held, by="lee", now=NOW))
    held.refresh_from_db()
    assert (approved.state, approved.explanation) == (State.DONE, "6 marked as left, 94 unchanged.")
    assert (held.state, held.decided_by) == (State.APPROVED, "lee")
    assert list(statuses().values()).count("left") == 6
    assert roster_document(roster, NOW)["health"]["state"] == "ok"
    with pytest.raises(ChangedMeanwhile, match=f"Reading {held.pk} is not held: approved. Nothing was done."):
        approve_reading(held, by="lee", now=NOW)


def test_approval_does_not_cover_people_who_were_not_seen(school: School, path: Path) -> None:
    roster = save(school, write(path, many(100)))
    read(roster)
    write(path, many(94))
    held = read(roster)
    write(path, many(80))
    again = done(approve_reading(held, by="lee", now=NOW))
    held.refresh_from_db()

    assert (again.state, held.state) == (State.HELD, State.SUPERSEDED)
    assert again.explanation.startswith("14 of 100 students would be marked as left;")
    assert set(statuses().values()) == {"active"}


def test_five_or_five_percent_leave_without_asking_but_not_night_after_night(school: School, path: Path) -> None:
    roster = save(school, write(path, many(100)))
    read(roster)
    write(path, many(95))
    assert read(roster).state == State.DONE
    write(path, many(91))
    next_night = read(roster, now=NOW + timedelta(days=1))
    assert next_night.state == State.HELD
    assert next_night.explanation.startswith(
        "4 of 95 students would be marked as left; with the 5 of the last 7 days that is 9; more than 5 %"
    )
    assert read(roster, now=NOW + timedelta(days=8)).state == State.DONE


def test_discarded_reading_changes_nothing_and_the_next_one_plans_afresh(school: School, path: Path) -> None:
    roster = save(school, write(path, many(30)))
    read(roster)
    write(path, many(20))
    held = discard_reading(read(roster), by="lee", now=NOW)
    assert (held.state, held.decided_by) == (State.DISCARDED, "lee")
    assert "Approve or discard" not in held.explanation
    assert set(statuses().values()) == {"active"}
    write(path, many(30))
    assert read(roster).explanation == "Nothing changed, 30 unchanged."


def test_leavers_by_the_status_column_count_for_the_guard_too(school: School, path: Path) -> None:
    roster = save(school, write(path, many(30)), is_whole=False)
    read(roster)
    path.write_text("student_code,status\n" + "".join(f"{code},left\n" for code in many(20)))
    held = read(roster)
    assert (held.state, {becomes for _code, becomes in became(held)}) == (State.HELD, {"left"})


def test_empty_roster_concludes_nothing(school: School, path: Path) -> None:
    roster = save(school, write(path, many(3)))
    read(roster)
    write(path, [])
    failed = read(roster)
    assert (failed.state, failed.explanation) == (
        State.FAILED,
        "The roster names no students, and everyone would have left. Nothing was changed. See that the school's "
        "system has filled it; or take students out of what is read from this roster.",
    )
    assert set(statuses().values()) == {"active"}


def test_roster_that_breaks_off_concludes_nothing_and_says_so(school: School, path: Path) -> None:
    roster = save(school, write(path, many(3)))
    read(roster)
    path.unlink()
    failed = read(roster)
    told = (
        f"The CSV file {path} cannot be read (No such file or directory). Nothing was concluded from it, so nothing "
        "was changed. See that the school's system has put it there, and that Photo Sync may read it."
    )
    assert (failed.state, failed.explanation, became(failed)) == (State.FAILED, told, [])
    assert set(statuses().values()) == {"active"}
    assert roster_document(roster, NOW)["health"] == {
        "state": "failing",
        "explanation": f"The last reading failed (Monday 12:00). {told}",
    }


def test_row_that_cannot_be_used_does_not_stop_the_others(school: School, path: Path) -> None:
    more = "0001,given0001,Family0001,7,7A\n0009,Too,Long," + "x" * 40 + ",7A\n"
    roster = save(school, write(path, many(2), more=more))
    found = read(roster)
    assert found.explanation == "2 new, 0 unchanged, 2 rows could not be used."
    assert reading_document(found)["refused"] == [
        {"component": "students", "line": 4, "code": "0001", "reason": 'The code "0001" is on line 2 already.'},
        {
            "component": "students",
            "line": 5,
            "code": "0009",
            "reason": "The year level is longer than 32 characters.",
        },
    ]


def test_row_without_a_code_might_be_anyone_so_no_one_is_absent(school: School, path: Path) -> None:
    roster = save(school, write(path, many(3)))
    read(roster)
    write(path, many(2), more=",No,Code,7,7A\n")
    found = read(roster)
    assert (found.state, set(statuses().values())) == (State.DONE, {"active"})
    assert found.warnings == [
        "1 row of the students could not be read, so that no one was taken to have left by not being in the roster."
    ]
    assert roster_document(roster, NOW)["health"]["state"] == "incomplete"


def test_delta_makes_no_one_a_leaver_even_where_the_roster_is_said_to_name_everyone(
    school: School, tmp_path: Path
) -> None:
    users = [{"sourcedId": f"u{code}", "role": "student", "identifier": code} for code in many(3)]
    zipped = tmp_path / "oneroster.zip"

    def export(mode: str, listed: list[dict[str, str]]) -> None:
        write_zip(zipped, {"manifest.csv": manifest("1.1", users=mode), "users.csv": table(USERS_1_1, listed)})

    export("bulk", users)
    roster = save(school, zipped, kind="oneroster")
    assert read(roster).recognised == "OneRoster 1.1, everyone (bulk)"
    export("delta", [{**users[0], "status": "tobedeleted"}])
    delta = read(roster)
    assert (delta.recognised, became(delta)) == ("OneRoster 1.1, changes only (delta)", [("0001", "left")])
    assert statuses() == {"0001": "left", "0002": "active", "0003": "active"}


def test_reading_that_was_killed_among_the_people_is_repeated_and_its_record_is_whole(
    school: School, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photosync.apps.rosters.planning.CHUNK_ROWS", 2)
    roster = save(school, write(path, many(5)))
    waiting = request_reading(roster, preview=False, by="kim", now=NOW)
    written = reading_module.write_merge
    calls = []

    def killed(*given: object, **named: object) -> None:
        calls.append(given)
        if len(calls) == 2:
            raise KeyboardInterrupt
        written(*given, **named)  # type: ignore[arg-type]

    monkeypatch.setattr(reading_module, "write_merge", killed)
    work = ReadingWork.claim(waiting.pk, worker(), lambda: NOW)
    assert work is not None
    with pytest.raises(KeyboardInterrupt):
        execute_reading(work)
    assert list(statuses()) == ["0001", "0002"]
    assert ReadingWork.take_back(NOW, lambda _worker: True) == [waiting.pk]

    ended = done(waiting)
    assert (ended.state, ended.attempt) == (State.DONE, 2)
    assert became(ended) == [(code, "new") for code in many(5)]
    assert counted(ended) == {"rows": 5, "new": 5}
    execute_reading(work)
    ended.refresh_from_db()
    assert ended.state == State.DONE


def test_reading_that_ends_its_process_every_time_is_given_up(school: School, path: Path) -> None:
    waiting = request_reading(save(school, write(path, ["1"])), preview=False, by="kim", now=NOW)
    for _attempt in range(5):
        assert ReadingWork.claim(waiting.pk, worker(), lambda: NOW) is not None
        ReadingWork.take_back(NOW, lambda _worker: True)
    waiting.refresh_from_db()
    assert waiting.state == State.FAILED
    assert waiting.explanation.startswith("The process that read it ended 5 times before that was done")


def test_whom_a_reading_made_leavers_before_it_failed_counts_in(
    school: School, path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = save(school, write(path, many(100)))
    read(roster)

    def fails(*_given: object) -> None:
        raise RuntimeError

    with monkeypatch.context() as patched:
        patched.setattr(reading_module, "_end_as_done", fails)
        write(path, many(95))
        assert read(roster).state == State.FAILED
    assert list(statuses().values()).count("left") == 5
    write(path, many(90))
    held = read(roster)
    assert (held.state, list(statuses().values()).count("left")) == (State.HELD, 5)
    assert held.explanation.startswith(
        "5 of 95 students would be marked as left; with the 5 of the last 7 days that is 10; more than 5 % "
    )


def test_worker_that_lost_an_approved_reading_does_not_open_the_decision_again(school: School, path: Path) -> None:
    roster = save(school, write(path, many(40)))
    read(roster)
    write(path, many(10))
    approved = approve_reading(read(roster), by="kim", now=NOW)
    lost = ReadingWork.claim(approved.pk, worker(), lambda: NOW)
    assert lost is not None
    assert ReadingWork.take_back(NOW, lambda _worker: True) == [approved.pk]
    path.rename(path.with_suffix(".away"))
    execute_reading(lost)
    assert list(RosterReading.objects.filter(state=State.HELD).values_list("decided_by", flat=True)) == ["kim"]

    path.with_suffix(".away").rename(path)
    done(approved)
    assert RosterReading.objects.get(pk=approved.approves_id).state == State.APPROVED


def test_roster_that_is_being_read_is_not_read_twice(school: School, path: Path) -> None:
    roster = save(school, write(path, ["1"]))
    request_reading(roster, preview=True, by="kim", now=NOW)
    with pytest.raises(Refused) as raised:
        request_reading(roster, preview=False, by="lee", now=NOW)
    assert raised.value.message == (
        'The roster "Students" is being read already. Nothing was started. Wait until that has ended.'
    )


def test_person_who_was_marked_left_by_hand_and_is_in_the_roster_is_back(school: School, path: Path) -> None:
    roster = save(school, write(path, ["0417"]))
    read(roster)
    mark_left(Person.objects.get(), now=NOW)
    assert became(read(roster)) == [("0417", "returned")]


def test_whose_code_changed_has_not_left_and_the_row_is_refused(school: School, path: Path) -> None:
    roster = save(school, path)
    path.write_text("student_code,username\n1,mia\n2,bo\n3,cy\n")
    read(roster)
    path.write_text("student_code,username\nX1,mia\n2,bo\n")
    for preview in (True, False):
        night = read(roster, preview=preview)
        assert became(night) == [("3", "absent")]
        assert [each[3] for each in night.refused] == [
            'The username "mia" is that of "1", whom the file does not name.'
        ]
    assert statuses() == {"1": "active", "2": "active", "3": "left"}


def test_year_level_that_is_written_otherwise_is_no_change_and_no_dispute(school: School, path: Path) -> None:
    roster = save(school, write(path, many(3), year="Year 7"))
    read(roster)
    other = save(school, path.with_name("other.csv"), "Other", is_whole=False)
    path.with_name("other.csv").write_text("student_code,year_level\n" + "".join(f"{code},07\n" for code in many(3)))
    for each in (other, roster, other):
        night = read(each)
        assert (night.warnings, became(night)) == ([], [])
    assert set(Person.objects.values_list("year_level", flat=True)) == {"Year 7"}


STATUS_GONE = (
    'The roster no longer has the column "Status", which said which students have left. So who had left stays so, '
    "and nobody new was added. Have the column back; or, if there is to be none, change and save this roster."
)


def test_status_column_that_is_not_there_brings_nobody_back(school: School, path: Path) -> None:
    roster = save(school, path)
    whole = "student_code,Status\n1,active\n2,left\n3,active\n"
    path.write_text(whole)
    read(roster)
    mark_left(Person.objects.get(code="3"), now=NOW)
    path.write_text("student_code\n1\n3\n4\n")
    for preview in (True, False, False):
        night = read(roster, preview=preview)
        assert (night.warnings, ("3", "returned") in became(night)) == ([STATUS_GONE], False)
    assert statuses() == {"1": "active", "3": "left"}  # 2 had left before, and 4 may have too
    path.write_text(whole)
    back = read(roster)
    assert (back.warnings, ("3", "returned") in became(back)) == ([], True)


def test_status_that_another_place_does_not_say_is_not_missed(school: School, path: Path) -> None:
    roster = save(school, path)
    path.write_text("student_code,Status\n1,active\n2,active\n")
    read(roster)
    mark_left(Person.objects.get(code="2"), now=NOW)
    other = path.with_name("without.csv")
    other.write_text("student_code\n1\n2\n3\n")
    chosen = RosterSettings(options={"path": str(other)})
    changed = change_roster(roster, chosen, now=NOW + timedelta(hours=1), anywhere=True)
    night = read(changed)
    assert (night.warnings, became(night)) == ([], [("2", "returned"), ("3", "new")])


def test_status_column_that_is_not_used_any_more_is_not_missed(school: School, path: Path) -> None:
    roster = save(school, path)
    path.write_text("student_code,Status\n1,active\n2,active\n")
    read(roster)
    mark_left(Person.objects.get(code="2"), now=NOW)
    changed = change_roster(roster, RosterSettings(mapping={"Status": "ignore"}), now=NOW, anywhere=True)
    night = read(changed)
    assert (night.warnings, became(night)) == ([], [("2", "returned")])


def test_students_and_staff_of_one_roster_are_read_together(school: School, tmp_path: Path) -> None:
    users = [
        {"sourcedId": "u1", "role": "student", "identifier": "0417", "givenName": "Mia"},
        {"sourcedId": "u2", "role": "teacher", "identifier": "T1", "givenName": "Sam"},
    ]
    zipped = write_zip(
        tmp_path / "oneroster.zip",
        {"manifest.csv": manifest("1.1", users="bulk"), "users.csv": table(USERS_1_1, users)},
    )
    found = read(save(school, zipped, kind="oneroster", components=["students", "staff"]))
    assert [(each.kind, each.code) for each in Person.objects.order_by("kind")] == [
        ("staff", "T1"),
        ("student", "0417"),
    ]
    assert (counted(found), counted(found, "staff")) == ({"rows": 1, "new": 1}, {"rows": 1, "new": 1})
