"""Every public error. The class says what the caller does next; the message is for a person.

A message says what happened, what was not done, and what to do.
"""


class PhotoSyncError(Exception):
    """Base of every error that Photo Sync raises on purpose."""

    exit_status = 1

    @property
    def message(self) -> str:
        return str(self)


class ItemRejected(PhotoSyncError):
    """Record this item with its reason; go on with the next. Its content will not be tried again."""

    def __init__(self, message: str, *, code: str) -> None:
        super().__init__(message)
        self.code = code


class TryLater(PhotoSyncError):
    """The other side is unavailable or changed while being read; repeat unchanged, later."""


class SourceUnavailable(TryLater):
    """The source cannot be listed, or its listing broke off; nothing may be concluded from it."""


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
