"""A school that lives through the ends of its years, as a small vocabulary: nights, mornings, deliveries, reports.

Everything is done with the command line and with real workers whose clock is moved. Only the nights and mornings that
matter are lived; a morning after days that were not lived begins with the one run that makes up for them.
"""

import random
import subprocess
import time
import zipfile
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from tests.acceptance.school_years import A_DAY, LEVELS, YEARS, Year, at, students_of
from tests.chaos.school import Player
from tests.portraits import make_portrait
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import wait_until
from tests.services.receivers import MailReceiver, mail_receiver

PROFILE = "Photo Sync"
BEFORE = timedelta(seconds=5)
"""How long before midnight a worker is started: it must be there by then."""
AFTER_A_CUT = timedelta(seconds=15)
A_RUN_LASTS_S = 2.5
"""About. A night's power cut comes within this time from midnight."""
SETTLES_S = 7.0
"""Long enough for a worker to look at what is due, and at what is to be told, and to send it."""
ALIVE = ("queued", "running")


@dataclass
class School:
    """`cuts` is given where the power is cut on critical days: at its random moments, once in each act.

    `lasted` is how long each command took, which is known beforehand from the same story undisturbed; as a multiple
    of a short command's time just before, so that it holds on a machine that is busier by then, or less.
    """

    player: Player
    mail: MailReceiver
    people: int
    cuts: random.Random | None = None
    lasted: dict[str, float] = field(default_factory=dict)
    cut_on: Counter[date] = field(default_factory=Counter)
    additions_from: date = date.max
    _lived: set[date] = field(default_factory=set)
    _mails_seen: int = 0
    _runs_seen: int = 0

    # The school and its year

    def begin(self) -> None:
        """Set up 2026 as of January: roster, periods, sync profile, whom it tells, and the first delivery."""
        now = at(date(2026, 1, 20), "10:00")
        self.player.source.mkdir()
        self.deliver(2026)
        self.do("init", "--school", "HILL", "--name", "Hill School", "--timezone", "Australia/Sydney", at=now)
        self.enrol(2026, now)
        path = f"path={self.player.source}"
        self.do("profile", "add", PROFILE, "--source", "folder", "--option", path, at=now)
        self.add_periods(2026, now)
        kinds = ("--kind", "stops-soon", "--kind", "ended")
        self.do("notify", "add", "office@hill.example", "--name", "Office", *kinds, at=now)

    def enrol(self, year: int, now: datetime) -> None:
        """Import the roster of a year: who is not in it has left, the others are a year level higher."""
        lines = ["Student Code,Given Name,Family Name,Year Level,Roll Group"]
        for code, level in students_of(year, self.people).items():
            lines.append(f"{code},Given{code},Family{code},{level},{level}{'AB'[int(code) % 2]}")
        roster = self.player.source.with_name(f"roster-{year}.csv")
        roster.write_text("\n".join(lines))
        self.do("people", "import", str(roster), "--kind", "student", "--leavers-by-absence", at=now)

    def add_periods(self, year: int, now: datetime) -> None:
        of = YEARS[year]
        self.add_period(f"{year}S1", of.first_day, of.first_semester_ends, now)
        self.add_period(of.last_code, of.second_semester_begins, of.last_day, now)

    def add_period(self, code: str, first_day: date, last_day: date, now: datetime, *words: str) -> None:
        dates = ("--start", first_day.isoformat(), "--end", last_day.isoformat())
        self.do("period", "add", code, "--description", f"Period {code}", *dates, at=now)
        self.do("profile", "assign", PROFILE, "--period", code, *words, at=now)

    def deliver(self, year: int) -> None:
        """Put the portraits of a year into the source, in place of those of the year before."""
        for code in students_of(year, self.people):
            portrait = make_portrait(year * 1_000_000 + int(code), 120, 160)
            (self.player.source / f"{code}.jpg").write_bytes(portrait)

    # Time

    def night(self, day: date, *, a_run_is_due: bool = True, is_critical: bool = False) -> None:
        """Let a worker live through 00:00 of `day`, until its run has ended, or it has seen that none is due."""
        assert day - A_DAY in self._lived or not self._runs_on(day - A_DAY), "a run to make up for would come first"
        begins_at, until_due_s = at(day, "00:00") - BEFORE, BEFORE.total_seconds()
        if is_critical and self.cuts is not None:
            self._cut_worker(begins_at, after_s=until_due_s + self.cuts.uniform(0, A_RUN_LASTS_S))
            begins_at, until_due_s = at(day, "00:00") + AFTER_A_CUT, 0.0
        with self.player.running("worker", at=begins_at) as worker:
            time.sleep(until_due_s)
            if a_run_is_due:
                wait_until(self._has_a_new_run, worker)
            else:
                wait_until(lambda: self.player.has_ticked_since(at(day, "00:00")), worker)
        self._count_runs(expected=a_run_is_due)
        self._lived.add(day)

    def morning(self, day: date, *, tells: int = 0, is_critical: bool = False) -> None:
        """Let a worker live from 07:01 until it has made up for missed runs and the office has `tells` messages."""
        wanted, catches_up = self._mails_seen + tells, self._runs_on(day) and day not in self._lived
        begins_at = at(day, "07:01")
        if is_critical and self.cuts is not None:
            self._cut_worker(begins_at, after_s=self.cuts.uniform(1.0, 4.0))
            begins_at = at(day, "07:05")  # what a killed sender has claimed is free again
        with self.player.running("worker", at=begins_at) as worker:
            if catches_up:
                wait_until(self._has_a_new_run, worker)
            if tells:
                wait_until(lambda: len(self.mail.mails) >= wanted, worker)
            elif not catches_up:
                time.sleep(SETTLES_S)
        self._count_runs(expected=catches_up)
        self._lived.add(day)

    def new_mails(self) -> list[str]:
        """Return the subjects of what the office was told since this was last asked."""
        found = self.mail.mails[self._mails_seen :]
        self._mails_seen += len(found)
        assert {mail["To"] for mail in found} <= {"office@hill.example"}
        return [str(mail["Subject"]) for mail in found]

    def _runs_on(self, day: date) -> bool:
        return (
            any(year.has_lessons(day) for year in YEARS.values())
            or self.additions_from <= day < YEARS[2027].first_day
        )

    # What people do; on critical days, what the power cut ends is begun again

    def do(self, *words: str, at: datetime) -> str:
        return self.player.do(*words, at=at)

    def refused(self, *words: str, at: datetime) -> str:
        ended = self.player.run(*words, at=at)
        assert (ended.status, ended.output) == (3, ""), ended
        return ended.error.strip()

    def sync(self, now: datetime) -> dict[str, Any]:
        words = ("sync", PROFILE)

        def finish(later: datetime) -> None:
            if len(self.all_runs()) == self._runs_seen:
                self.do(*words, at=later)
            self._finish_runs(later)

        self._despite_a_cut(f"sync {now}", words, now, finish)
        self._count_runs(expected=1)
        return self.last_run()

    def open_cycle(self, year: Year, now: datetime) -> None:
        levels = [word for level in LEVELS for word in ("--year-level", str(level))]
        self.do("report", "cycle", "add", year.cycle, *levels, at=now)

    def make_reports(self, year: Year, now: datetime) -> None:
        """Upload the results of the year and make the reports."""
        lines = ["code,subject,mark"]
        for code in students_of(year.number, self.people):
            mark = int(code) * 7 % 90
            lines += [f"{code},Art,{mark}", f"{code},Music,{mark + 7}"]
        results = self.player.source.with_name(f"results-{year.number}.csv")
        results.write_text("\n".join(lines))
        self.do("report", "results", year.cycle, str(results), at=now)
        whole = ("report", "make", year.cycle)
        self._work(year, whole, now, lambda: self.progress(year)["with_report"] == self.people)

    def archive(self, year: Year, now: datetime, *levels: int) -> None:
        """Archive the reports of these year levels, or of all."""
        if not levels:
            whole = ("report", "archive", year.cycle)
            self._work(year, whole, now, lambda: self.progress(year)["archived"] == self.people)
        for level in levels:
            words = ("report", "archive", year.cycle, "--year-level", str(level))
            self._work(year, words, now, partial(self._is_archived, year, level))

    def approve(self, run: int, now: datetime) -> dict[str, Any]:
        words = ("run", "approve", str(run))

        def finish(later: datetime) -> None:
            if self.last_run()["state"] == "held":
                self.do(*words, at=later)
            self._finish_runs(later)

        self._despite_a_cut(f"approve {now}", words, now, finish)
        return self.last_run()

    def _work(self, year: Year, words: tuple[str, ...], now: datetime, is_done: Callable[[], bool]) -> None:
        def finish(later: datetime) -> None:
            for job in self.player.ask("report", "job", "list", year.cycle, at=later):
                if job["state"] in ALIVE:
                    self.do("report", "job", "follow", year.cycle, str(job["job"]), at=later)
            if not is_done():
                self.do(*words, at=later)

        self._despite_a_cut(f"{words} {now}", words, now, finish)
        assert is_done()

    def _despite_a_cut(
        self, act: str, words: tuple[str, ...], now: datetime, finish: Callable[[datetime], None]
    ) -> None:
        begun = time.monotonic()
        self.last_run()
        short_s, begun = time.monotonic() - begun, time.monotonic()
        if self.cuts is None:
            ended = self.player.run(*words, at=now)
            assert ended.status in (0, 4), ended
            self.lasted[act] = (time.monotonic() - begun) / short_s
            return
        process = self.player.start(*words, at=now)
        try:
            process.wait(timeout=self.cuts.uniform(0.3, 1.0) * self.lasted[act] * short_s)
        except subprocess.TimeoutExpired:
            self._cut(process, now)
        finish(now + AFTER_A_CUT)

    def _finish_runs(self, now: datetime) -> None:
        """Let a worker end what a killed process has left."""
        if not self._has_ended():
            with self.player.running("worker", at=now) as worker:
                wait_until(self._has_ended, worker)

    def _cut_worker(self, begins_at: datetime, *, after_s: float) -> None:
        worker = self.player.start("worker", at=begins_at)
        time.sleep(after_s)
        self._cut(worker, begins_at + timedelta(seconds=after_s))

    def _cut(self, process: subprocess.Popen[bytes], now: datetime) -> None:
        self.player.kill(process)
        self.cut_on[now.date()] += 1

    # What one sees

    def status(self, now: datetime) -> str:
        found: str = self.player.ask("profile", "status", PROFILE, at=now)["explanation"]
        return found

    def checklist(self, now: datetime) -> dict[str, tuple[str, str]]:
        """Return the lines of the End of year page by topic, but for whether a worker runs: none does at noon."""
        document = self.player.ask("report", "end-of-year", at=now)
        return {
            each["topic"]: (each["state"], each["sentence"])
            for each in document["checklist"]
            if each["topic"] != "running"
        }

    def progress(self, year: Year) -> dict[str, Any]:
        found: dict[str, Any] = self.cycle(year)["progress"]
        return found

    def cycle(self, year: Year) -> dict[str, Any]:
        found: dict[str, Any] = self.player.ask("report", "cycle", "show", year.cycle)
        return found

    def _is_archived(self, year: Year, level: int) -> bool:
        groups = [each for each in self.cycle(year)["groups"] if each["year_level"] == str(level)]
        return all(each["archived"] == each["members"] for each in groups)

    def last_run(self) -> dict[str, Any]:
        found: dict[str, Any] = self.player.ask("run", "list", "--limit", "1")[0]
        return found

    def all_runs(self) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = self.player.ask("run", "list", "--limit", "1000")
        return found

    def _has_a_new_run(self) -> bool:
        return len(self.player.runs()) > self._runs_seen and self._has_ended()

    def _has_ended(self) -> bool:
        return self.player.runs()[-1][0] not in ALIVE

    def _count_runs(self, *, expected: int) -> None:
        """Check how many runs there were since they were last counted."""
        number = len(self.all_runs())
        assert number - self._runs_seen == expected
        self._runs_seen = number

    def faces(self, year: int) -> dict[str, str]:
        """Return code -> hash of the photo that the library has for each person and exactly this year."""
        found = self.player.dump()
        pictures = {tuple(row[:4]): row[4] for row in found["versions"]}
        return {row[1]: pictures[tuple(row)] for row in found["current"] if row[2] == str(year)}

    def prove_whole(self, now: datetime) -> None:
        """Have every PDF and photo hashed anew and every seal checked."""
        self.do("report", "verify", at=now)
        self.do("verify", at=now)

    def photo(self, code: str, now: datetime, *words: str) -> tuple[bytes, str]:
        """Return the photo as a JPEG file, and what is said about it."""
        path = self.player.source.with_name("photo.jpg")
        said: str = self.player.ask("photo", "get", code, "-o", str(path), *words, at=now)["explanation"]
        return path.read_bytes(), said

    def archived(self, year: Year, now: datetime) -> "Archived":
        """Return the archived reports of the cycle, with every PDF as its ZIP gives it out."""
        path = self.player.source.with_name("reports.zip")
        self.do("report", "download", year.cycle, "-o", str(path), at=now)
        with zipfile.ZipFile(path) as opened:
            files = {name: opened.read(name) for name in opened.namelist()}
        path.unlink()
        rows = self.player.ask("report", "list", "--cycle", year.cycle, "--limit", "10000")
        return Archived(rows, files)


