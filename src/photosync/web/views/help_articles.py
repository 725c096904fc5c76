"""Help: the list of articles, its search, one article, and "Was this article helpful?"."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from photosync.apps.accounts.permissions import Permission
from photosync.apps.help.articles import Article, articles
from photosync.apps.help.robot_check import (
    CheckFailed,
    CheckTooEarly,
    RobotCheck,
    SentCheck,
    new_check,
    same_check,
)
from photosync.apps.help.services import (
    LONGEST_COMMENT,
    CommentRefused,
    ReasonMissing,
    say_helpful,
    say_not_helpful,
)
from photosync.core.errors import PhotoSyncError
from photosync.web.help_markup import shown_article
from photosync.web.help_pages import FeedbackForm, found_articles, grouped, neighbours_of, question_in
from photosync.web.page import WORKSPACES, Crumb, render_page
from photosync.web.workplace import Workplace, in_workplace

MOST_CHARACTERS_SENT = 20_000


@require_safe
@in_workplace()
def help_home(request: HttpRequest, workplace: Workplace) -> HttpResponse:
    """All articles by workspace, and what a search finds in them."""
    question = question_in(request.GET.get("q", ""))
    in_part = request.htmx and request.htmx.target == "articles"  # type: ignore[attr-defined]  # by its middleware
    response = render_page(
        request,
        "web/parts/help_found.html" if in_part else "web/help.html",
        {
            "question": question,
            "found": found_articles(question) if question else [],
            "groups": grouped([(each.page, each.words) for each in WORKSPACES]),
            "may_read_feedback": Permission.SYSTEM_MANAGE in workplace.permissions,
        },
        title=_("Help"),
        workspace="help",
        crumbs=(Crumb(_("Help")),),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


@require_safe
@in_workplace()
def help_article(request: HttpRequest, workplace: Workplace, slug: str) -> HttpResponse:
    return _article_page(request, workplace, _article(slug), state="ask")


@require_http_methods(["GET", "HEAD", "POST"])
@in_workplace()
def answer(request: HttpRequest, workplace: Workplace, slug: str) -> HttpResponse:
    """GET: the form for those who were not helped. POST: the answer, yes or no."""
    article = _article(slug)
    if request.method != "POST":
        return _article_page(request, workplace, article, state="form", form=FeedbackForm(_check(request, article)))
    if request.POST.get("helpful") == "yes":
        try:
            say_helpful(article.slug, user=_user(request), school=workplace.school, now=datetime.now(UTC))
        except PhotoSyncError as error:
            return _article_page(request, workplace, article, state="ask", error=error.message)
        return _done(request, workplace, article, "thanks")
    return _not_helped(request, workplace, article)


def _not_helped(request: HttpRequest, workplace: Workplace, article: Article) -> HttpResponse:
    """Send what was chosen and written; where it is refused, show it all again with what is wrong."""
    sent = SentCheck(
        challenge=request.POST.get("challenge", ""),
        answers=request.POST.get("answers", ""),
        session=_session(request),
        without_script="without_script" in request.POST,
    )
    reasons = request.POST.getlist("reasons")[:20]
    comment = request.POST.get("comment", "")[:MOST_CHARACTERS_SENT]
    now = datetime.now(UTC)
    try:
        say_not_helpful(
            article.slug, reasons, comment, check=sent, user=_user(request), school=workplace.school, now=now
        )
    except PhotoSyncError as error:
        form = FeedbackForm(
            _check_again(request, article, sent, error),
            chosen=reasons,
            comment=comment,
            answers="" if isinstance(error, CheckFailed) else sent.answers[:200],
            error=error.message,
            wrong=_wrong_part(error),
        )
        return _article_page(request, workplace, article, state="form", form=form)
    return _done(request, workplace, article, "sent")


def _wrong_part(error: PhotoSyncError) -> str:
    if isinstance(error, ReasonMissing):
        return "reasons"
    return "comment" if isinstance(error, CommentRefused) else ""


def _check_again(request: HttpRequest, article: Article, sent: SentCheck, error: PhotoSyncError) -> RobotCheck:
    """Return the check that was sent where it still holds, so that no one waits twice; else a new one."""
    if isinstance(error, CheckTooEarly) or not isinstance(error, CheckFailed):
        try:
            return same_check(sent.challenge)
        except CheckFailed:
            pass
    return _check(request, article)


def _check(request: HttpRequest, article: Article) -> RobotCheck:
    return new_check(article.slug, _session(request), datetime.now(UTC))


def _done(request: HttpRequest, workplace: Workplace, article: Article, state: str) -> HttpResponse:
    if request.htmx:  # type: ignore[attr-defined]  # by its middleware
        return _article_page(request, workplace, article, state=state)
    words = {
        "thanks": _("Good to know. Thank you for telling us."),
        "sent": _("Feedback sent. Thank you: we read it and put the article right."),
    }
    messages.success(request, words[state])
    return HttpResponseRedirect(reverse("help-article", args=[article.slug]))


def _article_page(
    request: HttpRequest, workplace: Workplace, article: Article, *, state: str, **context: Any
) -> HttpResponse:
    in_part = request.htmx and request.htmx.target == "feedback"  # type: ignore[attr-defined]  # by its middleware
    response = render_page(
        request,
        "web/parts/help_feedback.html" if in_part else "web/help_article.html",
        {
            "article": article,
            "shown": shown_article(article, workplace.permissions),
            "neighbours": neighbours_of(article),
            "state": state,
            "longest_comment": LONGEST_COMMENT,
            "in_part": in_part,
            **context,
        },
        title=article.title,
        workspace="help",
        crumbs=(Crumb(_("Help"), reverse("help")), Crumb(article.title)),
        workplace=workplace,
    )
    response.headers["Vary"] = "Cookie, HX-Request"
    return response


def _article(slug: str) -> Article:
    found = articles().get(slug)
    if found is None:
        raise Http404
    return found


def _user(request: HttpRequest) -> Any:
    return request.user


def _session(request: HttpRequest) -> str:
    return request.session.session_key or ""
