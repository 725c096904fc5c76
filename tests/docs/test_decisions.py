"""Decisions are numbered without gaps, and all of them are in the list."""

import re
from pathlib import PurePath

from tests.docs.documents import text_of, tracked

LIST = "docs/decisions/README.md"


def pages() -> list[str]:
    found = (PurePath(path).name for path in tracked() if PurePath(path).parent == PurePath("docs/decisions"))
    return sorted(name for name in found if name != "README.md")


def test_numbers_have_no_gap() -> None:
    assert [name[:5] for name in pages()] == [f"{number:04}-" for number in range(1, len(pages()) + 1)]


def test_list_names_every_page_with_its_title() -> None:
    titles = {name: text_of(f"docs/decisions/{name}").splitlines()[0] for name in pages()}
    listed = re.findall(r"^\| (\d+) \| \[([^]]+)\]\(([^)]+)\) \|$", text_of(LIST), flags=re.MULTILINE)

    assert {name: f"# {number}. {title}" for number, title, name in listed} == titles
    assert [int(number) for number, _, _ in listed] == list(range(1, len(titles) + 1))
