"""Who is in a reporting cycle."""

import pytest

from photosync.apps.audit.models import Entry
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.people.models import Person
from photosync.apps.reports.cycles import close_cycle, open_cycle
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.queries import MembersWanted, member_coded, members_of, progress_of
from photosync.apps.reports.roster import (
    Added,
    Choice,
    add_people,
    members_coded,
    newcomers,
    remove_people,
    take_in_newcomers,
)
from photosync.core.errors import PhotoSyncError
from tests.apps.reports.cycles_scene import NOW, archive_report, codes_in_cycle, make_students, member, store_report
from tests.web.pages import make_person, make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def cycle() -> ReportingCycle:
    school = make_school()
    make_students(school)
    return open_cycle(school, "2026 Semester 2", by="kim", now=NOW)


def refusal(asked: object) -> str:
    with pytest.raises(PhotoSyncError) as refused:
        asked()  # type: ignore[operator]  # a function
    return refused.value.message


@pytest.mark.parametrize(
    ("choice", "codes"),
    [
        (Choice(year_level=("7", "8")), ["1001", "1002", "1003", "1006"]),
        (Choice(roll_group=("7B", "10A")), ["1003", "1004", "1005"]),
        (Choice(year_level=("7", "10"), campus=("North",)), ["1001", "1003", "1004"]),
        (Choice(campus=("South",), codes=("1001", "1007")), ["1001", "1002", "1005", "1006", "1007"]),
        (Choice(house=("Wattle",)), []),
    ],
)
def test_people_are_taken_in_by_groups_and_codes(cycle: ReportingCycle, choice: Choice, codes: list[str]) -> None:
    assert add_people(cycle, choice) == Added(len(codes), 0)
    assert codes_in_cycle(cycle) == codes


def test_who_is_in_it_already_stays_with_the_classes_of_that_day(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(codes=("1001",)))
    Person.objects.filter(code="1001").update(roll_group="7Z")

    assert add_people(cycle, Choice(year_level=("7",))) == Added(2, 1)

    groups = list(CycleMember.objects.order_by("person__code").values_list("person__code", "roll_group"))
    assert groups == [("1001", "7A"), ("1002", "7A"), ("1003", "7B")]


def test_nobody_chosen_is_refused(cycle: ReportingCycle) -> None:
    assert refusal(lambda: add_people(cycle, Choice())) == (
        "No one was chosen. Nothing was changed. Choose a year level or another group, or codes."
    )


def test_newcomers_of_what_was_taken_in_are_found_and_taken_in_at_once(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(year_level=("7",), campus=("North",)))
    add_people(cycle, Choice(roll_group=("10A",)))
    make_person(cycle.school, "2001", year_level="7", campus="North")
    make_person(cycle.school, "2002", year_level="7", campus="South")
    make_person(cycle.school, "2003", year_level="10", roll_group="10A")
    cycle.refresh_from_db()
    assert list(newcomers(cycle).order_by("code").values_list("code", flat=True)) == ["2001", "2003"]

    assert take_in_newcomers(cycle) == 2

    assert newcomers(cycle).count() == 0
    assert codes_in_cycle(cycle) == ["1001", "1003", "1004", "1005", "2001", "2003"]
    assert take_in_newcomers(cycle) == 0


def test_list_of_codes_alone_makes_no_one_a_newcomer(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(codes=("1001",)))
    cycle.refresh_from_db()
    assert newcomers(cycle).count() == 0


def test_members_are_taken_out_but_not_who_is_archived(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(year_level=("7",)))
    store_report(member(cycle, "1002"))
    archive_report(member(cycle, "1003"))
    chosen = members_coded(cycle, ["1002", "1003"])

    assert refusal(lambda: remove_people(cycle, chosen)) == (
        "The report of P1003 Nguyen 1003 (1003) is archived, so no one was taken out of 2026 Semester 2. Leave out "
        "who is archived."
    )
    assert remove_people(cycle, members_coded(cycle, ["1001", "1002"])) == 2

    assert codes_in_cycle(cycle) == ["1003"]
    entries = Entry.objects.filter(act="cycle.person-removed").order_by("pk")
    assert [sentence_of(each) for each in entries] == [
        "Photo Sync took P1001 Nguyen 1001 (1001) out of a reporting cycle: Reporting cycle 2026 Semester 2.",
        "Photo Sync took P1002 Nguyen 1002 (1002) out of a reporting cycle: Reporting cycle 2026 Semester 2.",
    ]
    assert refusal(lambda: members_coded(cycle, ["1001"])) == (
        'No one with the code "1001" is in 2026 Semester 2. Nothing was changed. Correct the list.'
    )
    assert refusal(lambda: member_coded(cycle, "1001")) == (
        'No one with the code "1001" is in 2026 Semester 2. Nothing was done.'
    )


def test_members_of_another_cycle_are_not_taken_out(cycle: ReportingCycle) -> None:
    other = open_cycle(cycle.school, "Other", by="kim", now=NOW, people=Choice(codes=("1001",)))
    assert remove_people(cycle, [member(other, "1001").pk]) == 0
    assert codes_in_cycle(other) == ["1001"]


def test_closed_cycle_takes_no_one_in_or_out(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(year_level=("7",)))
    close_cycle(cycle, reason="Enough", by="kim", now=NOW)
    told = "2026 Semester 2 is closed. Nothing was changed. Open it again first, with a reason."
    assert refusal(lambda: add_people(cycle, Choice(codes=("1004",)))) == told
    assert refusal(lambda: take_in_newcomers(cycle)) == told
    assert refusal(lambda: remove_people(cycle, members_coded(cycle, ["1001"]))) == told


def test_members_are_listed_by_group_and_state_and_leavers_are_counted(cycle: ReportingCycle) -> None:
    add_people(cycle, Choice(year_level=("10", "7"), codes=("1007",)))
    store_report(member(cycle, "1001"))
    archive_report(member(cycle, "1002"))
    CycleMember.objects.filter(person__code="1003").update(released_at=NOW)

    def listed(**wanted: object) -> list[str]:
        found = members_of(cycle, MembersWanted(**wanted))  # type: ignore[arg-type]  # by their names
        return [each.person.code for each in found]

    assert listed() == ["1001", "1002", "1007", "1003", "1004", "1005"]
    assert listed(roll_group="10A") == ["1004", "1005"]
    assert listed(year_level="7", state="missing") == ["1007", "1003"]
    assert [listed(state=state) for state in ("stored", "archived", "released", "left")] == [
        ["1001"],
        ["1002"],
        ["1003"],
        ["1007"],
    ]
    assert listed(search="p1004 nguyen") == ["1004"]
    assert listed(search="1003") == ["1003"]
    assert progress_of([cycle])[cycle.pk].left == 1


def test_protected_people_are_found_only_by_who_may_see_them(cycle: ReportingCycle) -> None:
    Person.objects.filter(code="1001").update(protected=True)
    add_people(cycle, Choice(year_level=("7",)))
    found = members_of(cycle, MembersWanted(search="1001"))
    assert [each.person.code for each in found] == ["1001"]
    assert not members_of(cycle, MembersWanted(search="1001", sees_protected=False)).exists()
