"""Which folders and files of this machine may be a source at all.

Rule: PRODUCT.md, 'Sources are hostile and servers are private'.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from photosync.connectors.folder.fetching import shown
from photosync.core.errors import Refused, SourceUnavailable, WrongUse, about_option


class Sort(NamedTuple):
    """What a path is to name, in the words of the messages."""

    called: str
    shortly: str
    example: str


SOURCE_FOLDER = Sort("source folder", "folder", "/srv/photos")
ZIP_FILE = Sort("ZIP file", "ZIP file", "/srv/photos.zip")


@about_option("path")
def check_path(
    path: str,
    allowed_roots: Sequence[Path],
    data_folder: Path,
    *,
    may_override: bool,
    sort: Sort = SOURCE_FOLDER,
) -> str:
    """Return the real path of a source folder, or another `sort` of source, all links resolved.

    It must lie in one of `allowed_roots` (unless `may_override`, for the user of the command line), and
    never in, at or above `data_folder`. It need not exist: what is missing is a matter of the run.
    Raises WrongUse for an empty or relative path, Refused, and SourceUnavailable when links go in circles.
    """
    if not path or "\0" in path or not Path(path).is_absolute():
        raise WrongUse(
            f"The {sort.called} {shown(path)!r} is not an absolute path. Nothing was changed; "
            f"write it from the root, for example path={sort.example}."
        )
    try:
        real = Path(path).resolve(strict=False)
    except (OSError, RuntimeError) as exc:
        raise SourceUnavailable(
            f"The {sort.called} {shown(path)} cannot be resolved: its links go in circles or may not be "
            "read. Nothing was changed; correct the links, then try again."
        ) from exc
    data = data_folder.resolve()
    if real == data or real in data.parents or data in real.parents:
        raise Refused(
            f"The {sort.called} {_led(path, real)} is in or above Photo Sync's own data folder "
            f"{shown(str(data))}. Nothing was changed; choose a {sort.shortly} apart from it."
        )
    roots = [root.resolve() for root in allowed_roots]
    if not may_override and not any(real == root or root in real.parents for root in roots):
        allowed = ", ".join(shown(str(root)) for root in roots) or "none"
        raise Refused(
            f"The {sort.called} {_led(path, real)} is not under an allowed root ({allowed}). Nothing was "
            "changed; move it there, or let the operator add its root to PHOTOSYNC_SOURCE_ROOTS."
        )
    return str(real)


def _led(path: str, real: Path) -> str:
    return shown(path) if Path(path) == real else f"{shown(path)} (that is {shown(str(real))})"
