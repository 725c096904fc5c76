r"""File names as text that every database can keep.

A name that is not valid in its source's encoding carries lone surrogates (PEP 383), which no database
stores. The stored form writes each as `\udcXX` and doubles a genuine backslash; it can be reversed.
"""

from __future__ import annotations

import re

_ESCAPE = re.compile(r"\\(\\|u[0-9a-f]{4})")


def stored_name(name: str) -> str:
    """Return `name` in its stored form; a name without backslash, surrogate or NUL is unchanged."""
    if "\\" not in name and "\0" not in name:
        try:
            name.encode("utf-8")
        except UnicodeEncodeError:
            pass
        else:
            return name
    text = name.replace("\\", "\\\\")
    return "".join(f"\\u{ord(c):04x}" if c == "\0" or "\ud800" <= c <= "\udfff" else c for c in text)


def original_name(stored: str) -> str:
    """Return the name that `stored_name` gave `stored` for."""
    if "\\" not in stored:
        return stored
    return _ESCAPE.sub(lambda m: "\\" if m[1] == "\\" else chr(int(m[1][1:], 16)), stored)


def joined_path(folder: str, name: str) -> str:
    """Return the path of a file from the root of its source."""
    return f"{folder}/{name}" if folder else name


def readable_path(path: str) -> str:
    r"""Return `path` for people to read: what is not text in it is shown as `\udcXX`."""
    return path.encode("utf-8", "backslashreplace").decode("utf-8").replace("\0", "\\0")
