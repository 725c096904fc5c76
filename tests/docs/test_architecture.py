"""ARCHITECTURE.md and the contract that import-linter holds say the same."""

import re
import tomllib

from tests.docs.documents import ROOT, fences, text_of


def test_floors_are_those_of_the_contract() -> None:
    contracts = tomllib.loads(text_of("pyproject.toml"))["tool"]["importlinter"]["contracts"]
    layers = next(contract["layers"] for contract in contracts if contract["id"] == "floors")
    drawn = next(fence.text for fence in fences("ARCHITECTURE.md") if fence.info == "text floors")

    floors, parts = zip(*(line.split(" ", 1) for line in drawn.splitlines()), strict=True)
    assert list(parts) == [re.sub(r"[()]", "", layer) for layer in layers]
    # A floor may have two levels of its own; none is left out.
    assert [int(floor) for floor in dict.fromkeys(floors)] == list(range(5, -1, -1))


def test_every_part_is_described() -> None:
    described = set(re.findall(r"^\| \d \| `(\w+)` \|", text_of("ARCHITECTURE.md"), flags=re.MULTILINE))
    built = {path.parent.name for path in (ROOT / "src/photosync").glob("*/__init__.py")}

    assert built - described == set()
