"""photosync source."""

from __future__ import annotations

import rich_click as click

from photosync.cli import options, output


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
