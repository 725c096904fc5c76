"""What the pages of Help show: articles by workspace, what a search found, and how an article can be answered."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext_lazy as _

from photosync.apps.help.articles import GENERAL, Article, articles, index
from photosync.apps.help.models import Reason
from photosync.apps.help.robot_check import RobotCheck
from photosync.core.article_search import LONGEST_QUESTION, Fragment
from photosync.web.help_address import article_address
from photosync.web.page import Words

MOST_FOUND = 12


@dataclass(frozen=True, slots=True)
class ArticleShown:
    title: str
    summary: str
    url: str


@dataclass(frozen=True, slots=True)
class ArticleFound:
    title: tuple[Fragment, ...]
    url: str
    section: str
    excerpt: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True)
class FeedbackForm:
    """What is asked of those who were not helped. `wrong` names the part that the `error` is about."""

    check: RobotCheck
    chosen: Sequence[str] = ()
    comment: str = ""
    answers: str = ""
    error: str = ""
    wrong: str = ""

    @property
    def reasons(self) -> list[tuple[str, str, bool]]:
        return [(reason.value, str(reason.label), reason.value in self.chosen) for reason in Reason]


def shown(article: Article) -> ArticleShown:
    return ArticleShown(article.title, article.summary, article_address(article.slug))


def grouped(workspaces: Sequence[tuple[str, Words]]) -> list[tuple[Words, list[ArticleShown]]]:
    """Return all articles under the words of their workspaces, in the order of these."""
    named: list[tuple[str, Words]] = [(GENERAL, _("About all of it")), *workspaces]
    groups = [
        (words, [shown(each) for each in articles().values() if each.workspace == name]) for name, words in named
    ]
    return [(words, listed) for words, listed in groups if listed]


def question_in(text: str) -> str:
    return " ".join(text.replace("\0", " ").split())[:LONGEST_QUESTION]


def found_articles(question: str) -> list[ArticleFound]:
    found = []
    for each in index().search(question)[:MOST_FOUND]:
        anchor = each.section.anchor if each.section is not None else ""
        heading = each.section.heading if each.section is not None else ""
        address = article_address(each.key) + (f"#{anchor}" if anchor else "")
        found.append(ArticleFound(each.title, address, heading, each.excerpt))
    return found


def neighbours_of(article: Article) -> list[ArticleShown]:
    return [shown(articles()[slug]) for slug in article.neighbours]
