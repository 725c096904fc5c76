"""Modules and functions stay short; what does not has its reason in docs/decisions/README.md."""

import ast
import re

from tests.docs.documents import text_of, tracked

MOST_LINES_OF_A_MODULE = 400
MOST_LINES_OF_A_FUNCTION = 40


def allowed() -> set[str]:
    listed = text_of("docs/decisions/README.md").split("\n## Longer than the rule\n")[1].split("\n## ")[0]
    return set(re.findall(r"^- `([^`]+)`: \S", listed, flags=re.MULTILINE))


def long_parts() -> dict[str, int]:
    """Return the lines of every module and function under src that is longer than the rule."""
    found = {}
    for path in tracked():
        if not (path.startswith("src/") and path.endswith(".py")) or "/migrations/" in path:
            continue
        text = text_of(path)
        if (lines := len(text.splitlines())) > MOST_LINES_OF_A_MODULE:
            found[path] = lines
        for node in ast.walk(ast.parse(text)):
            if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
                lines = (node.end_lineno or node.lineno) - node.lineno + 1
                if lines > MOST_LINES_OF_A_FUNCTION:
                    found[f"{path}::{node.name}"] = lines
    return found


def test_long_parts_have_a_reason() -> None:
    assert {name: lines for name, lines in long_parts().items() if name not in allowed()} == {}


def test_reasons_are_for_parts_that_are_long() -> None:
    assert allowed() - set(long_parts()) == set()
