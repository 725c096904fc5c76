"""A backup that an older version made is restored into this one, and brought up to date on the way."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.apps.reports.archive_school import pdf
from tests.cli.backups import CODES, in_another_folder, make_school, run, told
from tests.conftest import SERVER_URL
from tests.services import postgresql
from tests.services.installation import Installation

CYCLE = "2026 Semester 2"
OLDER = {
    "accounts": "0003_sign_in_memory",
    "audit": "0001_initial",
    "library": "0003_withdrawn_by_hand",
    "profiles": "0004_ping_address",
    "reports": "0001_initial",
    "runs": "0005_runs_by_trigger_and_day",
    "sources": "0002_fewer_indexes",
}
"""What the older version had last; the apps that are not named, as they are."""
MAKES_AS_THEN = """
import json, os, sys
from datetime import UTC, datetime
from pathlib import Path
os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
import django
django.setup()
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from photosync.apps.backups import making, snapshots
settings.SECRET_KEY = (settings.PHOTOSYNC_DATA / "secret.key").read_text().strip()
for app, name in json.loads(sys.argv[2]).items():
    call_command("migrate", app, name, verbosity=0, interactive=False)
with connection.cursor() as cursor:
    there = set(connection.introspection.table_names(cursor))
tables = snapshots.tables
snapshots.tables = lambda: [name for name in tables() if name in there]
columns = snapshots.BLOB_COLUMNS
snapshots.BLOB_COLUMNS = tuple(each for each in columns if each[0]._meta.db_table in there)
made = making.write_backup(Path(sys.argv[1]), now=datetime.now(UTC), on_progress=lambda *told: None)
print(json.dumps(made.manifest["migrations"]))
"""
CHANGES_THE_ARCHIVE = """
import os
os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
import django
django.setup()
from django.db import DatabaseError
from photosync.apps.reports.models import ArchivedReport
for change in (lambda rows: rows.update(person_name="Other"), lambda rows: rows._raw_delete("default")):
    try:
        change(ArchivedReport.objects.all())
    except DatabaseError as error:
        print(str(error).splitlines()[0])
"""


@pytest.fixture
def backup(installation: Installation, tmp_path: Path) -> tuple[Path, dict[str, Any]]:
    """Return a backup of a school with photos and imported reports, as an older version made it, and what it told."""
    make_school(installation)
    sent = tmp_path / "sent"
    sent.mkdir()
    for code in CODES:
        (sent / f"{code}.pdf").write_bytes(pdf(code))
    codes = tmp_path / "codes.txt"
    codes.write_text("\n".join(CODES))
    for words in (
        ("report", "cycle", "add", CYCLE, "--year", "2026", "--codes-file", str(codes)),
        ("report", "import", CYCLE, str(sent)),
    ):
        done = run(installation, *words)
        assert done.status == 0, done.err
    before = told(installation)
    file = tmp_path / "older.tar"
    made = python(installation, MAKES_AS_THEN, str(file), json.dumps(OLDER))
    last: dict[str, str] = dict(sorted(json.loads(made)))
    assert {app: last[app] for app in OLDER} == OLDER
    return file, before


def python(installation: Installation, program: str, *words: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", program, *words],
        env=installation.environment,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def restored_into(other: Installation, file: Path, before: dict[str, Any]) -> None:
    """Restore, and see that all is there, and that what came with later migrations works."""
    restored = run(other, "restore", str(file), "--json")
    assert (restored.status, restored.err) == (0, "")
    assert told(other) == before
    profile = run(other, "profile", "show", "Photo Sync", "--json").json
    assert profile["hold_until_archived"] is True
    assert run(other, "sync", "Photo Sync").status == 0

    archived = run(other, "report", "archive", CYCLE, "--json")
    assert (archived.status, archived.json["outcome"]["archived"]) == (0, len(CODES)), archived.err
    for code in CODES:
        got = file.with_name("got.pdf")
        assert run(other, "report", "get", code, "--cycle", CYCLE, "-o", str(got)).status == 0
        assert got.read_bytes() == pdf(code)
    assert run(other, "report", "verify").out == (
        "Report archive: 3 reports checked, 0 missing, 0 damaged, 0 broken seals.\n"
    )
    # The rules of the database that came later are there too.
    assert python(other, CHANGES_THE_ARCHIVE).splitlines() == [
        "An archived report cannot be changed. Nothing was changed.",
        "An archived report cannot be deleted. Nothing was deleted.",
    ]
    assert run(other, "report", "verify").status == 0


def test_backup_of_an_older_version_is_restored_and_brought_up_to_date(
    installation: Installation, backup: tuple[Path, dict[str, Any]], tmp_path: Path
) -> None:
    file, before = backup
    folder = tmp_path / "other"
    if SERVER_URL is None:
        restored_into(in_another_folder(installation, folder, None), file, before)
        return
    with postgresql.fresh_database(SERVER_URL) as url:
        restored_into(in_another_folder(installation, folder, url), file, before)
