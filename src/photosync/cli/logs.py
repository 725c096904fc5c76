"""Where the log goes: always to standard error, so that standard output holds only what was asked for."""

from __future__ import annotations

import logging
import sys

import structlog

from photosync.core.errors import WrongUse
from photosync.core.people import quoted

SERIOUS = "CRITICAL"
"""A command tells what went wrong itself, in one line; its log is for --debug."""


def log_to_stderr(level: str) -> None:
    """Log what is at least as serious as `level`, a name such as WARNING. Raises WrongUse for another."""
    levels = logging.getLevelNamesMapping()
    if level not in levels:
        raise WrongUse(
            f"PHOTOSYNC_LOG_LEVEL cannot be {quoted(level)}. Nothing was started. "
            "Choose one of: DEBUG, INFO, WARNING, ERROR, CRITICAL."
        )
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.dev.ConsoleRenderer(
                colors=sys.stderr.isatty(), exception_formatter=structlog.dev.plain_traceback
            ),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(levels[level]),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
