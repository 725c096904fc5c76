"""What each process of `photosync web` loads: the pages, and the log as the operator's settings want it.

Where they are started anew and not forked (on macOS, and everywhere from Python 3.14 on) these processes know nothing
of the one that started them, nor of how that one keeps its log.
"""

from __future__ import annotations

from photosync.cli.logs import log_to_stderr
from photosync.project.environment import Environment
from photosync.web.front_door import front_door

__all__ = ["front_door"]

_environment = Environment.read()
log_to_stderr(_environment.log_level, _environment.log_format)
