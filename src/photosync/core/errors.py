"""Every public error. The class says what the caller does next; the message is for a person.

A message says what happened, what was not done, and what to do, in words that hold on a page, over the API and on the
command line alike. The command or option that does it is `command_line`, which the command line alone adds. `option`
is the option of a source or roster that is to be corrected, so that a page can say it beside that field.
"""

from collections.abc import Iterator
from contextlib import contextmanager


class PhotoSyncError(Exception):
    """Base of every error that Photo Sync raises on purpose."""

    exit_status = 1

    def __init__(self, message: str = "", *, command_line: str = "", option: str = "") -> None:
        super().__init__(message)
        self.command_line = command_line
        self.option = option

    @property
    def message(self) -> str:
        return str(self)

    @property
    def message_with_command(self) -> str:
        """The message for who is at the command line: "... or cancel it: photosync run cancel 5"."""
        return f"{self.message.removesuffix('.')}: {self.command_line}" if self.command_line else self.message


@contextmanager
def about_option(name: str) -> Iterator[None]:
    """Let what is refused within be about the option `name`, or the name, where it does not say of what it is."""
    try:
        yield
    except PhotoSyncError as error:
        error.option = error.option or name
        raise


class ItemRejected(PhotoSyncError):
    """Record this item with its reason; go on with the next. Its content will not be tried again."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class TryLater(PhotoSyncError):
    """The other side is unavailable or changed while being read; repeat unchanged, later."""


class SourceUnavailable(TryLater):
    """The source cannot be listed, or its listing broke off; nothing may be concluded from it."""


class OutOfTime(SourceUnavailable):
    """The source could not be read within the time that whoever asked would wait; the rest of it is not known."""


class StorageUnavailable(TryLater):
    """The store or database cannot be written now (disk full, read-only, locked); the run stops cleanly."""


class WrongUse(PhotoSyncError):
    """What was asked is not well formed; ask again, corrected. Nothing was changed."""

    exit_status = 2


class NotFound(WrongUse):
    """What was named does not exist in this school."""


class Refused(PhotoSyncError):
    """A rule forbids it; nothing was changed."""

    exit_status = 3


class ChangedMeanwhile(Refused):
    """It was changed since the caller looked at it; look again, then decide anew."""


class Held(PhotoSyncError):
    """The whole plan waits for a person; nothing was changed."""

    exit_status = 4


class FencedOut(PhotoSyncError):
    """Another worker has taken this run over; write nothing more and stop."""


class Damaged(PhotoSyncError):
    """Stored bytes do not match their hash; they are not used. `photosync verify --repair` can help."""
