"""Reporting cycles: opened, changed, closed and opened again; each recorded."""

from datetime import date

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.reports import cycles
from photosync.apps.reports.documents import cycle_documents, whole_cycle_document
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.reports.roster import Choice
from photosync.apps.schools.models import School
from photosync.core.errors import ChangedMeanwhile, PhotoSyncError, Refused
from tests.apps.reports.cycles_scene import NOW, archive_report, codes_in_cycle, make_students, member, store_report
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def school() -> School:
    school = make_school()
    make_students(school)
    return school


def opened(school: School, name: str = "2026 Semester 2", **given: object) -> ReportingCycle:
    wanted: dict[str, object] = {"by": "kim", "now": NOW, "people": Choice(year_level=("7",))}
    return cycles.open_cycle(school, name, **(wanted | given))  # type: ignore[arg-type]  # by their names


def sentences() -> list[str]:
    return [sentence_of(entry) for entry in Entry.objects.filter(about="cycle").order_by("pk")]


def refusal(asked: object) -> str:
    with pytest.raises(PhotoSyncError) as refused:
        asked()  # type: ignore[operator]  # a function
    return refused.value.message


def test_cycle_is_opened_for_this_academic_year_with_its_people(school: School) -> None:
    cycle = opened(school, " 2026  Semester 2", semester="2", parents_from=date(2026, 12, 11))

    assert (cycle.name, cycle.academic_year, cycle.state) == ("2026 Semester 2", 2026, "open")
    assert codes_in_cycle(cycle) == ["1001", "1002", "1003"]
    assert sentences() == [
        "Photo Sync opened reporting cycle 2026 Semester 2: Name 2026 Semester 2; Year 2026; Semester 2; "
        "Parents see it from Friday 11 December 2026.",
        "Photo Sync took people into reporting cycle 2026 Semester 2: People 3. Year level 7.",
    ]


def test_name_of_a_cycle_is_its_own_in_the_school(school: School) -> None:
    opened(school)
    assert refusal(lambda: opened(school, "2026 semester 2")) == (
        'There is already a reporting cycle "2026 semester 2". Nothing was saved. Choose another name.'
    )
    opened(make_school("BVC", "Banksia"), people=None)


def test_cycle_without_people_that_exist_is_not_opened_at_all(school: School) -> None:
    told = refusal(lambda: opened(school, people=Choice(codes=("1001", "T1"))))
    assert told == (
        '1 of 2 codes is no student\'s here: "T1". Nothing was changed. Correct the list; codes are compared letter '
        "by letter, zeros at their beginning included."
    )
    assert ReportingCycle.objects.count() == 0


def test_change_is_recorded_and_a_day_can_be_taken_away(school: School) -> None:
    cycle = opened(school, people=None, staff_from=date(2026, 12, 1))
    Entry.objects.all().delete()
    seen = cycles.cycle_seen(cycle)

    changed = cycles.edit_cycle(
        cycle, seen=seen, name="Semester 2", staff_from=None, students_from=date(2026, 12, 11)
    )

    assert (changed.name, changed.staff_from, changed.students_from) == ("Semester 2", None, date(2026, 12, 11))
    assert sentences() == [
        "Photo Sync changed reporting cycle 2026 Semester 2: Name from 2026 Semester 2 to Semester 2; Staff see it "
        "from taken away, was Tuesday 1 December 2026; Students see it from set to Friday 11 December 2026."
    ]
    with pytest.raises(ChangedMeanwhile):
        cycles.edit_cycle(cycle, seen=seen, name="Other")


def test_what_stands_on_archived_reports_stays_and_the_days_may_change(school: School) -> None:
    cycle = opened(school)
    archive_report(member(cycle, "1001"))

    assert refusal(lambda: cycles.edit_cycle(cycle, semester="1")) == (
        "One report is archived under 2026 Semester 2, so its name, academic year and semester stay. Nothing was "
        "saved. The dates from which it is seen may still be changed."
    )
    cycles.edit_cycle(cycle, name="2026 Semester 2", parents_from=date(2026, 12, 18))
    cycle.refresh_from_db()
    assert (cycle.semester, cycle.parents_from) == ("", date(2026, 12, 18))


