"""photosync token."""

from __future__ import annotations

from typing import Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.dates import short_moment

USUAL_DAYS = 90


@click.group("token")
def command() -> None:
    """Make, list and revoke API tokens, which let other programs in."""


@command.command("add")
@click.argument("name")
@click.option("--user", "owner", metavar="NAME", required=True, help="The account as which the token acts.")
@click.option("--scope", "scopes", metavar="PERMISSION", multiple=True, required=True, help='Such as "SYNC: VIEW".')
@click.option("--days", metavar="N", type=int, default=USUAL_DAYS, show_default=True, help="How long it is valid.")
@click.option("--no-expiry", is_flag=True, help="It does not expire; for accounts with SYSTEM: MANAGE.")
@options.reporting
def add(name: str, owner: str, scopes: tuple[str, ...], days: int, *, no_expiry: bool) -> None:
    """Make an API token. It is printed now and never again. With --school it is good for that school only.

    Example: photosync token add "Library system" --user kim --scope "PHOTO: VIEW" --days 180
    """
    installation.connect()
    from photosync.apps.accounts.queries import user_named
    from photosync.apps.accounts.tokens import add_token, token_document

    now = options.right_now()
    made = add_token(
        user_named(owner),
        name,
        scopes=scopes,
        school=options.school() if options.asked().school_code is not None else None,
        days=None if no_expiry else days,
        now=now,
    )
    if output.wants_json():
        output.print_json(token_document(made.token, now) | {"secret": made.secret})
        return
    output.print_note("This is the token. Keep it where only the program that needs it can read it;")
    output.print_note("it cannot be shown again.")
    output.print_text(made.secret)


@command.command("list")
@click.option("--user", "owner", metavar="NAME", help="Only this account's.")
@options.as_json
@options.with_debug
def list_(owner: str | None) -> None:
    """List the API tokens: whose they are, how far they reach and until when.

    Example: photosync token list --user kim
    """
    installation.connect()
    from photosync.apps.accounts.queries import user_named
    from photosync.apps.accounts.tokens import token_document, tokens_of

    now = options.right_now()
    documents = [token_document(each, now) for each in tokens_of(None if owner is None else user_named(owner))]
    if output.wants_json():
        output.print_json(documents)
    elif documents:
        columns = ("id", "name", "begins", "owner", "school", "scopes", "state", "expires", "last used")
        output.print_table(columns, map(_row, documents))
    else:
        output.print_text("There is no API token.")


@command.command("revoke")
@click.argument("token_id", metavar="ID", type=int)
@options.as_json
@options.with_debug
def revoke(token_id: int) -> None:
    """Revoke an API token: from now on it lets no one in. Links to photos that it made end too.

    Example: photosync token revoke 3
    """
    installation.connect()
    from photosync.apps.accounts.tokens import revoke_token, token_document, token_numbered

    now = options.right_now()
    token = revoke_token(token_numbered(token_id), by=options.STARTED_BY, now=now)
    if output.wants_json():
        output.print_json(token_document(token, now))
    else:
        output.print_text(f"API token {token} is revoked.")


def _row(token: dict[str, Any]) -> tuple[object, ...]:
    return (
        *(token[name] for name in ("id", "name", "begins", "owner")),
        token["school"] or "all",
        ", ".join(token["scopes"]),
        token["state"],
        short_moment(token["expires"]) or "never",
        short_moment(token["last_used"]) or "not yet",
    )
