"""photosync report. Each part is a module of its own: its command is its attribute `command`."""

from __future__ import annotations

import rich_click as click

from photosync.cli.lazy import LazyGroup

PARTS = {
    "cycle": ("photosync.cli.report_cycle", "Open, fill, change, release, close and list reporting cycles."),
    "job": ("photosync.cli.report_job", "Look at long work on a reporting cycle, follow or cancel it."),
}


@click.group("report", cls=LazyGroup, commands_of=PARTS)
def command() -> None:
    """Reporting cycles, and long work on them."""
