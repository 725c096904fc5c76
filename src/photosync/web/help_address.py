"""Where articles are found, and which of them explains a page."""

from __future__ import annotations

from django.http import HttpRequest
from django.urls import reverse

from photosync.apps.help.articles import article_on


def article_address(slug: str) -> str:
    return reverse("help-article", args=[slug])


def help_address(request: HttpRequest) -> str:
    """Return the address of the article that explains the page which is asked for; empty where there is none."""
    match = request.resolver_match
    article = article_on(match.url_name) if match is not None else None
    return article_address(article.slug) if article is not None else ""
