import click
import pytest
import sqlalchemy.exc
from django.db import OperationalError

from photosync.cli.outcome import exit_status
from photosync.core.errors import Held, NotFound, PhotoSyncError, Refused, SourceUnavailable, WrongUse


def ending_with(error: BaseException) -> click.Command:
    @click.command()
    @click.option("--debug", is_flag=True, expose_value=False)
    def command() -> None:
        click.echo("begun")
        raise error

    return command


@pytest.mark.parametrize(
    ("error", "status", "line"),
    [
        (WrongUse("Say which."), 2, "Say which."),
        (NotFound("There is none."), 2, "There is none."),
        (Refused("It has ended."), 3, "It has ended."),
        (Held("It is held."), 4, "It is held."),
        (SourceUnavailable("The folder\nis gone."), 1, "The folder is gone."),
        (PhotoSyncError("No \x1b[31mred."), 1, "No \ufffd[31mred."),
        (KeyboardInterrupt(), 130, "Interrupted."),
        (
            ZeroDivisionError("division by zero"),
            1,
            "This is a fault in Photo Sync: ZeroDivisionError: division by zero. To see where, repeat the "
            "command with --debug.",
        ),
        (
            OperationalError("database is locked"),
            1,
            "The database cannot be used: database is locked. What was not finished was not done. "
            "Check it with: photosync doctor",
        ),
        (
            OperationalError("port 1 failed: Connection refused\n\tIs the server running on that host?\n"),
            1,
            "The database cannot be used: port 1 failed: Connection refused Is the server running on that host. "
            "What was not finished was not done. Check it with: photosync doctor",
        ),
        (
            sqlalchemy.exc.OperationalError("INSERT INTO runs", {}, Exception("database is locked")),
            1,
            "The database cannot be used: database is locked. What was not finished was not done. "
            "Check it with: photosync doctor",
        ),
        (
            PermissionError(13, "Permission denied", "photos/x.jpg"),
            1,
            "The system refused: Permission denied (photos/x.jpg). What was done until then stays.",
        ),
    ],
)
def test_error_is_one_line_and_a_status(
    error: BaseException, status: int, line: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(ending_with(error), []) == status

    assert capsys.readouterr() == ("begun\n", f"{line}\n")


@pytest.mark.parametrize("error", [ZeroDivisionError("division by zero"), Refused("It has ended.")])
def test_debug_shows_where_it_came_from(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    exit_status(ending_with(error), ["--debug"])

    err = capsys.readouterr().err
    assert err.startswith("Traceback (most recent call last):")
    assert str(error) in err.splitlines()[-1]
