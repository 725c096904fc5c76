"""photosync user."""

from __future__ import annotations

from typing import TYPE_CHECKING

import rich_click as click

from photosync.cli import installation, options, output
from photosync.core.errors import WrongUse

if TYPE_CHECKING:
    from photosync.apps.accounts.models import User
    from photosync.apps.schools.models import School

ROLES = ("administrator", "sync-manager", "archivist", "staff")


@click.group("user")
def command() -> None:
    """Make accounts for the pages."""


@command.command("add")
@click.argument("name")
@click.option("--role", metavar="ROLE", required=True, help=f"One of {', '.join(ROLES)}.")
@click.option("--all-schools", is_flag=True, help="The role holds in every school.")
@options.reporting
def add(name: str, role: str, *, all_schools: bool) -> None:
    """Make an account; prints a link with which its owner sets the password, once.

    Where there is one school, an administrator is one of the whole installation.

    Example: photosync user add robin --role sync-manager
    """
    installation.connect()
    from photosync.apps.accounts.services import add_user

    school = _school(role, all_schools=all_schools)
    added = add_user(name, role, school)
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
    address = f"{_base_address()}{path}"
    if output.wants_json():
        document: dict[str, str | None] = {"name": user.get_username(), "set_password": address}
        if role is not None:
            document |= {"role": role, "school": None if school is None else school.code}
        output.print_json(document)
        return
    output.print_text(f"{user.get_username()} sets the password here, once, within three days:", address)


def _base_address() -> str:
    """Return the address of the pages: the first trusted origin that the operator has set, else this machine."""
    from django.conf import settings

    origins = [origin for origin in settings.CSRF_TRUSTED_ORIGINS if "*" not in origin]
    return str(origins[0]).rstrip("/") if origins else "http://127.0.0.1:8000"
