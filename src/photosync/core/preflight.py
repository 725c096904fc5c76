"""What is wrong with the files of a delivery, in the terms of whoever took the photos."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from photosync.core.plan import Reason


class Problem(StrEnum):
    """In the order in which a report lists them."""

    MISSING = "missing"
    EMPTY = "empty"
    NOT_USABLE = "not_usable"
    TOO_SMALL = "too_small"
    SIDEWAYS = "sideways"
    SMALL = "small"
    UNMATCHED = "unmatched"
    AMBIGUOUS = "ambiguous"
    SAME_PICTURE = "same_picture"
    TWO_PICTURES = "two_pictures"
    OLD = "old"
    NOT_READ = "not_read"
    NO_FILE = "no_file"


@dataclass(frozen=True, slots=True)
class SeenFile:
    """A file as the last run left it: `state` and `reason_code` of its listing; sizes in pixels, upright.

    It `is_listed_empty` where its source says that it has no bytes. One that says no sizes says that of no file.
    """

    state: str
    reason_code: str
    is_listed_empty: bool = False
    width_px: int | None = None
    height_px: int | None = None


_OF_REASON = {
    "no_key": Problem.UNMATCHED,
    "unmatched": Problem.UNMATCHED,
    "ambiguous": Problem.AMBIGUOUS,
    "collision": Problem.AMBIGUOUS,
    "too_small": Problem.TOO_SMALL,
    "part_too_small": Problem.TOO_SMALL,
    "empty": Problem.EMPTY,
    Reason.OTHER_PERSON: Problem.SAME_PICTURE,
    Reason.PLACEHOLDER: Problem.SAME_PICTURE,
    Reason.SAME_AS_OTHER_FILE: Problem.SAME_PICTURE,
    Reason.TWO_PICTURES: Problem.TWO_PICTURES,
    Reason.OLD_PHOTO: Problem.OLD,
}


def problems_of(file: SeenFile, *, small_px: int) -> tuple[Problem, ...]:
    """Return what is wrong with `file`; a picture whose longest edge is below `small_px` counts as small.

    An empty file is that first, whomever it matches. A portrait that is wider than high probably lies on its side.
    """
    if file.is_listed_empty:
        return (Problem.EMPTY,)
    found = []
    if file.state == "failed":
        found.append(Problem.NOT_READ)
    elif file.reason_code in _OF_REASON:
        found.append(_OF_REASON[file.reason_code])
    elif file.state == "rejected":
        found.append(Problem.NOT_USABLE)
    if file.width_px is not None and file.height_px is not None:
        if file.width_px > file.height_px:
            found.append(Problem.SIDEWAYS)
        if max(file.width_px, file.height_px) < small_px:
            found.append(Problem.SMALL)
    return tuple(found)
