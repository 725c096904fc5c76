"""Reading what people said of the articles."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC
from typing import Any

from django.db.models import Count, Q, QuerySet

from photosync.apps.help.articles import articles
from photosync.apps.help.models import Feedback, Reason


@dataclass(frozen=True, slots=True)
class ArticleCounts:
    """How many found an article helpful, how many not, and how many of these are still open."""

    slug: str
    title: str
    helpful: int
    not_helpful: int
    open: int


def counts_by_article() -> list[ArticleCounts]:
    """Return the counts of every article of which anything was said, those with most open first."""
    rows = (
        Feedback.objects.order_by()
        .values("article")
        .annotate(
            helpful=Count("pk", filter=Q(is_helpful=True)),
            not_helpful=Count("pk", filter=Q(is_helpful=False)),
            open=Count("pk", filter=Q(is_helpful=False, dealt_with_at=None)),
        )
    )
    counted = [
        ArticleCounts(row["article"], title_of(row["article"]), row["helpful"], row["not_helpful"], row["open"])
        for row in rows
    ]
    return sorted(counted, key=lambda each: (-each.open, -each.not_helpful, each.title))


def title_of(slug: str) -> str:
    """Return the article's title; of one that is no more, its name."""
    article = articles().get(slug)
    return article.title if article is not None else slug


def feedback_to_read(*, article: str = "", reason: str = "", dealt_with: bool | None = None) -> QuerySet[Feedback]:
    """Return what people said who were not helped, newest first."""
    found = Feedback.objects.filter(is_helpful=False).select_related("school").order_by("-pk")
    if article:
        found = found.filter(article=article)
    if dealt_with is not None:
        found = found.filter(dealt_with_at__isnull=not dealt_with)
    if reason in Reason.values:
        # The list is stored as JSON text; no reason is part of another, and SQLite has no other way to look into it.
        found = found.filter(reasons__icontains=f'"{reason}"')
    return found


def feedback_document(said: Feedback) -> dict[str, Any]:
    """Return the feedback as the command line and the API show it."""
    zone = said.school.zone if said.school is not None else UTC
    return {
        "feedback": said.pk,
        "article": said.article,
        "reasons": list(said.reasons),
        "comment": said.comment,
        "school": None if said.school is None else said.school.code,
        "said_by": said.said_by,
        "said_at": said.said_at.astimezone(zone).isoformat(timespec="seconds"),
        "dealt_with_at": (
            None if said.dealt_with_at is None else said.dealt_with_at.astimezone(zone).isoformat(timespec="seconds")
        ),
        "dealt_with_by": said.dealt_with_by or None,
    }
