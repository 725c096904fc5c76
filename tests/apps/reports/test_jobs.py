"""Long work on a reporting cycle: one at a time, cancelled, given up."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from photosync.apps.reports import jobs
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.runs.models import Worker
from photosync.core.errors import NotFound, Refused
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 12, 1, 2, 0, tzinfo=UTC)
Kind, State = ReportJob.Kind, ReportJob.State


@pytest.fixture
def cycle() -> ReportingCycle:
    return make_cycle("2026 Semester 2")


def make_cycle(name: str) -> ReportingCycle:
    school = make_school(code=f"S{ReportingCycle.objects.count()}")
    return ReportingCycle.objects.create(school=school, name=name, academic_year=2026, opened_at=NOW, opened_by="kim")


def make_worker(name: str, heartbeat_at: datetime = NOW) -> Worker:
    return Worker.objects.create(
        executor_id=name, host="here", kind=Worker.Kind.WORKER, started_at=NOW, heartbeat_at=heartbeat_at
    )


def work_is(monkeypatch: pytest.MonkeyPatch, done: Any) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: done)


def claimed(job: ReportJob, worker: Worker) -> jobs.JobWork:
    work = jobs.JobWork.claim(job.pk, worker, lambda: NOW + timedelta(minutes=1))
    assert work is not None
    return work


def three_steps(work: jobs.JobWork) -> Mapping[str, int]:
    work.expect(3)
    for _ in range(3):
        with work.writing():
            pass
        work.advance()
    return {"made": 3}


def test_job_is_done_and_says_what_it_did(cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch) -> None:
    work_is(monkeypatch, three_steps)
    job = jobs.request_job(cycle, Kind.MAKE, {"group": "7B"}, by="kim", now=NOW)
    assert jobs.JobWork.queued() == [job.pk]

    jobs.execute_job(claimed(job, make_worker("one")))

    job.refresh_from_db()
    assert (job.state, job.done, job.total, job.outcome, job.asked) == ("done", 3, 3, {"made": 3}, {"group": "7B"})
    assert job.finished_at == NOW + timedelta(minutes=1)
    assert jobs.JobWork.queued() == []


def test_second_job_on_a_cycle_is_refused_while_one_goes_on(cycle: ReportingCycle) -> None:
    jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)
    with pytest.raises(Refused) as refused:
        jobs.request_job(cycle, Kind.ARCHIVE, {}, by="lee", now=NOW)
    assert refused.value.message == (
        "Other work on 2026 Semester 2 goes on (Make reports, asked for by kim). Nothing was started. "
        "Wait until it has ended, or cancel it."
    )
    jobs.request_job(make_cycle("2026 Semester 1"), Kind.ARCHIVE, {}, by="lee", now=NOW)


def test_job_that_ends_its_process_every_time_is_given_up(cycle: ReportingCycle) -> None:
    job = jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)
    worker = make_worker("one")
    for _ in range(jobs.MOST_ATTEMPTS):
        claimed(job, worker)
        jobs.JobWork.take_back(NOW, lambda _worker: True)
    job.refresh_from_db()
    assert job.state == State.FAILED
    assert job.explanation == (
        "The process that did this work ended 10 times before the work did, so it was given up. What was done until "
        "then stays. Look into the log for the reason, then start it again."
    )


def test_cancelled_job_ends_after_its_step(cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch) -> None:
    job = jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)

    def cancelled_on_the_way(work: jobs.JobWork) -> Mapping[str, int]:
        work.expect(3)
        jobs.cancel_job(job, by="lee", now=NOW)
        work.advance()
        raise AssertionError("it went on")

    work_is(monkeypatch, cancelled_on_the_way)
    jobs.execute_job(claimed(job, make_worker("one")))
    job.refresh_from_db()
    assert (job.state, job.explanation) == ("cancelled", "Cancelled by lee. What was done before stays.")


def test_queued_job_is_cancelled_at_once(cycle: ReportingCycle) -> None:
    job = jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)
    jobs.cancel_job(job, by="lee", now=NOW)
    job.refresh_from_db()
    assert (job.state, job.explanation) == ("cancelled", "Cancelled by lee before it began.")
    jobs.cancel_job(job, by="ida", now=NOW)
    job.refresh_from_db()
    assert job.explanation == "Cancelled by lee before it began."


def test_job_that_is_refused_or_faulty_fails_and_says_why(
    cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refused(_work: jobs.JobWork) -> Mapping[str, int]:
        raise Refused("No one is in the cycle. Nothing was made.")

    def faulty(_work: jobs.JobWork) -> Mapping[str, int]:
        raise ZeroDivisionError("division by zero")

    told = []
    for done in (refused, faulty):
        work_is(monkeypatch, done)
        job = jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)
        jobs.execute_job(claimed(job, make_worker(done.__name__)))
        job.refresh_from_db()
        told.append((job.state, job.explanation))
    assert told == [
        ("failed", "No one is in the cycle. Nothing was made."),
        (
            "failed",
            "Photo Sync met a fault of its own (ZeroDivisionError: division by zero). What was done until then is "
            "kept; the rest was not done. The log has the details.",
        ),
    ]


def test_job_of_another_cycle_is_not_found(cycle: ReportingCycle) -> None:
    job = jobs.request_job(cycle, Kind.MAKE, {}, by="kim", now=NOW)
    assert jobs.job_numbered(job.pk, cycle) == job
    with pytest.raises(NotFound) as missing:
        jobs.job_numbered(job.pk, make_cycle("2026 Semester 1"))
    assert missing.value.message == "There is no such work on 2026 Semester 1. Nothing was done."
