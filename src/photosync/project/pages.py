"""What each process of `photosync web` loads: the pages, and the log as the operator's settings want it.

These processes are started anew and know nothing of the one that started them, nor of how that one keeps its log.
"""

from __future__ import annotations

from photosync.cli.logs import log_to_stderr
from photosync.project.environment import Environment
from photosync.web.front_door import front_door

__all__ = ["front_door"]

log_to_stderr(Environment.read().log_level)
