"""photosync source."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output

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

    found = registry.kinds()
    if output.wants_json():
        output.print_json([registry.kind_document(kind) for kind in found])
        return
    for kind in found:
        output.print_text(f"{kind.name}: {kind.summary}")
        output.print_table(
            ("option", "", "default", "what it says"),
            (
                (option.name, "required" if option.required else "", option.default, option.help)
                for option in kind.options
            ),
        )


@command.command("test")
@click.argument("kind")
@click.option("--option", "given_options", metavar="KEY=VALUE", multiple=True, help="An option of the source.")
@click.option(
    "--secret-file", "secret_files", metavar="KEY=PATH", multiple=True, help="A secret option, from a file."
)
@click.option("--components", metavar="WHO", default="students,staff", show_default=True)
@options.reporting
def test(kind: str, given_options: tuple[str, ...], secret_files: tuple[str, ...], components: str) -> None:
    """Look into a source and say what it holds and whom it matches. Nothing is saved.

    Example: photosync source test folder --option path=/srv/photos
    """
    given = options.words_of(given_options, "an option") | options.secrets_of(secret_files)
    installation.connect()
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.profiles.settings import ProfileSettings
    from photosync.apps.sources.trying import try_profile

    changes = ProfileSettings(source_kind=kind, options=given, components=components.split(","))
    print_tried(try_profile(SyncProfile(school=options.school()), changes, anywhere=True))


def print_tried(tried: Tried) -> None:
    if output.wants_json():
        output.print_json(tried.document())
        return
    output.print_text(tried.sentence)
    for each in tried.warnings:
        output.print_note(f"Warning: {each}")
    if tried.shown:
        output.print_table(("file", "person"), ((each.path, each.person or each.reason) for each in tried.shown))
