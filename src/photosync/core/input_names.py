"""What an input may be called, and the paths of files in it: only names, nothing is ever written under them."""

from __future__ import annotations

import re
import unicodedata
from hashlib import sha256
from typing import NamedTuple

from photosync.core.errors import WrongUse
from photosync.core.name_matching import place_form
from photosync.core.people import quoted

LONGEST_INPUT_NAME = 100
LONGEST_DESCRIPTION = 500
LONGEST_PATH = 500
LONGEST_PART = 255
LONGEST_MARK = 64
"""As long as a SHA-256 is written."""
MARK = f"[!-~]{{0,{LONGEST_MARK}}}"
"""What a mark may be, as a pattern: a hash, or a few other letters of ASCII."""
DEEPEST = 30
_NUMBERED = re.compile(r"#([1-9][0-9]{0,17})")


class InputPath(NamedTuple):
    """Where a file lies in an input; `folder` is "" for the input itself, else parts with `/` between them."""

    folder: str
    name: str

    @property
    def path(self) -> str:
        return f"{self.folder}/{self.name}" if self.folder else self.name

    @property
    def composed(self) -> str:
        """Return the path with its letters composed (NFC): a Mac sends them otherwise than others do."""
        return unicodedata.normalize("NFC", self.path)

    @property
    def key(self) -> str:
        """Return what two paths have in common that differ in upper and lower case only, as 64 digits.

        Or in how their letters are composed.
        """
        return sha256(place_form(self.folder, self.name).encode()).hexdigest()


def input_path(text: str) -> InputPath:
    r"""Return the path that `text` is, with `/` or `\` between its parts. Raises WrongUse for what is none.

    A path that leads out of its folder is refused, not mended: whoever sends it means something else.
    """
    parts = [part for part in text.replace("\\", "/").split("/") if part not in ("", ".")]
    if not parts:
        raise WrongUse(f"{quoted(text)} is not the name of a file. It was not taken.")
    if ".." in parts or re.fullmatch("[A-Za-z]:", parts[0]):
        raise WrongUse(
            f"The path {quoted(text)} leads out of its folder. It was not taken. Send it under a plain name."
        )
    if "\0" in text or any("\ud800" <= char <= "\udfff" for char in text):
        raise WrongUse(f"The name {quoted(text)} is not text. It was not taken. Rename the file.")
    folder, name = "/".join(parts[:-1]), parts[-1]
    if len(folder) + len(name) + 1 > LONGEST_PATH or max(map(len, parts)) > LONGEST_PART:
        raise WrongUse(
            f"The path {quoted(text)} is too long: at most {LONGEST_PATH} characters, and {LONGEST_PART} for one "
            "name. It was not taken. Shorten it."
        )
    if len(parts) > DEEPEST:
        raise WrongUse(f"{quoted(text)} lies more than {DEEPEST} folders deep. It was not taken. Move it up.")
    return InputPath(folder, name)


def checked_input_name(name: str) -> str:
    """Return the name with single spaces. Raises WrongUse for what an input cannot be called."""
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_INPUT_NAME or not name.isprintable():
        raise WrongUse(f"An input needs a name of 1 to {LONGEST_INPUT_NAME} characters. Nothing was saved.")
    if name.startswith("#"):
        raise WrongUse("The name of an input cannot begin with #, as its number does. Nothing was saved.")
    return name


def written_number(number: int) -> str:
    """Return an input as a profile's option holds it, so that it may be renamed: "#7"."""
    return f"#{number}"


def number_in(text: str) -> int | None:
    """Return the number that `written_number` wrote; None for a name."""
    found = _NUMBERED.fullmatch(text.strip())
    return int(found[1]) if found else None
