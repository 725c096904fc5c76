"""Taking in what people say of an article, and marking it as dealt with."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _

from photosync.apps.accounts.models import User
from photosync.apps.audit.acting import acting
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.help.articles import articles
from photosync.apps.help.models import Feedback, Reason
from photosync.apps.help.robot_check import SentCheck, take
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.people import quoted
from photosync.core.wording import time_words

LONGEST_COMMENT = 2_000
WITHIN = timedelta(hours=1)
MOST_ANSWERS, MOST_WITHOUT_SCRIPT = 20, 3
"""Of one account WITHIN that time."""


class ReasonMissing(WrongUse):
    """No reason was chosen."""


class CommentRefused(WrongUse):
    """The comment cannot be stored as it is."""


def say_helpful(article: str, *, user: User, school: School | None, now: datetime) -> None:
    """Store that `user` found the article helpful. Who says so again is thanked again, and counts once."""
    _check_article(article)
    with transaction.atomic():
        _lock(user)
        last = Feedback.objects.filter(article=article, user=user).order_by("-pk").first()
        if last is not None and last.is_helpful:
            return
        _check_rate(user, school, now)
        _store(article, user=user, school=school, now=now, is_helpful=True)


def say_not_helpful(
    article: str,
    reasons: Sequence[str],
    comment: str,
    *,
    check: SentCheck,
    user: User,
    school: School | None,
    now: datetime,
) -> Feedback:
    """Store why the article did not help. Raises ReasonMissing, CommentRefused, CheckFailed, Refused."""
    _check_article(article)
    chosen = _checked_reasons(reasons)
    comment = _checked_comment(comment)
    with transaction.atomic():
        _lock(user)
        _check_rate(user, school, now, without_script=check.without_script and not check.answers)
        take(check, article, now)
        return _store(
            article,
            user=user,
            school=school,
            now=now,
            is_helpful=False,
            reasons=chosen,
            comment=comment,
            without_script=not check.answers,
        )


def set_dealt_with(feedback_id: int, *, dealt_with: bool, now: datetime) -> Feedback:
    """Mark what someone said as dealt with, or as open again. Raises NotFound."""
    with transaction.atomic():
        found = Feedback.objects.select_for_update().filter(pk=feedback_id, is_helpful=False).first()
        if found is None:
            raise NotFound(
                f"There is no feedback {feedback_id} to deal with. Nothing was changed. See the list.",
                command_line="photosync feedback list",
            )
        was = found.dealt_with_at is not None
        if was == dealt_with:
            return found
        found.dealt_with_at = now if dealt_with else None
        found.dealt_with_by = acting().name[:200] if dealt_with else ""
        found.save(update_fields=("dealt_with_at", "dealt_with_by"))
        change = ("dealt with", *(("no", "yes") if dealt_with else ("yes", "no")))
        record(Act.FEEDBACK_DEALT_WITH, found, school=found.school, changes=[change])
    return found


def _check_article(article: str) -> None:
    if article not in articles():
        raise NotFound(f"There is no article {quoted(article)}. Nothing was sent.")


def _checked_reasons(reasons: Sequence[str]) -> list[str]:
    chosen = [reason.value for reason in Reason if reason.value in set(reasons)]
    if not chosen:
        raise ReasonMissing(_("Choose at least one reason. Nothing was sent."))
    return chosen


def _checked_comment(comment: str) -> str:
    text = comment.replace("\r\n", "\n").replace("\r", "\n").strip()
    if "\0" in text or any("\ud800" <= each <= "\udfff" for each in text):
        raise CommentRefused(_("The comment has characters that are no text. Nothing was sent. Take them out."))
    if len(text) > LONGEST_COMMENT:
        raise CommentRefused(
            _("The comment has %(length)s characters; %(most)s fit. Nothing was sent. Make it shorter.")
            % {"length": f"{len(text):,}", "most": f"{LONGEST_COMMENT:,}"}
        )
    return text


def _lock(user: User) -> None:
    """Let one answer of an account be counted after the other."""
    User.objects.select_for_update().filter(pk=user.pk).first()


def _check_rate(user: User, school: School | None, now: datetime, *, without_script: bool = False) -> None:
    said = Feedback.objects.filter(user=user, said_at__gt=now - WITHIN)
    if without_script:
        _check_most(said.filter(without_script=True), MOST_WITHOUT_SCRIPT, school)
    _check_most(said, MOST_ANSWERS, school)


def _check_most(said: QuerySet[Feedback], most: int, school: School | None) -> None:
    times = list(said.order_by("-said_at").values_list("said_at", flat=True)[:most])
    if len(times) < most:
        return
    again_at = times[-1] + WITHIN
    local = again_at.astimezone(school.zone) if school is not None else again_at
    raise Refused(
        _(
            "You have sent %(most)s answers within an hour, and more are not taken. "
            "Nothing was sent. Try after %(time)s."
        )
        % {"most": most, "time": time_words(local)}
    )


def _store(article: str, *, user: User, school: School | None, now: datetime, **fields: object) -> Feedback:
    return Feedback.objects.create(
        article=article, user=user, said_by=user.get_username()[:200], school=school, said_at=now, **fields
    )
