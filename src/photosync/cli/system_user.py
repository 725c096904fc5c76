"""Who acts on the command line: the operating system's user."""

from __future__ import annotations

import os
import pwd

import click

LONGEST_NAME = 100


def act_as_operator() -> None:
    """Let everything that this command does from now on be recorded as done by the user who started it.

    A program that is none of our commands (a benchmark) says itself who acts.
    """
    from photosync.apps.audit.acting import Actor, Via, acting_as

    context = click.get_current_context(silent=True)
    if context is None:
        return
    context.find_root().with_resource(acting_as(Actor(operator_name(), Via.COMMAND_LINE)))


def operator_name() -> str:
    """Return the name of the operating system's user; with sudo also of the one who used it.

    Not from LOGNAME or USER, in which anyone can write anything. Only sudo's own word is taken, by the user whom
    sudo made: in a session that is not sudo's it can be wrong, and then names no one with more rights.
    """
    name = _name_of(os.getuid())
    invoker = os.environ.get("SUDO_USER", "")
    if invoker.isprintable() and 0 < len(invoker) <= LONGEST_NAME and invoker != name:
        return f"{name} (sudo: {invoker})"
    return name


def _name_of(uid: int) -> str:
    try:
        return pwd.getpwuid(uid).pw_name
    except KeyError:
        return f"user {uid}"  # in a container, the user often has no name