def test_cycle_is_closed_once_everything_is_archived_or_with_a_reason(school: School) -> None:
    cycle = opened(school)
    for code in ("1001", "1002"):
        archive_report(member(cycle, code))
    assert refusal(lambda: cycles.close_cycle(cycle, by="kim", now=NOW)) == (
        "1 of 3 reports of 2026 Semester 2 is not archived. It was not closed. Archive them, or give a reason to "
        "close it without them: then no photo waits for it any more."
    )

    closed = cycles.close_cycle(cycle, reason="Moved away", by="kim", now=NOW)

    assert (closed.state, closed.archived_at, closed.archived_by) == ("archived", NOW, "kim")
    assert sentences()[-1] == (
        "Photo Sync closed reporting cycle 2026 Semester 2: Reports archived 2; Reports not archived 1. Moved away."
    )
    assert refusal(lambda: cycles.close_cycle(cycle, by="kim", now=NOW)) == (
        "2026 Semester 2 is closed already. Nothing was changed."
    )


def test_closed_cycle_is_opened_again_with_a_reason(school: School) -> None:
    cycle = opened(school)
    assert refusal(lambda: cycles.reopen_cycle(cycle, reason="x")) == "2026 Semester 2 is open. Nothing was changed."
    cycles.close_cycle(cycle, reason="Too early", by="kim", now=NOW)
    assert refusal(lambda: cycles.reopen_cycle(cycle, reason=" ")) == (
        "A reason is needed, for the record. Nothing was changed. Write in a few words why."
    )

    again = cycles.reopen_cycle(cycle, reason="A late report came")

    assert (again.state, again.archived_at, again.archived_note) == ("open", None, "")
    assert sentences()[-1] == "Photo Sync opened reporting cycle 2026 Semester 2 again. A late report came."


def test_cycle_is_not_closed_while_work_on_it_goes_on(school: School) -> None:
    cycle = opened(school)
    ReportJob.objects.create(cycle=cycle, kind="archive", started_by="lee", accepted_at=NOW)
    with pytest.raises(Refused) as refused:
        cycles.close_cycle(cycle, reason="Enough", by="kim", now=NOW)
    assert refused.value.message == (
        "Work on 2026 Semester 2 goes on (Archive reports, asked for by lee). Nothing was changed. Wait until it has "
        "ended, or cancel it."
    )


def test_document_tells_progress_per_roll_group(school: School, django_assert_num_queries: object) -> None:
    cycle = opened(school, people=Choice(year_level=("7", "10")))
    store_report(member(cycle, "1001"))
    archive_report(member(cycle, "1002"))
    nothing = {"with_report": 0, "archived": 0, "not_archived": 1, "released": 0, "left": 0}

    document = whole_cycle_document(cycle)

    assert document["groups"] == [
        {"year_level": "7", "roll_group": "7A", "members": 2} | nothing | {"with_report": 2, "archived": 1},
        {"year_level": "7", "roll_group": "7B", "members": 1} | nothing,
        {"year_level": "10", "roll_group": "10A", "members": 2} | nothing | {"not_archived": 2},
    ]
    assert document["progress"] == {"members": 5} | nothing | {"with_report": 2, "archived": 1, "not_archived": 4}
    assert document["explanation"] == ("1 of 5 reports of 2026 Semester 2 are archived. No photo waits for it now.")
    assert (document["newcomers"], document["chosen"]) == (0, [{"year_level": ["7", "10"]}])
    opened(school, "2026 Semester 1", people=Choice(codes=("1006",)))
    with django_assert_num_queries(6):  # type: ignore[operator]  # pytest-django's fixture
        told = cycle_documents(list(ReportingCycle.objects.select_related("school").order_by("pk")), school)
    assert [(each["name"], each["progress"]["members"]) for each in told] == [
        ("2026 Semester 2", 5),
        ("2026 Semester 1", 1),
    ]
