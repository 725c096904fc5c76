"""The documents of this repository, as the tests read them."""

import re
import subprocess
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Fence:
    """One code fence: `info` is what follows the backticks, `line` where the fence begins (from 1)."""

    document: str
    line: int
    info: str
    text: str

    def __str__(self) -> str:
        return f"{self.document}:{self.line}"


@cache
def tracked() -> tuple[str, ...]:
    """Return the paths of the files that git knows and that still exist, from the top of the repository."""
    # A clone made by another user is still ours to read.
    command = ["git", "-c", "safe.directory=*", "ls-files", "-z"]
    listed = subprocess.run(command, cwd=ROOT, capture_output=True, check=True, text=True).stdout
    return tuple(path for path in listed.split("\0") if path and (ROOT / path).is_file())


def documents() -> list[str]:
    return [path for path in tracked() if path.endswith(".md")]


def text_of(document: str) -> str:
    return (ROOT / document).read_text(encoding="utf-8")


def fences(document: str) -> list[Fence]:
    found, begun = [], None
    for number, line in enumerate(text_of(document).splitlines(), start=1):
        if begun is None and (opening := re.match(r"```(.*)$", line)):
            begun = (number, opening[1].strip(), [])
        elif begun and line.startswith("```"):
            found.append(Fence(document, begun[0], begun[1], "\n".join(begun[2]) + "\n"))
            begun = None
        elif begun:
            begun[2].append(line)
    return found


def commands(document: str) -> list[str]:
    """Return what the document tells a person to type: lines of shell fences, and code spans."""
    typed = []
    for fence in fences(document):
        if fence.info.split(" ")[0] in {"sh", "bash"}:
            typed += [line for line in fence.text.splitlines() if line and not line.startswith("#")]
        elif fence.info.split(" ")[0] == "console":
            typed += [line[2:] for line in fence.text.splitlines() if line.startswith("$ ")]
    return typed + re.findall(r"`([^`\n]+)`", without_fences(document))


def without_fences(document: str) -> str:
    return re.sub(r"^```.*?^```$", "", text_of(document), flags=re.MULTILINE | re.DOTALL)
