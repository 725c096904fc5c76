"""photosync serve."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.processes import processes
from photosync.cli.stopping import until_signalled

HOST, PORT = "127.0.0.1", 8000


@click.command("serve")
@click.option("--host", metavar="H", default=HOST, show_default=True, help="The address to listen on.")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@options.with_debug
def command(host: str, port: int) -> None:
    """Serve the pages, the schedule and the runs in one process.

    Example: photosync serve --port 8080
    """
    with until_signalled() as stopped:
        installation.connect_and_migrate()
        serving = processes()
        if not stopped.is_set():
            serving.serve(host, port, lambda address: output.print_text(f"Photo Sync is ready at {address}"))
