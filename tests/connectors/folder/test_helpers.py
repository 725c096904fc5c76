"""Helper processes: they find what one process finds, and none outlives its starter."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from photosync.connectors.folder.crew import PACKAGE_FOLDER, Crew
from photosync.connectors.folder.source import FolderSource
from photosync.connectors.testing.conformance import listing

PATIENCE_S = 20


def fill(root, shape):
    for folder, count in shape.items():
        (root / folder).mkdir(parents=True, exist_ok=True)
        for number in range(count):
            (root / folder / f"{number}.jpg").touch()


def children():
    return {process.pid for process in psutil.Process().children()}


@pytest.mark.parametrize(
    "shape",
    [
        {"": 9_000},
        {"": 3_000, "a": 5_000, "a/b": 1, "c": 2_500},
        {f"{number // 40}/{number}": 3 for number in range(1_200)},
        {"/".join("abcdefgh"[: depth + 1]): 700 for depth in range(8)},
    ],
    ids=["flat", "mixed", "many small folders", "nested"],
)
@pytest.mark.parametrize("window_entries", [20_000, 2_600])
def test_helpers_find_what_one_process_finds(tmp_path, shape, window_entries):
    fill(tmp_path, shape)
    root = os.path.realpath(tmp_path)
    alone = listing(FolderSource(root, window_entries=window_entries, small_source_entries=10**9))
    for helpers in (1, 2, 3):
        source = FolderSource(root, window_entries=window_entries, small_source_entries=0, helpers=helpers)
        assert listing(source) == alone
    assert sum(page.entry_count for page in alone.values()) == sum(shape.values())


@settings(max_examples=15, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.dictionaries(st.lists(st.sampled_from("abc"), max_size=4).map("/".join), st.integers(0, 60), max_size=12))
def test_helpers_with_a_small_window(tmp_path_factory, shape):
    root = tmp_path_factory.mktemp("tree")
    fill(root, shape)
    alone = listing(FolderSource(os.path.realpath(root), window_entries=7))
    shared = FolderSource(os.path.realpath(root), window_entries=7, small_source_entries=0)
    assert listing(shared) == alone


def test_index_file_is_not_listed_and_can_be_fetched(tmp_path):
    fill(tmp_path, {"": 3, "a": 3})
    root = os.path.realpath(tmp_path)
    for small in (2_000, 0):
        source = FolderSource(root, index="a/1.jpg", small_source_entries=small)
        pages = list(source.pages())
        names = {(page.folder, entry.name) for page, found in source.entries(pages) for entry in found}
        assert names == {("", "0.jpg"), ("", "1.jpg"), ("", "2.jpg"), ("a", "0.jpg"), ("a", "2.jpg")}
        assert sum(page.entry_count for page in pages) == 5
        assert source.fetch("a", "1.jpg", limit_bytes=10).content == b""


def test_small_source_starts_no_process(tmp_path):
    fill(tmp_path, {"": 20, "a": 20})
    source = FolderSource(os.path.realpath(tmp_path))
    before = children()
    for _ in source.pages():
        assert children() == before


def test_helpers_end_with_the_listing(tmp_path):
    fill(tmp_path, {"": 50})
    source = FolderSource(os.path.realpath(tmp_path), window_entries=10, small_source_entries=0)
    before = children()
    pages = source.pages()
    next(pages)
    assert len(children() - before) == 2
    pages.close()
    assert children() == before


def test_helpers_load_little():
    """They start without site-packages, and without the slow parts of the standard library."""
    code = (
        "import sys; sys.path.append(sys.argv[1]); before = set(sys.modules); "
        "import photosync.connectors.folder.helper; print(*sorted(set(sys.modules) - before))"
    )
    loaded = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code, PACKAGE_FOLDER], capture_output=True, text=True, check=True
    ).stdout.split()
    assert [name for name in loaded if name.startswith("photosync")] == [
        "photosync",
        "photosync.connectors",
        "photosync.connectors.digests",
        "photosync.connectors.folder",
        "photosync.connectors.folder.helper",
        "photosync.connectors.folder.reading",
        "photosync.connectors.folder.tree",
        "photosync.connectors.folder.walk",
    ]
    assert not {"typing", "dataclasses", "enum", "re", "subprocess", "inspect"} & set(loaded)


def test_helpers_end_when_their_starter_is_killed(tmp_path):
    fill(tmp_path, {"": 50})
    code = (
        "import sys, time; from photosync.connectors.folder.crew import Crew; "
        "crew = Crew(sys.argv[1], None, helpers=2, window=100, chunk_entries=10); "
        "print(*(helper.process.pid for helper in crew.helpers), flush=True); time.sleep(600)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(tmp_path)], stdout=subprocess.PIPE) as starter:
        helpers = [int(pid) for pid in starter.stdout.readline().split()]
        assert all(psutil.pid_exists(pid) for pid in helpers)
        os.kill(starter.pid, signal.SIGKILL)
    until = time.monotonic() + PATIENCE_S
    while (alive := [pid for pid in helpers if is_alive(pid)]) and time.monotonic() < until:
        time.sleep(0.02)
    assert alive == []


def is_alive(pid):
    try:
        return psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return False


def test_memory_does_not_grow_with_the_folder(tmp_path):
    """A helper that has walked 40,000 files holds no more than one that has walked 5,000, but for noise."""
    peaks_kib = []
    for count in (5_000, 40_000):
        root = tmp_path / str(count)
        fill(root, {"": count})
        crew = Crew(os.path.realpath(root), None, helpers=1, window=20_000, chunk_entries=2_048)
        try:
            assert sum(found[3] for found in crew.pages()) == count
            status = Path(f"/proc/{crew.helpers[0].process.pid}/status").read_text(encoding="ascii")
        finally:
            crew.close()
        peaks_kib.append(int(status.partition("VmHWM:")[2].split()[0]))
    assert peaks_kib[1] < peaks_kib[0] + 2_000
