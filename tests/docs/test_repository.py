"""What no file in git may hold."""

import re
import tomllib
from itertools import chain

from tests.docs.documents import ROOT, tracked

MOST_BYTES = 1_000_000

# Written so that this file does not name them either.
HOSTS = re.compile(r"pypi[.]org|python[h]osted|npmjs[.]|crates[.]io|ghcr[.]io")
MACHINE_PATHS = re.compile(r"(?<![\w.])/(?:root|work|home|opt)/\w")
GENERATED = re.compile(r"(^|/)(__pycache__|\.venv|build|dist|photosync-data|node_modules)/|\.(pyc|sqlite3|log)$")


def texts() -> list[tuple[str, str]]:
    found = []
    for path in tracked():
        content = (ROOT / path).read_bytes()
        if b"\0" not in content:
            found.append((path, content.decode("utf-8")))
    return found


def test_no_file_names_a_registry() -> None:
    assert [(path, HOSTS.findall(text)) for path, text in texts() if HOSTS.search(text)] == []


def test_no_file_names_a_folder_of_a_machine() -> None:
    found = [(path, MACHINE_PATHS.findall(text)) for path, text in texts() if MACHINE_PATHS.search(text)]

    assert found == []


def test_no_file_is_large() -> None:
    sizes = {path: (ROOT / path).stat().st_size for path in tracked()}

    assert {path: size for path, size in sizes.items() if size > MOST_BYTES} == {}


def test_no_file_is_generated() -> None:
    assert [path for path in tracked() if GENERATED.search(path)] == []


def test_requirements_are_pinned_with_hashes() -> None:
    for name in ("all", "runtime"):
        text = (ROOT / f"requirements/{name}.txt").read_text()
        entries = [entry for entry in re.split(r"\n(?=\S)", text) if entry.strip()]
        loose = [entry for entry in entries if not re.match(r"\S+==\S+.*--hash=sha256:", entry, flags=re.DOTALL)]
        assert (name, loose) == (name, [])
        assert len(entries) > 10


def test_every_dependency_is_locked() -> None:
    """Whoever adds a dependency runs `make lock`."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    extras = project["project"]["optional-dependencies"].values()
    product = set(map(name_of, project["project"]["dependencies"]))
    wanted = set(map(name_of, [*chain(*extras), *chain(*project["dependency-groups"].values())])) | product

    assert wanted - locked("all") == set()
    assert product - locked("runtime") == set()


def name_of(requirement: str) -> str:
    return re.split(r"[^\w.-]", requirement)[0].lower()


def locked(name: str) -> set[str]:
    return set(re.findall(r"^([\w.-]+)==", (ROOT / f"requirements/{name}.txt").read_text(), flags=re.MULTILINE))


def test_lock_names_only_the_reserved_host() -> None:
    addresses = set(re.findall(r"[a-z]+://[^\"]+", (ROOT / "uv.lock").read_text()))

    assert addresses == {"https://index.invalid/simple"}
