"""What is wrong with a file, in the photographer's terms."""

import pytest

from photosync.core.preflight import Problem, SeenFile, problems_of


@pytest.mark.parametrize(
    ("file", "problems"),
    [
        (SeenFile("settled", "", 9, 480, 600), ()),
        (SeenFile("settled", "", 9, 600, 600), ()),
        (SeenFile("settled", "", 9, 479, 480), ()),
        (SeenFile("settled", "", 9, 479, 479), (Problem.SMALL,)),
        (SeenFile("settled", "", 9, 800, 600), (Problem.SIDEWAYS,)),
        (SeenFile("to_decide", "", 9, 200, 130), (Problem.SIDEWAYS, Problem.SMALL)),
        (SeenFile("unmatched", "unmatched", 0), (Problem.EMPTY,)),
        (SeenFile("rejected", "empty", 0), (Problem.EMPTY,)),
        (SeenFile("rejected", "empty", 7), (Problem.EMPTY,)),
        (SeenFile("rejected", "too_small", 9), (Problem.TOO_SMALL,)),
        (SeenFile("rejected", "part_too_small", 9), (Problem.TOO_SMALL,)),
        (SeenFile("rejected", "damaged", 9), (Problem.NOT_USABLE,)),
        (SeenFile("failed", "failed", 9), (Problem.NOT_READ,)),
        (SeenFile("unmatched", "no_key", 9), (Problem.UNMATCHED,)),
        (SeenFile("unmatched", "ambiguous", 9), (Problem.AMBIGUOUS,)),
        (SeenFile("review", "collision", 9), (Problem.AMBIGUOUS,)),
        (SeenFile("review", "placeholder", 9, 480, 600), (Problem.SAME_PICTURE,)),
        (SeenFile("review", "other_person", 9, 700, 600), (Problem.SAME_PICTURE, Problem.SIDEWAYS)),
        (SeenFile("settled", "same_as_other_file", 9, 480, 600), (Problem.SAME_PICTURE,)),
        (SeenFile("review", "two_pictures", 9, 480, 600), (Problem.TWO_PICTURES,)),
        (SeenFile("review", "old_photo", 9, 480, 600), (Problem.OLD,)),
        (SeenFile("waiting", "report_open", 9, 480, 600), ()),
    ],
)
def test_problems_of_a_file(file: SeenFile, problems: tuple[Problem, ...]) -> None:
    assert problems_of(file, small_px=480) == problems
