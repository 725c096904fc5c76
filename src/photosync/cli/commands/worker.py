"""photosync worker."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.processes import processes
from photosync.cli.stopping import until_signalled


@click.command("worker")
@options.with_debug
def command() -> None:
    """Execute the schedule and the runs only; several machines may do so on one PostgreSQL.

    Example: photosync worker
    """
    with until_signalled() as stopped:
        installation.connect_and_migrate()
        working = processes()
        if not stopped.is_set():
            working.worker(lambda executor: output.print_text(f"Worker {executor} is ready."))
