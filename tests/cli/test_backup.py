"""photosync backup and photosync restore, on both databases, as programs of their own."""

from __future__ import annotations

import hashlib
import io
import json
import os
import re
import signal
import socket
import subprocess
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from stat import S_IMODE

import pytest

from tests.cli.backups import Answer, in_another_folder, make_school, run, told
from tests.conftest import SERVER_URL
from tests.services import postgresql
from tests.services.installation import Installation, fresh_installation
from tests.services.migrated import migrated


@dataclass(frozen=True, slots=True)
class Template:
    """A school with photos, as a backup of it: to be made once, and restored for each test."""

    file: Path
    installation: Installation
    codes: list[str]
    backup: Answer


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Template]:
    folder = tmp_path_factory.mktemp("template")
    with fresh_installation(folder, SERVER_URL) as made:
        codes = make_school(migrated(made))
        file = folder / "monday.tar"
        with serving(made):
            backup = run(made, "backup", str(file), "--json")
        yield Template(file, made, codes, backup)


@pytest.fixture
def school(installation: Installation, template: Template) -> Installation:
    """Return an installation into which the template was restored."""
    restored = run(installation, "restore", str(template.file))
    assert restored.status == 0, restored.err
    return installation


@pytest.fixture
def other(installation: Installation, tmp_path: Path) -> Iterator[Installation]:
    """Yield a second installation: another folder, and another database."""
    folder = tmp_path / "other"
    if SERVER_URL is None:
        yield in_another_folder(installation, folder, None)
        return
    with postgresql.fresh_database(SERVER_URL) as url:
        yield in_another_folder(installation, folder, url)


@contextmanager
def serving(installation: Installation) -> Iterator[None]:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = subprocess.Popen(
        [*installation.command, "serve", "--port", str(port)],
        env=installation.environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    )
    try:
        assert server.stdout is not None
        assert "is ready" in server.stdout.readline()
        yield
    finally:
        server.send_signal(signal.SIGTERM)
        server.wait(timeout=60)
        assert server.stdout is not None
        server.stdout.close()


def blobs(installation: Installation) -> set[str]:
    return {path.name for path in (installation.data / "photos" / "blobs").rglob("*") if path.is_file()}


def test_backup_is_restored_into_an_empty_folder_as_it_was(
    template: Template, other: Installation, tmp_path: Path
) -> None:
    installation, codes, made = template.installation, template.codes, template.backup
    before = told(installation)
    file = tmp_path / "monday.tar"
    again = run(installation, "backup", str(file), "--json")
    restored = run(other, "restore", str(file), "--json")
    again_restored = run(other, "restore", str(file))

    assert (made.status, made.err, again.status, restored.status, restored.err) == (0, "", 0, 0, "")
    assert S_IMODE(file.stat().st_mode) == 0o600
    assert sorted(path.name for path in tmp_path.iterdir() if path.name.startswith(".")) == []
    document = made.json
    assert (document["schools"][0]["code"], document["skipped"], document["missing"], document["running"]) == (
        ("WGC", [], [], [])
    )
    assert document["counts"]["people"] == len(before["people"])
    assert document["photos"]["count"] == before["verified"]["checked"] == len(blobs(installation))
    assert told(other) == before
    assert blobs(other) == blobs(installation)
    assert (other.data / "secret.key").read_text() == (installation.data / "secret.key").read_text()
    assert (restored.json["erasures_applied"], restored.json["safety_copy"]) == (0, None)
    assert restored.json["verified"] == before["verified"]
    assert (again_restored.status, again_restored.out) == (3, "")
    assert again_restored.err == (
        f"The data folder {other.data} and its database hold school WGC. Nothing was restored. Restore into an empty "
        "data folder, or let the backup take the place of what is there with --replace.\n"
    )
    # It goes on from there: numbers begin where they ended, and a run takes no other's place.
    assert run(other, "people", "protect", codes[0]).status == 0
    synced = run(other, "sync", "Photo Sync", "--json")
    assert (synced.status, synced.json["run"]) == (0, before["runs"][0]["run"] + 1)


