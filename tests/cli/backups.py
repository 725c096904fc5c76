"""An installation with photos that is backed up and restored by the program `photosync` itself."""

from __future__ import annotations

import json
import subprocess
import sys
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from tests.portraits import make_portrait
from tests.services.installation import Installation


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)


def run(installation: Installation, *words: str) -> Answer:
    done = subprocess.run(
        [*installation.command, *words],
        env=installation.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    return Answer(done.returncode, done.stdout, done.stderr)


CODES = ["1001", "1002", "1003"]


def make_school(installation: Installation) -> list[str]:
    """Make a school with students, photos and a sync that has run; return the student codes."""
    photos = installation.data.parent / "delivery"
    made = subprocess.run(
        [installation.command[0], "-m", "tests.cli.backups", str(photos)],
        env=installation.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert made.returncode == 0, made.stderr
    return CODES


def _make(photos: Path) -> None:
    from photosync.cli.main import photosync
    from photosync.cli.outcome import exit_status
    from photosync.cli.processes import provide

    def processes() -> Any:
        from photosync.project.processes import InstalledProcesses

        return InstalledProcesses()

    provide(processes)
    photos.mkdir()
    for number, code in enumerate(CODES):
        (photos / f"{code}.jpg").write_bytes(make_portrait(700 + number, 480, 600))
    roster = photos.parent / "students.csv"
    roster.write_text("Student Code,Given Name\n" + "".join(f"{code},Jo{code}\n" for code in CODES))
    for words in (
        ("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney"),
        ("people", "import", str(roster), "--kind", "student"),
        ("period", "add", "ALWAYS", "--description", "Always", "--start", "2020-01-01", "--end", "2090-12-31"),
        ("profile", "add", "Photo Sync", "--source", "folder", "--option", f"path={photos}"),
        ("profile", "assign", "Photo Sync", "--period", "ALWAYS", "--frequency", "nightly"),
        ("sync", "Photo Sync"),
    ):
        status = exit_status(photosync, words)
        if status:
            sys.exit(f"photosync {' '.join(words)}: {status}")


def told(installation: Installation) -> dict[str, Any]:
    """Return what the installation tells of people, photos and runs."""
    people = run(installation, "people", "list", "--json").json
    history = {
        each["code"]: run(installation, "photo", "history", each["code"], "--kind", each["kind"], "--json").json
        for each in people[:4]
    }
    runs = run(installation, "run", "list", "--json").json
    verified = run(installation, "verify", "--json").json
    return {"people": people, "history": history, "runs": runs, "verified": verified}


def in_another_folder(installation: Installation, folder: Path, database_url: str | None) -> Installation:
    environment = installation.environment | {"PHOTOSYNC_DATA": str(folder)}
    if database_url is not None:
        environment["PHOTOSYNC_DATABASE_URL"] = database_url
    return replace(installation, data=folder, database_url=database_url, environment=environment)


if __name__ == "__main__":
    _make(Path(sys.argv[1]))
