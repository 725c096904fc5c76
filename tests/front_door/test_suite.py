"""tools/suite.py and the rule that a skip in CI is a failure, on a small suite of their own."""

import os
import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

import pytest

from tools import suite

ROOT = Path(__file__).parents[2]

SKIPPING = """
import pytest

def test_passes():
    pass

def test_skips():
    pytest.skip("no server here")

@pytest.mark.xfail
def test_is_allowed_to_fail():
    raise AssertionError("known")
"""


RULES = "from tests.ci_skips import *\n"
COSTS = "from tests.costs import tell_costs as pytest_terminal_summary\n"
SLOW = """
import pytest, time

@pytest.fixture(scope="module")
def school():
    time.sleep(0.4)
    yield
    time.sleep(0.3)

def test_slow(school):
    time.sleep(0.3)

def test_slow_in_parts(school, subtests):
    with subtests.test("one"):
        time.sleep(0.5)
"""


def outcomes(folder: Path, test_module: str, *words: str, rules: str = RULES, **environment: str) -> tuple[int, str]:
    """Run pytest with the project's skip rule on one module; return its exit status and what it printed."""
    (folder / "tests").symlink_to(ROOT / "tests")
    (folder / "conftest.py").write_text(rules)
    (folder / "test_small.py").write_text(test_module)
    (folder / "pytest.ini").write_text("[pytest]\npythonpath = .\n")
    kept = {name: value for name, value in os.environ.items() if name != "CI" and "PHOTOSYNC" not in name}
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-q", "-p", "no:cacheprovider", "test_small.py", *words],
        cwd=folder, env=kept | environment, capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.returncode, done.stdout


def test_skip_without_ci_is_named(tmp_path: Path) -> None:
    status, printed = outcomes(tmp_path, SKIPPING)

    assert status == 0, printed
    assert "1 passed, 1 skipped, 1 xfailed" in printed


def test_skip_and_xfail_with_ci_are_failures(tmp_path: Path) -> None:
    status, printed = outcomes(tmp_path, SKIPPING, CI="true")

    assert status == 1, printed
    assert "2 failed, 1 passed" in printed
    assert "With CI set a skip is a failure: test_small.py::test_skips" in printed


def test_module_skip_with_ci_is_a_failure(tmp_path: Path) -> None:
    status, printed = outcomes(tmp_path, "import pytest\npytest.importorskip('no_such_module')\n", CI="true")

    assert status == 2, printed
    assert "With CI set a skip is a failure: test_small.py" in printed


@pytest.mark.parametrize("processes", ["0", "2"])
def test_modules_are_told_with_the_time_that_they_take(tmp_path: Path, processes: str) -> None:
    (tmp_path / "test_other.py").write_text("def test_quick():\n    pass\n")

    status, printed = outcomes(tmp_path, SLOW, "test_other.py", "-n", processes, "--dist", "loadfile", rules=COSTS)

    assert status == 0, printed
    told = re.findall(r"^ +(\d\.\d)s (test_\w+\.py)$", printed, flags=re.MULTILINE)
    assert [module for _seconds, module in told] == ["test_small.py", "test_other.py"]
    assert 1.5 <= float(told[0][0]) < 2.0
    assert float(told[1][0]) < 0.5


@pytest.mark.parametrize(
    ("counts", "line"),
    [
        ({"passed": 12}, "12 passed in 3.00s"),
        (
            {"passed": 12, "failed": 1, "error": 2, "skipped": 3},
            "1 failed, 12 passed, 3 skipped, 2 errors in 3.00s",
        ),
        ({}, "no tests ran in 3.00s"),
    ],
)
def test_closing_line_sums_both_runs(counts: dict[str, int], line: str) -> None:
    assert suite.closing_line(Counter(counts), 3.0) == line
