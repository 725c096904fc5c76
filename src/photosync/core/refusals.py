"""Refusals of a picture that may be the fault of a busy machine or of its source: they are not believed at once."""

from __future__ import annotations

WORTH_ANOTHER_TRY = frozenset({"too_slow", "too_much_memory"})
"""Their codes."""
MOST_TRIES = 3
"""Of the same bytes, each in a run of its own: a picture that is at fault itself holds each up for a minute."""
MAY_BE_BUSY = (
    f"The server may only have been busy: the next run tries it again, {MOST_TRIES} times in all while the file "
    "stays the same."
)
NOT_FETCHED = "failed"
"""The code of a file that did not come."""
CHANGED = "changed"
"""The code of a file that had another size or stamp when read than when listed, or a stamp that says nothing.

Not believed for ever either: the same bytes under the same listing in two runs are no change in between. Its source
never tells the same of a file twice, or tells nothing.
"""


def is_worth_another_try(code: str, tries: int) -> bool:
    """Return whether a picture that was refused with `code` is read again; `tries` includes this one."""
    return code in WORTH_ANOTHER_TRY and tries < MOST_TRIES
