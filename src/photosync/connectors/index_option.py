"""The option `index` of kinds whose index file lies among the photos."""

from __future__ import annotations

from collections.abc import Mapping

from photosync.core.errors import WrongUse
from photosync.core.people import quoted


def index_path(options: Mapping[str, str], *, inside: str) -> str | None:
    """Return the path of the index file, or None where files are matched in another way.

    `inside` is what it lies in, for messages. Raises WrongUse where it is not given or leads out of there.
    """
    if options["match"] != "index":
        return None
    index = options["index"]
    if not index:
        raise WrongUse(
            f"Matching by an index file needs the option index, the index file inside the {inside}. Nothing was "
            "changed; fill it in.",
            command_line="--option index=FILE",
            option="index",
        )
    if any(part in ("", ".", "..") for part in index.split("/")):
        raise WrongUse(
            f"The index file {quoted(index)} is not a path inside the {inside}. Nothing was changed; "
            f"give it relative to the {inside}, for example idlink.txt.",
            option="index",
        )
    return index
