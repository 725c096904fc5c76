"""photosync backup."""

from __future__ import annotations

from pathlib import Path

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.outcome import SOME_FAILED, say_error
from photosync.cli.progress import RunProgress


@click.command("backup")
@click.argument("file", type=click.Path(path_type=Path))
@options.as_json
@options.with_debug
def command(file: Path) -> None:
    """Write the whole installation to FILE: the database of this instant, every photo and report, and the key.

    Everything may go on meanwhile. FILE is there once it is whole; a backup of that name is replaced. Whoever has the
    file has all photos and the key: keep it where only you get at it.

    Exit status 5 where a photo was missing or damaged, so that it is not in the backup.

    Example: photosync backup /mnt/backups/photosync-monday.tar
    """
    installation.connect()
    from photosync.apps.backups.making import make_backup

    with RunProgress() as progress:
        made = make_backup(file, now=options.right_now(), on_progress=progress.update)
    if output.wants_json():
        output.print_json(made.document())
    else:
        counts = made.manifest["counts"]
        output.print_text(f"The backup {made.path} is whole: {made.size_bytes} bytes.")
        output.print_facts(
            [
                ("schools", ", ".join(school["code"] for school in made.manifest["schools"])),
                *((name.replace("_", " "), number) for name, number in counts.items()),
                ("stored pictures and reports", made.manifest["photos"]["count"]),
            ]
        )
        if made.skipped:
            output.print_text(f"{len(made.skipped)} were erased meanwhile, and are not in it.")
    if made.missing:
        say_error(
            f"{len(made.missing)} stored pictures or reports are missing or damaged, and are not in the backup. Try: "
            "photosync verify --repair"
        )
        raise Exit(SOME_FAILED)
