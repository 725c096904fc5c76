"""The command `photosync`."""

from __future__ import annotations

import sys
from collections.abc import Callable

import click

from photosync import __version__
from photosync.cli import options
from photosync.cli.lazy import LazyGroup
from photosync.cli.outcome import exit_status
from photosync.cli.processes import Processes, provide

SUMMARIES = {
    "init": "Make the data folder, the database and the first school.",
    "demo": "Make a fictional school with drawn portraits, sync and show it.",
    "serve": "Serve the pages, the schedule and the runs in one process.",
    "web": "Serve the pages only.",
    "worker": "Execute the schedule and the runs only.",
    "user": "Make and manage accounts for the pages.",
    "token": "Make, list and revoke API tokens.",
    "school": "Make, change and list schools.",
    "people": "Import, list and show students and staff; consent, protection, leaving, erasing.",
    "roster": "Rosters that are read again and again: who the students and staff are.",
    "source": "What photos can come from.",
    "input": "Sync UI inputs: containers that photos are delivered into.",
    "period": "Make, edit, copy, delete and list timetable periods.",
    "profile": "Make, change and look at sync profiles.",
    "sync": "Run a sync profile on demand, wait for it, and report.",
    "run": "Look at runs, and decide on them.",
    "review": "Decide on what runs left to a person.",
    "notify": "Say who is told before a sync stops, and when one ends, is held or fails.",
    "report": "Reporting cycles, their reports and the archive, and the end of the year.",
    "audit": "Who did what, and who saw whose photo.",
    "photo": "Get, set, withdraw or show the photo of a person, its history, and lists.",
    "calendar": "Show the calendar feed; make and end secret links to it.",
    "feedback": "Read what was said about the help articles.",
    "verify": "Re-hash every stored photo against the database.",
    "backup": "Write the whole installation to one file, while it goes on.",
    "restore": "Restore a backup into an empty installation, and apply later erasures again.",
    "doctor": "Check settings, folder rights, database, clock and workers.",
}
COMMANDS = {name: (f"photosync.cli.commands.{name}", summary) for name, summary in SUMMARIES.items()}


@click.group(
    "photosync", cls=LazyGroup, commands_of=COMMANDS, context_settings={"help_option_names": ["-h", "--help"]}
)
@click.version_option(__version__, prog_name="photosync", message="%(prog)s %(version)s")
@options.in_school
@options.as_json
@options.with_debug
def photosync() -> None:
    """Keep the portrait photo of every student and staff member in step.

    Data lives in the folder that PHOTOSYNC_DATA names, ./photosync-data by default.

    Example:

    photosync init --school WGC --name "Wattle Grove College" --timezone Australia/Sydney
    """


def run(processes: Callable[[], Processes]) -> None:
    """Run the command that this process was started with, and end the process with its exit status."""
    provide(processes)
    sys.exit(exit_status(photosync, sys.argv[1:]))
