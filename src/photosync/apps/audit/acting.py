"""Who acts. Whoever translates for a person (pages, API, command line) says so once; services only record."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.db import models
from django.utils.translation import gettext_lazy as _


class Via(models.TextChoices):
    PAGES = "pages", _("Pages")
    API = "api", _("API")
    COMMAND_LINE = "command-line", _("Command line")
    WORKER = "worker", _("Worker")


@dataclass(frozen=True, slots=True)
class Actor:
    """`name` is the account's, or what stands for it; `user_id` is None where no account acts."""

    name: str
    via: Via
    user_id: int | None = None


ITSELF = Actor("Photo Sync", Via.WORKER)
"""Who acts when nobody has said: the program, in its worker."""

_acting: ContextVar[Callable[[], Actor] | None] = ContextVar("acting", default=None)


def acting() -> Actor:
    """Return who acts in this thread or task."""
    who = _acting.get()
    return ITSELF if who is None else who()


@contextmanager
def acting_as(who: Actor | Callable[[], Actor]) -> Iterator[None]:
    """Record what is done inside as done by `who`; a callable is asked only when something is recorded."""
    token = _acting.set((lambda: who) if isinstance(who, Actor) else who)
    try:
        yield
    finally:
        _acting.reset(token)
