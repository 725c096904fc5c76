"""How a command ends: its exit status, and one line on standard error when something is wrong."""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Sequence

import click

from photosync.core.errors import PhotoSyncError

FAILED, WRONG_USE, REFUSED, HELD, SOME_FAILED = 1, 2, 3, 4, 5
INTERRUPTED = 130
FAULT = "This is a fault in Photo Sync: {name}: {text}. To see where, repeat the command with --debug."


def exit_status(command: click.Command, words: Sequence[str]) -> int:
    """Run `command` with the arguments `words` and return its exit status. Never raises."""
    debug = "--debug" in words
    try:
        with command.make_context("photosync", list(words)) as context:
            command.invoke(context)
        sys.stdout.flush()
    except click.exceptions.Exit as ended:
        return _flushed(ended.exit_code)
    except (KeyboardInterrupt, click.Abort):
        say_error("Interrupted.")
        return INTERRUPTED
    except click.exceptions.NoArgsIsHelpError as helped:
        print(helped.message, file=sys.stderr)
        return WRONG_USE
    except click.ClickException as wrong:
        say_error(_usage(wrong))
        return WRONG_USE
    except BrokenPipeError:
        return _pipe_closed()
    except PhotoSyncError as error:
        if debug:
            traceback.print_exc()
        say_error(error.message_with_command)
        return error.exit_status
    except Exception as error:  # noqa: BLE001 - the last stop before the user
        if debug:
            traceback.print_exc()
        say_error(_known_fault(error) or FAULT.format(name=type(error).__name__, text=_one_line(str(error))))
        return FAILED
    return 0


def say_error(message: str) -> None:
    """Write `message` as one line to standard error."""
    print(_one_line(message), file=sys.stderr)


def _flushed(status: int) -> int:
    try:
        sys.stdout.flush()
    except BrokenPipeError:
        return _pipe_closed()
    return status


def _pipe_closed() -> int:
    """The reader of our output has gone; leave nothing for the interpreter to complain about."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return FAILED


def _usage(wrong: click.ClickException) -> str:
    message = wrong.format_message().strip()
    message = message if message.endswith((".", "?", ".)", "?)")) else f"{message}."
    context = getattr(wrong, "ctx", None)
    path = context.command_path if context is not None else "photosync"
    return f"{message} Nothing was done. See: {path} --help"


def _known_fault(error: Exception) -> str | None:
    """Return what to tell of an error of the database or the disk; None for any other."""
    if isinstance(error, OSError):
        where = f" ({error.filename})" if error.filename else ""
        return f"The system refused: {error.strerror or error}{where}. What was done until then stays."
    if not _is_of_the_database(error):
        return None
    # What SQLAlchemy says on several lines begins with the database's own sentence.
    reason = _one_line(str(getattr(error, "orig", None) or error)).rstrip(".?! ")
    if "readonly" in reason or "unable to open" in reason:
        files = _not_writable()
        if files:
            return (
                f"The database cannot be written: this user may not write {files}. What was not finished was not "
                "done. Give the user that runs Photo Sync the right to write there, then repeat."
            )
    return (
        f"The database cannot be used: {reason}. What was not finished was not done. Check it with: photosync doctor"
    )


def _is_of_the_database(error: Exception) -> bool:
    """Whether it is an error of the database's, of Django or of SQLAlchemy, with which the runs are kept."""
    modules = [sys.modules[name] for name in ("django.db.utils", "sqlalchemy.exc") if name in sys.modules]
    kinds = [kind for each in modules for kind in (each.OperationalError, each.InterfaceError, each.InternalError)]
    return isinstance(error, tuple(kinds))


def _not_writable() -> str:
    """Return the files of the database that this user may not write; empty where there are none."""
    from photosync.cli.database_files import not_writable
    from photosync.cli.installation import data_folder

    try:
        return ", ".join(map(str, not_writable(data_folder())))
    except Exception:  # noqa: BLE001 - what is told must not be lost because of what could be added to it
        return ""


def _one_line(text: str) -> str:
    """Return `text` on one line, with characters that would steer a terminal made visible."""
    joined = " ".join(text.split())
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in joined)
