"""How doubtful it is that a planned picture shows the same person as the one before, from 0 to 100, and why.

No face is recognised and nothing is decided by it: it says which pairs a person looks at first. What is compared
is the *look* of two pictures, a few dozen bytes on light and colour. Why: docs/decisions/0017-most-doubtful-first.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

LOOK_VERSION = 1
"""The first byte of a look. Looks of another version are not compared, but made anew."""
LOOK_ROWS = 10
LOOK_COLUMNS = 3
"""Of one half of the picture's middle: both halves are taken together."""
LOOK_BYTES = 1 + LOOK_ROWS * LOOK_COLUMNS * 3

PAIRS_FOR_A_SPREAD = 40
"""Of fewer pairs it cannot be told what is usual in a delivery."""
MOST_DOUBTFUL = 100

_SCALE = (16.0, 4.0, 7.0)
"""How much L, a and b of a cell differ in two portraits of one person, roughly; in the units of a look."""
_LEAST_SCALE, _MOST_SCALE = 0.15, 1.25
"""What a delivery may make of it: at most a little more, so that one in which all are mixed up is not usual."""
_CELL_AT_MOST = 6.0
_LIKE = 1.0
"""Up to here two pictures look alike: half of all pairs of one person do."""
DIFFERENT = 1.6
"""From here on they look different, which one in ten pairs of one person does."""
_VERY_DIFFERENT = 3.4
_LOOK_POINTS, _FILE_NAME_POINTS, _SWAPPED_POINTS, _OTHERS_POINTS = 60, 35, 35, 20
_BY_HAND_POINTS, _NAMESAKE_POINTS, _YEARS_POINTS = 12, 8, 4
_YEARS_THAT_SHOW = 3
_WORD = re.compile(r"[^\W\d_]{2,}")
_NO_NAMES = frozenset(
    (
        *(
            "img",
            "image",
            "dsc",
            "dscf",
            "photo",
            "photos",
            "foto",
            "pic",
            "picture",
            "portrait",
            "school",
            "student",
        ),
        *("staff", "final", "edit", "edited", "copy", "new", "retake", "scan", "year", "yr", "jpg", "jpeg", "png"),
        *("crop", "cropped", "web", "print", "large", "small", "id", "no", "nr", "rg", "hg"),
    )
)


