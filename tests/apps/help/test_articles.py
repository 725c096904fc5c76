"""The articles as files: their heads, what they explain, and how they are cut for the search."""

import pytest
from django.urls import get_resolver

from photosync.apps.help.articles import GENERAL, Article, article_on, articles, sections_of
from photosync.web.page import WORKSPACES


def page_names() -> set[str]:
    names: set[str] = set()
    waiting = list(get_resolver().url_patterns)
    while waiting:
        each = waiting.pop()
        if hasattr(each, "url_patterns"):
            waiting += each.url_patterns
        elif each.name:
            names.add(each.name)
    return names


def test_articles_are_there_in_their_order() -> None:
    assert len(articles()) >= 18
    assert next(iter(articles())) == "getting-started"
    assert [each.order for each in articles().values()] == sorted({each.order for each in articles().values()})


@pytest.mark.parametrize("article", articles().values(), ids=lambda each: each.slug)
def test_head_is_whole_and_leads_somewhere(article: Article) -> None:
    assert all((article.title, article.summary, article.keywords, article.body.strip()))
    assert article.workspace in {GENERAL, *(each.page for each in WORKSPACES)}
    assert 2 <= len(article.neighbours) <= 4
    assert set(article.neighbours) <= set(articles()) - {article.slug}
    assert set(article.pages) <= page_names()
    assert article.slug != "feedback"


def test_every_page_is_explained_by_one_article() -> None:
    explained = [page for article in articles().values() for page in article.pages]

    assert sorted(explained) == sorted(set(explained))
    assert (article_on("manage-sync") or pytest.fail("nothing explains Manage Sync")).slug == (
        "enabling-the-photo-sync"
    )
    assert article_on("healthz") is None
    assert article_on(None) is None


def test_every_article_is_a_neighbour_of_another() -> None:
    named = {slug for article in articles().values() for slug in article.neighbours}

    assert set(articles()) - named - {"getting-started"} == set()


def test_article_is_cut_at_its_headings() -> None:
    sections = sections_of(articles()["enabling-the-photo-sync"])

    assert [(each.heading, each.anchor) for each in sections][:3] == [
        ("", ""),
        ("Add a timetable period", "add-a-timetable-period"),
        ("One period for several years", "one-period-for-several-years"),
    ]
    assert "Press Add. A box for the period appears." in sections[1].text
    assert all("**" not in each.text and "](" not in each.text for each in sections)
