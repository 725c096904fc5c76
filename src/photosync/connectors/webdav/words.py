"""What is said where a WebDAV server does not give what it was asked for: why, and what to do."""

from __future__ import annotations

from typing import Final

from photosync.connectors.network import Words

NEXTCLOUD: Final = "at Nextcloud it looks like https://cloud.school.example/remote.php/dav/files/USER/FOLDER"


NO_WEBDAV: Final = Words("it does not speak WebDAV at this address", f"Check the address; {NEXTCLOUD}.")
ASK_WHO_RUNS_IT: Final = "Check the address, and ask who runs the server."
NOT_LISTED: Final = Words("it did not list the folder that was asked for", ASK_WHO_RUNS_IT)
NOTHING_SAID: Final = Words("it says nothing of the folder that was asked for", ASK_WHO_RUNS_IT)
NO_ANSWER_DO: Final = "Check the address and the network; the next run tries again."
MULTISTATUS: Final = 207


def words_of(status: int, *, has_user: bool) -> Words:
    """Return why a folder could not be listed, by what was answered."""
    if status == 401:
        if not has_user:
            return Words("it asks for a user and a password", "Enter both.")
        return Words(
            "it does not accept this user and password",
            "Enter them again. Where signing in needs a second step, as it may at Nextcloud, make an app password "
            "for Photo Sync and enter that.",
        )
    if status == 403:
        return Words("this user may not read it", "Allow the user to read this folder and all that is in it.")
    if status == 404:
        return Words("there is no such folder", f"Check the address; {NEXTCLOUD}.")
    if status in (200, 405, 501):
        return NO_WEBDAV
    if status in (429, 503):
        return Words("it is too busy, or in maintenance", "The next run tries again.")
    return Words(f"it answered {status}", ASK_WHO_RUNS_IT)


def file_words(status: int) -> Words:
    """Return why one file could not be read now."""
    if status == 404:
        return Words("it was no longer there when it was to be read", "The next run looks again.")
    if status in (401, 403):
        return Words("this user may not read it", "Allow the user to read it; the next run reads it then.")
    if status == 423:
        return Words("it is locked", "The next run reads it again.")
    if 300 <= status < 400:
        return Words(
            f"the server sent the request on to another address ({status}), which was not asked",
            "Ask who runs the server for the address of the folder that gives its files itself, and write that one.",
        )
    return Words(f"the server answered {status}", "The next run reads it again.")
