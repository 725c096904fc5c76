"""photosync profile licence: the licences that came with a photographer's delivery."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import written_moment
from photosync.cli.system_user import operator_name


@click.command("licence")
@click.argument("name")
@click.option(
    "--accept",
    metavar="SHA256",
    multiple=True,
    is_flag=False,
    flag_value="",
    help="Accept the licence that was shown with this hash (or its first 12 characters). May be given several times.",
)
@options.reporting
def command(name: str, *, accept: tuple[str, ...]) -> None:
    """Read the licences that came with a photographer's delivery; once read, accept them before the first sync.

    Example: photosync profile licence "Photo Sync" --accept 3f2a9c01d7be
    """
    installation.connect()
    from photosync.apps.profiles.queries import profile_named
    from photosync.apps.sources.licences import (
        accept_licence,
        licence_document,
        licences_called,
        licences_of,
        read_licences,
    )

    profile, now = profile_named(options.school(), name), options.right_now()
    read_licences(profile, now, in_time=False)
    # All are looked up before the first is accepted: "nothing was accepted" is then true of all.
    for sha256 in licences_called(profile, accept):
        accept_licence(profile, sha256, by=operator_name(), now=now)
    documents = [licence_document(row, profile) for row in licences_of(profile)]
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
        return f"no: no photo is read until it is, with --accept {licence['sha256'][:12]}"
    return f"by {licence['accepted_by']}, {written_moment(licence['accepted_at'])}"
