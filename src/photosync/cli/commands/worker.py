"""photosync worker."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.processes import processes


@click.command("worker")
@options.with_debug
def command() -> None:
    """Execute the schedule and the runs only; several machines may do so on one PostgreSQL.

    Example: photosync worker
    """
    installation.connect_and_migrate()
    processes().worker(lambda executor: output.print_text(f"Worker {executor} is ready."))
