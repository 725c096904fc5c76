"""photosync feedback."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment

FEEDBACK_LISTED = 50


@click.group("feedback")
def command() -> None:
    """Read what was said about the help articles."""


@command.command("list")
@click.option("--article", metavar="NAME", default="", help="Only about this article, for instance held-runs.")
@click.option("--open", "only_open", is_flag=True, help="Only what is not dealt with.")
@click.option("--limit", metavar="N", type=options.number_from(1), default=FEEDBACK_LISTED, show_default=True)
@options.as_json
@options.with_debug
def list_(article: str, limit: int, *, only_open: bool) -> None:
    """List why articles did not help, the newest first.

    Example: photosync feedback list --open
    """
    installation.connect()
    from photosync.apps.help.queries import feedback_document, feedback_to_read

    found = feedback_to_read(article=article, dealt_with=False if only_open else None)[:limit]
    documents = [feedback_document(said) for said in found]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        output.print_table(
            ("feedback", "article", "reasons", "comment", "said by", "when", "dealt with"), map(_row, documents)
        )
    else:
        output.print_text("There is no such feedback.")


@command.command("deal-with")
@click.argument("feedback_id", metavar="ID", type=int)
@click.option("--open-again", is_flag=True, help="Take it back: it is open again.")
@options.as_json
@options.with_debug
def deal_with(feedback_id: int, *, open_again: bool) -> None:
    """Mark feedback as dealt with.

    Example: photosync feedback deal-with 12
    """
    installation.connect()
    from photosync.apps.help.queries import feedback_document
    from photosync.apps.help.services import set_dealt_with

    said = set_dealt_with(feedback_id, dealt_with=not open_again, now=options.right_now())
    if output.wants_json():
        output.print_json(feedback_document(said))
    else:
        output.print_text(f"Feedback {said.pk} is {'open again' if open_again else 'dealt with'}.")


def _row(said: dict[str, Any]) -> tuple[object, ...]:
    dealt_with = "" if said["dealt_with_at"] is None else short_moment(said["dealt_with_at"])
    return (
        said["feedback"],
        said["article"],
        ", ".join(said["reasons"]),
        said["comment"],
        said["said_by"],
        short_moment(said["said_at"]),
        dealt_with,
    )
