"""A school on the command line, from the first sync to the last repair, each command a program of its own."""

import json
import subprocess
from pathlib import Path
from typing import Any

import pytest

from photosync.cli.dates import short_moment
from tests.portraits import make_portrait
from tests.services.installation import Installation
from tests.services.migrated import migrated

CODES = [f"{number:04d}" for number in range(1, 9)]
COUNTED = "observed unchanged added replaced withdrawn unmatched review rejected failed waiting"
NONE = dict.fromkeys(COUNTED.split(), 0)


class Hill:
    """A school with eight students, a folder of their photos, and a profile in its timetable period."""

    def __init__(self, installation: Installation, folder: Path) -> None:
        self.installation = installation
        self.photos = folder / "photos"
        self.photos.mkdir()
        roster = folder / "students.csv"
        roster.write_text("\n".join(["Student code,Given name", *(f"{code},P{code}" for code in CODES)]))
        self.do("init", "--school", "HILL", "--name", "Hill School", "--timezone", "Australia/Sydney")
        self.do("people", "import", str(roster), "--kind", "student")
        self.do("period", "add", "LONG", "--description", "", "--start", "2026-01-01", "--end", "2199-12-31")
        self.do("profile", "add", "--source", "folder", "--option", f"path={self.photos}")
        self.do("profile", "assign", "Photo Sync", "--period", "LONG")

    def deliver(self, series: int, codes: list[str]) -> None:
        for code in codes:
            (self.photos / f"{code}.jpg").write_bytes(make_portrait(series * 100 + int(code), 240, 320))

    def run(self, *words: str) -> subprocess.CompletedProcess[bytes]:
        return subprocess.run(
            [*self.installation.command, *words],
            env=self.installation.environment,
            stdin=subprocess.DEVNULL,
            capture_output=True,
            check=False,
        )

    def do(self, *words: str) -> None:
        done = self.run(*words)
        assert (done.returncode, done.stderr) == (0, b"")

    def ask(self, *words: str, status: int = 0) -> tuple[Any, str]:
        done = self.run(*words, "--json")
        assert done.returncode == status, done.stderr
        return json.loads(done.stdout), done.stderr.decode()


@pytest.fixture
def hill(installation: Installation, tmp_path: Path) -> Hill:
    return Hill(migrated(installation), tmp_path)


def test_first_sync_hold_approve_undo_and_repair(hill: Hill, tmp_path: Path) -> None:
    hill.deliver(1, CODES)
    (hill.photos / "stranger.jpg").write_bytes(make_portrait(999, 240, 320))

    preview, said = hill.ask("sync", "--preview")
    assert (preview["trigger"], preview["state"], preview["counts"], said) == (
        "preview",
        "done",
        NONE | {"observed": 9, "added": 8, "unmatched": 1},
        "",
    )

    first, _ = hill.ask("sync")
    assert {name: first[name] for name in ("run", "profile", "trigger", "state", "counts", "delivered")} == {
        "run": 2,
        "profile": "Photo Sync",
        "trigger": "on demand",
        "state": "done",
        "counts": NONE | {"observed": 9, "added": 8, "unmatched": 1},
        "delivered": {},
    }
    started = short_moment(first["started"])
    listed = hill.run("run", "list", "--limit", "1").stdout.decode().splitlines()[-1]
    assert listed.split() == [
        "2",
        "Photo",
        "Sync",
        "on",
        "demand",
        "done",
        *started.split(),
        str(first["duration_s"]),
    ]
    shown, _ = hill.ask("run", "show", "1")
    assert sorted({change["action"] for change in shown["changes"]}) == ["add", "unmatched"]

    got = hill.run("photo", "get", "0001", "--size", "thumb")
    assert (got.returncode, got.stdout[:3]) == (0, b"\xff\xd8\xff")
    hill.do("photo", "get", "0001", "-o", str(tmp_path / "0001.jpg"))
    asked, _ = hill.ask("photo", "get", "0001", "--year", "2190")
    assert asked["explanation"] == f"There is no photo for 2190; this is {asked['year']}'s."

    hill.deliver(2, CODES)
    held, said = hill.ask("sync", status=4)
    assert (held["state"], held["counts"]["replaced"]) == ("held", 8)
    assert said.startswith("Run 3 is held. ")
    assert said.endswith("See: photosync run show 3, then photosync run approve 3 or photosync run discard 3\n")
    approved, _ = hill.ask("run", "approve", "3", "--leave-out", "0008")
    assert (approved["state"], approved["counts"]["replaced"]) == ("done", 7)
    undone, _ = hill.ask("run", "undo", "3", "--person", "0001")
    assert (undone["trigger"], undone["state"]) == ("undo", "done")
    refused = hill.run("run", "discard", "3", "--json")
    assert (refused.returncode, refused.stdout) == (3, b"")

    history, _ = hill.ask("photo", "history", "0001")
    (year,) = history["years"]
    assert [version["current"] for version in year["versions"]].count(True) == 1
    blobs = hill.installation.data / "photos" / "blobs"
    thumb = next(path for path in blobs.rglob("*") if path.is_file() and path.read_bytes() == got.stdout)
    thumb.unlink()
    verified, said = hill.ask("verify", status=1)
    assert (verified["missing"], verified["troubles"][0]["people"]) == (1, ["P0001 (0001)"])
    assert said == "1 stored photo is missing or damaged. Try: photosync verify --repair\n"
    repaired, _ = hill.ask("verify", "--repair")
    assert (repaired["missing"], repaired["repaired"]) == (1, 1)

    hill.photos.rename(tmp_path / "elsewhere")
    failed, said = hill.ask("sync", status=1)
    assert (failed["state"], failed["counts"]) == ("failed", NONE)
    assert said == f"Run 5 is failed. {failed['explanation']} See: photosync run show 5\n"
    assert str(hill.photos) in said

    hill.do("profile", "unassign", "Photo Sync", "--period", "LONG")
    refused = hill.run("sync", "--json")
    assert (refused.returncode, refused.stdout, refused.stderr.decode()) == (
        3,
        b"",
        "Photo Sync cannot be run on demand; nothing was changed. Ended: it has no timetable period. "
        "To enable it, add a timetable period whose end date is in the future.\n",
    )


