"""Searching articles: forms of words, beginnings, accents, small mistakes, order, excerpts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.article_search import (
    EXCERPT_WORDS,
    MOST_WORDS,
    ArticleIndex,
    Fragment,
    Searchable,
    Section,
    excerpt,
    stem,
    words_asked,
)

ARTICLES = [
    Searchable(
        "enabling",
        "Turning the photo sync on",
        "Why it stops and how it starts again",
        ("re-enable", "multi-year"),
        [
            Section("", "", "A sync profile runs only on the days of its timetable periods."),
            Section("Stop it", "stop-it", "Take the tick off and the scheduled runs end."),
        ],
    ),
    Searchable(
        "held",
        "A run is held",
        "Why a run waits for a person",
        ("approve",),
        [Section("Look first", "look-first", "Every change stands there. The café's résumé is here, too.")],
    ),
    Searchable(
        "people",
        "Students and staff",
        "Finding people",
        (),
        [Section("", "", "Everyone is listed. A run changes nobody here. Timetables play no part.")],
    ),
]
INDEX = ArticleIndex(ARTICLES)


def keys(question: str) -> list[str]:
    return [found.key for found in INDEX.search(question)]


@pytest.mark.parametrize(
    ("question", "expected"),
    [
        ("held", ["held"]),
        ("run held", ["held"]),
        ("timetable period", ["enabling"]),
        ("timetables", ["enabling", "people"]),
        ("enabled", ["enabling"]),
        ("approving", ["held"]),
        ("sched", ["enabling"]),
        ("CAFE", ["held"]),
        ("resume", ["held"]),
        ("shceduled", ["enabling"]),
        ("tiemtable period", ["enabling"]),
        ("how do I stop the sync", ["enabling"]),
        ("run", ["held", "enabling", "people"]),
        ("held kangaroo", []),
        ("kangaroo", []),
        ("", []),
        ("?!", []),
        ("the", ["enabling", "held"]),
    ],
)
def test_question_finds_the_articles_that_have_every_word(question: str, expected: list[str]) -> None:
    assert keys(question) == expected


def test_found_article_says_where_and_marks_what_was_asked() -> None:
    found = INDEX.search("tick off")[0]

    assert (found.section and found.section.anchor) == "stop-it"
    assert [each.text for each in found.excerpt if each.is_hit] == ["tick", "off"]
    assert "".join(each.text for each in found.excerpt) == "Take the tick off and the scheduled runs end."


def test_word_of_the_title_alone_shows_the_summary() -> None:
    found = INDEX.search("students")[0]

    assert (found.title, found.section) == (
        (Fragment("Students", is_hit=True), Fragment(" and staff", is_hit=False)),
        None,
    )
    assert found.excerpt == (Fragment("Finding people", is_hit=False),)


def test_excerpt_is_cut_around_what_was_found() -> None:
    words = [f"w{number}" for number in range(200)]
    words[150] = "needle"

    fragments = excerpt(" ".join(words), {"needl"})
    text = "".join(each.text for each in fragments)

    assert [each.text for each in fragments if each.is_hit] == ["needle"]
    assert text.startswith("… w144 ")
    assert text.endswith(" …")
    assert len(text.split()) == EXCERPT_WORDS + 2


@pytest.mark.parametrize(
    "forms",
    [
        ("enable", "enables", "enabled", "enabling"),
        ("period", "periods"),
        ("copy", "copies"),
        ("match", "matches", "matched", "matching"),
        ("stop", "stops", "stopped", "stopping"),
        ("Run", "runs", "RUN"),
        ("status",),
    ],
)
def test_forms_of_a_word_have_one_stem(forms: tuple[str, ...]) -> None:
    assert len({stem(form) for form in forms}) == 1


@given(st.text(max_size=300))
def test_any_question_is_answered_with_bounded_work(question: str) -> None:
    assert len(words_asked(question)) <= MOST_WORDS
    for found in INDEX.search(question):
        assert "".join(each.text for each in found.title) in {each.title for each in ARTICLES}
