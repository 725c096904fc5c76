import unicodedata
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import Refused
from photosync.core.people import (
    EXACT,
    Comparison,
    IdentifierKey,
    PersonKind,
    compare_form,
    merged_by,
    plain_letters,
    quoted,
    quoted_path,
    refuse_if_merging,
)

LOOSE = Comparison(ignore_case=True, ignore_leading_zeros=True)
COMPARISONS = st.builds(Comparison, ignore_case=st.booleans(), ignore_leading_zeros=st.booleans())
CODES = st.text(alphabet="0012aAbBéÉß -", max_size=6) | st.text(max_size=8)


@pytest.mark.parametrize(
    ("value", "ignore_case", "ignore_leading_zeros", "form"),
    [
        ("002082", False, False, "002082"),
        (" 2082\t", False, False, "2082"),
        ("002082", False, True, "2082"),
        ("000", False, True, "0"),
        ("00A1", False, True, "A1"),
        ("0-7", False, True, "0-7"),
        ("00-7", False, True, "0-7"),
        ("0 7", False, True, "0 7"),
        ("AbC", True, False, "abc"),
        ("STRASSE", True, False, "strasse"),
        ("Straße", True, False, "strasse"),
        ("e\u0301", False, False, "é"),
        ("0E\u0301", True, True, "é"),
        ("", True, True, ""),
    ],
)
def test_compare_form_of_identifier(value: str, ignore_case: bool, ignore_leading_zeros: bool, form: str) -> None:
    assert compare_form(value, ignore_case=ignore_case, ignore_leading_zeros=ignore_leading_zeros) == form


@given(COMPARISONS, st.text())
def test_compare_form_of_a_form_is_itself(comparison: Comparison, value: str) -> None:
    form = comparison.form(value)

    assert comparison.form(form) == form


@given(COMPARISONS, st.text())
def test_compare_form_is_the_same_for_every_normal_form(comparison: Comparison, value: str) -> None:
    composed, decomposed = unicodedata.normalize("NFC", value), unicodedata.normalize("NFD", value)

    assert comparison.form(composed) == comparison.form(decomposed)


@given(st.text(alphabet="0123456789", min_size=1, max_size=8))
def test_compare_form_of_digits_without_leading_zeros_is_the_number_as_text(digits: str) -> None:
    assert compare_form(digits, ignore_case=False, ignore_leading_zeros=True) == str(int(digits))


@pytest.mark.parametrize(
    ("comparison", "groups"),
    [
        (EXACT, ()),
        (Comparison(ignore_case=True), (("AB", "ab"),)),
        (Comparison(ignore_leading_zeros=True), (("0012", "12"),)),
        (LOOSE, (("0012", "12"), ("AB", "ab"))),
    ],
)
def test_merged_by_names_what_an_option_would_merge(
    comparison: Comparison, groups: tuple[tuple[str, ...], ...]
) -> None:
    assert merged_by(comparison, ["ab", "12", "AB", "0012", " 12 ", "7"]) == groups


@given(COMPARISONS, st.lists(CODES, max_size=8))
def test_merged_by_agrees_with_comparing_every_pair(comparison: Comparison, values: list[str]) -> None:
    exact = {EXACT.form(value) for value in values}
    pairs = {frozenset(p) for p in combinations(exact, 2) if comparison.form(p[0]) == comparison.form(p[1])}

    groups = merged_by(comparison, values)

    assert {frozenset(pair) for group in groups for pair in combinations(group, 2)} == pairs


def test_refuse_if_merging_two_people() -> None:
    owned = [(1, "0012"), (2, "12"), (3, "AB"), (4, "ab")]

    with pytest.raises(Refused) as refusal:
        refuse_if_merging(LOOSE, owned)

    assert refusal.value.message == (
        'Ignoring leading zeros and letter case would make different people the same: "0012" and "12", '
        '"AB" and "ab". The option was not set. Leave it off, or correct these identifiers first.'
    )


def test_refuse_if_merging_many_people_names_three_pairs() -> None:
    owned = [(number, code) for number in range(10, 15) for code in (f"{number}",)]
    owned += [(number + 100, f"0{number}") for number in range(10, 15)]

    with pytest.raises(Refused) as refusal:
        refuse_if_merging(Comparison(ignore_leading_zeros=True), owned)

    assert refusal.value.message == (
        'Ignoring leading zeros would make different people the same: "010" and "10", "011" and "11", '
        '"012" and "12" and 2 more. The option was not set. Leave it off, or correct these identifiers first.'
    )


@pytest.mark.parametrize(
    "owned",
    [
        [(1, "0012"), (1, "12")],
        [(1, "12"), (2, "12")],
        [(1, "12"), (2, "13")],
        [],
    ],
    ids=["two identifiers of one person", "same already", "different", "nobody"],
)
def test_refuse_if_merging_lets_pass(owned: list[tuple[int, str]]) -> None:
    assert refuse_if_merging(LOOSE, owned) is None


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("0417", '"0417"'),
        ("a\nb\x1b[31m", '"a�b�[31m"'),
        ("\udcff", '"�"'),
        ("x" * 60, '"' + "x" * 60 + '"'),
        ("x" * 61, '"' + "x" * 59 + '…"'),
    ],
)
def test_quoted_is_fit_for_a_sentence(value: str, shown: str) -> None:
    assert quoted(value) == shown


def test_of_a_long_path_the_end_is_quoted_which_names_the_file() -> None:
    assert quoted_path("Vol/IMAGES/1.jpg") == '"Vol/IMAGES/1.jpg"'
    shown = quoted_path("V" * 80 + "/IMAGES/1\n.jpg")
    assert (len(shown), shown[:3], shown[-14:]) == (62, '"…V', 'IMAGES/1\N{REPLACEMENT CHARACTER}.jpg"')


def test_identifier_keys_belong_to_their_number_space() -> None:
    assert {key: key.kinds for key in IdentifierKey} == {
        IdentifierKey.STUDENT_CODE: (PersonKind.STUDENT,),
        IdentifierKey.STAFF_CODE: (PersonKind.STAFF,),
        IdentifierKey.ALTERNATE_ID: (PersonKind.STUDENT, PersonKind.STAFF),
        IdentifierKey.USERNAME: (PersonKind.STUDENT, PersonKind.STAFF),
        IdentifierKey.EMAIL: (PersonKind.STUDENT, PersonKind.STAFF),
    }


def test_person_kinds_in_words() -> None:
    assert [(kind.component, kind.one) for kind in PersonKind] == [
        ("students", "student"),
        ("staff", "staff member"),
    ]


@pytest.mark.parametrize(
    ("name", "plain"),
    [
        ("Kovačević", "kovacevic"),
        ("Nguyễn Thị Đào", "nguyen thi dao"),
        ("Strauß-Bjørn", "strauss-bjorn"),
        ("O\u2019Brien", "o'brien"),
        ("Zoe\u0308", "zoe"),
        ("Łukasz Œuvré", "lukasz oeuvre"),
        ("İbrahim", "ibrahim"),
        ("李小龍", "李小龍"),
        ("می\u200cنا", "مینا"),
        ("\u0301", ""),
    ],
)
def test_plain_letters_of_a_name_are_those_that_one_types(name: str, plain: str) -> None:
    assert plain_letters(name) == plain
