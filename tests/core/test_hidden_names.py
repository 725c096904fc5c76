"""Which texts and paths name someone who may not be named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.hidden_names import HiddenNames, HiddenPerson

MIA = HiddenPerson(1, "Chen", ("Mia", "Mimi"), {"1001", "mia.chen@school.vic.edu.au", "7"})
OTHERS = HiddenNames(
    [
        HiddenPerson(2, "O\u2019Brien-Ko\u010d", ("Zo\u00eb Ann",), {"AB-12"}),
        HiddenPerson(3, "", ("Prince",), ()),
        HiddenPerson(4, "", (), {"0042"}),
    ]
)
HIDDEN = HiddenNames([MIA])


@pytest.mark.parametrize(
    "text",
    [
        "The same picture is also there for Mia Chen (9). One of the two is wrong.",
        'INDEX.TXT, line 3, has "Chen, MIA" (grade 7).',
        "That is Mimi Chen, who has left.",
        "MiaChen and others",
        "CHENMIA",
        "Mia Lin Rose Chen",
        "M\u00eda Ch\u00e9n",
        "The code 1001 is both a student's and a staff member's.",
        "mia.chen@school.vic.edu.au",
    ],
)
def test_text_that_names_someone(text: str) -> None:
    assert HIDDEN.in_text(text) == {1}


@pytest.mark.parametrize(
    "text",
    [
        "",
        "The same picture is also there for Bob Chen (1002).",
        "Mia Chan",
        "Mia is here, and far away from her there is a certain Chen",
        "Amia Chenal",
        "Line 7 of INDEX.TXT gives it to different people.",
        "It is picture 21001.",
    ],
)
def test_text_that_names_no_one(text: str) -> None:
    assert HIDDEN.in_text(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("Zoe Ann OBrien Koc", {2}),
        ("OBRIEN-KOC_ZOEANN", {2}),
        ("Zo\u00eb-Ann O'Brien-Ko\u010d", {2}),
        ("It is ab12.", {2}),
        ("Prince (9) has left.", {3}),
        ("princess", set()),
        ("42", set()),
        ("0042", {4}),
    ],
)
def test_names_with_signs_and_people_with_one_name_or_none(text: str, who: set[int]) -> None:
    assert OTHERS.in_text(text) == who


@pytest.mark.parametrize(
    "path",
    [
        "Chen_Mia.jpg",
        "MiaChen.jpg",
        "7B/mia-chen-2.jpg",
        "Chen, Mia/IMG_1.jpg",
        "MiaChen2.jpg",
        "IMG_01001.jpg",
        "P1001b.jpg",
        "Room 7.jpg",
    ],
)
def test_path_that_names_someone(path: str) -> None:
    assert HIDDEN.in_path(path) == {1}


@pytest.mark.parametrize("path", ["7B/1002.jpg", "1001/front.jpg", "Chen_Bob.jpg", "IMG_9.jpg", ""])
def test_path_that_names_no_one(path: str) -> None:
    assert HIDDEN.in_path(path) == frozenset()


def test_part_of_the_name_of_someones_file_is_hardly_the_code_of_another() -> None:
    assert HIDDEN.in_path("7_1002.jpg", is_matched=True) == frozenset()
    assert HIDDEN.in_path("7_1002.jpg") == {1}
    assert HIDDEN.in_path("1001-1002.jpg", is_matched=True) == {1}
    assert HIDDEN.in_path("Chen_Mia.jpg", is_matched=True) == {1}


def test_codes_are_compared_without_letter_case_and_leading_zeros() -> None:
    assert OTHERS.known_by(["42", "x"]) == {4}
    assert OTHERS.known_by(["ab-12"]) == {2}
    assert HiddenNames([]).known_by(["42"]) == frozenset()


@given(st.text())
def test_any_text_can_be_asked_about(text: str) -> None:
    assert HIDDEN.in_text(f"{text} Mia Chen") == {1}
    assert HIDDEN.in_path(f"{text} Mia Chen.jpg") == {1}
    assert HiddenNames([]).in_text(text) == frozenset()


STUDENT = HiddenNames([HiddenPerson(1, "Student", (), ()), HiddenPerson(2, "", ("An", "May"), ())])


@pytest.mark.parametrize(
    "text",
    [
        "No student has the code 77, and that may be an old one.",
        "Student codes are compared as they are. May it be another?",
        "This is not an image. An ordinary JPEG is.",
    ],
)
def test_sentence_does_not_name_someone_whose_only_name_is_a_word(text: str) -> None:
    assert STUDENT.in_text(text) == frozenset()


@pytest.mark.parametrize(
    ("text", "who"),
    [
        ("It is of An.", {2}),
        ("The same picture is also there for Student (77).", {1}),
        ("May (77) has left.", {2}),
        ('INDEX.TXT has "an" there.', {2}),
    ],
)
def test_sentence_names_someone_by_an_only_name_that_is_written_as_one(text: str, who: set[int]) -> None:
    assert STUDENT.in_text(text) == who


def test_path_names_someone_by_an_only_name() -> None:
    assert STUDENT.in_path("2026/an.jpg") == {2}
