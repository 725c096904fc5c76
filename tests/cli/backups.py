"""An installation with photos that is backed up and restored by the program `photosync` itself."""

from __future__ import annotations

import json
import subprocess
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

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


def make_school(installation: Installation, students: int = 3) -> list[str]:
    """Make a demonstration school and return its student codes."""
    made = run(installation, "demo", "--students", str(students), "--no-serve")
    assert made.status == 0, made.err
    return [each["code"] for each in run(installation, "people", "list", "--kind", "student", "--json").json]


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
