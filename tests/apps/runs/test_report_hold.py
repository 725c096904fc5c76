"""Hold until reports are archived: whose face waits, what goes on, and what lets it go."""

from photosync.apps.reports.models import ArchivedReport, CycleMember, ReportingCycle
from photosync.apps.runs.models import PlanItem, Run
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, at, counts

NEW = 1000


def open_cycle(scene: Scene, codes: list[str], name: str = "2026 Semester 2") -> ReportingCycle:
    cycle = ReportingCycle.objects.create(
        school=scene.school, name=name, academic_year=2026, opened_at=scene.now, opened_by="kim"
    )
    CycleMember.objects.bulk_create(CycleMember(cycle=cycle, person=scene.people[code]) for code in codes)
    return cycle


def archive(scene: Scene, cycle: ReportingCycle, code: str) -> None:
    """Archive the report of one person, without what an archive seals: only that it is archived matters here."""
    number = ArchivedReport.objects.count() + 1
    member = CycleMember.objects.get(cycle=cycle, person=scene.people[code])
    member.archived = ArchivedReport.objects.create(
        school=scene.school,
        number=number,
        cycle=cycle,
        cycle_name=cycle.name,
        academic_year=2026,
        person=member.person,
        person_code=code,
        person_name=member.person.label,
        sort_name=code,
        pdf_sha256="0" * 64,
        pdf_bytes=1,
        origin="imported",
        archived_at=scene.now,
        archived_by="kim",
        seal_before="",
        seal="0" * 64,
    )
    member.save()


def school(scene: Scene, number: int = 4) -> list[str]:
    codes = scene.everyone(number)
    for code in codes:
        scene.put(f"{code}.jpg", int(code))
    scene.run()
    return codes


def deliver(scene: Scene, codes: list[str]) -> None:
    for code in codes:
        scene.put(f"{code}.jpg", int(code) + NEW)


def reasons(run: Run, code: str, scene: Scene) -> list[tuple[str, str, str]]:
    rows = PlanItem.objects.filter(run=run, person=scene.people[code])
    return [(row.action, row.state, row.reason) for row in rows]


def test_replacements_of_members_wait_and_additions_go_on(scene: Scene) -> None:
    first, second, third, fourth = codes = school(scene)
    newcomer = scene.person("0009").code
    open_cycle(scene, [first, second, newcomer])
    deliver(scene, [*codes, newcomer])

    run = scene.run()

    assert run.counts == counts(observed=5, added=1, replaced=2, waiting=2)
    assert scene.library() == {
        first: {2026: "1"},
        second: {2026: "2"},
        third: {2026: "1003"},
        fourth: {2026: "1004"},
        newcomer: {2026: "1009"},
    }
    assert reasons(run, first, scene) == [
        (
            "waiting",
            "noted",
            "Waiting for 2026 Semester 2: the report of P0001 (0001) is not archived. A new picture for 2026.",
        )
    ]


def test_new_years_delivery_waits_before_the_guard_sees_it(scene: Scene) -> None:
    codes = school(scene, 8)
    cycle = open_cycle(scene, codes)
    deliver(scene, codes)
    run = scene.run()
    assert (run.state, run.counts) == (RunState.DONE, counts(observed=8, waiting=8))

    for code in codes:
        archive(scene, cycle, code)

    held = scene.run()
    assert (held.state, held.new_year_delivery) == (RunState.HELD, True)
    assert held.counts == counts(observed=8, replaced=8)


def test_archiving_releases_one_person_at_the_next_run(scene: Scene) -> None:
    first, second, *_ = codes = school(scene)
    cycle = open_cycle(scene, codes)
    deliver(scene, [first, second])
    scene.run()
    archive(scene, cycle, first)

    run = scene.run()

    assert run.counts == counts(observed=4, unchanged=2, replaced=1, waiting=1)
    assert scene.library()[first] == {2026: "1001"}
    assert scene.library()[second] == {2026: "2"}


def test_nothing_waits_for_what_is_released_archived_or_not_held(scene: Scene) -> None:
    codes = school(scene)
    cycle = open_cycle(scene, codes)
    CycleMember.objects.filter(person=scene.people[codes[0]]).update(released_at=scene.now)
    deliver(scene, [codes[0]])
    assert scene.run().counts == counts(observed=4, unchanged=3, replaced=1)

    ReportingCycle.objects.update(released_at=scene.now)
    deliver(scene, [codes[1]])
    assert scene.run().counts == counts(observed=4, unchanged=3, replaced=1)

    ReportingCycle.objects.update(released_at=None, state=ReportingCycle.State.ARCHIVED)
    deliver(scene, [codes[2]])
    assert scene.run().counts == counts(observed=4, unchanged=3, replaced=1)

    ReportingCycle.objects.filter(pk=cycle.pk).update(state=ReportingCycle.State.OPEN)
    scene.set(hold_until_archived=False)
    deliver(scene, [codes[3]])
    assert scene.run().counts == counts(observed=4, unchanged=3, replaced=1)


def test_person_in_two_open_cycles_waits_for_the_older_first(scene: Scene) -> None:
    first, *_ = school(scene)
    older = open_cycle(scene, [first], "2026 Semester 1")
    open_cycle(scene, [first], "2026 Semester 2")
    deliver(scene, [first])
    assert "Waiting for 2026 Semester 1" in reasons(scene.run(), first, scene)[0][2]
    archive(scene, older, first)
    assert "Waiting for 2026 Semester 2" in reasons(scene.run(), first, scene)[0][2]


def test_cycle_opened_while_a_run_is_held_lets_its_changes_wait(scene: Scene) -> None:
    codes = school(scene, 8)
    deliver(scene, codes)
    held = scene.run()
    assert held.state == RunState.HELD
    cycle = open_cycle(scene, codes[:5])

    run = scene.approve(held, publish_as_year=2026)

    assert (run.state, run.counts) == (RunState.DONE, counts(observed=8, replaced=3, waiting=5))
    assert {code: years[2026] for code, years in scene.library().items()} == {
        **{code: str(int(code)) for code in codes[:5]},
        **{code: str(int(code) + NEW) for code in codes[5:]},
    }
    assert reasons(run, codes[0], scene)[0][:2] == ("waiting", "noted")
    assert scene.files() == {f"{code}.jpg": ("waiting", "report_open") for code in codes[:5]}
    for code in codes[:5]:
        archive(scene, cycle, code)
    assert scene.run().counts == counts(observed=8, unchanged=3, replaced=5)


def test_photo_that_went_from_the_source_is_not_withdrawn_before_the_report_is_archived(scene: Scene) -> None:
    first, *_ = codes = school(scene)
    scene.set(when_missing="withdraw")
    cycle = open_cycle(scene, codes)
    scene.remove(f"{first}.jpg")
    assert scene.run().counts == counts(observed=3, unchanged=3)
    assert scene.withdrawn() == set()

    archive(scene, cycle, first)

    assert scene.run().counts == counts(observed=3, unchanged=3, withdrawn=1)
    assert scene.withdrawn() == {first}


def test_first_photos_of_a_new_academic_year_wait_too(scene: Scene) -> None:
    codes = school(scene)
    cycle = open_cycle(scene, codes[:1])
    scene.now = at(2027, 1, 29)
    scene.assign("2027S1", scene.now.date(), scene.now.date())
    deliver(scene, codes[:2])
    scene.run()
    assert scene.library()[codes[0]] == {2026: "1"}
    assert scene.library()[codes[1]] == {2026: "2", 2027: "1002"}
    archive(scene, cycle, codes[0])
    scene.run()
    assert scene.library()[codes[0]] == {2026: "1", 2027: "1001"}
