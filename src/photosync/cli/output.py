"""What commands print: one JSON document, or sentences and tables for people."""

from __future__ import annotations

import json
import shutil
import sys
import tempfile
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING, Any, TextIO

from photosync.cli.options import asked

if TYPE_CHECKING:
    from rich.console import Console

WIDE = 10_000
"""Where output is no terminal, a table is as wide as what is in it."""
KEPT_IN_MEMORY = 4_000_000


def wants_json() -> bool:
    return asked().json


def print_json(document: object) -> None:
    """Print one JSON document in UTF-8; what UTF-8 cannot hold is escaped."""
    text = json.dumps(document, ensure_ascii=False, indent=2)
    _write(text.encode("utf-8", errors="backslashreplace") + b"\n")


def print_json_rows(rows: Iterable[object], *, head: dict[str, Any] | None = None, name: str = "") -> None:
    """Print the list of all `rows`, or `head` with it as one more member `name`, not holding it in memory.

    Nothing is printed before the last row is there, so that an error leaves standard output empty.
    """
    with tempfile.SpooledTemporaryFile(max_size=KEPT_IN_MEMORY) as held:
        if head is not None:
            begun = f"{json.dumps(head, ensure_ascii=False)[:-1]}, {json.dumps(name)}: "
            held.write(begun.encode("utf-8", errors="backslashreplace"))
        held.write(b"[")
        for number, row in enumerate(rows):
            text = (",\n" if number else "\n") + json.dumps(row, ensure_ascii=False)
            held.write(text.encode("utf-8", errors="backslashreplace"))
        held.write(b"]\n" if head is None else b"]}\n")
        held.seek(0)
        sys.stdout.flush()
        shutil.copyfileobj(held, sys.stdout.buffer)
        sys.stdout.buffer.flush()


def print_text(*lines: str) -> None:
    for line in lines:
        _write(f"{plain(line)}\n".encode("utf-8", errors="backslashreplace"))


def print_bytes(content: bytes) -> None:
    """Print a file as it is."""
    _write(content)


def print_note(line: str) -> None:
    """Print a line for people to standard error."""
    print(plain(line), file=sys.stderr)


def print_table(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Print a table. Cells are text; nothing in them is read as mark-up."""
    from rich.box import SIMPLE_HEAD
    from rich.table import Table
    from rich.text import Text

    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bold")
    for column in columns:
        table.add_column(column, overflow="fold")
    for row in rows:
        table.add_row(*(Text(plain("" if cell is None else str(cell))) for cell in row))
    console_on(sys.stdout).print(table)


def print_facts(facts: Iterable[tuple[str, object]]) -> None:
    """Print names with their values, one to a line; without a value they are left out."""
    shown = [(name, str(value)) for name, value in facts if value not in (None, "")]
    width = max((len(name) for name, _ in shown), default=0)
    print_text(*(f"{name:<{width}}  {value}" for name, value in shown))


def console_on(stream: TextIO) -> Console:
    from rich.console import Console

    return Console(file=stream, width=None if stream.isatty() else WIDE, highlight=False, soft_wrap=False)


def plain(text: str) -> str:
    """Return `text` without characters that would steer a terminal."""
    if text.isprintable():
        return text
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in text)


def limited(rows: Iterator[Any], most: int) -> tuple[list[Any], bool]:
    """Return up to `most` of `rows`, and whether there are more."""
    found: list[Any] = []
    for row in rows:
        if len(found) == most:
            return found, True
        found.append(row)
    return found, False


def _write(content: bytes) -> None:
    sys.stdout.flush()
    sys.stdout.buffer.write(content)
    sys.stdout.buffer.flush()
