"""Proof of work: a robot check that costs a person nothing but a second, and that no outside service has to judge.

Whoever sends a form shows that a computer worked for it: to each of `puzzles` questions a number is found whose
SHA-256 begins with `zero_bits` zeros. Many small puzzles instead of a large one make the time even, and its progress
honest. Why, and how long it takes: docs/decisions/{decision}
"""

from __future__ import annotations

from dataclasses import dataclass
from hashlib import sha256

LONGEST_NUMBER = 10
"""Digits of an answer; more than any browser needs."""


@dataclass(frozen=True, slots=True)
class Work:
    """What is to be done. `seed` is random, and used for one form only."""

    seed: str
    puzzles: int = 16
    zero_bits: int = 14


def is_done(work: Work, answers: str) -> bool:
    """Return whether `answers`, one number for each puzzle joined by full stops, solve all of them."""
    if len(answers) > work.puzzles * (LONGEST_NUMBER + 1):
        return False
    numbers = answers.split(".")
    return len(numbers) == work.puzzles and all(
        _is_number(number) and is_solved(work, puzzle, number) for puzzle, number in enumerate(numbers)
    )


def is_solved(work: Work, puzzle: int, number: str) -> bool:
    digest = sha256(f"{work.seed}:{puzzle}:{number}".encode()).digest()
    return int.from_bytes(digest, "big") >> (256 - work.zero_bits) == 0


def _is_number(text: str) -> bool:
    return text.isascii() and text.isdecimal() and len(text) <= LONGEST_NUMBER
