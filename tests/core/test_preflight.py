"""What is wrong with a file, in the photographer's terms."""

import pytest

from photosync.core.preflight import Problem, SeenFile, problems_of


@pytest.mark.parametrize(
    ("file", "problems"),
    [
        (SeenFile("settled", "", width_px=480, height_px=600), ()),
        (SeenFile("settled", "", width_px=600, height_px=600), ()),
        (SeenFile("settled", "", width_px=479, height_px=480), ()),
        (SeenFile("settled", "", width_px=479, height_px=479), (Problem.SMALL,)),
        (SeenFile("settled", "", width_px=800, height_px=600), (Problem.SIDEWAYS,)),
        (SeenFile("to_decide", "", width_px=200, height_px=130), (Problem.SIDEWAYS, Problem.SMALL)),
        (SeenFile("unmatched", "unmatched", is_listed_empty=True), (Problem.EMPTY,)),
        (SeenFile("rejected", "empty", is_listed_empty=True), (Problem.EMPTY,)),
        (SeenFile("rejected", "empty"), (Problem.EMPTY,)),
        (SeenFile("rejected", "too_small"), (Problem.TOO_SMALL,)),
        (SeenFile("rejected", "part_too_small"), (Problem.TOO_SMALL,)),
        (SeenFile("rejected", "damaged"), (Problem.NOT_USABLE,)),
        (SeenFile("failed", "failed"), (Problem.NOT_READ,)),
        (SeenFile("unmatched", "no_key"), (Problem.UNMATCHED,)),
        (SeenFile("unmatched", "ambiguous"), (Problem.AMBIGUOUS,)),
        (SeenFile("review", "collision"), (Problem.AMBIGUOUS,)),
        (SeenFile("review", "placeholder", width_px=480, height_px=600), (Problem.SAME_PICTURE,)),
        (SeenFile("review", "other_person", width_px=700, height_px=600), (Problem.SAME_PICTURE, Problem.SIDEWAYS)),
        (SeenFile("settled", "same_as_other_file", width_px=480, height_px=600), (Problem.SAME_PICTURE,)),
        (SeenFile("review", "two_pictures", width_px=480, height_px=600), (Problem.TWO_PICTURES,)),
        (SeenFile("review", "old_photo", width_px=480, height_px=600), (Problem.OLD,)),
        (SeenFile("waiting", "report_open", width_px=480, height_px=600), ()),
    ],
)
def test_problems_of_a_file(file: SeenFile, problems: tuple[Problem, ...]) -> None:
    assert problems_of(file, small_px=480) == problems
