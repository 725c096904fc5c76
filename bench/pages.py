"""How long each page takes, at a school of 1,000 people and at one of 100,000 beside 999 other schools."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from bench.installation import PROJECT
from bench.measuring import median
from bench.options import Options
from bench.serving import free_port, started
from bench.table import Goal, Section

WARM_UP = 5
REQUESTS = 50
MOST_MS, MOST_TIMES, AT_LEAST_MS = 250, 3, 10


@dataclass(frozen=True, slots=True)
class Size:
    people: int
    runs: int
    schools: int


SMALL, LARGE = Size(1_000, 1_000, 1), Size(100_000, 1_000_000, 1_000)
TIMETABLE, DATA = "/administration/timetable-management/", "/data-management/"
REPORTS = "/academic-reports/"
PAGES = (
    ("Overview", "/"),
    ("Overview, all schools", "/overview/schools/"),
    ("Cycle/Period setup", f"{TIMETABLE}cycle-period-setup/"),
    ("One timetable period", f"{TIMETABLE}cycle-period-setup/{{period}}/"),
    ("Manage Sync", f"{TIMETABLE}manage-sync/{{profile}}/"),
    ("Runs", f"{TIMETABLE}runs/"),
    ("Runs, by trigger and day", f"{TIMETABLE}runs/?trigger=preview&to={{today}}"),
    ("One run", f"{TIMETABLE}runs/{{run}}/"),
    ("Review", "/review/"),
    ("Review, without a photo", "/review/?queue=without-photo"),
    ("Students", f"{DATA}students/"),
    ("Students, searched", f"{DATA}students/?q=given12"),
    ("Students, by year and photo", f"{DATA}students/?year_level=7&photo=none"),
    ("Staff", f"{DATA}staff/"),
    ("A person in Data Management", f"{DATA}people/{{person}}/"),
    ("Photos, a year level", "/photos/?level=7"),
    ("Photos, searched", "/photos/?q=family99"),
    ("Photo lists", "/photos/lists/"),
    ("A photo list, a year level", "/photos/lists/?year_level=7"),
    ("Reporting", f"{REPORTS}reporting/"),
    ("A reporting cycle", f"{REPORTS}reporting/{{cycle}}/"),
    ("A reporting cycle, searched", f"{REPORTS}reporting/{{cycle}}/?q=family99"),
    ("A reporting cycle, make reports", f"{REPORTS}reporting/{{cycle}}/make/"),
    ("Report archive", f"{REPORTS}archive/"),
    ("Report archive, searched", f"{REPORTS}archive/?q=family99"),
    ("An archived report", f"{REPORTS}archive/{{report}}/"),
    ("End of year", f"{REPORTS}end-of-year/"),
    ("Leavers", f"{DATA}leavers/"),
    ("A person's photos", "/photos/people/{person}/"),
    ("A thumbnail", "/photos/{person}/now/thumb.jpg"),
    ("Audit", "/settings/audit/"),
    ("Audit, searched", "/settings/audit/?q=given12"),
    ("Audit, photo views", "/settings/audit/views/"),
    ("Help, searched", "/help/?q=sync"),
    ("Users and roles", "/settings/users/"),
    ("API: people", "/api/v1/people"),
    ("API: runs", "/api/v1/runs"),
    ("API: archived reports", "/api/v1/archived-reports"),
)


def measure(options: Options) -> Section:
    section = Section(
        f"Pages at {SMALL.people:,} and {LARGE.people:,} people",
        f"Each page {REQUESTS} times after {WARM_UP} to warm up, one after the other on one connection, from "
        "`photosync web`, whole and signed in, as an administrator of all schools. The small installation has "
        f"{SMALL.runs:,} runs; the large one {LARGE.runs:,}, half of them in the school that is looked at, and "
        f"{LARGE.schools:,} schools with two sync profiles each. {LARGE.runs // 10:,} acts are recorded in the large "
        "one; each person's photo was seen by three accounts; last year's reports of all students are archived, and "
        "a reporting cycle of all of them is open. What the coverage of the Overview counts is remembered, a hundred "
        "times as long as the counting took.",
        ("page", *(f"{size.people:,}: {told}" for size in (SMALL, LARGE) for told in ("median", "95th percentile"))),
    )
    small, large = _times(options, SMALL), _times(options, LARGE)
    for name, _path in PAGES:
        if name not in small or name not in large:
            continue
        told = [f"{each:.1f} ms" for times in (small[name], large[name]) for each in (median(times), late(times))]
        section.rows.append((name, *told))
    # Below some milliseconds a page is quick at any size, and a share of it is chance.
    grown = max(max(median(large[name]), AT_LEAST_MS) / max(median(small[name]), AT_LEAST_MS) for name in large)
    section.goals += [
        Goal.at_most("Pages: the slowest median at 100,000 people", max(map(median, large.values())), MOST_MS, " ms"),
        Goal.at_most("Pages: the most times as long as at 1,000 people, by medians", grown, MOST_TIMES),
    ]
    return section


def late(times: list[float]) -> float:
    """Return the 95th percentile."""
    return sorted(times)[round(len(times) * 0.95) - 1]


def _times(options: Options, size: Size) -> dict[str, list[float]]:
    """Return the milliseconds of each answer by the name of its page; a page that there is not is left out."""
    data = _installation(options.cache, size)
    port = free_port()
    told = _child(data, "sign-in")
    command = [sys.executable, "-m", "photosync", "web", "--port", str(port)]
    with started(command, port, _environment(data)):
        return {name: times for name, path in PAGES if (times := _page(port, path.format(**told), told))}


def _page(port: int, path: str, told: Mapping[str, Any]) -> list[float]:
    times = []
    headers = {"Host": "localhost", "Cookie": f"sessionid={told['session_key']}"}
    if path.startswith("/api/"):
        headers["Authorization"] = f"Bearer {told['api_token']}"
    with closing(http.client.HTTPConnection("127.0.0.1", port, timeout=60)) as connection:
        for number in range(WARM_UP + REQUESTS):
            begun_s = time.perf_counter()
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            took_s = time.perf_counter() - begun_s
            if answer.status in (401, 404):
                print(f"not measured: {path} answers {answer.status}", flush=True)
                return []
            if answer.status != 200:
                raise SystemExit(f"{path} answered {answer.status}")
            if number >= WARM_UP:
                times.append(took_s * 1000)
    return times


def _installation(cache: Path, size: Size) -> Path:
    """Return the data folder of an installation of this size, made once; `photosync web` brings it up to date."""
    data = cache / f"pages-{size.people}"
    if not data.exists():
        making = cache / f"{data.name}.making"
        shutil.rmtree(making, ignore_errors=True)
        sizes = (("people", size.people), ("runs", size.runs), ("schools", size.schools))
        _child(making, "make", *(word for name, number in sizes for word in (f"--{name}", str(number))))
        making.rename(data)
    _child(data, "migrate")
    return data


def _environment(data: Path) -> dict[str, str]:
    return {**os.environ, "PHOTOSYNC_DATA": str(data)}


def _child(data: Path, *words: str) -> dict[str, Any]:
    command = [sys.executable, "-m", "bench.large_school", *words]
    done = subprocess.run(command, cwd=PROJECT, env=_environment(data), stdout=subprocess.PIPE, text=True, check=True)
    told: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return told
