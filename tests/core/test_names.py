"""How names, school years and home rooms of two sides are compared."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.names import (
    LONGEST_SOUGHT,
    Says,
    home_rooms,
    name_form,
    own_spellings,
    plain_form,
    school_year,
    school_years,
    sought_form,
)

SAME, OTHER, NOTHING = Says.SAME, Says.OTHER, Says.NOTHING


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("O'Brien", "O\u2019BRIEN"),
        ("O'Brien", "OBRIEN"),
        ("Mary-Jane", "mary jane"),
        ("Mary-Jane", "MaryJane"),
        ("Zo\u00eb", "ZOE\u0308"),
        ("van der Berg", "Van  Der\u00a0Berg"),
        ("Stra\u00dfe", "STRASSE"),
        ("Ka\u02bbana", "Ka'ana"),
        ("St. John", "St John"),
    ],
)
def test_names_that_count_as_the_same(one: str, other: str) -> None:
    assert name_form(one) == name_form(other)


@pytest.mark.parametrize(
    ("one", "other"), [("Kova\u010devi\u0107", "Kovacevic"), ("Jon", "John"), ("Li", "Lee"), ("", "A")]
)
def test_names_that_are_not_the_same(one: str, other: str) -> None:
    assert name_form(one) != name_form(other)


def test_people_are_sought_without_marks_and_with_the_two_names_apart() -> None:
    assert sought_form("Kova\u010devi\u0107", "Ana-Maria") == "kovacevic anamaria"
    assert sought_form("Anna", "") != sought_form("", "Anna")
    assert len(sought_form("\ufdfa" * 200, "x")) == LONGEST_SOUGHT


names = st.text(max_size=30)


@given(names)
def test_form_of_a_form_is_itself(name: str) -> None:
    assert name_form(name_form(name)) == name_form(name)
    assert plain_form(plain_form(name)) == plain_form(name)


@given(names)
def test_normal_form_and_punctuation_make_no_difference(name: str) -> None:
    apart = unicodedata.normalize("NFD", name)
    assert name_form(apart) == name_form(name) == name_form(f" {name}'- ")


@given(st.text(alphabet="abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ\u00e9\u0161\u00f8 '-", max_size=20))
def test_letter_case_makes_no_difference(name: str) -> None:
    assert name_form(name.upper()) == name_form(name.lower()) == name_form(name)


@given(names, names)
def test_who_is_called_the_same_is_found(one: str, other: str) -> None:
    """What the database looks up never misses a person whose names are the same."""
    if name_form(one) == name_form(other):
        assert plain_form(one) == plain_form(other)


@pytest.mark.parametrize(
    "text", ["7", "07", "Year 7", "YEAR 07", "yr7", "Yr. 7", "Grade 7", "7th", "7th Grade", "Y7"]
)
def test_spellings_of_year_7(text: str) -> None:
    assert school_year(text) == ("7", True)


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("K", ("kindergarten", True)),
        ("Kindergarten", ("kindergarten", True)),
        ("Prep", ("prep", True)),
        ("Year P", ("prep", True)),
        ("Foundation", ("foundation", True)),
        ("Faculty", ("staff", True)),
        ("1/2", ("1/2", False)),
        ("14", ("14", False)),
        ("0", ("0", False)),
        ("Seniors", ("seniors", False)),
        ("", ("", False)),
    ],
)
def test_other_school_years(text: str, found: tuple[str, bool]) -> None:
    assert school_year(text) == found


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("07", "Year 7", SAME),
        ("7", "8", OTHER),
        ("", "8", NOTHING),
        ("7", "", NOTHING),
        ("Prep", "Foundation", OTHER),
        ("K", "Kindergarten", SAME),
        ("1/2", "12", NOTHING),
        ("1/2", "1", NOTHING),
        ("Captains", "12", NOTHING),
        ("Captains", "captains", SAME),
    ],
)
def test_what_two_sides_say_of_a_school_year(one: str, other: str, says: Says) -> None:
    assert (school_years(one, other), school_years(other, one)) == (says, says)


@pytest.mark.parametrize(
    ("one", "other", "says"),
    [
        ("7A", "07a", SAME),
        ("7-A", "Room 7A", SAME),
        ("HR 7A", "7a", SAME),
        ("Room7A", "7A", SAME),
        ("7A", "7B", OTHER),
        ("", "7B", NOTHING),
        ("Class", "7B", NOTHING),
        ("7.1", "7-1", SAME),
        ("7.1", "71", OTHER),
        ("Smith", "7B", NOTHING),
        ("12", "Kelly House", NOTHING),
        ("Kelly", "Kelly", SAME),
        ("Kelly", "Carroll", OTHER),
        ("A", "B", OTHER),
        ("A", "7A", OTHER),
    ],
)
def test_what_two_sides_say_of_a_home_room(one: str, other: str, says: Says) -> None:
    assert (home_rooms(one, other), home_rooms(other, one)) == (says, says)


@pytest.mark.parametrize(
    ("one", "other", "years", "says"),
    [
        ("A", "7A", ("7", "Year 7"), SAME),
        ("7A", "A", ("07", "7"), SAME),
        ("B", "7A", ("7", "7"), OTHER),
        ("1", "7.1", ("7", "7"), SAME),
        ("A", "10A", ("", "10"), OTHER),
        ("A", "A", ("", ""), SAME),
    ],
)
def test_the_year_in_front_of_a_home_room_may_be_left_out(
    one: str, other: str, years: tuple[str, str], says: Says
) -> None:
    assert home_rooms(one, other, years=years) == says


def test_name_in_a_column_for_teachers_too_contradicts_no_home_room() -> None:
    assert home_rooms("Smith", "Kelly") is OTHER
    assert home_rooms("Smith", "Kelly", may_be_teacher=True) is NOTHING
    assert home_rooms("7A", "7B", may_be_teacher=True) is OTHER


@pytest.mark.parametrize(
    ("in_use", "given", "expected"),
    [
        ({"Year 7": 90, "07": 10}, {"07": 100, "7": 1, "Year 7": 1}, {"07": "Year 7", "7": "Year 7"}),
        ({"Year 7": 2, "07": 2, "7": 2}, {"Yr 7": 5}, {"Yr 7": "7"}),
        ({}, {"07": 1, "Year 7": 2, "8": 1}, {"07": "Year 7"}),
        ({}, {"07": 1, "Y7": 1}, {"Y7": "07"}),
        ({"Prep": 50}, {"P": 1, "Foundation": 1, "Reception": 1}, {"P": "Prep"}),
        ({"7/8": 50, "12": 50}, {"7-8": 1, "Special": 1}, {}),
    ],
    ids=["most", "shortest", "of the file", "first", "words", "unknown"],
)
def test_school_years_are_written_as_most_of_those_in_use(
    in_use: dict[str, int], given: dict[str, int], expected: dict[str, str]
) -> None:
    assert own_spellings(in_use, given) == expected
