"""Run the tests on SQLite, then those that touch a database on PostgreSQL; print one closing line for both.

    python tools/suite.py [what you would say to pytest]

The closing line is also left in build/closing-line.txt. Exit status 0 when everything passed.
"""

import json
import os
import signal
import subprocess
import sys
import tempfile
import time
from collections import Counter
from contextlib import ExitStack
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from tests.services import ServiceMissing, postgresql  # noqa: E402  (the repository's own folder, added above)

CLOSING_LINE = ROOT / "build" / "closing-line.txt"
NOTHING_COLLECTED = 5
ORDER = ("failed", "passed", "skipped", "error")


def main(arguments: list[str]) -> int:
    started = time.monotonic()
    counts: Counter[str] = Counter()
    statuses = [run("SQLite", arguments, {}, counts)]
    with ExitStack() as services:
        try:
            url = services.enter_context(postgresql.running())
            statuses.append(run("PostgreSQL", arguments, {"PHOTOSYNC_DATABASE_URL": url}, counts))
        except ServiceMissing as missing:
            reason = {"PHOTOSYNC_TESTS_POSTGRESQL_MISSING": str(missing)}
            statuses.append(run("PostgreSQL", arguments, reason, counts))
    line = closing_line(counts, time.monotonic() - started)
    CLOSING_LINE.parent.mkdir(exist_ok=True)
    CLOSING_LINE.write_text(line + "\n")
    print(f"\nSQLite and PostgreSQL together:\n{line}", flush=True)
    failed = any(status not in {0, NOTHING_COLLECTED} for status in statuses)
    return 1 if failed or not counts["passed"] else 0


def run(database: str, arguments: list[str], settings: dict[str, str], counts: Counter[str]) -> int:
    """Run pytest once and add its outcomes to `counts`; return its exit status."""
    print(f"\nTests on {database}", flush=True)
    workers = os.environ.get("PYTEST_WORKERS", "2")
    with tempfile.TemporaryDirectory(prefix="photosync-tests-") as folder:
        outcomes = Path(folder) / "outcomes.json"
        environment = environment_of_tests() | settings | {"PHOTOSYNC_TESTS_OUTCOMES": str(outcomes)}
        command = [
            sys.executable,
            "-m",
            "pytest",
            "-q",
            "-n",
            workers,
            "--dist",
            "worksteal",
            "--durations=25",
            *arguments,
        ]
        status = wait_for(subprocess.Popen(command, cwd=ROOT, env=environment))
        if outcomes.exists():
            counts.update(json.loads(outcomes.read_text()))
    return status


def environment_of_tests() -> dict[str, str]:
    """Return this process's environment without an installation's data, and letting Python keep what it compiles.

    Otherwise each of the thousands of programs that the tests start would compile the whole product anew.
    """
    unwanted = ("PHOTOSYNC_DATA", "PYTHONDONTWRITEBYTECODE")
    return {name: value for name, value in os.environ.items() if not name.startswith(unwanted)}


def wait_for(pytest: subprocess.Popen[bytes]) -> int:
    """Return pytest's exit status. Interrupted, give it time to stop its servers and say what it has."""
    try:
        return pytest.wait()
    except KeyboardInterrupt:
        try:
            pytest.wait(timeout=20)
        except subprocess.TimeoutExpired:
            pytest.terminate()
        raise


def closing_line(counts: Counter[str], duration_s: float) -> str:
    """Return the sum of both runs in pytest's own words."""
    parts = [f"{counts[name]} {name}" for name in ORDER if counts[name]]
    if counts["error"] > 1:
        parts[-1] += "s"
    return f"{', '.join(parts) or 'no tests ran'} in {duration_s:.2f}s"


if __name__ == "__main__":
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    try:
        sys.exit(main(sys.argv[1:]))
    except KeyboardInterrupt:
        sys.exit(130)
