"""The articles: Markdown files beside this module, each with a head that says what it explains.

The head stands between two lines of `---` and has one `name: value` on each line:

    title, summary
    workspace    the name of the workspace under which it is listed; `start` for what is about all of them
    order        its place there
    keywords     what people may look for that the text does not say, separated by commas
    pages        the names of the pages from which it is opened, separated by commas
    neighbours   what to read next: names of other articles, separated by commas

**Bold** is kept for what stands on a page, letter by letter; tests/web/test_help_articles.py compares.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

from photosync.core.article_search import ArticleIndex, Searchable, Section

FOLDER = Path(__file__).parent / "articles"
GENERAL = "start"
"""The workspace of articles that are about all of them."""
_HEAD = re.compile(r"\A---\n(.*?)\n---\n(.*)\Z", re.DOTALL)
_FIELDS = {"title", "summary", "workspace", "order", "keywords", "pages", "neighbours"}


@dataclass(frozen=True, slots=True)
class Article:
    slug: str
    title: str
    summary: str
    workspace: str
    order: int
    keywords: tuple[str, ...]
    pages: tuple[str, ...]
    neighbours: tuple[str, ...]
    body: str

    @property
    def tokens(self) -> list[Token]:
        return reader().parse(self.body)


@cache
def reader() -> MarkdownIt:
    """Return what reads Markdown: no HTML passes, and addresses are not made into links by themselves."""
    return MarkdownIt("commonmark", {"html": False, "typographer": False}).enable("table")


@cache
def articles() -> Mapping[str, Article]:
    """Return every article under its name, in the order in which they are listed."""
    read = [_article(path) for path in FOLDER.glob("*.md")]
    return {each.slug: each for each in sorted(read, key=lambda each: (each.order, each.slug))}


def _article(path: Path) -> Article:
    found = _HEAD.match(path.read_text(encoding="utf-8"))
    if found is None:
        raise ValueError(f"The article {path.name} has no head. It begins and ends with a line of ---.")
    head = dict(_pair(line) for line in found[1].splitlines())
    if set(head) != _FIELDS:
        raise ValueError(f"The head of {path.name} has {sorted(head)}; it must have {sorted(_FIELDS)}.")
    return Article(
        slug=path.stem,
        title=head["title"],
        summary=head["summary"],
        workspace=head["workspace"],
        order=int(head["order"]),
        keywords=_listed(head["keywords"]),
        pages=_listed(head["pages"]),
        neighbours=_listed(head["neighbours"]),
        body=found[2],
    )


def _pair(line: str) -> tuple[str, str]:
    name, _, value = line.partition(":")
    return name.strip(), value.strip()


def _listed(text: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in text.split(",") if part.strip())


@cache
def _by_page() -> Mapping[str, Article]:
    return {page: article for article in articles().values() for page in article.pages}


def article_on(page: str | None) -> Article | None:
    """Return the article that explains the page of this name, if there is one."""
    return _by_page().get(page) if page else None


def anchor_of(heading: str) -> str:
    """Return the anchor of a heading, as the readers of Markdown usually make it."""
    return re.sub(r"[^\w\- ]", "", heading.lower()).strip().replace(" ", "-")


def plain_text(inline: Token) -> str:
    """Return the words of a line of Markdown without its marks."""
    return "".join(_words_of(each) for each in inline.children or [])


def _words_of(part: Token) -> str:
    if part.type in ("text", "code_inline"):
        return part.content
    return " " if part.type in ("softbreak", "hardbreak") else ""


def sections_of(article: Article) -> tuple[Section, ...]:
    """Return the article in parts, one for each heading, as plain text."""
    return tuple(_sections(article.tokens))


def _sections(tokens: list[Token]) -> Iterator[Section]:
    heading, in_heading = "", False
    texts: list[str] = []
    for token in tokens:
        if token.type == "heading_open":
            yield Section(heading, anchor_of(heading), " ".join(texts))
            texts, in_heading = [], True
        elif token.type == "inline" and in_heading:
            heading, in_heading = plain_text(token), False
        elif token.type == "inline":
            texts.append(plain_text(token))
        elif token.type in ("fence", "code_block"):
            texts.append(token.content)
    yield Section(heading, anchor_of(heading), " ".join(texts))


@cache
def index() -> ArticleIndex:
    return ArticleIndex(
        Searchable(each.slug, each.title, each.summary, each.keywords, sections_of(each))
        for each in articles().values()
    )