@dataclass(frozen=True, slots=True)
class Spread:
    """What is usual in a delivery: how the looks differ from those before, and by how much that varies."""

    usual: tuple[float, ...]
    scale: tuple[float, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """A planned picture beside the one that is shown, and what is known of how it came to the person."""

    before: bytes | None
    after: bytes | None
    years_apart: int = 0
    matched_by_hand: bool = False
    namesakes: int = 0
    """How many others of the school have the same name."""
    file_name: str = ""
    """Without folders; with its suffix or not."""
    names: Sequence[str] = ()
    """Every text by which the person may be called in a file name: names, codes, username."""


@dataclass(frozen=True, slots=True)
class Doubt:
    """`points` from 0 to 100; the reasons are sentences, the weightiest first."""

    points: int
    reasons: tuple[str, ...]


def can_be_compared(look: bytes | None) -> bool:
    return look is not None and len(look) == LOOK_BYTES and look[0] == LOOK_VERSION


def spread_of(pairs: Sequence[tuple[bytes, bytes]]) -> Spread:
    """Return what is usual in the delivery of which `pairs`, looks before and after, are some hundred.

    Another camera, another light and another backdrop change every picture alike: that is no reason for doubt.
    Most pairs show one person each, so the median says it and a few mixed-up ones do not move it.
    """
    cells = LOOK_BYTES - 1
    scale = [_SCALE[cell % 3] for cell in range(cells)]
    if len(pairs) < PAIRS_FOR_A_SPREAD:
        return Spread((0.0,) * cells, tuple(scale))
    usual = []
    for cell in range(cells):
        differences = [after[cell + 1] - before[cell + 1] for before, after in pairs]
        middle = median(differences)
        usual.append(float(middle))
        varies = 1.5 * median(abs(one - middle) for one in differences)
        scale[cell] = min(max(varies, _LEAST_SCALE * scale[cell]), _MOST_SCALE * scale[cell])
    return Spread(tuple(usual), tuple(scale))


def difference(before: bytes, after: bytes, spread: Spread) -> float:
    """Return how different two looks are, from 0 to 6; about 1 where they differ as is usual."""
    total = 0.0
    for one, other, usual, scale in zip(before[1:], after[1:], spread.usual, spread.scale, strict=True):
        total += min(abs(other - one - usual) / scale, _CELL_AT_MOST)
    return total / (LOOK_BYTES - 1)


def difference_of(pair: Pair, spread: Spread) -> float | None:
    """Return how different the looks of a pair are; None where one of them is not known."""
    if pair.before is None or pair.after is None:
        return None
    if not can_be_compared(pair.before) or not can_be_compared(pair.after):
        return None
    return difference(pair.before, pair.after, spread)


def doubt_of(pair: Pair, differs: float | None) -> Doubt:
    """Return the doubt of a pair whose looks differ so much (`difference_of`)."""
    found: list[tuple[int, str]] = []
    if differs is None:
        found.append((_LOOK_POINTS // 4, "The two pictures could not be compared."))
    else:
        share = min(max((differs - _LIKE / 2) / (_VERY_DIFFERENT - _LIKE / 2), 0.0), 1.0)
        told = "Hair and skin look different." if differs >= DIFFERENT else ""
        found.append((round(_LOOK_POINTS * share), told))
    if named := _names_another(pair.file_name, pair.names):
        found.append((_FILE_NAME_POINTS, f"The file name says {named}, which is not this person's name."))
    if pair.matched_by_hand:
        found.append((_BY_HAND_POINTS, "The file was matched by hand."))
    if pair.namesakes:
        people = "Two people of the school have" if pair.namesakes == 1 else f"{pair.namesakes + 1} people have"
        found.append((_NAMESAKE_POINTS, f"{people} this name."))
    if pair.years_apart >= _YEARS_THAT_SHOW:
        found.append((_YEARS_POINTS, f"The photo before is {pair.years_apart} years older."))
    return _summed(found)


def _summed(found: Sequence[tuple[int, str]]) -> Doubt:
    points = min(sum(each for each, _ in found), MOST_DOUBTFUL)
    return Doubt(points, tuple(told for _, told in sorted(found, key=lambda one: -one[0]) if told))


def doubt_of_swapped(doubt: Doubt, whose: str) -> Doubt:
    """Return the doubt of a pair that fits when it is swapped with that of `whose`."""
    return Doubt(min(doubt.points + _SWAPPED_POINTS, MOST_DOUBTFUL), (f"Looks swapped with {whose}.", *doubt.reasons))


def doubt_of_anothers(doubt: Doubt, whose: str) -> Doubt:
    """Return the doubt of a pair whose new picture looks like the photo of `whose`, the next in the files."""
    told = f"Looks more like the photo of {whose}, whose file is next to it."
    return Doubt(min(doubt.points + _OTHERS_POINTS, MOST_DOUBTFUL), (told, *doubt.reasons))


def _names_another(file_name: str, names: Sequence[str]) -> str:
    """Return the words of a file name that seem to be a name where none is of the person; else an empty text.

    One word alone may be a username or a word in a photographer's way of naming: it says nothing.
    """
    stem = file_name.rpartition(".")[0] or file_name
    words = [word for word in _WORD.findall(stem) if _folded(word) not in _NO_NAMES]
    if len(words) < 2:
        return ""
    known = _folded(" ".join(names))
    parts = set(_WORD.findall(known))
    own = any(_is_of(_folded(word), parts) or _folded(word) in known.replace(" ", "") for word in words)
    return "" if own else " ".join(words)


def _is_of(word: str, parts: set[str]) -> bool:
    return any(part.startswith(word) or word.startswith(part) for part in parts)


def _folded(text: str) -> str:
    plain = unicodedata.normalize("NFKD", text)
    return "".join(each for each in plain if not unicodedata.combining(each)).casefold()
