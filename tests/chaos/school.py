"""A small school whose source changes from round to round, the same way for everyone who plays it."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import psycopg

from tests.portraits import make_portrait
from tests.services.migrated import migrated
from tests.services.program import ENDS_WITHIN_S, Program

PEOPLE = 30
ROSTER = "Student Code,Given Name,Family Name,Year Level\n" + "".join(
    f"{number:05d},Given{number},Family{number},{7 + number % 6}\n" for number in range(PEOPLE)
)


def change_source(folder: Path, round_number: int) -> None:
    """Make what the photographer delivers in this round: new, replaced, broken, vanished and moved files."""
    folder.mkdir(exist_ok=True)
    chance = random.Random(round_number)
    for number in range(PEOPLE):
        path = folder / f"{number:05d}.jpg"
        if round_number and chance.random() > 0.4:
            continue
        what = chance.choice(["new", "new", "new", "new", "broken", "gone", "twin"])
        content = make_portrait(1000 * round_number + number, 240, 320)
        if what == "gone" and round_number:
            path.unlink(missing_ok=True)
            continue
        if what == "broken":
            content = content[: len(content) // 2]
        if what == "twin":
            content = make_portrait(1000 * round_number, 240, 320)
        path.write_bytes(content)
    (folder / f"visitor-{round_number}.jpg").write_bytes(make_portrait(999_000 + round_number, 240, 320))


@dataclass(frozen=True, slots=True)
class Player(Program):
    """One installation with its own copy of the changing source."""

    source: Path = field(kw_only=True)

    def set_up(self, *, at: datetime | None = None) -> None:
        migrated(self.installation)
        roster = self.source.with_suffix(".csv")
        roster.write_text(ROSTER, encoding="utf-8")
        for words in (
            ("init", "--school", "HILL", "--name", "Hill School", "--timezone", "Australia/Sydney"),
            ("people", "import", str(roster), "--kind", "student"),
            (
                "period",
                "add",
                "ALWAYS",
                "--description",
                "Always",
                "--start",
                "2020-01-01",
                "--end",
                "2060-12-31",
            ),
            ("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={self.source}"),
            ("profile", "set", "Photo Sync", "--replace-share", "100", "--when-missing", "withdraw"),
            ("profile", "assign", "Photo Sync", "--period", "ALWAYS"),
        ):
            self.do(*words, at=at)

    def dump(self) -> dict[str, Any]:
        done = subprocess.run(
            [sys.executable, "-m", "tests.chaos.library_dump"],
            env=self.installation.environment,
            capture_output=True,
            text=True,
            timeout=ENDS_WITHIN_S,
            check=True,
        )
        found: dict[str, Any] = json.loads(done.stdout)
        return found

    def kill(self, process: subprocess.Popen[bytes]) -> None:
        """End the process as a power cut would; its helpers are to notice by themselves."""
        os.kill(process.pid, signal.SIGKILL)
        process.wait(timeout=30)
        url = self.installation.environment.get("PHOTOSYNC_DATABASE_URL")
        if url:
            _wait_for_the_server(url)

    def approve_what_is_held(self, *, at: datetime | None = None) -> None:
        """Approve the last run if the guard held it: round after round changes more than it lets pass."""
        last = self.ask("run", "list", at=at)[0]
        if last["state"] == "held":
            self.do("run", "approve", str(last["run"]), at=at)


def _wait_for_the_server(url: str) -> None:
    """Wait until the sessions of a killed process have ended: one that was committing commits all the same."""
    give_up_at = time.monotonic() + 30
    with psycopg.connect(url, autocommit=True) as connection:
        while connection.execute(OTHER_SESSIONS).fetchone() != (0,):
            assert time.monotonic() < give_up_at, "a session of the killed process goes on"
            time.sleep(0.02)


OTHER_SESSIONS = """
    SELECT count(*) FROM pg_stat_activity
    WHERE datname = current_database() AND pid <> pg_backend_pid() AND backend_type = 'client backend'
"""
