"""Moves the clock of a Python program that a test starts: Python imports this module before anything else.

The clock starts at the instant in PHOTOSYNC_TESTS_CLOCK and runs on from there. Waiting is not affected, as it
goes by the monotonic clock; that, and threads, is why this is not done with a preloaded C library.
"""

import os
from datetime import datetime

if _begins_at := os.environ.get("PHOTOSYNC_TESTS_CLOCK"):
    import time_machine

    time_machine.travel(datetime.fromisoformat(_begins_at), tick=True).start()
