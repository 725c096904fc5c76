"""photosync verify."""

from __future__ import annotations

import rich_click as click
from click.exceptions import Exit

from photosync.cli import installation, options, output
from photosync.cli.outcome import FAILED, say_error
from photosync.cli.report_words import BROKEN, archive_words


@click.command("verify")
@click.option("--repair", is_flag=True, help="Make anew what can be: cards and thumbs, and fulls from their source.")
@options.as_json
@options.with_debug
def command(*, repair: bool) -> None:
    """Re-hash every stored photo and report against the database: what is missing, damaged or orphaned.

    Of the report archive every seal is checked too. Exit status 1 where a photo or report stays missing or damaged,
    or a seal is broken; orphans are only reported.

    Example: photosync verify --repair
    """
    installation.connect()
    from photosync.apps.library.store import close_render_pool
    from photosync.apps.library.verification import verify_store

    try:
        verified = verify_store(repair=repair)
    finally:
        close_render_pool()
    if output.wants_json():
        output.print_json(verified.document())
    else:
        output.print_facts(
            (name, getattr(verified, name)) for name in ("checked", "missing", "damaged", "repaired", "orphaned")
        )
        for trouble in verified.troubles:
            whose = f" Photo of {', '.join(trouble.people)}." if trouble.people else ""
            whose += f" Archived: {'; '.join(trouble.reports)}." if trouble.reports else ""
            finding = trouble.finding
            output.print_text(
                f"{finding.kind}: {finding.sha256}: {finding.explanation}{whose} {trouble.outcome}".rstrip()
            )
        output.print_text(archive_words(verified.archive))
        output.print_text(*(str(each["explanation"]) for each in verified.archive.seals))
    if verified.unrepaired:
        say_error(
            f"{_photos(verified.unrepaired)} missing or damaged. "
            + ("Restore what is lost from a backup." if repair else "Try: photosync verify --repair")
        )
        raise Exit(FAILED)
    if not verified.archive.is_whole:
        say_error(BROKEN)
        raise Exit(FAILED)


def _photos(number: int) -> str:
    return "1 stored photo is" if number == 1 else f"{number} stored photos are"
