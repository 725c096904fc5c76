"""photosync demo."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.commands.serve import HOST, PORT
from photosync.cli.processes import processes

STUDENTS, STAFF = 300, 40
MOST = 100_000


@click.command("demo")
@click.option("--students", metavar="N", type=click.IntRange(1, MOST), default=STUDENTS, show_default=True)
@click.option("--staff", metavar="N", type=click.IntRange(0, MOST), default=STAFF, show_default=True)
@click.option("--host", metavar="H", default=HOST, show_default=True, help="The address to listen on.")
@click.option("--port", metavar="P", type=click.IntRange(0, 65535), default=PORT, show_default=True)
@click.option("--no-serve", is_flag=True, help="Make the school and run the first sync only.")
@options.as_json
@options.with_debug
def command(students: int, staff: int, host: str, port: int, *, no_serve: bool) -> None:
    """Make a fictional school with drawn portraits, run its first sync, and show it in the browser.

    Everyone in it is made up. Repeating it takes up the school that is there.

    Example: photosync demo --students 60
    """
    installation.load_settings()
    installation.set_up()
    from photosync.cli.demo_school import make_demo

    made = make_demo(students, staff, now=options.right_now(), say=output.print_note)
    if no_serve:
        if output.wants_json():
            output.print_json(made.document())
        else:
            output.print_text(made.sentence, made.sign_in)
        return

    def ready(address: str) -> None:
        if output.wants_json():
            output.print_json(made.document() | {"address": address})
        else:
            output.print_text(made.sentence, f"Photo Sync is ready at {address}", made.sign_in)

    installation.connect_and_migrate()
    processes().serve(host, port, ready)
