"""photosync restore."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.outcome import SOME_FAILED, say_error
from photosync.cli.progress import RunProgress
from photosync.cli.system_user import act_as_operator
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.backups.restoring import Restored


@click.command("restore")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--replace", is_flag=True, help="Let it take the place of the schools that are here.")
@click.option(
    "--safety-copy", metavar="FILE", type=click.Path(path_type=Path), help="Where a backup of them is made first."
)
@click.option("--no-safety-copy", is_flag=True, help="Make none, where they cannot be read any more.")
@click.option(
    "--erasures",
    metavar="FILE",
    type=click.Path(path_type=Path),
    help="The erasures.jsonl of the lost data folder: apply those too.",
)
@options.as_json
@options.with_debug
def command(
    file: Path, safety_copy: Path | None, erasures: Path | None, *, replace: bool, no_safety_copy: bool
) -> None:
    """Restore a backup into an empty installation: a data folder and database with nothing in them.

    Nothing may run with them meanwhile. The file is checked as a whole before anything is changed. Who was erased
    since the backup was made is erased again. With --replace, a backup of what is here is made first.

    Exit status 5 where a photo is missing or damaged afterwards.

    Example: photosync restore /mnt/backups/photosync-monday.tar
    """
    if no_safety_copy and safety_copy is not None:
        raise WrongUse("A safety copy cannot be made and left out at once. Nothing was restored.")
    installation.load_settings()
    folder = installation.data_folder()
    installation.refuse_foreign_folder(folder)
    from photosync.apps.backups.alone import alone
    from photosync.apps.backups.restoring import Wanted, restore
    from photosync.apps.erasing.journal import NAME

    now = options.right_now()
    copy = safety_copy or folder / f"before-restore-{now:%Y%m%d-%H%M%S}.tar"
    wanted = Wanted(file, replace, None if no_safety_copy else copy, erasures, installation.known_migrations())
    knows_erasures = erasures is not None or (folder / NAME).is_file()
    act_as_operator()
    with alone(folder), RunProgress() as progress:
        folder.chmod(0o700)
        installation.finish_restoring(folder)
        restored = restore(folder, wanted, now=now, on_progress=progress.update)
    if output.wants_json():
        output.print_json(restored.document())
    else:
        _print(restored, knows_erasures=knows_erasures)
    if restored.verified.unrepaired:
        say_error(
            f"{restored.verified.unrepaired} stored pictures are missing or damaged. Try: photosync verify --repair"
        )
        raise Exit(SOME_FAILED)


def _print(restored: Restored, *, knows_erasures: bool) -> None:
    told = restored.manifest
    schools = ", ".join(school["code"] for school in told["schools"])
    made_at = datetime.fromisoformat(told["made_at"]).astimezone(UTC)
    output.print_text(f"The backup of {made_at:%Y-%m-%d %H:%M} UTC is restored: {schools or 'no school'}.")
    applied = restored.applied
    if applied.applied:
        output.print_text(f"Erasures from after it was made, applied again: {applied.applied}.")
    if not knows_erasures:
        output.print_text(
            "Who was erased since then is here again, as there is no erasures.jsonl: if there is one in the former "
            "data folder, restore again with --replace --erasures FILE."
        )
    if applied.other_key:
        output.print_text(f"Erasures of another installation, not applied: {applied.other_key}.")
    if restored.safety_copy is not None:
        output.print_text(
            f"A backup of what was here before is {restored.safety_copy}. It holds all of it: delete it in time."
        )
    if restored.aside is not None:
        output.print_text(f"The former database lies in {restored.aside}. Delete it when it is not needed any more.")
    output.print_facts(
        (name, getattr(restored.verified, name)) for name in ("checked", "missing", "damaged", "orphaned")
    )
    output.print_text("Start Photo Sync with: photosync serve")
