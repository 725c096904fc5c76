"""photosync user."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import rich_click as click

from photosync.cli import installation, options, output
from photosync.cli.addresses import base_address
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.accounts.models import User
    from photosync.apps.schools.models import School

ROLES = ("administrator", "sync-manager", "archivist", "staff")


@click.group("user")
def command() -> None:
    """Make and manage accounts for the pages."""


@command.command("add")
@click.argument("name")
@click.option("--role", metavar="ROLE", required=True, help=f"One of {', '.join(ROLES)}.")
@click.option("--all-schools", is_flag=True, help="The role holds in every school.")
@click.option("--email", metavar="ADDRESS", default="", help="By which sign-in elsewhere knows the account.")
@options.reporting
def add(name: str, role: str, email: str, *, all_schools: bool) -> None:
    """Make an account; prints a link with which its owner sets the password, once.

    Where there is one school, an administrator is one of the whole installation.

    Example: photosync user add robin --role sync-manager
    """
    installation.connect()
    from photosync.apps.accounts.services import add_user

    school = _school(role, all_schools=all_schools)
    added = add_user(name, role, school, email=email)
    _print(added.user, added.set_password_path, role, school)


@command.command("link")
@click.argument("name")
@options.as_json
@options.with_debug
def link(name: str) -> None:
    """Print a new link with which the owner of an account sets the password, once.

    Example: photosync user link robin
    """
    installation.connect()
    from photosync.apps.accounts.queries import user_named
    from photosync.apps.accounts.services import new_password_link

    user = user_named(name)
    _print(user, new_password_link(user), None, None)


@command.command("list")
@click.option("--search", metavar="TEXT", default="", help="Part of the name or of the e-mail address.")
@click.option("--role", metavar="ROLE", default="", help=f"One of {', '.join(ROLES)}.")
@click.option("--state", type=click.Choice(("active", "inactive", "all")), default="active", show_default=True)
@options.reporting
def list_(search: str, role: str, state: str) -> None:
    """List accounts with their roles; with --school, those that have a role there.

    Example: photosync user list --role administrator
    """
    installation.connect()
    from photosync.apps.accounts.documents import line_document
    from photosync.apps.accounts.listing import Asked, accounts
    from photosync.apps.accounts.models import User
    from photosync.apps.accounts.roles import check_role

    if role:
        check_role(role, "Nothing was listed.")
    code = "" if options.asked().school_code is None else options.school().code
    asked = Asked(search=search.replace("\0", ""), role=role, school=code, state=state)
    rows = [line_document(each) for each in accounts(User.objects.all(), asked, per_page=options.MOST).lines]
    if output.wants_json():
        output.print_json(rows)
    elif rows:
        output.print_table(("name", "roles", "e-mail", "second factor", "state"), (_cells(row) for row in rows))
    else:
        output.print_text("No account is found with this.")


@command.command("show")
@click.argument("name")
@options.as_json
@options.with_debug
def show(name: str) -> None:
    """Show one account: its roles, how and where it is signed in, and lock-outs.

    Example: photosync user show robin
    """
    _, document = _found(name)
    if output.wants_json():
        output.print_json(document)
        return
    factor = document["second_factor"]
    kinds = [*(["authenticator app"] if factor["app"] else []), *factor["passkeys"]]
    sessions = [f"{each['device']}, {each['address']}, since {each['since']}" for each in document["sessions"]]
    output.print_facts(
        [
            ("name", document["name"]),
            ("e-mail", document["email"]),
            ("state", _state(document)),
            ("roles", _role_words(document["roles"])),
            ("password", "set" if document["password"] else "not set"),
            ("second factor", ", ".join(kinds) or "none"),
            ("last signed in", document["last_signed_in"] or "never"),
            ("also signs in with", ", ".join(document["signs_in_with"])),
            *[("signed in on", each) for each in sessions],
            *[("locked", f"from {each['address']} until {each['until']}") for each in document["locked"]],
        ]
    )


@command.command("roles")
@click.argument("name")
@click.option("--give", metavar="ROLE", multiple=True, help=f"One of {', '.join(ROLES)}.")
@click.option("--take", metavar="ROLE", multiple=True, help="A role to take away.")
@click.option("--all-schools", is_flag=True, help="Roles that hold in every school.")
@options.reporting
def roles(name: str, give: tuple[str, ...], take: tuple[str, ...], *, all_schools: bool) -> None:
    """Give and take roles in one school or in every school; print what is held then.

    Example: photosync user roles robin --give archivist --take staff
    """
    user, _ = _found(name)
    from django.db import transaction

    from photosync.apps.accounts.roles import give_role, take_role

    if give or take:
        if all_schools and options.asked().school_code is not None:
            raise WrongUse("Give --school or --all-schools, not both. Nothing was changed.")
        school = None if all_schools else options.school()
        with transaction.atomic():
            for role in give:
                give_role(user, role, school)
            for role in take:
                take_role(user, role, school)
    document = _found(name)[1]
    if output.wants_json():
        output.print_json({"name": document["name"], "roles": document["roles"]})
    else:
        output.print_text(f"{document['name']}: {_role_words(document['roles'])}")


@command.command("deactivate")
@click.argument("name")
@options.as_json
@options.with_debug
def deactivate(name: str) -> None:
    """Switch an account off: its sessions end and it cannot sign in.

    Example: photosync user deactivate robin
    """
    from photosync.apps.accounts import services

    user, _ = _found(name)
    services.deactivate(user)
    _done(name, "is switched off")


@command.command("activate")
@click.argument("name")
@options.as_json
@options.with_debug
def activate(name: str) -> None:
    """Switch an account on again, with the roles and the password it had.

    Example: photosync user activate robin
    """
    from photosync.apps.accounts import services

    user, _ = _found(name)
    services.activate(user)
    _done(name, "is switched on")


@command.command("unlock")
@click.argument("name")
@options.as_json
@options.with_debug
def unlock(name: str) -> None:
    """Let an account be tried again after too many wrong passwords.

    Example: photosync user unlock robin
    """
    from photosync.apps.accounts import lock_outs

    user, _ = _found(name)
    number = lock_outs.unlock(user)
    _done(name, "is unlocked" if number else "was not locked, and is not")


@command.command("reset-second-factor")
@click.argument("name")
@options.as_json
@options.with_debug
def reset_second_factor(name: str) -> None:
    """Take authenticator app, passkeys and recovery codes off an account.

    Example: photosync user reset-second-factor robin
    """
    from photosync.apps.accounts import second_factor

    user, _ = _found(name)
    had_any = second_factor.reset_second_factor(user)
    _done(name, "has no second factor any more" if had_any else "had no second factor")


@command.command("end-sessions")
@click.argument("name")
@options.as_json
@options.with_debug
def end_sessions(name: str) -> None:
    """Sign an account out everywhere.

    Example: photosync user end-sessions robin
    """
    from photosync.apps.accounts import sessions

    user, _ = _found(name)
    number = sessions.end_sessions(user)
    _done(name, f"is signed out; sessions that ended: {number}")


def _found(name: str) -> tuple[User, dict[str, Any]]:
    installation.connect()
    from photosync.apps.accounts.documents import account_document
    from photosync.apps.accounts.queries import user_named

    user = user_named(name)
    return user, account_document(user, options.right_now())


def _done(name: str, what: str) -> None:
    user, document = _found(name)
    if output.wants_json():
        output.print_json(document)
    else:
        output.print_text(f"{user.get_username()} {what}.")


def _cells(row: dict[str, Any]) -> tuple[object, ...]:
    return (
        row["name"],
        _role_words(row["roles"]),
        row["email"],
        "yes" if row["second_factor"] else "no",
        _state(row),
    )


def _state(row: dict[str, Any]) -> str:
    return "switched on" if row["active"] else "switched off"


def _role_words(roles: list[dict[str, str | None]]) -> str:
    return ", ".join(f"{each['role']} in {each['school'] or 'every school'}" for each in roles) or "no role"


def _school(role: str, *, all_schools: bool) -> School | None:
    from photosync.apps.schools.models import School

    if all_schools:
        if options.asked().school_code is not None:
            raise WrongUse("Give --school or --all-schools, not both. No account was made.")
        return None
    if options.asked().school_code is None and School.objects.count() <= 1:
        return None if role == "administrator" or not School.objects.exists() else School.objects.get()
    return options.school()


def _print(user: User, path: str, role: str | None, school: School | None) -> None:
    address = f"{base_address()}{path}"
    if output.wants_json():
        document: dict[str, str | None] = {"name": user.get_username(), "set_password": address}
        if role is not None:
            document |= {"role": role, "school": None if school is None else school.code}
        output.print_json(document)
        return
    output.print_text(f"{user.get_username()} sets the password here, once, within three days:", address)
