"""photosync report job follow, and what every command does that asks for long work."""

import json
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from django.utils import timezone

from photosync.apps.reports import jobs
from photosync.apps.reports.cycles import open_cycle
from photosync.apps.reports.making import Making
from photosync.apps.reports.models import ReportingCycle, ReportJob
from photosync.apps.runs.models import Worker
from photosync.apps.schools.services import add_school
from photosync.cli import processes
from photosync.core.errors import Refused
from photosync.project.processes import InstalledProcesses
from photosync.worker import long_work
from photosync.worker.identity import Identity
from tests.cli.commanding import Commanding

pytestmark = pytest.mark.django_db(transaction=True)
NAME = "2026 Semester 2"
FOLLOW = ("report", "job", "follow", NAME)


@pytest.fixture
def cycle(transactional_db: None, data: Path) -> Iterator[ReportingCycle]:
    processes.provide(InstalledProcesses)
    school = add_school("HILL", "Hill School", "Australia/Sydney")
    yield open_cycle(school, NAME, by="kim", now=datetime.now(UTC), academic_year=2026)
    processes._provided.clear()


def asked(cycle: ReportingCycle) -> ReportJob:
    return jobs.request_job(cycle, ReportJob.Kind.MAKE, {}, by="kim", now=datetime.now(UTC))


def two_steps(work: jobs.JobWork) -> Mapping[str, Any]:
    work.expect(2)
    work.advance(2)
    return {"made": 2}


def refused(_work: jobs.JobWork) -> Mapping[str, Any]:
    raise Refused("No one is in the cycle. Nothing was made.")


def test_work_that_no_worker_does_is_done_here(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: two_steps)

    document = command.json(*FOLLOW, str(asked(cycle).pk))

    assert (document["state"], document["done"], document["total"], document["outcome"]) == (
        "done",
        2,
        2,
        {"made": 2},
    )
    text = command(*FOLLOW, str(asked(cycle).pk)).out.splitlines()
    assert text[0].endswith("on 2026 Semester 2 (make): done.")
    assert [line.split() for line in text if line.startswith(("done", "made"))] == [
        ["done", "2", "of", "2"],
        ["made", "2"],
    ]


def test_work_that_fails_is_told_and_ends_the_command(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: refused)

    answer = command(*FOLLOW, str(asked(cycle).pk), "--json")

    assert (answer.status, answer.err) == (1, "The work failed. No one is in the cycle. Nothing was made.\n")
    assert json.loads(answer.out)["state"] == "failed"


def taken_away_at_first(work: jobs.JobWork) -> Mapping[str, Any]:
    """As when another worker takes this one for gone, and puts its work back into the queue."""
    if work.job.attempt == 1:
        ReportJob.objects.filter(pk=work.job.pk).update(state="queued", fence=work.fence + 1, worker=None)
    return two_steps(work)


def test_work_that_is_taken_away_meanwhile_is_seen_through(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: taken_away_at_first)
    monkeypatch.setattr(long_work, "WORKER_LOOKED_FOR_EVERY_S", 0.2)

    document = command.json(*FOLLOW, str(asked(cycle).pk))

    assert (document["state"], document["outcome"]) == ("done", {"made": 2})
    assert ReportJob.objects.get().attempt == 2


def cut_off(cycle: ReportingCycle, making: Making) -> ReportJob:
    """Leave work as a command does that was killed in it: running, by a worker of this host whose lock is free."""
    job = jobs.request_job(cycle, ReportJob.Kind.MAKE, making.document(), by="kim", now=datetime.now(UTC))
    identity = Identity(Worker.Kind.COMMAND, timezone.now)
    assert jobs.JobWork.claim(job.pk, identity.worker, timezone.now) is not None
    identity.release()
    Worker.objects.filter(pk=identity.worker.pk).update(stopped_at=None)
    return job


def test_command_asked_again_goes_on_with_its_work_that_was_cut_off(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: two_steps)
    job = cut_off(cycle, Making(roll_group="7B"))

    document = command.json("report", "make", NAME, "--roll-group", "7B")

    assert (document["job"], document["state"], document["outcome"]) == (job.pk, "done", {"made": 2})
    assert ReportJob.objects.get().attempt == 2


def test_command_first_goes_on_with_other_work_that_was_cut_off(
    command: Commanding, cycle: ReportingCycle, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(jobs, "_work_of", lambda _kind: two_steps)
    job = cut_off(cycle, Making(roll_group="7B"))

    answer = command("report", "make", NAME)

    assert ReportJob.objects.get().state == "done"
    assert (answer.status, answer.err.splitlines()) == (
        2,
        [
            f"Work {job.pk} on {NAME} (Make reports) had been cut off and was gone on with first: done.",
            f"No one in {NAME} has a report to be made (All with results). Nothing was started. Upload results "
            "first, or choose others.",
        ],
    )
