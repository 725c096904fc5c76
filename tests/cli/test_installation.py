import json
import os
import subprocess
from pathlib import Path
from stat import S_IMODE

import pytest
from django.db.migrations.recorder import MigrationRecorder

from photosync.cli.installation import KEY_FILE
from tests.cli.commanding import Commanding
from tests.services.installation import Installation

NEW = ("init", "--school", "hill", "--name", "Hill School", "--timezone", "australia/sydney")


def run(installation: Installation, *words: str, stdin: int = subprocess.DEVNULL) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*installation.command, *words],
        env=installation.environment,
        stdin=stdin,
        capture_output=True,
        text=True,
        check=False,
    )


def test_init_makes_everything_and_repeating_it_is_harmless(installation: Installation) -> None:
    first = run(installation, *NEW, "--json")
    key = (installation.data / KEY_FILE).read_text()
    again = run(installation, *NEW)

    assert (first.returncode, first.stderr) == (0, "")
    assert json.loads(first.stdout) == {"data_folder": str(installation.data), "made": True, "school": "HILL"}
    assert S_IMODE(installation.data.stat().st_mode) == 0o700
    assert S_IMODE((installation.data / KEY_FILE).stat().st_mode) == 0o600
    assert [each.name for each in installation.data.iterdir() if each.name.endswith(".part")] == []
    assert (again.returncode, again.stderr) == (0, "")
    assert again.stdout == (
        f"The data folder {installation.data} is up to date.\n"
        "School HILL, Hill School, in Australia/Sydney was there already.\n"
    )
    other = run(installation, "init", "--school", "HILL", "--name", "Valley School", "--timezone", "Europe/Oslo")
    assert (other.returncode, other.stdout.splitlines()[1]) == (
        0,
        "School HILL, Hill School, in Australia/Sydney was there already. "
        "It keeps its name and time zone: init changes neither.",
    )
    assert (installation.data / KEY_FILE).read_text() == key
    listed = run(installation, "school", "list", "--json")
    known = ("code", "name", "timezone", "year_begins")
    assert [[each[name] for name in known] for each in json.loads(listed.stdout)] == [
        ["HILL", "Hill School", "Australia/Sydney", "01-01"]
    ]


@pytest.mark.parametrize(
    ("code", "name", "zone", "complaint"),
    [
        ("a b", "Hill School", "UTC", '"a b" cannot be the code of a school.'),
        ("HILL", " ", "UTC", "A school needs a name of 1 to 200 characters."),
        ("HILL", "Hill School", "Mars/Base", '"Mars/Base" is not a time zone.'),
    ],
)
def test_init_with_a_school_that_cannot_be_makes_nothing(
    installation: Installation, code: str, name: str, zone: str, complaint: str
) -> None:
    done = run(installation, "init", "--school", code, "--name", name, "--timezone", zone)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"{complaint} Nothing was saved.")
    assert not installation.data.exists()


def test_command_before_init_says_so(installation: Installation) -> None:
    done = run(installation, "school", "list", "--json")

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        f"The data folder {installation.data} has not been set up. Nothing was done. Set it up with: "
        "photosync init (or let PHOTOSYNC_DATA name the folder that is meant).\n",
    )
    assert not installation.data.exists()


def test_folder_of_something_else_is_left_alone(installation: Installation) -> None:
    installation.data.mkdir()
    (installation.data / "thesis.odt").touch()

    done = run(installation, "init")

    assert (done.returncode, done.stdout, done.stderr) == (
        3,
        "",
        f"The folder {installation.data} is not empty, and is no data folder of Photo Sync. Nothing was done. "
        "Let PHOTOSYNC_DATA name a new or empty folder.\n",
    )
    assert os.listdir(installation.data) == ["thesis.odt"]  # noqa: PTH208 - names are what is compared


