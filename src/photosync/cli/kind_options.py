"""What kinds of sources and of rosters there are, and the options of one, as the command line says and reads them."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any, Protocol, TypeVar

import click

from photosync.cli import options, output

if TYPE_CHECKING:
    from collections.abc import Sequence

    from photosync.connectors.registry import Option

Decorated = TypeVar("Decorated", bound=Callable[..., Any])


Words = tuple[str, ...]


class Kind(Protocol):
    @property
    def name(self) -> str: ...

    @property
    def summary(self) -> str: ...

    @property
    def options(self) -> Sequence[Option]: ...


def of_a_kind(help: str = "An option of the kind.") -> Callable[[Decorated], Decorated]:  # noqa: A002 - as click has it
    """Let the command take --option and --secret-file; `options_given` reads them."""

    def decorate(command: Decorated) -> Decorated:
        secret = click.option(
            "--secret-file",
            "secret_files",
            metavar="KEY=PATH",
            multiple=True,
            help="A secret option, from a file; - is standard input.",
        )
        plain = click.option("--option", "given_options", metavar="KEY=VALUE", multiple=True, help=help)
        return plain(secret(command))

    return decorate


def options_given(given_options: Words, secret_files: Words) -> dict[str, str]:
    """Return the options that were given, the secrets among them. Raises WrongUse."""
    return options.words_of(given_options, "an option") | options.secrets_of(secret_files)


def print_kinds(kinds: Iterable[Kind], document: Callable[[Any], dict[str, Any]]) -> None:
    """Print each kind with its options; `document` is how one is shown as JSON."""
    if output.wants_json():
        output.print_json([document(kind) for kind in kinds])
        return
    for kind in kinds:
        output.print_text(f"{kind.name}: {kind.summary}")
        output.print_table(
            ("option", "", "default", "what it says"),
            (
                (option.name, "required" if option.required else "", option.default, option.help)
                for option in kind.options
            ),
        )
