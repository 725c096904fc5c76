"""A school as the article finds it: its sync ended with the last timetable period, and next year's is set up."""

import os
import re
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from playwright.sync_api import Page, expect

from tests.portraits import make_portrait
from tests.services.installation import fresh_installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.web.serving import free_port, wait_for_pages

ZONE = "Australia/Sydney"
SCHEDULED_WITHIN_S = 120
PASSWORD = "the jetty at low tide"
STUDENTS = ("0417", "0418", "0419")
SOURCE = "photographer"
ENDED_CODE, LATER_CODE = "LAST", "NEXT"


@dataclass(frozen=True)
class School:
    """`served` is what answers at `port`: pages, schedule and runs in one process."""

    program: Program
    port: int
    set_password: str

    @property
    def source(self) -> Path:
        return self.program.installation.data.parent / SOURCE

    @property
    def today(self) -> date:
        return datetime.now(ZoneInfo(ZONE)).date()

    def address(self, path: str) -> str:
        return f"http://127.0.0.1:{self.port}{path}"

    def end_the_sync(self) -> None:
        """Leave the profile with the ended timetable period only, enabled, and no period PHOTO."""
        profile = self.program.ask("profile", "show", "Photo Sync")
        for each in profile["periods"]:
            if each["code"] != ENDED_CODE:
                self.program.do("profile", "unassign", "Photo Sync", "--period", each["code"])
        if not profile["scheduled_sync_enabled"]:
            self.program.do("profile", "enable", "Photo Sync")
        if any(each["code"] == "PHOTO" for each in self.program.ask("period", "list")):
            self.program.do("period", "delete", "PHOTO")

    def status(self, *, at: str | None = None) -> dict[str, object]:
        words = ("--at", at) if at else ()
        found: dict[str, object] = self.program.ask("profile", "status", "Photo Sync", *words)
        return found

    def period(self, code: str) -> dict[str, object]:
        found: dict[str, object] = self.program.ask("period", "show", code)
        return found

    def wait_for_a_scheduled_run(self) -> object:
        """Wait until the schedule has made a run that ended well; return its number."""
        give_up_at = time.monotonic() + SCHEDULED_WITHIN_S
        while time.monotonic() < give_up_at:
            for run in self.program.ask("run", "list"):
                if (run["trigger"], run["state"]) == ("scheduled", "done") and run["counts"]["added"]:
                    return run["run"]
            time.sleep(2)
        raise AssertionError("the schedule made no run")


@contextmanager
def ended_school(folder: Path) -> Iterator[School]:
    """Yield the school, served by `photosync serve` on a free port."""
    with fresh_installation(folder, os.environ.get("PHOTOSYNC_DATABASE_URL")) as made:
        made.environment["PHOTOSYNC_SOURCE_ROOTS"] = str(folder / SOURCE)
        program = Program(migrated(made))
        link = _make(program, folder)
        port = free_port()
        with program.running("serve", "--port", str(port)) as process:
            wait_for_pages(port, process)
            yield School(program, port, link)


def _make(program: Program, folder: Path) -> str:
    source = folder / SOURCE
    source.mkdir()
    for code in STUDENTS:
        (source / f"{code}.jpg").write_bytes(make_portrait(int(code), 240, 320))
    roster = folder / "students.csv"
    lines = [f"{code},Jo{code},Bloggs,Year 9" for code in STUDENTS]
    roster.write_text("\n".join(["Student Code,Given Name,Family Name,Year Level", *lines]))
    today = datetime.now(ZoneInfo(ZONE)).date()
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", ZONE)
    program.do("people", "import", str(roster), "--kind", "student")
    program.do("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={source}")
    for code, start, end in ((ENDED_CODE, -200, -3), (LATER_CODE, -2, 180)):
        days = [
            f"--{name}={(today + timedelta(days=each)).isoformat()}"
            for name, each in (("start", start), ("end", end))
        ]
        program.do("period", "add", code, "--description", f"Semester {code}", *days, "--group", "1")
    program.do("profile", "assign", "Photo Sync", "--period", ENDED_CODE)
    told = program.do("user", "add", "kim", "--role", "administrator")
    found = re.search(r"/accounts/set-password/\S+", told)
    assert found is not None, told
    return found[0]


def sign_in(page: Page, school: School) -> None:
    """Sign in as kim; the first time, set the password with the link that `photosync user add` printed."""
    page.goto(school.address(school.set_password))
    new = page.locator("input[type=password]")
    if new.count() == 2:
        for each in new.all():
            each.fill(PASSWORD)
        page.get_by_role("button", name="Set password").click()
    page.goto(school.address("/accounts/sign-in/"))
    page.get_by_label("Name").fill("kim")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Overview")
