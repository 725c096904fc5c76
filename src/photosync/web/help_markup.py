"""An article as HTML: headings that can be linked to, and links to other articles and to pages of the product.

Nothing in an article reaches the page as HTML of its own. A link leads to an article (`name.md`, `name.md#heading`,
`#heading`) or to a page by its name (`page:manage-sync`); to a page that the reader may not open, it is words only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise
from typing import Any

from django.urls import NoReverseMatch, resolve, reverse
from django.utils.safestring import SafeString, mark_safe
from markdown_it.token import Token

from photosync.apps.accounts.permissions import Permission
from photosync.apps.help.articles import Article, anchor_of, articles, plain_text, reader
from photosync.web.help_address import article_address

PAGE = "page:"
SHORTEST_CONTENTS = 4
"""Headings from which on an article has a table of contents."""


@dataclass(frozen=True, slots=True)
class Heading:
    words: str
    anchor: str


@dataclass(frozen=True, slots=True)
class ShownArticle:
    html: SafeString
    contents: tuple[Heading, ...]


@lru_cache(maxsize=256)
def shown_article(article: Article, permissions: frozenset[Permission]) -> ShownArticle:
    """Return the article for a reader with these permissions."""
    tokens = article.tokens
    headings = _anchored(tokens)
    for token in tokens:
        if token.type == "inline" and token.children:
            token.children = list(_linked(token.children, permissions))
    html = reader().renderer.render(tokens, reader().options, {})
    contents = tuple(headings) if len(headings) >= SHORTEST_CONTENTS else ()
    # The renderer escapes every text; tags come from Markdown's own marks only.
    return ShownArticle(mark_safe(html), contents)  # noqa: S308


def _anchored(tokens: Sequence[Token]) -> list[Heading]:
    """Give every heading its anchor; return those of the second level."""
    found = []
    for opening, inline in pairwise(tokens):
        if opening.type != "heading_open":
            continue
        words = plain_text(inline)
        opening.attrSet("id", anchor_of(words))
        if opening.tag == "h2":
            found.append(Heading(words, anchor_of(words)))
    return found


def _linked(children: Sequence[Token], permissions: frozenset[Permission]) -> Iterator[Token]:
    """Yield the parts of a line with their links resolved; the marks of one that leads nowhere for the reader go."""
    dropped = False
    for token in children:
        if token.type == "link_open":
            address = address_of(str(token.attrGet("href") or ""), permissions)
            dropped = address is None
            if address is not None:
                token.attrSet("href", address)
        if token.type in ("link_open", "link_close") and dropped:
            continue
        yield token


def address_of(target: str, permissions: frozenset[Permission]) -> str | None:
    """Return the address of a link's target; None for a page that the reader may not open.

    Raises ValueError for a target that is neither an article nor a page.
    """
    if target.startswith("#"):
        return target
    if target.startswith(PAGE):
        return _page_address(target.removeprefix(PAGE), permissions)
    name, _, anchor = target.partition("#")
    slug = name.removesuffix(".md")
    if not name.endswith(".md") or slug not in articles():
        raise ValueError(f"The link {target!r} leads to no article and no page.")
    return article_address(slug) + (f"#{anchor}" if anchor else "")


def _page_address(name: str, permissions: frozenset[Permission]) -> str | None:
    try:
        address = reverse(name)
    except NoReverseMatch as exc:
        raise ValueError(f"There is no page {name!r}.") from exc
    view: Any = resolve(address).func
    needs = getattr(view, "needs", None)
    return address if needs is None or needs in permissions else None
