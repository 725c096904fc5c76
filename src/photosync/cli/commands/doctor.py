"""photosync doctor."""

from __future__ import annotations

import rich_click as click
from click.exceptions import Exit

from photosync.cli import options, output
from photosync.cli.outcome import FAILED, say_error


@click.command("doctor")
@options.as_json
@options.with_debug
def command() -> None:
    """Check settings, folder rights, database, clock, time zones, image formats, sources, rosters and workers.

    Exit status 1 where a check failed; warnings do not count.

    Example: photosync doctor
    """
    from photosync.cli.checks import Level, all_checks

    checks = list(all_checks(options.right_now()))
    failed = [check for check in checks if check.level is Level.FAILED]
    if output.wants_json():
        output.print_json({"ok": not failed, "checks": [check.document() for check in checks]})
    else:
        output.print_table(("", "check", ""), ((each.level, each.name, each.explanation) for each in checks))
    if failed:
        names = ", ".join(dict.fromkeys(check.name for check in failed))
        say_error(f"{len(failed)} {'check' if len(failed) == 1 else 'checks'} failed: {names}.")
        raise Exit(FAILED)
