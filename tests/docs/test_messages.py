"""What an error says holds on a page, over the API and on the command line; the last alone adds commands."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import photosync

SOURCE = Path(photosync.__file__).parent
FLOORS = ("core", "connectors", "imaging", "storage", "printing", "outgoing", "engine", "apps")
COMMAND = re.compile(r"\bphotosync [a-z]|(?:^|[\s(])--[a-z]")
ONLY_COMMANDS_CAN = {
    "apps/backups/alone.py": "restoring is for the command line",
    "apps/backups/bundle.py": "restoring is for the command line",
    "apps/backups/restoring.py": "restoring is for the command line",
    "storage/availability.py": "a new store is made by the operator, at the command line",
    "storage/folder.py": "the store is mended by the operator, at the command line",
}
"""Modules whose errors may name a command: nothing else can do it, whoever reads it."""


def commands_in_errors(path: Path) -> Iterator[str]:
    """Yield each text of a message in `path` that names a command or an option."""
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Call) and _is_error(node.func):
            for each in (text for argument in node.args for text in ast.walk(argument)):
                if isinstance(each, ast.Constant) and isinstance(each.value, str) and COMMAND.search(each.value):
                    yield f"{node.lineno}: {each.value}"


def _is_error(called: ast.expr) -> bool:
    known = {"Refused", "WrongUse", "NotFound", "TryLater", "Held", "ItemRejected", "Damaged", "ChangedMeanwhile"}
    return isinstance(called, ast.Name) and called.id in known | {"SourceUnavailable", "StorageUnavailable"}


def test_no_message_names_a_command_that_its_reader_may_not_have() -> None:
    paths = [path for floor in FLOORS for path in (SOURCE / floor).rglob("*.py")]
    found = {path.relative_to(SOURCE).as_posix(): list(commands_in_errors(path)) for path in paths}

    assert {name: told for name, told in found.items() if told and name not in ONLY_COMMANDS_CAN} == {}
    assert [name for name in ONLY_COMMANDS_CAN if not found[name]] == []
