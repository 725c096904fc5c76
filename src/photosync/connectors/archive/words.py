"""What is said of entries that are not read: what happened, what was not done, what to do."""

from __future__ import annotations

from collections.abc import Sequence

from photosync.connectors.archive.contents import Refused
from photosync.connectors.archive.naming import Refusal
from photosync.connectors.archive.unpacking import OTHER_METHODS
from photosync.connectors.folder.fetching import shown
from photosync.core.errors import ItemRejected

AGAIN = "Make the ZIP again from the photos."
REASONS: dict[Refusal, tuple[str, str, str]] = {
    Refusal.OUTSIDE: (
        "has a name that leads to a place outside the ZIP",
        "have names that lead to a place outside the ZIP",
        "Such a ZIP may be meant to do harm: find out where it comes from, and make it again from the photos.",
    ),
    Refusal.TOO_LONG: (
        "has a name that is too long or lies too many folders deep",
        "have names that are too long or lie too many folders deep",
        "Use shorter names, then make the ZIP again.",
    ),
    Refusal.NO_FILE: (
        "is a link or device inside the ZIP and not a file",
        "are links or devices inside the ZIP and not files",
        "Make the ZIP again with the files themselves.",
    ),
    Refusal.ENCRYPTED: (
        "is protected by a password in the ZIP",
        "are protected by a password in the ZIP",
        "Make the ZIP again without a password.",
    ),
    Refusal.ARCHIVE: (
        "is an archive inside the ZIP, and archives in archives are not opened",
        "are archives inside the ZIP, and archives in archives are not opened",
        "Unpack what is inside, and put the photos themselves into the ZIP.",
    ),
    Refusal.METHOD: (
        "is packed in a way that is not known here",
        "are packed in a way that is not known here",
        "Make an ordinary ZIP (Deflate).",
    ),
    Refusal.RATIO: (
        "would unpack to more than 200 times its size, which no photo does",
        "would unpack to more than 200 times their size, which no photo does",
        AGAIN,
    ),
    Refusal.OVERLAP: (
        "shares its place in the ZIP with another file",
        "share their places in the ZIP with other files",
        AGAIN,
    ),
    Refusal.TWICE: (
        "is in the ZIP more than once, so it is not known which one is meant",
        "are in the ZIP under a name that another of them has, so it is not known which ones are meant",
        "Make the ZIP again with each file once.",
    ),
}
"""For each refusal: what is said of one file, of several, and what to do."""


def rejection(path: str, refusal: Refusal, method: int) -> ItemRejected:
    """Return why the entry at `path` is never read as it is."""
    what, _, do = REASONS[refusal]
    if refusal is Refusal.METHOD:
        what = f"is packed in a way that is not known here ({OTHER_METHODS.get(method, f'number {method}')})"
    return ItemRejected(f"{shown(path)} {what}. It was not read. {do}", code=str(refusal))


def warnings(refused: Sequence[Refused]) -> list[str]:
    """Return a sentence for each reason why files in the ZIP are not read, with the first of them."""
    return [_warning(each) for each in refused]


def _warning(refused: Refused) -> str:
    one, several, do = REASONS[refused.refusal]
    paths = ", ".join(map(shown, refused.paths))
    if refused.files == 1:
        return f"{paths} {one}. It was not read. {do}"
    more = ", ..." if refused.files > len(refused.paths) else ""
    return f"{refused.files:,} files {several} ({paths}{more}). They were not read. {do}"
