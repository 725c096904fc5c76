"""What `make setup` and the Debian packages say when something is missing."""

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]

OLD_PYTHON = '[ "$1" = --version ] && echo "Python 3.10.13" && exit 0; exit 1'
PYTHON_WITHOUT_VENV = 'case "$2" in *ensurepip*) exit 1;; esac; exit 0'


@pytest.fixture
def programs(tmp_path: Path) -> Path:
    """Return a folder that is the whole PATH: the shell's everyday programs, and what a test adds."""
    folder = tmp_path / "programs"
    folder.mkdir()
    for name in ("sh", "dirname", "mktemp", "rm", "tail", "chmod", "cat"):
        (folder / name).symlink_to(shutil.which(name))
    return folder


def add(programs: Path, name: str, script: str) -> None:
    (programs / name).write_text(f"#!/bin/sh\n{script}\n")
    (programs / name).chmod(0o755)


def run(script: str, folder: Path, programs: Path, *words: str) -> tuple[int, str]:
    """Run one of the tools, copied to a folder of its own; return its exit status and standard error."""
    shutil.copytree(ROOT / "tools", folder / "a school" / "tools")
    done = subprocess.run(
        ["/bin/sh", f"tools/{script}", *words],
        cwd=folder / "a school",
        env={"PATH": str(programs), "HOME": os.environ["HOME"]},
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


def test_setup_with_an_old_python_says_which_is_needed(tmp_path: Path, programs: Path) -> None:
    add(programs, "python3", OLD_PYTHON)

    assert run("setup.sh", tmp_path, programs) == (
        1,
        "make setup: Python 3.11 or newer is needed, but here is only: Python 3.10.13. Nothing was "
        "installed. Install Python 3.11 (on Debian 12: apt-get install python3 python3-venv), then "
        "repeat the "
        "command.\n",
    )


def test_setup_without_venv_says_what_to_install(tmp_path: Path, programs: Path) -> None:
    add(programs, "python3.11", PYTHON_WITHOUT_VENV)
    add(programs, "id", "echo 1000")

    assert run("setup.sh", tmp_path, programs) == (
        1,
        "make setup: python3.11 cannot make a virtual environment: its module ensurepip is missing. Nothing "
        "was installed. Install it (on Debian: apt-get install python3-venv), then repeat the command.\n",
    )


def test_debian_packages_without_network_name_what_is_missing(tmp_path: Path, programs: Path) -> None:
    add(programs, "id", "echo 0")
    add(programs, "dpkg-query", '[ "$4" = postgresql ] && echo installed')
    add(programs, "apt-get", "echo 'E: no network'; exit 100")

    assert run("debian-packages.sh", tmp_path, programs, "tests") == (
        0,
        "E: no network\nThese Debian packages could not be installed: apache2-bin chromium "
        "fonts-dejavu-core mariadb-server samba slapd. What "
        "needs them will be skipped by name.\n",
    )


def test_debian_packages_as_another_user_does_nothing(tmp_path: Path, programs: Path) -> None:
    add(programs, "id", "echo 1000")

    assert run("debian-packages.sh", tmp_path, programs, "tests") == (0, "")
