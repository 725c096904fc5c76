"""Files that a command writes: whole or not at all, and one plain line where they cannot be."""

import os
import resource
import subprocess
import sys
from pathlib import Path
from stat import S_IMODE

import pytest

from photosync.cli.files import write_whole
from photosync.core.errors import WrongUse
from tests.services.unprivileged import WITHOUT_PRIVILEGES

CHECK = "Check the rights and the free space of its folder, or give another file with -o."
WRITING = (
    "import sys; from pathlib import Path; from photosync.cli.files import write_whole\n"
    "from photosync.core.errors import PhotoSyncError\n"
    "try: write_whole(b'x' * 5000, Path(sys.argv[1]), what='The photo')\n"
    "except PhotoSyncError as error: print(error.exit_status, error)"
)


def names_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


def told(*before: str, target: Path, most_bytes: int | None = None) -> str:
    """Return what a program that writes 5,000 bytes to `target` says."""

    def limit() -> None:
        if most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (most_bytes, most_bytes))

    words = [*before, sys.executable, "-c", WRITING, str(target)]
    done = subprocess.run(words, capture_output=True, text=True, check=False, preexec_fn=limit)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.rstrip("\n")


def test_file_is_written_with_the_rights_that_a_new_file_gets(tmp_path: Path) -> None:
    before = os.umask(0o027)
    try:
        write_whole(b"photo", tmp_path / "mia.jpg", what="The photo")
    finally:
        os.umask(before)

    assert (tmp_path / "mia.jpg").read_bytes() == b"photo"
    assert S_IMODE((tmp_path / "mia.jpg").stat().st_mode) == 0o640
    assert names_in(tmp_path) == ["mia.jpg"]


def test_file_that_was_there_keeps_its_rights_and_a_link_goes_on_leading_to_it(tmp_path: Path) -> None:
    (tmp_path / "mia.jpg").write_bytes(b"a longer photo")
    (tmp_path / "mia.jpg").chmod(0o604)
    (tmp_path / "link.jpg").symlink_to("mia.jpg")

    write_whole(b"photo", tmp_path / "link.jpg", what="The photo")

    assert ((tmp_path / "mia.jpg").read_bytes(), (tmp_path / "link.jpg").is_symlink()) == (b"photo", True)
    assert S_IMODE((tmp_path / "mia.jpg").stat().st_mode) == 0o604
    assert names_in(tmp_path) == ["link.jpg", "mia.jpg"]


def test_pipe_takes_the_bytes_and_stays_a_pipe(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    reading = os.open(tmp_path / "pipe", os.O_RDONLY | os.O_NONBLOCK)

    write_whole(b"photo", tmp_path / "pipe", what="The photo")

    assert (os.read(reading, 99), (tmp_path / "pipe").is_fifo()) == (b"photo", True)
    os.close(reading)


def test_folder_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        write_whole(b"photo", tmp_path / "new" / "mia.jpg", what="The photo")

    assert refused.value.message == (
        f"There is no folder {tmp_path / 'new'}. The photo was not written. Make that folder, or give another file "
        "with -o."
    )
    assert names_in(tmp_path) == []


def test_folder_in_place_of_a_file(tmp_path: Path) -> None:
    with pytest.raises(WrongUse) as refused:
        write_whole(b"photo", tmp_path, what="The photo")

    assert refused.value.message == (
        f"{tmp_path} is a folder. The photo was not written. Give the name of a file in it with -o."
    )


def test_folder_that_may_only_be_read(tmp_path: Path) -> None:
    target = tmp_path / "closed" / "mia.jpg"
    target.parent.mkdir(mode=0o555)

    said = told(*WITHOUT_PRIVILEGES, target=target)

    assert said == f"1 {target} cannot be written: Permission denied. The photo was not written. {CHECK}"
    assert names_in(target.parent) == []


def test_file_that_may_only_be_read_is_left_alone(tmp_path: Path) -> None:
    target = tmp_path / "mia.jpg"
    target.write_bytes(b"precious")
    target.chmod(0o444)

    said = told(*WITHOUT_PRIVILEGES, target=target)

    assert said == f"1 {target} cannot be written: Permission denied. The photo was not written. {CHECK}"
    assert (target.read_bytes(), names_in(tmp_path)) == (b"precious", ["mia.jpg"])


def test_disk_that_is_full_leaves_the_former_file_and_no_half_one(tmp_path: Path) -> None:
    target = tmp_path / "mia.jpg"
    target.write_bytes(b"former")

    assert told(target=target, most_bytes=1000) == (
        f"1 {target} cannot be written: File too large. The photo was not written. {CHECK}"
    )
    assert (target.read_bytes(), names_in(tmp_path)) == (b"former", ["mia.jpg"])