def test_restoring_applies_erasures_again_that_are_later_than_the_backup(
    school: Installation, template: Template, other: Installation, tmp_path: Path
) -> None:
    installation, codes, file = school, template.codes, template.file
    everything = blobs(installation)
    assert run(installation, "people", "erase", codes[0], "--reason", "By letter.").status == 0
    assert run(installation, "people", "erase", codes[1], "--reason", "By letter.", "--photos-only").status == 0
    after = told(installation)
    left = blobs(installation)
    assert left < everything

    unknowing = run(other, "restore", str(file))
    assert (
        "Who was erased since then is here again, as there is no erasures.jsonl: if there is one in the former data "
        "folder, restore again with --replace --erasures FILE.\n"
    ) in unknowing.out
    refused = run(installation, "restore", str(file))
    replaced = run(installation, "restore", str(file), "--replace", "--json")
    journal = str(installation.data / "erasures.jsonl")
    lost = run(other, "restore", str(file), "--replace", "--no-safety-copy", "--erasures", journal, "--json")

    assert (refused.status, replaced.status, replaced.err, lost.status, lost.err) == (3, 0, "", 0, "")
    for each, answer in ((installation, replaced), (other, lost)):
        assert (answer.json["erasures_applied"], answer.json["erasures_of_people_not_in_it"]) == (2, 0)
        restored = told(each)
        assert (restored["people"], restored["history"]) == (after["people"], after["history"])
        assert blobs(each) == left
        erasures = run(each, "people", "erasures", "--json").json
        assert [(row["scope"], row["versions"] > 0, bool(row["applied_again_at"])) for row in erasures] == [
            ("photos", True, True),
            ("person", True, True),
        ]
    copy = Path(replaced.json["safety_copy"])
    assert (copy.parent, S_IMODE(copy.stat().st_mode)) == (installation.data, 0o600)
    # Once more: what the backup does not know is applied each time, and once.
    once_more = run(installation, "restore", str(copy), "--replace", "--no-safety-copy", "--json")
    assert (once_more.status, once_more.json["erasures_applied"]) == (0, 0)
    assert told(installation)["people"] == after["people"]


def test_restoring_is_refused_while_photo_sync_runs(school: Installation, template: Template) -> None:
    installation, file = school, template.file
    with serving(installation):
        refused = run(installation, "restore", str(file), "--replace")
    assert (refused.status, refused.out) == (3, "")
    assert refused.err == (
        f"Photo Sync is running with the data folder {installation.data}. Nothing was restored. Stop photosync "
        "serve, web, worker and other commands that use it, then repeat.\n"
    )


