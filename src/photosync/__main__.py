"""Entry point of the `photosync` command. Imports nothing heavy until a command needs it."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.project.processes import InstalledProcesses


def main() -> None:
    from photosync.cli.main import run

    run(_processes)


def _processes() -> InstalledProcesses:
    from photosync.project.processes import InstalledProcesses

    return InstalledProcesses()


if __name__ == "__main__":
    main()
