"""The log: always to standard error, so that standard output holds only what was asked for.

One line for each event, whoever tells it: Photo Sync itself, Django, DBOS or the server. For people on a terminal, as
JSON for programs.
"""

from __future__ import annotations

import logging
import sys
from collections.abc import Sequence
from typing import TextIO

import structlog
from structlog.typing import EventDict, Processor

from photosync.core.errors import WrongUse
from photosync.core.masking import masked
from photosync.core.people import quoted

SERIOUS = "CRITICAL"
"""A command tells what went wrong itself, in one line; its log is for --debug."""
CONSOLE, JSON = "console", "json"
MOST_FRAMES = 30
AT_LEAST = {
    # Each request is told once, by ourselves.
    "django.request": logging.ERROR,
    "granian.access": logging.ERROR,
    # What they tell at INFO and DEBUG holds addresses, file names and statements.
    "asyncio": logging.WARNING,
    "asyncssh": logging.WARNING,
    "httpx": logging.WARNING,
    "httpcore": logging.WARNING,
    "urllib3": logging.WARNING,
    "apprise": logging.WARNING,
    "django.db.backends": logging.WARNING,
    "django.template": logging.WARNING,
    "alembic": logging.WARNING,
    "sqlalchemy": logging.WARNING,
}


class StandardError(logging.StreamHandler[TextIO]):
    """Writes to what standard error is at the time."""

    def __init__(self) -> None:
        logging.Handler.__init__(self)

    @property
    def stream(self) -> TextIO:  # type: ignore[override]  # an attribute there
        return sys.stderr


class MaskedFormatter(structlog.stdlib.ProcessorFormatter):
    """Whatever a line holds, in a traceback too: no secret that can be recognised."""

    def format(self, record: logging.LogRecord) -> str:
        return masked(super().format(record))


def log_to_stderr(level: str, form: str = "") -> None:
    """Log what is at least as serious as `level`, a name such as WARNING, in this process.

    `form` is `console` or `json`; without it, that of a terminal where there is one, else JSON. Raises WrongUse for
    others.
    """
    levels = logging.getLevelNamesMapping()
    if level not in levels:
        raise WrongUse(
            f"PHOTOSYNC_LOG_LEVEL cannot be {quoted(level)}. Nothing was started. "
            "Choose one of: DEBUG, INFO, WARNING, ERROR, CRITICAL."
        )
    if form not in ("", CONSOLE, JSON):
        raise WrongUse(
            f"PHOTOSYNC_LOG_FORMAT cannot be {quoted(form)}. Nothing was started. Choose one of: {CONSOLE}, {JSON}."
        )
    form = form or (CONSOLE if sys.stderr.isatty() else JSON)
    structlog.configure(
        processors=[*_told_of_all(), structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        wrapper_class=structlog.make_filtering_bound_logger(levels[level]),
        logger_factory=structlog.stdlib.LoggerFactory(),
    )
    _take_over(levels[level], MaskedFormatter(foreign_pre_chain=_told_of_all(), processors=_rendered_as(form)))


def _told_of_all() -> list[Processor]:
    return [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True, key="time"),
    ]


def _rendered_as(form: str) -> Sequence[Processor]:
    without_record = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    if form == CONSOLE:
        return (
            without_record,
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), timestamp_key="time", exception_formatter=structlog.dev.plain_traceback
            ),
        )
    # Never the values of variables: they hold names of people and passwords.
    tracebacks = structlog.tracebacks.ExceptionDictTransformer(show_locals=False, max_frames=MOST_FRAMES)
    return (
        without_record,
        structlog.processors.ExceptionRenderer(tracebacks),
        _in_order,
        structlog.processors.JSONRenderer(ensure_ascii=False, sort_keys=False),
    )


def _in_order(_logger: object, _method: str, told: EventDict) -> EventDict:
    """Let what every line has come first, and a traceback last."""
    first = {name: told.pop(name) for name in ("time", "level", "event", "logger") if name in told}
    last = {name: told.pop(name) for name in ("exception",) if name in told}
    return {**first, **told, **last}


def _take_over(level: int, formatter: logging.Formatter) -> None:
    """Let every logger of this process write through one handler; those of others leave their own."""
    handler = StandardError()
    handler.setFormatter(formatter)
    root = logging.getLogger()
    for former in [each for each in root.handlers if isinstance(each, StandardError)]:
        root.removeHandler(former)
    root.addHandler(handler)
    root.setLevel(level)
    for name, least in AT_LEAST.items():
        logging.getLogger(name).setLevel(max(least, level))
    # DBOS brings a handler with a form of its own as it is imported; the server is told by `web.server`.
    of_dbos = logging.getLogger("dbos")
    of_dbos.handlers[:] = [logging.NullHandler()]
    of_dbos.propagate = True
    logging.captureWarnings(capture=True)
