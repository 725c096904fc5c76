"""How far long work on a reporting cycle is, while it goes on: on its page and over the API."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.accounts.tokens import add_token, held_anywhere
from photosync.apps.reports import archiving, importing, making, verifying
from photosync.apps.reports.archiving import Whose, request_archiving
from photosync.apps.reports.importing import begin_import, request_import
from photosync.apps.reports.jobs import JobWork, execute_job
from photosync.apps.reports.making import Making, request_making
from photosync.apps.reports.models import ReportImport, ReportJob
from photosync.apps.reports.uploads import Upload
from photosync.apps.reports.verifying import request_verification
from tests.apps.reports.archive_school import NOW, ReportSchool, pdf
from tests.apps.reports.school_of_reports import stored
from tests.apps.reports.test_importing import zipped
from tests.web.pages import Markup, make_user, signed_in

pytestmark = pytest.mark.django_db

PEOPLE, TOGETHER = 5, 2
CODES = [f"{number:04d}" for number in range(1, PEOPLE + 1)]
MOVES = [(2, 5), (4, 5), (5, 5)]
"""How far work on five is, where two are written together."""
Ask = Callable[[ReportSchool, Path], ReportJob]


@pytest.fixture
def school(monkeypatch: pytest.MonkeyPatch) -> ReportSchool:
    """Return a school of five with a report each; here two are written together, not a hundred."""
    for module, name in (
        (making, "AT_ONCE"),
        (importing, "STORED_TOGETHER"),
        (importing, "IMPORTED_TOGETHER"),
        (archiving, "ARCHIVED_AT_ONCE"),
        (verifying, "TOLD_EVERY"),
    ):
        monkeypatch.setattr(module, name, TOGETHER)
    made = ReportSchool()
    for code in CODES:
        made.student(code, photo=True)
        made.member(code)
    return made


def make(school: ReportSchool, folder: Path) -> ReportJob:
    stored(school.cycle, folder, "code,subject,mark\n" + "".join(f"{code},Art,70\n" for code in CODES))
    return request_making(school.cycle, Making(), by="kim", now=NOW)


def read(school: ReportSchool, _folder: Path) -> ReportJob:
    files = {f"{code}.pdf": pdf(code) for code in CODES}
    files |= {"index.csv": "\n".join(["file,code", *(f"{code}.pdf,{code}" for code in CODES)]).encode()}
    with Upload() as upload:
        upload.add("all.zip", [zipped(files | {"__MACOSX/._0001.pdf": b"junk", "Thumbs.db": b"junk"})])
        return begin_import(school.cycle, upload.keep(), {"index": "index.csv"}, by="kim", now=NOW)[1]


def bring_in(school: ReportSchool, folder: Path) -> ReportJob:
    school.do(read(school, folder))
    return request_import(ReportImport.objects.get(), by="kim", now=NOW)


def archive(school: ReportSchool, _folder: Path) -> ReportJob:
    for member in school.cycle.members.all():
        school.report(member)
    return request_archiving(school.cycle, Whose(), by="kim", now=NOW)


def verify(school: ReportSchool, folder: Path) -> ReportJob:
    school.do(archive(school, folder))
    return request_verification(school.cycle, by="kim", now=NOW)


@pytest.mark.parametrize("ask", [make, read, bring_in, archive, verify])
def test_progress_moves_while_work_goes_on(
    ask: Ask, school: ReportSchool, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    user = make_user("robin", Role.ARCHIVIST, school.school)
    made = add_token(user, "tests", scopes=held_anywhere(user), school=None, days=1, now=datetime.now(UTC))
    page, api = signed_in(user), Client(headers={"host": "localhost", "authorization": f"Bearer {made.secret}"})
    job = ask(school, tmp_path)
    on_page: list[tuple[str, str | None]] = []
    by_api: list[tuple[int, int]] = []
    advance = JobWork.advance

    def look(work: JobWork, steps: int = 1) -> None:
        """Look as one who follows the work, whenever it has said how far it is."""
        advance(work, steps)
        shown = Markup.of(page.get(f"/academic-reports/reporting/{school.cycle.pk}/work/{job.pk}/"))
        (bar,) = shown.all("progress")
        on_page.append((shown.text.partition("Running ")[2].partition(" Asked")[0], bar.get("value")))
        told = api.get(f"/api/v1/reporting-cycles/{school.cycle.pk}/jobs/{job.pk}").json()
        by_api.append((told["done"], told["total"]))

    monkeypatch.setattr(JobWork, "advance", look)
    execute_job(school.claimed(job))

    job.refresh_from_db()
    assert (job.state, job.explanation) == ("done", "")
    assert by_api == MOVES
    assert on_page == [(f"{done} of {total}", str(done * 100 // total)) for done, total in MOVES]