@pytest.mark.parametrize(
    ("name", "value", "message"),
    [
        (
            "PHOTOSYNC_DATABASE_URL",
            "mysql://x",
            "PHOTOSYNC_DATABASE_URL must look like postgresql://user:password@host:5432/name. Nothing was started.",
        ),
        (
            "PHOTOSYNC_STORE_URL",
            "s3://x",
            "PHOTOSYNC_STORE_URL is set, but this version keeps photos in the data folder only. "
            "Nothing was started. Unset PHOTOSYNC_STORE_URL.",
        ),
        (
            "PHOTOSYNC_MAX_MEGAPIXELS",
            "many",
            "PHOTOSYNC_MAX_MEGAPIXELS must be a whole number, such as 40. Nothing was started.",
        ),
        (
            "PHOTOSYNC_KEEP_FREE_MEGABYTES",
            "2 GB",
            "PHOTOSYNC_KEEP_FREE_MEGABYTES must be a whole number, such as 2000. Nothing was started.",
        ),
        (
            "PHOTOSYNC_THUMB_PX",
            "500",
            "The renditions full (960 px), card (480 px) and thumb (500 px) must not grow in this order. "
            "Choose other sizes.",
        ),
    ],
)
def test_setting_malformed_is_one_line(name: str, value: str, message: str, installation: Installation) -> None:
    installation.environment[name] = value

    done = run(installation, "school", "list")

    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{message}\n")


def test_output_that_no_one_reads_is_no_fault(installation: Installation) -> None:
    run(installation, "init")
    reading, writing = os.pipe()
    os.close(reading)

    done = subprocess.run(
        [*installation.command, "source", "kinds"],
        env=installation.environment,
        stdout=writing,
        stderr=subprocess.PIPE,
        text=True,
        check=False,
    )
    os.close(writing)

    assert (done.returncode, done.stderr) == (1, "")


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("--name", "Hill School"), "A school needs all of --school, --name and --timezone. Nothing was done."),
        (
            ("--school", "HILL", "--timezone", "UTC"),
            "A school needs all of --school, --name and --timezone. Nothing was done.",
        ),
    ],
)
def test_school_by_halves_is_refused(words: tuple[str, ...], message: str, command: Commanding) -> None:
    assert command.refusal("init", *words) == (2, message)


def test_database_of_a_newer_version_is_refused(command: Commanding, data: Path) -> None:
    MigrationRecorder.Migration.objects.create(app="people", name="0999_later")

    assert command.refusal("school", "list") == (
        3,
        "The database was made by a newer version of Photo Sync. Nothing was done. Install that version here too.",
    )


def test_database_of_an_older_version_asks_for_init(command: Commanding) -> None:
    MigrationRecorder.Migration.objects.filter(app="people").delete()

    assert command.refusal("school", "list") == (
        2,
        "The database was made by an older version of Photo Sync. Nothing was done. "
        "Bring it up to date with: photosync init",
    )


def test_database_that_is_empty_asks_for_init(command: Commanding) -> None:
    MigrationRecorder.Migration.objects.all().delete()

    assert command.refusal("school", "list") == (
        2,
        "The database has not been set up. Nothing was done. Set it up with: photosync init",
    )


def test_log_format_unknown_is_refused(installation: Installation) -> None:
    run(installation, "init")
    installation.environment["PHOTOSYNC_LOG_FORMAT"] = "xml"

    done = run(installation, "worker")

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        'PHOTOSYNC_LOG_FORMAT cannot be "xml". Nothing was started. Choose one of: console, json.\n',
    )


def test_metrics_token_that_can_be_guessed_is_refused(installation: Installation) -> None:
    run(installation, "init")
    installation.environment["PHOTOSYNC_METRICS_TOKEN"] = "short"

    done = run(installation, "worker")

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        "PHOTOSYNC_METRICS_TOKEN must have at least 16 characters, without spaces. Nothing was started. "
        "Make one with: openssl rand -hex 32\n",
    )


def test_log_level_unknown_is_refused(installation: Installation) -> None:
    run(installation, "init")
    installation.environment["PHOTOSYNC_LOG_LEVEL"] = "loud"

    done = run(installation, "worker")

    assert (done.returncode, done.stdout, done.stderr) == (
        2,
        "",
        'PHOTOSYNC_LOG_LEVEL cannot be "LOUD". Nothing was started. '
        "Choose one of: DEBUG, INFO, WARNING, ERROR, CRITICAL.\n",
    )
