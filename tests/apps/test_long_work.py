"""Long work of every sort: claimed once, taken back from who is gone, told by its holder alone, given up at last."""

from datetime import timedelta
from typing import Any

import pytest

from photosync.apps.long_work import ClaimedWork, LongWork
from photosync.apps.runs.models import Worker
from photosync.core.errors import FencedOut, Refused
from tests.apps.long_work_rows import NOW, SORTS, make_school, make_worker

pytestmark = pytest.mark.django_db
BROKEN_OFF = {"jobs": "failed", "deliveries": "open", "readings": "failed"}


@pytest.fixture(params=SORTS)
def sort(request: pytest.FixtureRequest) -> str:
    name: str = request.param
    return name


@pytest.fixture
def work(sort: str) -> type[ClaimedWork[Any]]:
    return SORTS[sort][0]


@pytest.fixture
def row(sort: str) -> LongWork:
    return SORTS[sort][1](make_school(), "One")


def never(_worker: Worker) -> bool:
    return False


def claimed(work: type[ClaimedWork[Any]], row: LongWork, worker: Worker) -> ClaimedWork[Any]:
    found = work.claim(row.pk, worker, lambda: NOW)
    assert found is not None
    return found


def seen(row: LongWork) -> tuple[Any, ...]:
    row.refresh_from_db()
    return row.state, row.worker and row.worker.executor_id, row.fence, row.attempt, row.is_under_way


def test_work_is_claimed_by_one_worker(work: type[ClaimedWork[Any]], row: LongWork) -> None:
    assert (work.queued(), seen(row)) == ([row.pk], ("queued", None, 0, 0, True))
    claimed(work, row, make_worker("one"))
    assert work.claim(row.pk, make_worker("two"), lambda: NOW) is None
    assert (work.queued(), seen(row)) == ([], ("running", "one", 1, 1, True))
    assert work.claim(row.pk + 1, make_worker("three"), lambda: NOW) is None


def test_work_of_a_silent_worker_is_taken_back_and_the_late_one_writes_nothing(
    work: type[ClaimedWork[Any]], row: LongWork
) -> None:
    late = claimed(work, row, make_worker("one"))
    assert work.take_back(NOW + timedelta(seconds=60), never) == []
    assert work.take_back(NOW + timedelta(seconds=61), never) == [row.pk]
    assert seen(row) == ("queued", None, 2, 1, True)

    def writes_nothing() -> None:
        before = (*seen(row), row.explanation)
        for write in (late.writing().__enter__, lambda: late.tell(explanation="late")):
            with pytest.raises(FencedOut) as fenced:
                write()
            assert fenced.value.message == f"{late.name} is no longer held by this worker; nothing more was written."
        assert late.end(state="done") is False
        for error in (Refused("No."), ZeroDivisionError(), FencedOut("Taken.")):
            with late.carried_out():
                raise error
        assert (*seen(row), row.explanation) == before

    writes_nothing()
    claimed(work, row, make_worker("two"))
    assert seen(row) == ("running", "two", 3, 2, True)
    writes_nothing()


def test_work_whose_worker_is_forgotten_or_known_to_be_dead_is_taken_back(
    work: type[ClaimedWork[Any]], row: LongWork
) -> None:
    claimed(work, row, make_worker("one"))
    assert work.take_back(NOW, lambda worker: worker.executor_id == "one") == [row.pk]
    claimed(work, row, make_worker("two"))
    Worker.objects.filter(executor_id="two").delete()
    assert work.take_back(NOW, never) == [row.pk]


def test_work_that_ends_its_process_every_time_is_given_up(
    sort: str, work: type[ClaimedWork[Any]], row: LongWork
) -> None:
    worker = make_worker("one")
    taken = []
    for _attempt in range(work.most_attempts):
        late = claimed(work, row, worker)
        taken += work.take_back(NOW, lambda _worker: True)
    assert len(taken) == work.most_attempts - 1
    assert (seen(row)[:2], row.is_under_way) == ((BROKEN_OFF[sort], None), False)
    assert row.explanation == work.words_when_given_up()
    assert f" ended {work.most_attempts} times before " in row.explanation
    with pytest.raises(FencedOut):
        late.tell(explanation="late")


@pytest.mark.parametrize(
    ("error", "words"),
    [(Refused("It is full. Nothing was done."), "It is full. Nothing was done."), (ZeroDivisionError("by zero"), "")],
    ids=["refused", "fault"],
)
def test_work_that_goes_wrong_says_why(
    sort: str, work: type[ClaimedWork[Any]], row: LongWork, error: Exception, words: str
) -> None:
    with claimed(work, row, make_worker("one")).carried_out():
        raise error
    assert seen(row)[:2] == (BROKEN_OFF[sort], None)
    assert row.explanation == (words or work.words_of_fault(error))
    assert words or "Photo Sync met a fault of its own (ZeroDivisionError" in row.explanation
