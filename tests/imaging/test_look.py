"""The look of a picture: measured on drawn people, two years apart, and on the wrong people."""

from functools import cache

import numpy as np
import pytest

from photosync.core.doubt import (
    DIFFERENT,
    LOOK_BYTES,
    Pair,
    Spread,
    can_be_compared,
    difference,
    difference_of,
    doubt_of,
    doubt_of_swapped,
    spread_of,
)
from photosync.core.swaps import DoubtfulPair, find_swaps
from photosync.demo.looks import Sitter
from photosync.demo.portraits import pixels_of
from photosync.imaging import Rendered, RenderPool, RenderSettings
from photosync.imaging.look import look_of, look_of_jpeg
from tests.portraits import make_portrait

SAME, WRONG = 200, 20


@cache
def look(seed: int, year: int) -> bytes:
    return look_of(pixels_of(Sitter.of(seed), 128, 160, academic_year=year).numpy())


def deliver(first: int) -> tuple[list[tuple[bytes, bytes]], Spread]:
    """Return the looks before and after of 220 people; of the last 20, ten couples are swapped."""
    people = list(range(first, first + SAME + WRONG))
    delivered = people[:SAME] + [seed + (1 if seed % 2 == people[SAME] % 2 else -1) for seed in people[SAME:]]
    pairs = [(look(old, 2025), look(new, 2027)) for old, new in zip(people, delivered, strict=True)]
    return pairs, spread_of(pairs)


def points(pairs: list[tuple[bytes, bytes]], spread: Spread) -> list[int]:
    """Return the doubt of each pair, in roll groups of 20 and with files in order of their names."""
    differs = [difference(*pair, spread) for pair in pairs]
    doubtful = [
        DoubtfulPair(number, number, *pair, differs[number], f"group {number // 20}")
        for number, pair in enumerate(pairs)
    ]
    swapped = {one.ref for one in find_swaps(doubtful, spread) if one.mutual}
    doubts = [doubt_of(Pair(before=one, after=two), difference(one, two, spread)) for one, two in pairs]
    return [doubt_of_swapped(d, "").points if number in swapped else d.points for number, d in enumerate(doubts)]


@pytest.mark.parametrize("first", [1500, 2000, 3000])
def test_wrong_people_are_among_the_first_forty_of_220(first: int) -> None:
    pairs, spread = deliver(first)

    found = points(pairs, spread)

    order = sorted(range(len(pairs)), key=lambda number: (-found[number], number))
    assert set(range(SAME, SAME + WRONG)) <= set(order[:40])


def test_a_delivery_shifted_by_one_file_does_not_pass_for_usual() -> None:
    pairs = [(look(seed, 2025), look(seed + 1, 2027)) for seed in range(1000, 1100)]
    spread = spread_of(pairs)
    differs = [difference(*pair, spread) for pair in pairs]
    doubtful = [DoubtfulPair(number, number, *pair, differs[number]) for number, pair in enumerate(pairs)]

    found = find_swaps(doubtful, spread)

    assert sum(each >= DIFFERENT for each in differs) > 60
    assert sum(one.other == one.ref + 1 for one in found) > 30


def test_look_does_not_depend_on_backdrop_and_little_on_the_light() -> None:
    pixels = pixels_of(Sitter.of(1), 128, 160, academic_year=2026).numpy()
    other_backdrop = pixels.copy()
    other_backdrop[:, :30] = other_backdrop[:, -30:] = (10, 200, 40)
    brighter = np.clip(pixels * 1.08, 0, 255).astype(np.uint8)
    spread = spread_of([])

    assert look_of(other_backdrop) == look_of(pixels)
    assert difference(look_of(pixels), look_of(brighter), spread) < DIFFERENT / 2


def test_light_that_is_another_in_the_whole_delivery_is_no_reason_for_doubt() -> None:
    seeds = range(1, 61)
    warm = np.array([1.0, 0.9, 0.75])
    pictures = [pixels_of(Sitter.of(seed), 128, 160, academic_year=2026).numpy() for seed in seeds]
    pairs = [(look_of(one), look_of((one * warm).astype(np.uint8))) for one in pictures]

    spread = spread_of(pairs)

    assert max(difference(*pair, spread) for pair in pairs) < max(difference(*pair, spread_of([])) for pair in pairs)
    assert sorted(difference(*pair, spread) for pair in pairs)[54] < DIFFERENT


def test_the_pool_hands_on_the_look_of_the_smallest_rendition() -> None:
    with RenderPool(1) as pool:
        rendered = pool.submit(make_portrait(7, 600, 750), RenderSettings()).result()

    assert isinstance(rendered, Rendered)
    assert len(rendered.look) == LOOK_BYTES
    assert can_be_compared(rendered.look)
    of_the_file = look_of_jpeg(rendered.renditions[-1].content)
    pair = Pair(before=rendered.look, after=of_the_file)
    differs = difference_of(pair, spread_of([]))
    assert differs is not None
    assert differs < 0.2


@pytest.mark.parametrize("size", [(16, 16), (1, 1), (3, 400)])
def test_look_of_a_tiny_picture(size: tuple[int, int]) -> None:
    assert len(look_of(np.zeros((*size, 3), np.uint8))) == LOOK_BYTES