@dataclass(frozen=True, slots=True)
class Archived:
    """`rows` are the sealed facts of each report, `files` every file of the ZIP of the cycle."""

    rows: list[dict[str, Any]]
    files: dict[str, bytes]

    def photos(self) -> dict[str, tuple[str, int, bool]]:
        """Return code -> the photo on the report: its hash, its year, and whether it is printed on it."""
        return {
            row["code"]: (row["photo"]["sha256"], row["photo"]["year"], row["photo"]["printed"]) for row in self.rows
        }

    def without_times(self) -> list[tuple[Any, ...]]:
        """Return what does not depend on the second at which a report was archived, for comparing two schools."""
        names = ("number", "cycle", "code", "name", "year_level", "roll_group", "origin", "pdf_sha256", "pdf_bytes")
        return sorted((*(row[name] for name in names), *sorted(row["photo"].items())) for row in self.rows)


@contextmanager
def school_of(installation: Installation, folder: Path, people: int) -> Iterator[School]:
    """Yield a school with a mail server of its own, set up as of January 2026."""
    with mail_receiver() as mail:
        installation.environment.update(
            PHOTOSYNC_SMTP_HOST="127.0.0.1",
            PHOTOSYNC_SMTP_PORT=str(mail.port),
            PHOTOSYNC_SMTP_TLS="no",
            PHOTOSYNC_SMTP_FROM="photosync@hill.example",
        )
        yield School(Player(migrated(installation), source=folder / "photographer"), mail, people)
