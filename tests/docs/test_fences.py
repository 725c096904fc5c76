"""Code that a document shows is run, where its fence says so.

```python test     runs in a process of its own; it says with `assert` what it shows
```console test    every line after `$ ` is typed into one shell on an empty installation; what follows is
                   what it prints, where a line of `...` stands for any lines
"""

import re
import subprocess
import sys
from pathlib import Path

import pytest

from tests.docs.documents import Fence, documents, fences
from tests.services.installation import Installation

MARKED = [fence for document in documents() for fence in fences(document) if fence.info.endswith(" test")]
PYTHON = [fence for fence in MARKED if fence.info == "python test"]
CONSOLE = [fence for fence in MARKED if fence.info == "console test"]


def test_marked_fences_are_of_a_kind_that_runs() -> None:
    assert [str(fence) for fence in MARKED if fence not in PYTHON + CONSOLE] == []
    assert PYTHON, "no document shows code that is run"


@pytest.mark.parametrize("fence", PYTHON, ids=str)
def test_python_fence_runs(fence: Fence, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", fence.text],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )

    assert (done.returncode, done.stderr) == (0, "")


def test_console_fences_print_what_they_show(installation: Installation, tmp_path: Path) -> None:
    """All of one document's fences share its installation, one after the other."""
    programs = str(Path(sys.executable).parent)
    environment = installation.environment | {
        "PATH": f"{programs}:{installation.environment['PATH']}",
        "COLUMNS": "110",
    }
    for fence in CONSOLE:
        for command, shown in typed(fence):
            done = subprocess.run(
                ["sh", "-c", command],
                cwd=tmp_path,
                env=environment,
                capture_output=True,
                text=True,
                check=False,
            )
            assert re.fullmatch(pattern(shown), done.stdout + done.stderr), f"{fence}: {command}\n{done}"


def typed(fence: Fence) -> list[tuple[str, str]]:
    """Return each command of the fence with what it is to print."""
    parts = re.split(r"^\$ (.*)\n", fence.text, flags=re.MULTILINE)
    return list(zip(parts[1::2], parts[2::2], strict=True))


def pattern(shown: str) -> str:
    return "".join(r"(?:.*\n)*?" if line == "..." else re.escape(line) + r"\n" for line in shown.splitlines())


def test_dots_stand_for_any_lines() -> None:
    assert re.fullmatch(pattern("one\n...\nfour\n"), "one\ntwo\nthree\nfour\n")
    assert not re.fullmatch(pattern("one\n...\nfour\n"), "one\ntwo\nfive\n")
