"""docs/api.md says of every command what the API has in its place, and names nothing that is not there."""

import re
from collections.abc import Iterator
from importlib import import_module

import click

from photosync.api.interface import api
from tests.docs.documents import text_of

ROW = re.compile(r"^\| `photosync ([a-z -]+)` \| (.+) \|$", flags=re.MULTILINE)
ENDPOINT = re.compile(r"`((?:GET|POST|PUT|PATCH|DELETE) /[^` ]*)`")


def rows() -> dict[str, str]:
    return dict(ROW.findall(text_of("docs/api.md")))


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    if not isinstance(command, click.Group):
        yield " ".join(path)
        return
    context = click.Context(command)
    for name in command.list_commands(context):
        below = command.get_command(context, name)
        assert below is not None
        yield from leaves(below, (*path, name))


def operations() -> set[str]:
    schema = api.get_openapi_schema(path_prefix="/api/v1/")
    return {
        f"{method.upper()} {path.removeprefix('/api/v1')}" for path, of in schema["paths"].items() for method in of
    }


def test_every_command_has_a_line() -> None:
    entry = vars(import_module("photosync.cli.main")).values()
    root = next(found for found in entry if isinstance(found, click.Group) and found.name == "photosync")
    commands = set(leaves(root))

    missing, gone = sorted(commands - rows().keys()), sorted(rows().keys() - commands)
    assert not missing, f"docs/api.md has no line for: {missing}. Say what the API has in its place, or why nothing."
    assert not gone, f"docs/api.md names commands that there are not: {gone}."


def test_every_endpoint_in_it_exists_and_none_is_left_out() -> None:
    named = set(ENDPOINT.findall(text_of("docs/api.md")))

    assert sorted(named - operations()) == []
    assert sorted(operations() - named) == []
