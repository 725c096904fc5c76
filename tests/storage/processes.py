"""How tests start tests.storage.programs."""

import os
import subprocess
import sys
from pathlib import Path

REPOSITORY = Path(__file__).parents[2]


def command(program: str, *arguments: object) -> list[str]:
    return [sys.executable, "-m", "tests.storage.programs", program, *map(str, arguments)]


def start(program: str, *arguments: object, **environment: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        command(program, *arguments),
        cwd=REPOSITORY,
        env={**os.environ, **environment},
        stdout=subprocess.PIPE,
        text=True,
    )


def output_lines(words: list[str]) -> list[str]:
    """Run `words` to its end and return what it printed. Raises when it fails."""
    done = subprocess.run(words, cwd=REPOSITORY, check=True, capture_output=True, text=True, timeout=60)
    return done.stdout.splitlines()
