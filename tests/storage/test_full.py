"""Disk full, file size limit."""

import subprocess
from pathlib import Path

from photosync.storage import BlobStore
from tests.storage.processes import command, output_lines

MOUNT = 'mount -t tmpfs -o size=64k none "$0" && exec "$@"'


def full(root: Path, reason: str) -> str:
    return (
        f"The photo store {root} is full ({reason}). "
        "The photos being stored were not recorded; those stored before are untouched. "
        "Free some space there or raise its quota, then repeat."
    )


def ways_to_a_small_disk(root: Path) -> list[list[str]]:
    """Return what runs a program with a disk of 64 KiB at `root`, where this user may do so at all."""
    mount = ["--mount", "sh", "-c", MOUNT, str(root)]
    ways = [["unshare", *mount], ["unshare", "--map-root-user", *mount]]
    return [way for way in ways if subprocess.run([*way, "true"], check=False, capture_output=True).returncode == 0]


def test_store_with_disk_full(tmp_path: Path) -> None:
    """Where no disk may be mounted, a limit on file sizes takes its place: the same refusal."""
    root = tmp_path / "store"
    root.mkdir()
    ways = ways_to_a_small_disk(root)
    words, reason = (
        ([*ways[0], *command("store_all", root)], "No space left on device")
        if ways
        else (command("store_with_file_size_limit", root, 6_000), "File too large")
    )

    told = output_lines(words)

    assert told == [full(root, reason), "[]", "[]"]


def test_store_with_file_size_limit_keeps_what_was_stored_before(store: BlobStore) -> None:
    with store.batch() as batch:
        before = batch.add(b"before")
        batch.commit()

    told = output_lines(command("store_with_file_size_limit", store.root, 15_000))

    assert told == [full(store.root, "File too large"), "[]", str([before])]
    assert store.read_verified(before) == b"before"
