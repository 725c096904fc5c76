"""The command `photosync`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import rich_click as click

from photosync import __version__
from photosync.cli import options
from photosync.cli.lazy import LazyGroup
from photosync.cli.outcome import exit_status
from photosync.cli.processes import Processes, provide

COMMANDS = {
    name: f"photosync.cli.commands.{module}"
    for name, module in {
        "init": "init",
        "demo": "demo",
        "serve": "serve",
        "web": "web",
        "worker": "worker",
        "user": "user",
        "school": "school",
        "people": "people",
        "source": "source",
        "period": "period",
        "profile": "profile",
        "sync": "sync",
        "run": "run",
        "photo": "photo",
        "verify": "verify",
        "doctor": "doctor",
    }.items()
}


@click.group("photosync", cls=LazyGroup, modules=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="photosync", message="%(prog)s %(version)s")
@options.in_school
@options.as_json
@options.with_debug
def photosync() -> None:
    """Keep the portrait photo of every student and staff member in step.

    Data lives in the folder that PHOTOSYNC_DATA names, ./photosync-data by default.

    Example: photosync init --school WGC --name "Wattle Grove College" --timezone Australia/Sydney
    """


def run(processes: Callable[[], Processes]) -> None:
    """Run the command that this process was started with, and end the process with its exit status."""
    provide(processes)
    sys.exit(exit_status(photosync, sys.argv[1:]))
