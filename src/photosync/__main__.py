"""Entry point of the `photosync` command. Imports nothing heavy until a command needs it."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from photosync.project.processes import InstalledProcesses


def main() -> None:
    try:
        from photosync.cli.main import run

        run(_processes)
    except KeyboardInterrupt:
        # Before or after the command itself, which says so; status 130 is what shells expect.
        sys.exit(130)


def _processes() -> InstalledProcesses:
    from photosync.project.processes import InstalledProcesses

    return InstalledProcesses()


if __name__ == "__main__":
    main()
