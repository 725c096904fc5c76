"""Long work waits in the database; a worker claims it and alone writes for it; one that is gone loses it again.

Every step of such work can be repeated from its beginning: what an earlier attempt wrote is found and used, as in
runs (docs/decisions/0003-how-a-run-survives.md). What it does, and its words, are of the app that it is in.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any, ClassVar, Generic, TypeVar

import structlog
from django.db import DatabaseError, InterfaceError, connection, models, transaction

from photosync.core.errors import FencedOut, PhotoSyncError

if TYPE_CHECKING:
    # The models of runs are made after some that are long work.
    from typing import Self

    from photosync.apps.runs.models import Worker

log = structlog.get_logger(__name__)

Clock = Callable[[], datetime]
QUEUED, RUNNING = "queued", "running"
UNDER_WAY = (QUEUED, RUNNING)


class LongWork(models.Model):
    """A row of work. Its model adds `state`, which has QUEUED and RUNNING among its values.

    Only the holder of the number `fence` writes for it.
    """

    state: models.CharField[Any, Any]
    worker = models.ForeignKey("runs.Worker", on_delete=models.SET_NULL, null=True, related_name="+")
    fence = models.PositiveIntegerField(default=0)
    attempt = models.PositiveIntegerField(default=0)

    class Meta:
        abstract = True

    @property
    def is_under_way(self) -> bool:
        """Whether it waits for a worker or is being done."""
        return self.state in UNDER_WAY


Row = TypeVar("Row", bound=LongWork)


@dataclass
class ClaimedWork(ABC, Generic[Row]):
    """Work that a worker has claimed. Whoever had it before can write nothing from now on."""

    row: Row
    fence: int
    clock: Clock

    called: ClassVar[str]
    """What the log calls it."""
    model: ClassVar[type[LongWork]]
    related: ClassVar[tuple[str, ...]]
    """What is read with each row."""
    most_attempts: ClassVar[int]

    @classmethod
    def queued(cls) -> list[int]:
        """Return the ids of what waits for a worker, in the order in which it is done."""
        return list(cls._rows().filter(state=QUEUED).order_by("pk").values_list("pk", flat=True))

    @classmethod
    def claim(cls, number: int, worker: Worker, clock: Clock) -> Self | None:
        """Take what waits; None where someone else took it, or it is not there any more."""
        with transaction.atomic():
            row = cls._locked(number, state=QUEUED)
            if row is None:
                return None
            row.state, row.worker = RUNNING, worker
            row.fence += 1
            row.attempt += 1
            row.save(update_fields=("state", "worker", "fence", "attempt"))
        return cls(row, row.fence, clock)

    @classmethod
    def take_back(cls, now: datetime, is_gone: Callable[[Worker], bool]) -> list[int]:
        """Queue again all work whose worker is gone; return the ids. What never comes to its end is given up."""
        from photosync.apps.runs.schedule import is_silent

        taken = []
        for row in cls._rows().select_related("worker").filter(state=RUNNING).order_by("pk"):
            if row.worker is not None and not is_silent(row.worker, now) and not is_gone(row.worker):
                continue
            work = cls(row, row.fence, lambda: now)
            if row.attempt >= cls.most_attempts:
                work.break_off(cls.words_when_given_up())
            elif work._held().update(state=QUEUED, fence=row.fence + 1, worker=None):
                log.warning("work taken back from a worker that is gone", work=work.name, worker=str(row.worker))
                taken.append(row.pk)
        return taken

    @property
    def name(self) -> str:
        return f"{self.called} {self.row.pk}"

    @contextmanager
    def writing(self) -> Iterator[Row]:
        """Open a transaction in which this worker holds the work; yield its row, locked. Raises FencedOut."""
        with transaction.atomic():
            stored = self._locked(self.row.pk, state=RUNNING, fence=self.fence)
            if stored is None:
                raise self._fenced_out()
            yield stored

    def tell(self, **values: Any) -> None:
        """Write these columns. Raises FencedOut where this worker does not hold the work any more."""
        if not self._held().update(**values):
            raise self._fenced_out()

    @contextmanager
    def carried_out(self) -> Iterator[None]:
        """Do the body. What goes wrong there is told by `break_off`, and not raised."""
        try:
            yield
        except FencedOut as error:
            log.info("fenced out", work=self.name, explanation=error.message)
        except PhotoSyncError as error:
            self.break_off(error.message)
        except Exception as error:
            log.exception("fault in long work", work=self.name)
            self.break_off(self.words_of_fault(error))

    def end(self, **values: Any) -> bool:
        """Write how it ended, in `state` and others; return whether this worker still held it."""
        if not connection.in_atomic_block:
            connection.close_if_unusable_or_obsolete()
        try:
            return bool(self._held().update(**values, worker=None))
        except (DatabaseError, InterfaceError):
            # The next worker takes it up again once this one is silent.
            log.exception("the end of long work could not be recorded", work=self.name)
            return False

    @abstractmethod
    def break_off(self, explanation: str) -> None:
        """End it before it is done, where this worker still holds it."""

    @staticmethod
    @abstractmethod
    def words_when_given_up() -> str:
        """Return what is said of work whose process ended `most_attempts` times before the work did."""

    @staticmethod
    @abstractmethod
    def words_of_fault(error: Exception) -> str:
        """Return what is said where Photo Sync itself is at fault."""

    @classmethod
    def _rows(cls) -> models.QuerySet[Any]:
        return cls.model._default_manager.all()

    @classmethod
    def _locked(cls, number: int, **as_it_must_be: Any) -> Any:
        rows = cls._rows().select_for_update(of=("self",)).select_related(*cls.related)
        return rows.filter(pk=number, **as_it_must_be).first()

    def _held(self) -> models.QuerySet[Any]:
        return self._rows().filter(pk=self.row.pk, state=RUNNING, fence=self.fence)

    def _fenced_out(self) -> FencedOut:
        return FencedOut(f"{self.name} is no longer held by this worker; nothing more was written.")
