"""Links between the documents lead somewhere."""

import re

import pytest

from tests.docs.documents import ROOT, documents, text_of, tracked, without_fences


def anchors(document: str) -> set[str]:
    """Return the anchors of a document's headings, made as GitHub makes them."""
    headings = re.findall(r"^#+ (.+)$", without_fences(document), flags=re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-") for heading in headings}


def broken_links(document: str) -> list[str]:
    broken = []
    for target in re.findall(r"\]\(([^)\s]+)\)", without_fences(document)):
        if re.match(r"[a-z]+:", target):
            continue
        path, _, anchor = target.partition("#")
        there = (ROOT / document).parent.joinpath(path).resolve() if path else ROOT / document
        name = there.relative_to(ROOT).as_posix()
        known = name in tracked() or any(other.startswith(f"{name}/") for other in tracked())
        if not known or (anchor and anchor not in anchors(name)):
            broken.append(target)
    return broken


@pytest.mark.parametrize("document", documents())
def test_links_resolve(document: str) -> None:
    assert broken_links(document) == []


def test_modules_name_documents_that_exist() -> None:
    """A docstring's `docs/...` is where its rule comes from."""
    missing = [
        (path, named)
        for path in tracked()
        if path.endswith(".py") and not path.startswith("tests/docs/")
        for named in re.findall(r"\bdocs/[\w./-]+\.md\b", text_of(path))
        if not (ROOT / named).is_file()
    ]

    assert missing == []
