"""How many statements runs take: as many for many people as for few, and none of them over everything."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import DjangoAssertNumQueries

from photosync.apps.runs.execution import execute_phase
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.runs.queries import ROWS_AT_ONCE, change_documents
from photosync.apps.sources.models import ListedFile
from photosync.core.run_states import RunState, Trigger
from tests.apps.runs.scene import Scene


def statements_of_publishing(scene: Scene, people: range) -> int:
    for number in people:
        scene.put(f"{scene.person(f'{number:04d}').code}.jpg", number)
    run = scene.execute(scene.request(), until="publish")
    with CaptureQueriesContext(connection) as taken:
        execute_phase(run.pk, run.fence, "publish", lambda: scene.now)
    execute_phase(run.pk, run.fence, "record", lambda: scene.now)
    assert PlanItem.objects.filter(run=run, state=PlanItem.State.PUBLISHED).count() == len(people)
    return len(taken)


def test_publishing_many_takes_as_many_statements_as_few(scene: Scene) -> None:
    assert statements_of_publishing(scene, range(1, 3)) == statements_of_publishing(scene, range(3, 33))


@pytest.fixture
def long_run(scene: Scene) -> Run:
    run = Run.objects.create(
        profile=scene.profile,
        trigger=Trigger.ON_DEMAND,
        state=RunState.DONE,
        started_by="Ms Day",
        accepted_at=scene.now,
        finished_at=scene.now,
    )
    person = scene.person("0001")
    PlanItem.objects.bulk_create(
        PlanItem(run=run, person=person, file_path=f"{number:04d}.jpg", action="add")
        for number in range(2 * ROWS_AT_ONCE + 1)
    )
    return run


def test_first_changes_of_a_long_run_are_read_without_the_others(
    long_run: Run, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_num_queries(1) as taken:
        next(change_documents(long_run))

    assert f"LIMIT {ROWS_AT_ONCE}" in taken.captured_queries[0]["sql"]


def test_every_change_of_a_long_run_comes_once_and_in_order(
    long_run: Run, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """No line asks for what its part did not bring; besides the parts, each state of files is asked for once."""
    with django_assert_max_num_queries(4 + len(ListedFile.State)):
        files = [change["file"] for change in change_documents(long_run)]

    assert files == [f"{number:04d}.jpg" for number in range(2 * ROWS_AT_ONCE + 1)]
