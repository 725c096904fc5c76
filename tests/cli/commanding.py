"""The command line in this process: words in, exit status and both outputs out."""

from __future__ import annotations

import json
from dataclasses import dataclass
from typing import Any

import pytest

from photosync.cli.main import photosync
from photosync.cli.outcome import exit_status


@dataclass(frozen=True, slots=True)
class Answer:
    status: int
    out: str
    err: str


@dataclass(frozen=True, slots=True)
class Commanding:
    capsys: pytest.CaptureFixture[str]

    def __call__(self, *words: str) -> Answer:
        self.capsys.readouterr()
        status = exit_status(photosync, words)
        out, err = self.capsys.readouterr()
        return Answer(status, out, err)

    def json(self, *words: str) -> Any:
        """Return the one document that the command prints; it must succeed."""
        answer = self(*words, "--json")
        assert (answer.status, answer.err) == (0, "")
        return json.loads(answer.out)

    def refusal(self, *words: str) -> tuple[int, str]:
        """Return the exit status and the one line of the error; nothing may be on standard output."""
        answer = self(*words)
        assert answer.out == ""
        assert answer.err.count("\n") == 1
        return answer.status, answer.err.rstrip("\n")
