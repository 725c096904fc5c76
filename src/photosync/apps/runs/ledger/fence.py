"""The right to write for a run. It goes with a number that grows with every worker that takes the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.db import transaction

from photosync.apps.runs.models import Run
from photosync.core.errors import FencedOut
from photosync.core.run_states import RunState


@dataclass(frozen=True, slots=True)
class Fence:
    """One worker's hold on one run."""

    run_id: int
    number: int

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Open a transaction in which this worker holds the run. Raises FencedOut when it does not."""
        with transaction.atomic():
            row = Run.objects.select_for_update().order_by().values_list("fence", "state").get(pk=self.run_id)
            if row != (self.number, RunState.RUNNING):
                raise FencedOut(
                    f"Run {self.run_id} is no longer held by this worker (it is {row[1]}); nothing more was written."
                )
            yield
