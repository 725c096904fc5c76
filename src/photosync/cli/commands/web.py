"""photosync web."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options
from photosync.cli.commands.serve import HOST, PORT
from photosync.cli.processes import processes
from photosync.cli.stopping import until_signalled


@click.command("web")
@click.option("--host", metavar="H", default=HOST, show_default=True, help="The address to listen on.")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@click.option("--workers", metavar="N", type=click.IntRange(1, 256), default=2, show_default=True, help="Processes.")
@options.with_debug
def command(host: str, port: int, workers: int) -> None:
    """Serve the pages only; runs are executed by `photosync worker`, here or on other machines.

    Example: photosync web --host 0.0.0.0 --workers 4
    """
    with until_signalled() as stopped:
        installation.connect_and_migrate()
        serving = processes()
        if not stopped.is_set():
            serving.web(host, port, workers)
