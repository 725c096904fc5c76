"""photosync profile licence: the licences that came with a photographer's delivery."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import written_moment
from photosync.cli.system_user import operator_name


@click.command("licence")
@click.argument("name")
@click.option("--accept", is_flag=True, help="Accept every licence that is there now, after reading it.")
@options.reporting
def command(name: str, *, accept: bool) -> None:
    """Read the licences that came with a photographer's delivery, and accept them before the first sync.

    Example: photosync profile licence "Photo Sync" --accept
    """
    installation.connect()
    from photosync.apps.profiles.queries import profile_named
    from photosync.apps.sources.licences import accept_licence, licence_document, read_licences

    profile, now = profile_named(options.school(), name), options.right_now()
    rows = read_licences(profile, now, in_time=False)
    if accept:
        rows = [accept_licence(profile, row.sha256, by=operator_name(), now=now) for row in rows]
    documents = [licence_document(row, profile) for row in rows]
    if output.wants_json():
        output.print_json(documents)
        return
    if not documents:
        output.print_text("The delivery comes with no licence (COPYRIGHT.TXT). Nothing needs to be accepted.")
    for each in documents:
        facts = (("licence", each["path"]), ("sha256", each["sha256"]), ("accepted", _accepted_words(each)))
        output.print_facts(facts)
        for line in each["text"].splitlines():
            output.print_text(line)


def _accepted_words(licence: dict[str, Any]) -> str:
    if licence["accepted_at"] is None:
        return "no: no photo is read until it is"
    return f"by {licence['accepted_by']}, {written_moment(licence['accepted_at'])}"
