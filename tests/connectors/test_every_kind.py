"""Every kind that is shipped is put through the suite of its contract."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path

import pytest

from photosync.connectors import registry
from photosync.connectors.roster import registry as roster_registry
from photosync.connectors.testing.conformance import SourceConformance
from photosync.connectors.testing.roster_conformance import RosterConformance

HERE = Path(__file__).parent
ROOT = HERE.parents[1]


def kinds_in(suite: type) -> set[str]:
    """Return the `kind` of every class below `suite` that pytest runs."""
    found = {suite.kind} if hasattr(suite, "kind") and suite.__name__.startswith("Test") else set()
    return found.union(*(kinds_in(each) for each in suite.__subclasses__()))


@pytest.fixture(scope="module", autouse=True)
def _imported() -> None:
    """Import every module that puts something through a suite: what nobody imports is nobody's subclass."""
    for path in HERE.rglob("test_*.py"):
        # Whoever puts one source around another inherits from the tests of that one.
        is_one = path.name == "test_conformance.py" or "Conformance" in path.read_text()
        if path != Path(__file__) and is_one:
            import_module(".".join(path.relative_to(ROOT).with_suffix("").parts))


def test_every_kind_of_source_is_in_the_suite() -> None:
    """So is a photographer's delivery: it is no kind, but reads each of those with folders in its own way."""
    assert kinds_in(SourceConformance) == {kind.name for kind in registry.kinds()} | {registry.PHOTOGRAPHER}


def test_every_kind_of_roster_is_in_the_suite() -> None:
    assert kinds_in(RosterConformance) == {kind.name for kind in roster_registry.kinds()}
