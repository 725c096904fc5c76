"""One process of Photo Sync under measurement: `python -m bench.child prepare|sync ...`, one JSON line as answer."""

from __future__ import annotations

import argparse
import json
import os
import resource
import sys
import time
from datetime import date
from pathlib import Path

STARTED_AT = time.monotonic()


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("task", choices=("prepare", "sync", "sign-in", "photos", "reports", "archive"))
    parser.add_argument("--source", type=Path)
    parser.add_argument("--kind", default="folder")
    parser.add_argument("--options", type=json.loads, default={})
    parser.add_argument("--people", type=int, default=0)
    options = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")
    import django

    django.setup()
    if options.task == "prepare":
        prepare(options.options, options.kind, options.people)
        answer: dict[str, object] = {}
    elif options.task == "archive":
        answer = archive(options.source)
    else:
        answer = {"sync": sync_once, "sign-in": sign_in, "photos": photos, "reports": reports}[options.task]()
    print(json.dumps(answer), flush=True)


def prepare(options: dict[str, str], kind: str, people: int) -> None:
    """Make a school with `people` students, coded as the portraits are, and a profile with this source."""
    from django.utils import timezone

    from bench.inputs import code_of
    from photosync.apps.people.models import Identifier, Person
    from photosync.apps.people.queries import FOLDED
    from photosync.apps.profiles.models import ProfilePeriod, SyncProfile
    from photosync.apps.profiles.source_secrets import set_secrets
    from photosync.apps.schools.models import School
    from photosync.apps.timetable.models import TimetablePeriod
    from photosync.cli.installation import set_up
    from photosync.connectors import registry

    set_up()
    now = timezone.now()
    secrets = registry.shipped().kind(kind).secrets
    school = School.objects.create(code="BENCH", name="Bench School", time_zone="Australia/Sydney")
    period = TimetablePeriod.objects.create(
        school=school,
        code="ALWAYS",
        start=date(now.year - 1, 1, 1),
        end=date(now.year + 1, 12, 31),
        group_number=1,
        academic_year=now.year,
    )
    profile = SyncProfile(
        school=school,
        name="Bench",
        source_kind=kind,
        options={name: value for name, value in options.items() if name not in secrets},
        created_at=now,
        evaluated_until=now,
        source_may_be_anywhere=True,
        replace_share_percent=100,
        replace_number=1_000_000,
    )
    set_secrets(profile, {name: value for name, value in options.items() if name in secrets})
    profile.save()
    ProfilePeriod.objects.create(profile=profile, period=period)
    made = Person.objects.bulk_create(
        (
            Person(school=school, kind="student", code=code_of(n), given_name=f"Given{n}", family_name=f"Family{n}")
            for n in range(people)
        ),
        batch_size=500,
    )
    Identifier.objects.bulk_create(
        (
            Identifier(school=school, person=p, key="student_code", value=p.code, folded=FOLDED.form(p.code))
            for p in made
        ),
        batch_size=500,
    )


def sync_once() -> dict[str, object]:
    """Run the profile once; return its recorded duration, the processor time and what the run counted."""
    from photosync.apps.library.store import render_pool
    from photosync.apps.profiles.models import SyncProfile
    from photosync.core.run_states import RunState, Trigger
    from photosync.worker.command import sync

    profile = SyncProfile.objects.get()
    before_s = _processor_s()
    print(json.dumps({"ready": True}), flush=True)
    sys.stdin.read()  # until whoever measures has looked at this process
    run = sync(profile, Trigger.ON_DEMAND, "bench", lambda _: None)
    render_pool().close()
    if run.state != RunState.DONE:
        raise SystemExit(f"the run ended {run.state}: {run.explanation}")
    assert run.finished_at is not None
    return {
        "run_s": (run.finished_at - run.accepted_at).total_seconds(),
        "processor_s": _processor_s() - before_s,
        "wall_s": time.monotonic() - STARTED_AT,
        "counts": run.counts,
    }


def sign_in() -> dict[str, object]:
    from django.test import Client

    from photosync.apps.accounts.services import add_user
    from photosync.apps.schools.models import School

    client = Client()
    client.force_login(add_user("reader", "staff", School.objects.get()).user)
    return {"session_key": client.session.session_key}


