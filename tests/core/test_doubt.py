"""How doubtful a pair is: each reason in words, their sum, and pictures that look swapped."""

import pytest

from photosync.core.doubt import (
    LOOK_BYTES,
    LOOK_VERSION,
    Doubt,
    Pair,
    can_be_compared,
    difference,
    difference_of,
    doubt_of,
    doubt_of_anothers,
    doubt_of_swapped,
    spread_of,
)
from photosync.core.swaps import MOST_IN_A_GROUP, DoubtfulPair, Likeness, find_swaps


def look(level: int) -> bytes:
    return bytes((LOOK_VERSION, *[level] * (LOOK_BYTES - 1)))


def pair(**given: object) -> Pair:
    return Pair(**({"before": look(100), "after": look(100)} | given))  # type: ignore[arg-type]


def doubt(**given: object) -> Doubt:
    one = pair(**given)
    return doubt_of(one, difference_of(one, spread_of([])))


def test_nothing_is_doubtful_about_the_same_look() -> None:
    assert doubt() == Doubt(0, ())


@pytest.mark.parametrize(
    ("given", "expected"),
    [
        ({"after": look(200)}, Doubt(60, ("Hair and skin look different.",))),
        ({"after": None}, Doubt(15, ("The two pictures could not be compared.",))),
        ({"before": b"\x00" + look(100)[1:]}, Doubt(15, ("The two pictures could not be compared.",))),
        ({"matched_by_hand": True}, Doubt(12, ("The file was matched by hand.",))),
        ({"namesakes": 1}, Doubt(8, ("Two people of the school have this name.",))),
        ({"namesakes": 2}, Doubt(8, ("3 people have this name.",))),
        ({"years_apart": 2}, Doubt(0, ())),
        ({"years_apart": 3}, Doubt(4, ("The photo before is 3 years older.",))),
    ],
)
def test_each_reason_alone(given: dict[str, object], expected: Doubt) -> None:
    assert doubt(**given) == expected


def test_reasons_add_up_to_no_more_than_a_hundred_with_the_weightiest_first() -> None:
    found = doubt(after=look(250), matched_by_hand=True, namesakes=1, file_name="Ng_Kim_1.jpg", names=("Al", "Fry"))

    assert found == Doubt(
        100,
        (
            "Hair and skin look different.",
            "The file name says Ng Kim, which is not this person's name.",
            "The file was matched by hand.",
            "Two people of the school have this name.",
        ),
    )
    assert doubt_of_swapped(found, "Kim Ng (2)").points == 100


@pytest.mark.parametrize(
    "file_name",
    [
        "002082.jpg",
        "IMG_2082.jpg",
        "School Photo 2026 - 002082.jpg",
        "Bloggs_Jo_002082.jpg",
        "josephine bloggs.jpg",
        "BLOGGS, Joséphine.JPG",
        "blo_jos.png",
        "jbloggs.jpg",
        "j.smith.bloggs.jpg",
        ".jpg",
    ],
)
def test_file_names_that_do_not_name_another(file_name: str) -> None:
    names = ("Josephine", "Jo", "Bloggs", "002082", "jbloggs7")
    assert doubt(file_name=file_name, names=names) == Doubt(0, ())


def test_file_name_that_names_another() -> None:
    found = doubt(file_name="Smith_Sam_002082.jpg", names=("Josephine", "", "Bloggs", "002082"))
    assert found == Doubt(35, ("The file name says Smith Sam, which is not this person's name.",))


def test_what_changes_in_the_whole_delivery_is_usual() -> None:
    pairs = [(look(100 + number % 5), look(130 + number % 5)) for number in range(60)]

    spread = spread_of(pairs)

    assert difference(look(100), look(130), spread) == 0
    assert difference(look(100), look(100), spread) == 6


def test_a_look_of_another_version_is_not_compared() -> None:
    assert [can_be_compared(one) for one in (look(1), b"", None, bytes((LOOK_VERSION + 1,)) + look(1)[1:])] == [
        True,
        False,
        False,
        False,
    ]


def doubtful(ref: int, place: int, before: int, after: int, group: str = "", family: str = "") -> DoubtfulPair:
    spread = spread_of([])
    looks = look(before), look(after)
    return DoubtfulPair(ref, place, *looks, difference(*looks, spread), group, family)


@pytest.mark.parametrize(
    ("place", "group", "family", "expected"),
    [
        (2, "", "", True),
        (9, "7A", "", True),
        (9, "", "ng", True),
        (9, "", "", False),
    ],
)
def test_swapped_among_neighbours_the_roll_group_and_siblings(
    place: int, group: str, family: str, expected: bool
) -> None:
    pairs = [doubtful(1, 1, 50, 150, group, family), doubtful(2, place, 150, 50, group, family)]
    found = find_swaps(pairs, spread_of([]))
    assert found == ((Likeness(1, 2, mutual=True), Likeness(2, 1, mutual=True)) if expected else ())


def test_files_shifted_by_one_look_like_their_neighbours() -> None:
    levels = [20, 120, 220, 70, 170]
    pairs = [
        doubtful(number, number, levels[number], levels[(number + 1) % len(levels)]) for number in range(len(levels))
    ]
    found = find_swaps(pairs, spread_of([]))
    assert found == tuple(Likeness(number, number + 1, mutual=False) for number in range(4))


def test_what_looks_as_usual_is_not_swapped() -> None:
    pairs = [doubtful(1, 1, 100, 101, "7A"), doubtful(2, 2, 101, 100, "7A")]
    assert find_swaps(pairs, spread_of([])) == ()


def test_groups_too_large_to_look_through_are_left_out() -> None:
    pairs = [
        doubtful(number, number * 10, 50 if number % 2 else 150, 150 if number % 2 else 50, "all")
        for number in range(MOST_IN_A_GROUP + 1)
    ]
    assert find_swaps(pairs, spread_of([])) == ()
    assert len(find_swaps(pairs[:2], spread_of([]))) == 2


def test_words_for_the_likeness() -> None:
    base = Doubt(60, ("Hair and skin look different.",))
    assert doubt_of_swapped(base, "Jo Bloggs (2)") == Doubt(
        95, ("Looks swapped with Jo Bloggs (2).", "Hair and skin look different.")
    )
    assert doubt_of_anothers(base, "Jo Bloggs (2)") == Doubt(
        80,
        (
            "Looks more like the photo of Jo Bloggs (2), whose file is next to it.",
            "Hair and skin look different.",
        ),
    )
