"""Does the work of a robot check, as a browser would."""

from itertools import count

from photosync.core.proof_of_work import Work, is_solved


def answers_to(work: Work) -> str:
    found = (
        next(str(number) for number in count() if is_solved(work, puzzle, str(number)))
        for puzzle in range(work.puzzles)
    )
    return ".".join(found)
