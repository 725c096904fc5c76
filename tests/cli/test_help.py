import subprocess
import sys
from collections.abc import Iterator

import click
import pytest

from photosync.cli.main import COMMANDS, photosync
from photosync.cli.outcome import exit_status

NAMES = [
    *("init", "demo", "serve", "web", "worker", "user", "token", "school", "people"),
    *(
        "roster",
        "source",
        "input",
        "period",
        "profile",
        "sync",
        "run",
        "review",
        "notify",
        "report",
        "audit",
        "photo",
    ),
    *("calendar", "feedback", "verify", "backup", "restore", "doctor"),
]


def commands(group: click.Group, path: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], click.Command]]:
    context = click.Context(group)
    for name in group.list_commands(context):
        found = group.get_command(context, name)
        assert found is not None
        yield (*path, name), found
        if isinstance(found, click.Group):
            yield from commands(found, (*path, name))


EVERY = dict(commands(photosync))


def test_every_command_of_the_surface_is_there() -> None:
    assert list(COMMANDS) == NAMES
    assert {" ".join(path) for path in EVERY} == set(NAMES) | {
        *("user add", "user link", "user list", "user show", "user roles", "user deactivate", "user activate"),
        *("user unlock", "user reset-second-factor", "user end-sessions"),
        *("school add", "school list", "school show", "school edit", "school erase-originals", "source kinds"),
        *("roster kinds", "roster add", "roster set", "roster list", "roster show", "roster test", "roster read"),
        *("roster approve", "roster discard", "roster delete"),
        *("notify list", "notify add", "notify edit", "notify remove", "notify test"),
        *("people import", "people list", "people show", "people consent"),
        *("people protect", "people unprotect", "people leave"),
        *("period add", "period list", "period show", "period edit", "period copy", "period delete"),
        *("profile add", "profile set", "profile assign", "profile unassign", "profile enable"),
        *(
            "profile disable",
            "profile list",
            "profile show",
            "profile status",
            "profile test",
            "profile preflight",
            "profile licence",
            "source test",
        ),
        *("run list", "run show", "run approve", "run discard", "run undo", "run cancel"),
        *("audit list", "audit views"),
        *("report cycle", "report cycle add", "report cycle list", "report cycle show", "report cycle edit"),
        *("report cycle close", "report cycle reopen", "report cycle release", "report cycle hold"),
        *("report cycle members", "report cycle add-people", "report cycle remove-people"),
        *("report import", "report match", "report dismiss", "report drop", "report archive", "report list"),
        *("report history", "report get", "report download", "report verify", "report file"),
        *("report cycle newcomers", "report job", "report job list", "report job follow", "report job cancel"),
        *("report end-of-year", "report photo-day", "report photo-day set", "report photo-day clear"),
        *("report next-period",),
        *("report results", "report design", "report make"),
        *("review list", "review match", "review dismiss", "review undo", "review decisions"),
        *("photo get", "photo history", "photo release", "photo set", "photo restore"),
        *("photo withdraw", "photo show", "photo list", "photo take-off"),
        *("people erase", "people allow-photos", "people leavers", "people erasures"),
        *("token add", "token list", "token revoke"),
        *("calendar show", "calendar link", "calendar revoke"),
        *(
            "input list",
            "input add",
            "input show",
            "input edit",
            "input put",
            "input test",
            "input remove",
            "input clear",
            "input clone",
            "input delete",
        ),
        *("feedback list", "feedback deal-with"),
    }


@pytest.mark.parametrize("path", [path for path, found in EVERY.items() if not isinstance(found, click.Group)])
def test_help_has_an_example_that_the_command_understands(
    path: tuple[str, ...], capsys: pytest.CaptureFixture[str]
) -> None:
    assert exit_status(photosync, [*path, "--help"]) == 0

    text = " ".join(capsys.readouterr().out.split())
    assert f"Example: photosync {' '.join(path)}" in text


@pytest.mark.parametrize("name", NAMES)
def test_summaries_are_what_the_commands_say_of_themselves(name: str) -> None:
    told = (EVERY[name,].help or "").split()

    assert told[:3] == COMMANDS[name][1].split()[:3]


def test_help_imports_neither_django_nor_rich() -> None:
    program = (
        "import sys; from photosync.cli.main import photosync; from photosync.cli.outcome import exit_status; "
        "status = exit_status(photosync, ['--help']); "
        "print(status, [name for name in ('django', 'rich', 'dbos', 'numpy', 'pyvips') if name in sys.modules])"
    )

    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert done.stdout.splitlines()[-1] == "0 []"


def test_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(photosync, ["--version"]) == 0
    assert capsys.readouterr().out == "photosync 0.1.0\n"


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["perod"], "No such command 'perod'. Nothing was done. See: photosync --help"),
        (
            ["period", "ad"],
            "No such command 'ad'. Did you mean 'add'? Nothing was done. See: photosync period --help",
        ),
        (["period", "add"], "Missing argument 'CODE'. Nothing was done. See: photosync period add --help"),
        (
            ["run", "show", "x"],
            "Invalid value for 'ID': 'x' is not a valid integer. Nothing was done. See: photosync run show --help",
        ),
        (
            ["people", "list", "--kind", "parent"],
            "Invalid value for '--kind': 'parent' is not one of 'student', 'staff'. Nothing was done. "
            "See: photosync people list --help",
        ),
    ],
)
def test_wrong_use_is_one_line(words: list[str], message: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(photosync, [*words, "--json"] if words[0] == "run" else words) == 2

    out, err = capsys.readouterr()
    assert (out, err) == ("", f"{message}\n")


def test_group_without_command_shows_its_help(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_status(photosync, ["period"]) == 2

    out, err = capsys.readouterr()
    assert out == ""
    assert "Usage: photosync period" in err