def test_backup_made_while_much_is_written_is_of_one_instant(
    school: Installation, template: Template, other: Installation, tmp_path: Path
) -> None:
    installation, codes, file = school, template.codes, tmp_path / "monday.tar"
    program = (
        "import itertools, sys; from photosync.cli.installation import connect; import click\n"
        "from photosync.cli.main import photosync\n"
        "with photosync.make_context('photosync', ['people', 'list']):\n"
        "    connect()\n"
        "    from django.db import transaction; from photosync.apps.people.models import Person\n"
        "    print('ready', flush=True)\n"
        "    for number in itertools.count(1):\n"
        "        with transaction.atomic():\n"
        "            for code in sys.argv[1:]:\n"
        "                Person.objects.filter(code=code).update(house=str(number))\n"
    )
    writer = subprocess.Popen(
        [installation.command[0], "-c", program, *codes],
        env=installation.environment,
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "ready\n"
        time.sleep(0.2)
        made = run(installation, "backup", str(file))
    finally:
        writer.kill()
        writer.wait()
        assert writer.stdout is not None
        writer.stdout.close()
    restored = run(other, "restore", str(file))

    assert (made.status, restored.status) == (0, 0), restored.err
    houses = {row["house"] for row in run(other, "people", "list", "--json").json if row["code"] in codes}
    assert len(houses) == 1
    assert next(iter(houses)).isdecimal()


def test_killed_restore_leaves_the_former_or_the_restored_whole(
    school: Installation, template: Template, tmp_path: Path
) -> None:
    installation, codes, file = school, template.codes, template.file
    assert run(installation, "people", "erase", codes[0], "--reason", "By letter.").status == 0
    assert run(installation, "people", "protect", codes[1]).status == 0
    former = run(installation, "people", "list", "--json").json
    restored = [{**row, "protected": False} for row in former]

    words = ("restore", str(file), "--replace", "--no-safety-copy")
    began = time.monotonic()
    assert run(installation, *words).status == 0
    took_s = time.monotonic() - began
    assert run(installation, "people", "list", "--json").json == restored
    for share in (0.5, 0.7, 0.8, 0.9):
        assert run(installation, "people", "protect", codes[1]).status == 0
        process = subprocess.Popen(
            [*installation.command, *words],
            env=installation.environment,
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )
        with suppress(subprocess.TimeoutExpired):
            process.wait(timeout=took_s * share)
        process.send_signal(signal.SIGKILL)
        process.wait()
        found = run(installation, "people", "list", "--json").json
        assert found in (former, restored)
        verified = run(installation, "verify", "--json").json
        assert (verified["missing"], verified["damaged"]) == (0, 0)
        if found == restored:
            continue
        assert run(installation, "people", "unprotect", codes[1]).status == 0
    assert run(installation, *words).status == 0
    assert run(installation, "people", "list", "--json").json == restored


def test_killed_backup_leaves_the_former_file_whole(school: Installation, template: Template, tmp_path: Path) -> None:
    installation, file = school, tmp_path / "monday.tar"
    assert run(installation, "backup", str(file)).status == 0
    digest = hashlib.sha256(file.read_bytes()).hexdigest()
    process = subprocess.Popen([*installation.command, "backup", str(file)], env=installation.environment)
    while not list(tmp_path.glob(".monday.tar.*.part")):
        assert process.poll() is None
        time.sleep(0.001)
    process.send_signal(signal.SIGKILL)
    process.wait()

    assert hashlib.sha256(file.read_bytes()).hexdigest() == digest
    assert list(tmp_path.glob(".monday.tar.*.part"))
    assert run(installation, "backup", str(file)).status == 0
    assert list(tmp_path.glob(".monday.tar.*")) == []


def cut_off(content: bytes) -> bytes:
    return content[: len(content) * 2 // 3]


def without_end(content: bytes) -> bytes:
    """Cut between two members, where a tar has no mark of its own."""
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        last = tar.getmember("manifest.json")
    return content[: last.offset] + bytes(1024)


def one_photo_changed(content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        photo = next(each for each in tar.getmembers() if each.name.startswith("photos/"))
    at = photo.offset_data + photo.size // 2
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def database_changed(content: bytes) -> bytes:
    with tarfile.open(fileobj=io.BytesIO(content)) as tar:
        part = max(
            (each for each in tar.getmembers() if each.name.startswith("database/")), key=lambda each: each.size
        )
    at = part.offset_data + part.size - 5
    return content[:at] + bytes([content[at] ^ 1]) + content[at + 1 :]


def a_text(_content: bytes) -> bytes:
    return b"no backup at all" * 100


def another_tar(_content: bytes) -> bytes:
    body = io.BytesIO()
    with tarfile.open(fileobj=body, mode="w") as tar:
        member = tarfile.TarInfo("notes.txt")
        member.size = 5
        tar.addfile(member, io.BytesIO(b"hello"))
    return body.getvalue()


def rewritten(**changes: object) -> Callable[[bytes], bytes]:
    """Return what changes the manifest of a backup, with its hash."""

    def rewrite(content: bytes) -> bytes:
        body = io.BytesIO()
        with tarfile.open(fileobj=io.BytesIO(content)) as old, tarfile.open(fileobj=body, mode="w") as new:
            for member in old.getmembers():
                held = old.extractfile(member)
                assert held is not None
                data = held.read()
                if member.name == "manifest.json":
                    data = manifest = json.dumps(json.loads(data) | changes).encode()
                if member.name == "manifest.sha256":
                    data = hashlib.sha256(manifest).hexdigest().encode()
                member.size = len(data)
                new.addfile(member, io.BytesIO(data))
        return body.getvalue()

    return rewrite


ONE, TWO = ("PostgreSQL", "SQLite") if SERVER_URL is None else ("SQLite", "PostgreSQL")
AGAIN = "Copy it again from where it was made, or use an older backup."
REFUSALS: dict[str, tuple[Callable[[bytes], bytes], int, str]] = {
    "cut off": (cut_off, 1, f"The backup FILE is cut off: its end is missing. Nothing was restored. {AGAIN}"),
    "without end": (without_end, 1, f"The backup FILE is cut off: its end is missing. Nothing was restored. {AGAIN}"),
    "photo": (
        one_photo_changed,
        1,
        "The backup FILE is damaged: the photo NAME is not as it was when it was made. Nothing was restored. "
        + AGAIN,
    ),
    "database": (
        database_changed,
        1,
        "The backup FILE is damaged: database/PART is not as it was when it was made. Nothing was restored. " + AGAIN,
    ),
    "text": (
        a_text,
        2,
        "FILE is no backup of Photo Sync. Nothing was restored. Give a file that photosync backup made.",
    ),
    "tar": (
        another_tar,
        2,
        "FILE is no backup of Photo Sync. Nothing was restored. Give a file that photosync backup made.",
    ),
    "other database": (
        rewritten(database="postgresql" if SERVER_URL is None else "sqlite"),
        3,
        f"The backup FILE is of {ONE}, and this installation uses {TWO}. Nothing was restored. Set "
        "PHOTOSYNC_DATABASE_URL as it was there.",
    ),
    "newer": (
        rewritten(migrations=[["people", "9999_later"]], version="99"),
        3,
        "The backup FILE was made by a newer version of Photo Sync (99). Nothing was restored. Install that version, "
        "then restore it.",
    ),
}


def test_wrong_and_damaged_files_are_refused_in_words(
    template: Template, other: Installation, tmp_path: Path
) -> None:
    good = tmp_path / "good.tar"
    good.write_bytes(template.file.read_bytes())
    file = tmp_path / "bad.tar"
    found = {}
    for name, (spoil, _status, _words) in REFUSALS.items():
        file.write_bytes(spoil(good.read_bytes()))
        answer = run(other, "restore", str(file))
        words = re.sub(r"photo [0-9a-f]{64}", "photo NAME", answer.err.strip().replace(str(file), "FILE"))
        found[name] = (answer.status, re.sub(r"database/\S+", "database/PART", words))
        assert answer.out == ""
    assert found == {name: (status, words) for name, (_spoil, status, words) in REFUSALS.items()}
    assert not (other.data / "secret.key").exists()

    def refusal(*words: str) -> tuple[int, str]:
        answer: Answer = run(other, *words)
        return answer.status, answer.err.strip().replace(str(tmp_path), "TMP")

    assert refusal("restore", str(tmp_path / "none.tar")) == (
        2,
        "The backup TMP/none.tar cannot be read: No such file or directory. Nothing was restored.",
    )
    assert refusal("restore", str(good), "--erasures", str(tmp_path / "none.jsonl")) == (
        2,
        "There is no file TMP/none.jsonl. Nothing was restored. Give the erasures.jsonl with --erasures.",
    )
    assert refusal("restore", str(good), "--safety-copy", "x", "--no-safety-copy") == (
        2,
        "A safety copy cannot be made and left out at once. Nothing was restored.",
    )


def test_erasures_of_another_installation_are_refused(
    school: Installation, template: Template, other: Installation, tmp_path: Path
) -> None:
    installation, codes, file = school, template.codes, template.file
    assert run(installation, "people", "erase", codes[0], "--reason", "By letter.").status == 0
    journal = tmp_path / "erasures.jsonl"
    (line,) = (installation.data / "erasures.jsonl").read_text().splitlines()
    journal.write_text(json.dumps(json.loads(line) | {"key": "0" * 16}) + "\n")
    refused = run(other, "restore", str(file), "--erasures", str(journal))
    assert (refused.status, refused.err) == (
        3,
        f"{journal} is of another installation than the backup: 1 of its erasures were written with another key. "
        "Nothing was restored. Give the erasures.jsonl of the installation that was backed up.\n",
    )


def test_backup_is_refused_where_it_cannot_be_and_tells_of_a_lost_photo(school: Installation, tmp_path: Path) -> None:
    installation = school

    def refusal(target: Path) -> tuple[int, str]:
        answer = run(installation, "backup", str(target))
        return answer.status, answer.err.strip().replace(str(tmp_path), "TMP")

    os.mkfifo(tmp_path / "pipe")
    assert [refusal(tmp_path), refusal(tmp_path / "none" / "b.tar"), refusal(tmp_path / "pipe")] == [
        (2, "TMP is a folder. No backup was made. Give the name of a file in it."),
        (2, "There is no folder TMP/none. No backup was made. Make that folder, or give another file."),
        (2, "TMP/pipe is no ordinary file. No backup was made. Give another file."),
    ]
    lost = next(path for path in (installation.data / "photos" / "blobs").rglob("*") if path.is_file())
    lost.unlink()
    answer = run(installation, "backup", str(tmp_path / "b.tar"), "--json")
    assert (answer.status, answer.json["missing"], answer.json["skipped"]) == (5, [lost.name], [])
    assert answer.err == (
        "1 stored pictures or reports are missing or damaged, and are not in the backup. Try: photosync verify "
        "--repair\n"
    )
