"""Pictures that look as if two people's had been swapped: found among those that are doubtful, near each other.

Everyone is compared with neighbours in the order of the files, with the roll group and with those of the same
family name, so the effort grows with the number of doubtful pairs and not with its square.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from photosync.core.doubt import DIFFERENT, Spread, difference

NEIGHBOURS = 2
"""How many files away someone is a neighbour."""
MOST_IN_A_GROUP = 60
LOOKED_AT_FROM = 1.2
"""A pair that differs by less fits as it is. Of two that are swapped at least one looks `DIFFERENT`."""
_FITS = 0.65
"""Swapped, two pairs must differ by no more than this share of what they differ as they are."""


@dataclass(frozen=True, slots=True)
class DoubtfulPair:
    """A pair that looks different by `differs`, with what it may be near to. `ref` is the caller's."""

    ref: int
    place: int
    """Its number in the order of the files of the delivery."""
    before: bytes
    after: bytes
    differs: float
    roll_group: str = ""
    family_name: str = ""


@dataclass(frozen=True, slots=True)
class Likeness:
    """The new picture of `ref` looks like the photo of `other`; `mutual` where it is so the other way too."""

    ref: int
    other: int
    mutual: bool


def find_swaps(pairs: Sequence[DoubtfulPair], spread: Spread) -> tuple[Likeness, ...]:
    """Return for each pair at most one other that it looks swapped with, or else whose photo it looks like.

    Likeness one way is looked for among neighbouring files alone: among thirty people someone always looks alike.
    """
    pairs = [pair for pair in pairs if pair.differs >= LOOKED_AT_FROM]
    mutual: list[tuple[float, DoubtfulPair, DoubtfulPair]] = []
    one_way: dict[int, tuple[float, int]] = {}
    for one, other, are_neighbours in _near(pairs):
        first = difference(other.before, one.after, spread)
        second = difference(one.before, other.after, spread)
        if _fit(one, other, first, second):
            mutual.append((first + second - one.differs - other.differs, one, other))
        if are_neighbours:
            for differs, each, like in ((first, one, other), (second, other, one)):
                if (
                    each.differs >= DIFFERENT
                    and differs <= _FITS * each.differs
                    and differs < one_way.get(each.ref, (DIFFERENT, 0))[0]
                ):
                    one_way[each.ref] = differs, like.ref
    found: dict[int, Likeness] = {}
    for _, one, other in sorted(mutual, key=lambda each: (each[0], each[1].ref, each[2].ref)):
        if one.ref not in found and other.ref not in found:
            found[one.ref] = Likeness(one.ref, other.ref, mutual=True)
            found[other.ref] = Likeness(other.ref, one.ref, mutual=True)
    for ref, (_, other_ref) in one_way.items():
        found.setdefault(ref, Likeness(ref, other_ref, mutual=False))
    return tuple(found[ref] for ref in sorted(found))


def _fit(one: DoubtfulPair, other: DoubtfulPair, first: float, second: float) -> bool:
    """Whether the two pairs fit when they are swapped, and then differ by `first` and `second`."""
    fits = first + second <= _FITS * (one.differs + other.differs) and max(first, second) < DIFFERENT
    return fits and max(one.differs, other.differs) >= DIFFERENT


def _near(pairs: Sequence[DoubtfulPair]) -> Iterator[tuple[DoubtfulPair, DoubtfulPair, bool]]:
    """Yield every two that are near each other once, and whether their files are neighbours."""
    seen: set[tuple[int, int]] = set()
    in_order = sorted(pairs, key=lambda pair: (pair.place, pair.ref))
    for index, one in enumerate(in_order):
        for other in in_order[index + 1 : index + 1 + NEIGHBOURS]:
            if other.place - one.place <= NEIGHBOURS:
                seen.add((one.ref, other.ref))
                yield one, other, True
    for key in ("roll_group", "family_name"):
        groups: dict[str, list[DoubtfulPair]] = defaultdict(list)
        for pair in in_order:
            if getattr(pair, key):
                groups[getattr(pair, key)].append(pair)
        for members in groups.values():
            if len(members) > MOST_IN_A_GROUP:
                continue
            for one, other in combinations(members, 2):
                if (one.ref, other.ref) not in seen:
                    seen.add((one.ref, other.ref))
                    yield one, other, False