def photos() -> dict[str, object]:
    """Return path of the thumbnail to file in the store, for everyone with a photo."""
    from photosync.apps.library.models import YearPhoto
    from photosync.apps.library.store import photo_store

    rows = YearPhoto.objects.order_by("person_id").values_list("person_id", "version__picture__thumb_sha256")
    return {f"/photos/{person_id}/now/thumb.jpg": str(photo_store().path_of(blob)) for person_id, blob in rows}


def _processor_s() -> float:
    """Return user and system time of this process and of its children that have ended, in seconds."""
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(each.ru_utime + each.ru_stime for each in used)


def reports() -> dict[str, object]:
    """Make every report of the one cycle anew, once a line comes in."""
    from django.db.models import Sum
    from django.utils import timezone

    from photosync.apps.reports.jobs import JobWork, execute_job
    from photosync.apps.reports.making import Making, request_making
    from photosync.apps.reports.models import Report, ReportingCycle
    from photosync.apps.runs.models import Worker
    from photosync.worker.identity import Identity

    Report.objects.all().delete()
    identity = Identity(Worker.Kind.COMMAND, timezone.now)
    job = request_making(ReportingCycle.objects.get(), Making(), by="bench", now=timezone.now())
    print("ready", flush=True)
    sys.stdin.readline()
    work = JobWork.claim(job.pk, identity.worker, timezone.now)
    assert work is not None
    before_s = _processor_s()
    execute_job(work)
    took_s = _processor_s() - before_s
    identity.release()
    size = Report.objects.aggregate(size=Sum("pdf_bytes"))["size"]
    return {"made": Report.objects.count(), "bytes": size, "processor_s": took_s}


def archive(zipped: Path) -> dict[str, object]:
    """Take a ZIP of reports into a new cycle of everyone: a step for each line that comes in, answered by a line."""
    from django.utils import timezone

    from photosync.apps.people.models import Person
    from photosync.apps.reports.archiving import Whose, request_archiving
    from photosync.apps.reports.cycles import open_cycle
    from photosync.apps.reports.importing import begin_import, request_import
    from photosync.apps.reports.jobs import JobWork, execute_job
    from photosync.apps.reports.models import ReportImport, ReportingCycle, ReportJob
    from photosync.apps.reports.roster import Choice
    from photosync.apps.reports.uploads import Upload
    from photosync.apps.reports.verifying import request_verification
    from photosync.apps.runs.models import Worker
    from photosync.apps.schools.models import School
    from photosync.worker.identity import Identity

    now, identity = timezone.now(), Identity(Worker.Kind.COMMAND, timezone.now)
    codes = tuple(Person.objects.values_list("code", flat=True))
    name = f"Archive {ReportingCycle.objects.count() + 1}"
    cycle = open_cycle(School.objects.get(), name, by="bench", now=now, people=Choice(codes=codes))

    def read() -> ReportJob:
        with Upload() as upload, zipped.open("rb") as file:
            upload.add(zipped.name, iter(lambda: file.read(1 << 20), b""))
            return begin_import(cycle, upload.keep(), {}, by="bench", now=now)[1]

    steps = {
        "read": (read, "matched"),
        "import": (lambda: request_import(ReportImport.objects.get(cycle=cycle), by="bench", now=now), "imported"),
        "archive": (lambda: request_archiving(cycle, Whose(), by="bench", now=now), "archived"),
        "verify": (lambda: request_verification(cycle, by="bench", now=now), "checked"),
    }
    print("ready", flush=True)
    for line in sys.stdin:
        ask, counted = steps[line.strip()]
        before_s = _processor_s()
        work = JobWork.claim(ask().pk, identity.worker, timezone.now)
        assert work is not None
        execute_job(work)
        work.job.refresh_from_db()
        told = {"number": work.job.outcome.get(counted), "why": work.job.explanation}
        print(json.dumps(told | {"processor_s": _processor_s() - before_s}), flush=True)
    identity.release()
    return {}


if __name__ == "__main__":
    main()
