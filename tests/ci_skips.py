"""With CI set, a skip is a failure: what could not be tried has not been shown to work."""

import os
from typing import Any

import pytest

IN_CI = bool(os.environ.get("CI"))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Any:
    """With CI set, a test that was skipped, or allowed to fail, has failed."""
    report = yield
    if IN_CI and (report.skipped or hasattr(report, "wasxfail")):
        reason = getattr(report, "wasxfail", None) or report.longrepr
        report.outcome = "failed"
        report.longrepr = f"With CI set a skip is a failure: {item.nodeid}: {reason}"
        if hasattr(report, "wasxfail"):
            del report.wasxfail
    return report


@pytest.hookimpl(wrapper=True)
def pytest_make_collect_report(collector: pytest.Collector) -> Any:
    """With CI set, a module that was skipped as a whole has failed."""
    report = yield
    if IN_CI and report.skipped:
        report.outcome = "failed"
        report.longrepr = f"With CI set a skip is a failure: {collector.nodeid}: {report.longrepr}"
    return report
