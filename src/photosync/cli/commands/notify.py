"""photosync notify."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment
from photosync.core.errors import TryLater, WrongUse


@click.group("notify")
def command() -> None:
    """Say who is told before a sync stops, and when one ends, is held or fails."""


@command.command("list")
@click.option("--messages", "wants_messages", is_flag=True, help="The last messages instead, with what came of them.")
@options.reporting
def list_(*, wants_messages: bool) -> None:
    """List the addresses of the school: what each is told, and when it last was.

    Example: photosync notify list --messages
    """
    installation.connect()
    from photosync.apps.notifications import queries

    school = options.school()
    if wants_messages:
        rows = queries.messages_of(school)[: queries.MESSAGES_SHOWN]
        _print_messages([queries.message_document(each, school.zone) for each in rows])
    else:
        _print_addresses([queries.address_document(each) for each in queries.addresses_of(school)])


@command.command("add")
@click.argument("address")
@click.option("--name", metavar="TEXT", default="", help="What it is, such as Office.")
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Tell it this only; may be given several times.")
@options.reporting
def add(address: str, name: str, kinds: tuple[str, ...]) -> None:
    """Add an e-mail address, or the address of a service as Apprise writes it. It is kept encrypted.

    Kinds: stops-soon, ended, held, failed, works-again, stale, roster-held, roster-fails.

    Example: photosync notify add office@school.example --name Office --kind stops-soon --kind ended
    """
    installation.connect()
    from photosync.apps.notifications.queries import address_document, address_numbered
    from photosync.apps.notifications.services import add_address

    school = options.school()
    added = add_address(school, address, name=name, kinds=kinds, by=options.STARTED_BY, now=options.right_now())
    if output.wants_json():
        output.print_json(address_document(address_numbered(school, added.pk)))
    else:
        output.print_text(f"{added} was added as number {added.pk}. Send a test: photosync notify test {added.pk}")


@command.command("edit")
@click.argument("address_id", metavar="ID", type=int)
@click.option("--name", metavar="TEXT", help='What it is, such as Office; "" takes the name away.')
@click.option("--kind", "kinds", metavar="KIND", multiple=True, help="Tell it this only; may be given several times.")
@click.option("--everything", is_flag=True, help="Tell it everything, also what is new later.")
@options.reporting
def edit(address_id: int, *, name: str | None, kinds: tuple[str, ...], everything: bool) -> None:
    """Change the name of an address, or what it is told. What waits to be sent to it is still sent.

    Kinds: stops-soon, ended, held, failed, works-again, stale, roster-held, roster-fails.

    Example: photosync notify edit 3 --kind stops-soon --kind ended
    """
    if everything and kinds:
        raise WrongUse("Everything, or some kinds only? Nothing was changed. Leave out --everything or --kind.")
    if name is None and not kinds and not everything:
        raise WrongUse("No change was given. Nothing was done. See: photosync notify edit --help")
    installation.connect()
    from photosync.apps.notifications.queries import address_document, address_numbered
    from photosync.apps.notifications.services import change_address

    school = options.school()
    asked = kinds if kinds or everything else None
    changed = change_address(address_numbered(school, address_id), name=name, kinds=asked)
    document = address_document(address_numbered(school, address_id))
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(f"{changed} was saved. It is told: {', '.join(document['kinds'])}.")


@command.command("remove")
@click.argument("address_id", metavar="ID", type=int)
@options.reporting
def remove(address_id: int) -> None:
    """Remove an address. What waits to be sent to it is not sent.

    Example: photosync notify remove 3
    """
    installation.connect()
    from photosync.apps.notifications.queries import address_document, address_numbered
    from photosync.apps.notifications.services import remove_address

    address = address_numbered(options.school(), address_id)
    document = address_document(address)
    remove_address(address, now=options.right_now())
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(f"{address} was removed.")


@command.command("test")
@click.argument("address_id", metavar="ID", type=int)
@options.reporting
def test(address_id: int) -> None:
    """Send a test to an address, wait for it, and say what came of it.

    Example: photosync notify test 3
    """
    installation.connect()
    from photosync.apps.notifications.models import Message
    from photosync.apps.notifications.queries import address_numbered, message_document
    from photosync.apps.notifications.services import test_address

    school = options.school()
    address = address_numbered(school, address_id)
    message = test_address(address, by=options.STARTED_BY, clock=options.right_now)
    if message.state != Message.State.SENT:
        raise TryLater(f"The test did not go out to {address}. {message.reason}")
    if output.wants_json():
        output.print_json(message_document(message, school.zone))
    else:
        output.print_text(f"A test was sent to {address}. See whether it arrives.")


def _print_addresses(documents: list[dict[str, Any]]) -> None:
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        columns = ("id", "name", "address", "is told", "last sent", "last failed")
        output.print_table(
            columns,
            (
                (
                    each["id"],
                    each["name"],
                    each["address"],
                    ", ".join(each["kinds"]),
                    short_moment(each["last_sent"]) or "not yet",
                    short_moment(each["last_failed"]),
                )
                for each in documents
            ),
        )
    else:
        output.print_text("Nobody is told yet. Add an address: photosync notify add office@school.example")


def _print_messages(documents: list[dict[str, Any]]) -> None:
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        output.print_table(
            ("when", "to", "subject", "state", "reason"),
            (
                (short_moment(each["created"]), each["to"], each["subject"], each["state"], each["reason"])
                for each in documents
            ),
        )
    else:
        output.print_text("No message was sent yet.")
