"""Which test modules take the time of a run, for whoever wants to make the tests quicker."""

from collections import Counter
from typing import Any

MOST_TOLD = 25


def costs_by_module(reports: dict[str, list[Any]]) -> Counter[str]:
    """Return module -> seconds that setting up, calling and tearing down its tests took, over all processes."""
    found: Counter[str] = Counter()
    for each in (report for kind in reports.values() for report in kind):
        # The part of a test that is told apart has its time in the test's own.
        if getattr(each, "when", None) and not hasattr(each, "context"):
            found[each.nodeid.partition("::")[0]] += each.duration
    return found


def tell_costs(terminalreporter: Any) -> None:
    """Print the modules that took most time, the longest first."""
    found = costs_by_module(terminalreporter.stats)
    terminalreporter.write_sep("=", f"most costly modules, of {sum(found.values()):.0f}s in all processes")
    for module, seconds in found.most_common(MOST_TOLD):
        terminalreporter.write_line(f"{seconds:8.1f}s {module}")
