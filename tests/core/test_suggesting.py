from string import ascii_lowercase, digits

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.matching import one_slip
from photosync.core.people import Comparison, PersonKind
from photosync.core.suggesting import MOST_SUGGESTIONS, Clues, Known, Suggestion, suggest

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF
FOLDED = Comparison(ignore_case=True, ignore_leading_zeros=True)
CODES = st.text(digits + ascii_lowercase, min_size=3, max_size=10)
NAMES = st.text(ascii_lowercase, max_size=8)
PEOPLE = st.lists(
    st.builds(
        Known,
        st.integers(1, 50),
        st.sampled_from([STUDENT, STAFF]),
        st.tuples(NAMES, NAMES, NAMES),
        st.lists(CODES, max_size=2).map(tuple),
    ),
    max_size=20,
    unique_by=lambda each: each.person_id,
)


def known(
    person_id: int, *identifiers: str, family: str = "", given_name: str = "", kind: PersonKind = STUDENT
) -> Known:
    return Known(person_id, kind, (family, given_name, ""), identifiers)


@pytest.mark.parametrize(
    ("key", "stem", "person", "why"),
    [
        ("0417", "0417", known(1, "417"), '"417" differs in leading zeros only.'),
        ("0417", "0417", known(1, "0417", kind=STAFF), 'A staff member is known by "0417".'),
        ("0417", "0417", known(1, "10417"), '"10417" is one slip of the keyboard away.'),
        ("0417", "0417", known(1, "4170"), '"4170" is one slip of the keyboard away.'),
        ("1024", "1024", known(1, "1042"), '"1042" is one slip of the keyboard away.'),
        ("IMG_0417", "IMG_0417", known(1, "0417"), 'The file name has the number "0417".'),
        ("2026041799", "2026041799", known(1, "0417"), '"0417" is part of a number in the file name.'),
        ("0417", "0417", known(1, "2604179"), ""),
        ("4179", "4179", known(1, "2604179"), '"2604179" contains what the file name has.'),
        (
            "Bloggs_Jo",
            "Bloggs_Jo",
            known(1, "9", family="Bloggs", given_name="Jo"),
            "Both names are in the file name.",
        ),
        ("BloggsJo", "BloggsJo", known(1, "9", family="Bloggs", given_name="Jo"), "Both names are in the file name."),
        ("Çelik", "CELIK", known(1, "9", family="Çelik"), "The family name is in the file name."),
        ("jo", "jo", known(1, "9", given_name="Jo"), "The given name is in the file name."),
        ("Jo", "0001", known(1, "9", given_name="Jo"), "The given name is in the file name or the index."),
        ("0417", "0417", known(1, "9999", family="Bloggs"), ""),
    ],
)
def test_suggestion_says_why(key: str, stem: str, person: Known, why: str) -> None:
    expected = (Suggestion(1, why),) if why else ()

    assert suggest(Clues.of(key, stem), [person]) == expected


def test_code_and_name_together_come_before_either() -> None:
    clues = Clues.of("Bloggs_J_0417", "Bloggs_J_0417")
    people = [known(1, "0418"), known(2, family="Bloggs"), known(3, "10417", family="Bloggs"), known(4, "0417")]

    assert [each.person_id for each in suggest(clues, people)] == [3, 4, 1, 2]


@given(CODES, st.text(max_size=30), PEOPLE, st.randoms())
def test_suggestions_are_few_and_do_not_depend_on_the_order(
    key: str, stem: str, people: list[Known], random: object
) -> None:
    clues = Clues.of(key, stem)
    found = suggest(clues, people)
    shuffled = list(people)
    random.shuffle(shuffled)  # type: ignore[attr-defined]  # Hypothesis gives a Random

    assert suggest(clues, shuffled) == found
    assert len(found) <= MOST_SUGGESTIONS
    assert {each.person_id for each in found} <= {each.person_id for each in people}
    assert all(each.why for each in found)


@given(CODES, PEOPLE)
def test_person_with_the_same_code_but_for_zeros_is_suggested_first(code: str, people: list[Known]) -> None:
    mia = known(99, f"0{code}")
    others = [each for each in people if all(FOLDED.form(one) != FOLDED.form(code) for one in each.identifiers)]

    found = suggest(Clues.of(code, ""), [*others, mia])

    assert found[0].person_id == 99


@given(CODES, CODES)
def test_values_to_look_up_hold_every_identifier_that_is_the_same_or_one_slip_away(code: str, other: str) -> None:
    near = one_slip(FOLDED.form(code), FOLDED.form(other)) or FOLDED.form(code) == FOLDED.form(other)

    values = Clues.of(code, "").values()

    assert FOLDED.form(code) in values
    assert not near or FOLDED.form(other) in values


@given(st.text(max_size=300), st.text(max_size=300))
def test_any_name_gives_clues_of_bounded_size(key: str, stem: str) -> None:
    clues = Clues.of(key, stem)

    assert len(clues.values()) < 3_000
    assert len(clues.words) <= 6
