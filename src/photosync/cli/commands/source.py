"""photosync source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.kind_options import Words, of_a_kind, options_given, print_kinds

if TYPE_CHECKING:
    from photosync.apps.sources.trying import Tried


@click.group("source")
def command() -> None:
    """What photos can come from."""


@command.command("kinds")
@options.as_json
@options.with_debug
def kinds() -> None:
    """List the kinds of source and the options of each.

    Example: photosync source kinds
    """
    from photosync.connectors import registry

    print_kinds(registry.kinds(), registry.kind_document)


@command.command("test")
@click.argument("kind")
@of_a_kind()
@click.option("--components", metavar="WHO", default="students,staff", show_default=True)
@options.reporting
def test(kind: str, given_options: Words, secret_files: Words, components: str) -> None:
    """Look into a source and say what it holds and whom it matches. Nothing is saved.

    Example: photosync source test folder --option path=/srv/photos
    """
    source_options = options_given(given_options, secret_files)
    installation.connect()
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.profiles.settings import ProfileSettings
    from photosync.apps.sources.trying import try_profile

    changes = ProfileSettings(source_kind=kind, options=source_options, components=components.split(","))
    print_tried(try_profile(SyncProfile(school=options.school()), changes, anywhere=True))


def print_tried(tried: Tried) -> None:
    if output.wants_json():
        output.print_json(tried.document())
        return
    output.print_text(tried.sentence)
    if tried.files and tried.counted is not None:
        output.print_text(tried.counted.sentence)
    for note in tried.notes:
        output.print_text(note)
    for warning in tried.warnings:
        output.print_note(f"Warning: {warning}")
    for licence in tried.licences:
        output.print_text(f"Licence {licence.path} (sha256 {licence.sha256}), to be accepted before the first sync:")
        for line in licence.text.splitlines():
            output.print_text(line)
    if tried.shown:
        output.print_table(
            ("file", "person"), ((each.shown_path, each.person or each.reason) for each in tried.shown)
        )