def test_demo_makes_a_school_that_has_synced(installation: Installation) -> None:
    words = [*installation.command, "demo", "--students", "4", "--staff", "1", "--no-serve", "--json"]

    def make() -> Any:
        done = subprocess.run(words, env=installation.environment, capture_output=True, check=True)
        return json.loads(done.stdout)

    made, again = make(), make()

    assert (made["school"], made["profile"], made["address"], made["run"]["state"]) == (
        "WGC",
        "Photo Sync",
        None,
        "done",
    )
    assert made["run"]["counts"]["added"] > 4
    assert (made["run"]["trigger"], made["run"]["started_by"]) == ("catch-up", "the schedule")
    assert made["photos"] == f"{installation.data}-demo/photos"
    assert made["sign_in"]["name"] == "demo"
    assert (again["school"], again["run"]) == ("WGC", None)
    assert again["sign_in"]["password"] != made["sign_in"]["password"]


def test_demo_leaves_a_real_school_alone(installation: Installation) -> None:
    def run(*words: str) -> subprocess.CompletedProcess[str]:
        program = [*installation.command, *words]
        return subprocess.run(program, env=installation.environment, capture_output=True, text=True, check=False)

    run("init", "--school", "HILL", "--name", "Hill School", "--timezone", "UTC")

    refused = run("demo", "--no-serve")

    assert (refused.returncode, refused.stdout, refused.stderr) == (
        3,
        "",
        f"The data folder {installation.data} holds a school of its own. The demo was not made. "
        "Let PHOTOSYNC_DATA name another folder.\n",
    )


def test_log_of_a_run_says_which_of_what_and_by_whom(hill: Hill) -> None:
    hill.deliver(1, CODES[:2])
    hill.installation.environment["PHOTOSYNC_LOG_LEVEL"] = "INFO"

    done = hill.run("sync", "--debug")

    lines = [json.loads(line) for line in done.stderr.decode().splitlines() if line.startswith("{")]
    told = [each for each in lines if each["logger"] == "photosync.worker.workflows"]
    assert [(each["event"], each["run"], each["profile"], each["school"]) for each in told] == [
        ("run begins", 1, 1, "HILL"),
        ("run ended", 1, 1, "HILL"),
    ]
    assert {"-command-" in each["worker"] for each in told} == {True}
    assert "P0001" not in done.stderr.decode()


def test_held_run_is_approved_in_parts(hill: Hill) -> None:
    hill.deliver(1, CODES)
    hill.ask("sync")
    hill.deliver(2, CODES)
    held, _ = hill.ask("sync", status=4)

    nothing = hill.run("run", "approve", str(held["run"]), "--roll-group", "12X", "--json")
    part, _ = hill.ask(
        *("run", "approve", str(held["run"]), "--year", str(_year(hill)), "--kind", "student"),
        *("--only", "0001", "--only", "0002", "--not-now", "0002"),
    )

    assert (nothing.returncode, nothing.stdout) == (3, b"")
    assert b"Nothing of run 2 is chosen, so nothing was approved. It stays held." in nothing.stderr
    assert (part["state"], part["counts"]["replaced"], part["counts"]["waiting"]) == ("done", 1, 7)
    shown, _ = hill.ask("run", "show", str(part["run"]))
    rest, _ = hill.ask("run", "show", str(shown["put_off_to"]))
    assert (rest["state"], rest["rest_of"], rest["counts"]["replaced"]) == ("held", part["run"], 7)
    said = hill.run("run", "show", str(part["run"])).stdout.decode()
    assert f"The rest was put off. See it with: photosync run show {rest['run']}" in said
    doubtful, _ = hill.ask("run", "approve", str(rest["run"]), "--but-most-doubtful", "2")
    assert doubtful["counts"]["replaced"] == 5


def _year(hill: Hill) -> int:
    asked, _ = hill.ask("photo", "get", "0001", "--year", "2190")
    year: int = asked["year"]
    return year
