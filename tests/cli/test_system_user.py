"""What a command does is recorded as done by the operating system's user."""

import os
import pwd

import click
import pytest

from photosync.apps.audit.acting import ITSELF, Actor, Via, acting
from photosync.cli import installation
from photosync.cli.main import photosync
from photosync.cli.outcome import exit_status
from photosync.cli.system_user import operator_name
from tests.cli.commanding import Commanding

ME = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture(autouse=True)
def _without_sudo(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("SUDO_USER", raising=False)


def test_the_user_is_the_systems_and_not_what_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LOGNAME", "someone else")
    monkeypatch.setenv("USER", "someone else")

    assert operator_name() == ME


def test_with_sudo_whoever_used_it_is_told_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SUDO_USER", "robin")

    assert operator_name() == f"{ME} (sudo: robin)"


@pytest.mark.parametrize("text", ["", "x" * 101, "robin\n", ME])
def test_what_sudo_would_not_say_is_left_out(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("SUDO_USER", text)

    assert operator_name() == ME


def test_a_user_without_a_name_is_told_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "getuid", lambda: 4_000_123)

    assert operator_name() == "user 4000123"


def test_a_command_acts_as_its_user_until_it_ends(command: Commanding, monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Actor] = []

    @click.command("whoami")
    def whoami() -> None:
        installation.connect()
        asked.append(acting())

    monkeypatch.setattr(photosync, "get_command", lambda *_: whoami)

    assert exit_status(photosync, ["whoami"]) == 0
    assert asked == [Actor(ME, Via.COMMAND_LINE)]
    assert acting() is ITSELF
