"""Whose fault silences are: those that overlap count once, and whatever is heard between two begins anew."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from time import monotonic

import pytest

from photosync.connectors.silences import MOST_SILENCES, Silences

Noted = Callable[[float, float], bool]


class Clock:
    now_s = 0.0

    def __call__(self) -> float:
        return self.now_s


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def silences(clock: Clock) -> Silences:
    return Silences(clock)


@pytest.fixture
def silent(silences: Silences, clock: Clock) -> Noted:
    """Notes a photo at which the server was silent from one second to the other."""

    def noted(begun_s: float, ended_s: float) -> bool:
        clock.now_s = ended_s
        return silences.are_the_servers(is_silence=True, begun_s=begun_s)

    return noted


def test_silences_one_after_the_other_are_the_servers(silent: Noted) -> None:
    assert [silent(0, 30), silent(30, 60), silent(61, 91), silent(91, 121)] == [False, False, True, True]


def test_silences_that_overlap_count_once(silent: Noted) -> None:
    assert not any(silent(begun_s, begun_s + 30) for begun_s in range(8))
    assert [silent(40, 70), silent(40, 70), silent(41, 71)] == [False] * 3
    assert silent(71, 101)


def test_silence_that_began_before_the_last_one_that_counts_ended_is_no_other(silent: Noted) -> None:
    """Else photos begun a little later each would never be told from a server that is gone."""
    assert [silent(0, 30), silent(29, 59), silent(31, 61), silent(58, 88), silent(62, 92)] == [False] * 4 + [True]


@pytest.mark.parametrize("answer", ["heard", "broken off"])
def test_answer_between_begins_anew(silent: Noted, silences: Silences, answer: str) -> None:
    assert [silent(0, 30), silent(30, 60)] == [False, False]
    if answer == "heard":
        silences.heard()
    else:
        assert not silences.are_the_servers(is_silence=False, begun_s=60)
    assert [silent(60, 90), silent(90, 120), silent(120, 150)] == [False, False, True]


def test_bad_photos_with_an_answer_between_never_are_the_servers(silent: Noted, silences: Silences) -> None:
    """As they come where fetches run ahead: several silences end together, then others are answered."""
    for begun_s in range(0, 3_000, 30):
        assert not any(silent(begun_s, begun_s + 30) for _ in range(3))
        silences.heard()


def together(silences: Silences, asked_s: float) -> Iterator[bool]:
    with ThreadPoolExecutor(8) as pool:
        begin = Barrier(8)

        def noted(_: int) -> bool:
            begin.wait()
            return silences.are_the_servers(is_silence=True, begun_s=asked_s)

        yield from pool.map(noted, range(8))


def test_silences_of_several_threads() -> None:
    silences = Silences()
    for number in range(1, MOST_SILENCES + 1):
        assert set(together(silences, monotonic())) == {number == MOST_SILENCES}
