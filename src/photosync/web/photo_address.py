"""Photo addresses, /photos/<person>/<now, year, version or planned change>/<size>.jpg, and what one shows."""

from __future__ import annotations

import re
from dataclasses import dataclass

from photosync.core.photos import Rendition

LONGEST_PATH = 80
PATTERN = (
    r"photos/(?P<person_id>[1-9][0-9]{0,17})"
    r"/(?P<which>now|[1-9][0-9]{3}|[vi][1-9][0-9]{0,17})"
    r"/(?P<size>full|card|thumb)\.jpg"
)
_PATH = re.compile(f"/{PATTERN}", re.ASCII)


@dataclass(frozen=True, slots=True)
class PhotoAddress:
    """`which` is "now", an academic year, "v" and the number of a version, or "i" and that of an item of a plan."""

    person_id: int
    which: str
    size: Rendition

    @property
    def path(self) -> str:
        return f"/photos/{self.person_id}/{self.which}/{self.size}.jpg"

    @property
    def year(self) -> int | None:
        return int(self.which) if self.which.isdecimal() else None

    @property
    def version_id(self) -> int | None:
        return int(self.which[1:]) if self.which.startswith("v") else None

    @property
    def item_id(self) -> int | None:
        return int(self.which[1:]) if self.which.startswith("i") else None


@dataclass(frozen=True, slots=True)
class ShownPhoto:
    """The blob to be sent, of which school's person it is, and the academic year that it is the photo of.

    `is_planned`: it is in the plan of a run and may not have been published; fewer people may see it.
    """

    school_id: int
    academic_year: int
    sha256: str
    is_planned: bool = False


def parse_photo_path(path: str) -> PhotoAddress | None:
    """Return what `path` names; None for every other path. Nothing is looked up."""
    if len(path) > LONGEST_PATH:
        return None
    found = _PATH.fullmatch(path)
    return None if found is None else photo_address(found["person_id"], found["which"], found["size"])


def photo_address(person_id: str, which: str, size: str) -> PhotoAddress:
    return PhotoAddress(int(person_id), which, Rendition(size))
