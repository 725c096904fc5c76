"""How far a run is, on a terminal; elsewhere nothing is shown."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from photosync.apps.runs.models import Run


class RunProgress:
    """A progress line on standard error, where that is a terminal: of a run, or of what leads to one."""

    def __init__(self) -> None:
        self._bar: Any = None
        self._task: Any = None

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            from rich.console import Console
            from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

            self._bar = Progress(
                TextColumn("{task.description}"),
                BarColumn(),
                MofNCompleteColumn(),
                TimeElapsedColumn(),
                console=Console(stderr=True),
                transient=True,
            )
            self._bar.start()
            self._task = self._bar.add_task("queued", total=None)
        return self

    def __exit__(self, *exc: object) -> None:
        if self._bar is not None:
            self._bar.stop()

    def show(self, run: Run) -> None:
        self.update(run.phase or run.state, run.progress.get("done"), run.progress.get("total"))

    def update(self, doing: str, done: int | None, total: int | None) -> None:
        if self._bar is not None:
            self._bar.update(self._task, description=doing, completed=done or 0, total=total or None)
