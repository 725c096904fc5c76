"""Every command that a document names exists."""

import re
import shlex
from importlib import import_module

import click
import pytest

from tests.docs.documents import ROOT, commands, documents, fences


def makefile_targets() -> set[str]:
    return set(re.findall(r"^([a-z]+):(?!=)", (ROOT / "Makefile").read_text(), flags=re.MULTILINE))


def named(program: str) -> list[tuple[str, list[str]]]:
    """Return (document, words after the program) for every command of this program in the documents."""
    found = []
    for document in documents():
        for command in commands(document):
            words = shlex.split(command, comments=True) if command.startswith(f"{program} ") else []
            if words:
                found.append((document, words[1:]))
    return found


def test_readme_has_exactly_two_commands() -> None:
    shown = [fence.text for fence in fences("README.md")]

    assert shown == ["make demo\n", "make test\n"]


def test_make_commands_exist() -> None:
    targets = makefile_targets()
    unknown = [
        (document, word)
        for document, words in named("make")
        for word in words
        if "=" not in word and word not in targets
    ]

    assert unknown == []
    assert {"setup", "demo", "test", "check", "chaos", "bench", "docs", "lock", "clean"} <= targets


def test_photosync_commands_and_options_exist() -> None:
    assert [problem for document, words in named("photosync") for problem in problems(document, words)] == []


def problems(document: str, words: list[str]) -> list[str]:
    """Walk down the tree of commands; what is left must be arguments and known options."""
    entry = vars(import_module("photosync.cli.main")).values()
    command = next(found for found in entry if isinstance(found, click.Group) and found.name == "photosync")
    options = {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
    while isinstance(command, click.Group) and words and not words[0].startswith("-"):
        found = command.get_command(click.Context(command), words[0])
        if found is None:
            return [f"{document}: no command {words[0]!r} in photosync {command.name}"]
        command, words = found, words[1:]
        options |= {name for parameter in command.params for name in parameter.opts + parameter.secondary_opts}
    given = {word.partition("=")[0] for word in words if word.startswith("-")}
    return [f"{document}: photosync {command.name} has no {name}" for name in given - options - {"--help"}]


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        (["no-such-command"], ["x.md: no command 'no-such-command' in photosync photosync"]),
        (["init", "--no-such-option"], ["x.md: photosync init has no --no-such-option"]),
    ],
)
def test_wrong_command_is_noticed(words: list[str], expected: list[str]) -> None:
    assert problems("x.md", words) == expected
