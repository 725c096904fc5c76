"""photosync sync."""

from __future__ import annotations

import rich_click as click

from photosync.cli import installation, options
from photosync.cli.processes import processes
from photosync.cli.progress import RunProgress
from photosync.cli.run_report import end_with
from photosync.core.run_states import Trigger


@click.command("sync")
@click.argument("name", default="Photo Sync")
@click.option("--preview", is_flag=True, help="Show what would change; publish nothing.")
@options.reporting
def command(name: str, *, preview: bool) -> None:
    """Run a sync profile on demand, wait for it, and report.

    Exit status: 0 done, 1 failed, 3 refused by a rule, 4 held for approval, 5 some items failed.

    Example: photosync sync "Photo Sync" --preview
    """
    installation.connect()
    from photosync.apps.profiles.queries import profile_named

    profile = profile_named(options.school(), name)
    trigger = Trigger.PREVIEW if preview else Trigger.ON_DEMAND
    with RunProgress() as progress:
        run = processes().sync(profile, trigger, options.STARTED_BY, progress.show)
    end_with(run)
