"""A program: makes a school in the installation that the environment names, and serves its pages.

`python -m tests.web.site PORT [WORKERS]`; without a port it only makes the school.
"""

import os
import sys
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.apps.schools.models import School

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "photosync.project.settings")


def make() -> None:
    import django

    django.setup()
    from django.conf import settings
    from django.core.management import call_command

    from photosync.apps.accounts.models import Role
    from photosync.apps.accounts.permissions import Permission
    from photosync.apps.accounts.tokens import add_token
    from photosync.apps.library.store import photo_store
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.reports.cycles import open_cycle
    from photosync.apps.reports.jobs import request_job
    from photosync.apps.reports.models import ReportImport, ReportJob, UploadedReport
    from photosync.apps.reports.roster import Choice
    from photosync.core.run_states import RunState
    from tests.apps.rosters.saved import make_held
    from tests.web import pages

    settings.PHOTOSYNC_DATA.mkdir(parents=True, exist_ok=True)
    (settings.PHOTOSYNC_DATA / "secret.key").write_text(settings.SECRET_KEY)
    call_command("migrate", verbosity=0)
    photo_store().prepare()
    school = pages.make_school()
    year = pages.this_year(school)
    kim = pages.make_user("kim", Role.ADMINISTRATOR, None)
    kim.set_password(pages.PASSWORD)
    kim.save()
    colours = [pages.make_picture((60 + 40 * n, 150 - 20 * n, 140)) for n in range(4)]
    names = ("Ada Abel", "Ben Byrne", "Cy Chan", "Dee Dang", "Eva Eze", "Flo Fry")
    for number, name in enumerate(names):
        given, family = name.split()
        person = pages.make_person(school, f"100{number}", given_name=given, family_name=family, roll_group="7B")
        if number < len(colours):
            pages.give_photo(person, year - 1, colours[number - 1])
        if number < 2:
            pages.give_photo(person, year, colours[number])
    pages.make_person(school, "2001", given_name="Gus", family_name="Gray", year_level="8")
    pages.make_person(school, "T1", kind="staff", given_name="Mo", family_name="Tran", year_level="")
    now = datetime.now(UTC)
    active = pages.make_profile(school, "Photo Sync", pages.around_today(school, to_days=20))
    pages.make_profile(school, "Disabled one", pages.around_today(school, to_days=90), enabled=False)
    pages.make_profile(school, "Ended one", pages.around_today(school, to_days=-3))
    held = pages.make_profile(
        school, "Held one", pages.around_today(school), pages.around_today(school, from_days=90, to_days=120)
    )
    for days, state in ((4, RunState.FAILED), (3, RunState.DONE_WITH_FAILURES), (2, RunState.DONE)):
        pages.make_run(active, state, now - timedelta(days=days), counts={"added": 3, "rejected": 1})
    pages.make_run(active, RunState.RUNNING, now, phase="stage", progress={"done": 2, "total": 5})
    cycle = open_cycle(school, "2026 Semester 2", by="kim", now=now, people=Choice(year_level=("7",)))
    request_job(cycle, ReportJob.Kind.ARCHIVE, {}, by="kim", now=now)
    _archive_last_year(school, now)
    made = ReportImport.objects.create(cycle=cycle, state="previewed", created_at=now, created_by="kim")
    told = 'No student has the code "0999".'
    UploadedReport.objects.create(upload=made, name="0999.pdf", state="unmatched", reason=told)
    pages.make_run(held, RunState.HELD, now, explanation="Too many photos would be replaced.")
    make_held(school)
    office = pages.make_address(school, name="Office")
    add_token(kim, "Library", scopes=[Permission.PHOTO_VIEW], school=school, days=90, now=now)
    slack = pages.make_address(
        school, "slack://T/B/x", way="apprise", shown="slack://\u2026", kinds=["held", "failed"]
    )
    pages.make_message(office, "sent", "Photo Sync stops in 20 days, on Friday 18 December 2026", ended_at=now)
    pages.make_message(
        slack, "failed", "Photo Sync: run 1 failed", ended_at=now, reason="The service did not take it."
    )
    pages.make_message(
        slack, "waiting", "Held one: run 5 waits for approval", reason="No answer.", next_attempt_at=now
    )
    delivery = settings.PHOTOSYNC_DATA.parent / "delivery"
    delivery.mkdir(exist_ok=True)
    SyncProfile.objects.update(options={"path": str(delivery)}, source_may_be_anywhere=True)
    pages.make_ticking_worker(now + timedelta(days=1))


def _archive_last_year(school: "School", now: datetime) -> None:
    """Archive one report of last year, as a worker does."""
    from photosync.apps.library.store import photo_store
    from photosync.apps.people.models import Person
    from photosync.apps.reports import archiving, jobs
    from photosync.apps.reports.models import CycleMember, Report, ReportingCycle
    from photosync.apps.runs.models import Worker
    from tests.apps.reports.archive_school import pdf

    cycle = ReportingCycle.objects.create(
        school=school, name="2025 Semester 2", academic_year=2025, opened_at=now, opened_by="kim"
    )
    ada = Person.objects.get(code="1000")
    member = CycleMember.objects.create(cycle=cycle, person=ada, year_level="6", roll_group="6B")
    content = pdf("Report of Ada Abel")
    with photo_store().batch() as batch:
        name = batch.add(content)
        batch.commit()
    Report.objects.create(
        member=member,
        pdf_sha256=name,
        pdf_bytes=len(content),
        origin="imported",
        file_name="1000.pdf",
        stored_at=now,
        stored_by="kim",
    )
    job = archiving.request_archiving(cycle, archiving.Whose(), by="kim", now=now)
    worker = Worker.objects.create(
        executor_id="archiver", host="here", kind=Worker.Kind.COMMAND, started_at=now, heartbeat_at=now
    )
    work = jobs.JobWork.claim(job.pk, worker, lambda: now)
    assert work is not None
    jobs.execute_job(work)
    worker.delete()


def main(port: str = "", workers: str = "1") -> None:
    make()
    if port:
        from photosync.web.server import serve_pages

        serve_pages("127.0.0.1", int(port), workers=int(workers))


if __name__ == "__main__":
    main(*sys.argv[1:])
