"""The work of the robot check: what is accepted as done, and what is not."""

from hashlib import sha256

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.proof_of_work import Work, is_done
from tests.proofs import answers_to

SMALL = Work("0123456789abcdef", puzzles=3, zero_bits=6)


@given(st.text(alphabet="0123456789abcdef", min_size=32, max_size=32), st.integers(1, 4), st.integers(1, 9))
def test_answers_that_were_found_are_accepted_for_their_seed_only(seed: str, puzzles: int, zero_bits: int) -> None:
    work = Work(seed, puzzles, zero_bits)
    answers = answers_to(work)

    assert is_done(work, answers)
    assert all(
        int.from_bytes(sha256(f"{seed}:{puzzle}:{number}".encode()).digest()[:2], "big") < 2 ** (16 - zero_bits)
        for puzzle, number in enumerate(answers.split("."))
    )
    assert not is_done(Work(seed[::-1] + "x", puzzles, zero_bits + 30), answers)


@given(st.text(max_size=60))
def test_what_is_no_answer_is_refused_and_never_an_error(answers: str) -> None:
    assert is_done(Work("seed", puzzles=16, zero_bits=14), answers) is False


@pytest.mark.parametrize(
    "change",
    [
        lambda right: right.rsplit(".", 1)[0],
        lambda right: f"{right}.0",
        lambda right: right.replace(".", ","),
        lambda right: ".".join(reversed(right.split("."))) if len(set(right.split("."))) > 1 else "",
        lambda right: f"+{right}",
        lambda right: f"{right} ",
        lambda right: right + "0" * 40,
        lambda right: "\u0661" + right[1:],
    ],
)
def test_answers_that_were_changed_are_refused(change: object) -> None:
    right = answers_to(SMALL)
    assert is_done(SMALL, right)

    assert not is_done(SMALL, change(right))  # type: ignore[operator]


def test_work_of_a_form_is_about_a_quarter_of_a_million_tries() -> None:
    work = Work("any")

    assert work.puzzles * 2**work.zero_bits == 262_144
