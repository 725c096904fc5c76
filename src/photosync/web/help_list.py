"""The administrator's list of feedback: filters, pages that count nothing, and the list as a file."""

from __future__ import annotations

import csv
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _

from photosync.apps.help.articles import articles
from photosync.apps.help.models import Feedback, Reason
from photosync.apps.help.queries import feedback_to_read, title_of
from photosync.core.spreadsheets import safe_cell
from photosync.web.help_address import article_address
from photosync.web.run_csv import ROWS_AT_ONCE
from photosync.web.run_words import moment_words
from photosync.web.runs_list import number_in

ROWS_PER_PAGE = 30
OPEN, DEALT_WITH = "open", "dealt-with"
LONGEST_SLUG = 60


@dataclass(frozen=True, slots=True)
class FeedbackFilter:
    """What is asked for. Whatever cannot be read asks for nothing."""

    article: str = ""
    reason: str = ""
    state: str = ""

    @classmethod
    def of(cls, query: QueryDict) -> FeedbackFilter:
        article, reason, state = (query.get(name, "") for name in ("article", "reason", "state"))
        return cls(
            article=article if len(article) <= LONGEST_SLUG and "\0" not in article else "",
            reason=reason if reason in Reason.values else "",
            state=state if state in (OPEN, DEALT_WITH) else "",
        )

    @property
    def asks(self) -> bool:
        return self != FeedbackFilter()

    def rows(self) -> QuerySet[Feedback]:
        dealt_with = {OPEN: False, DEALT_WITH: True}.get(self.state)
        return feedback_to_read(article=self.article, reason=self.reason, dealt_with=dealt_with)

    def as_query(self, **further: int) -> str:
        told = {"article": self.article, "reason": self.reason, "state": self.state, **further}
        return urlencode({name: str(value) for name, value in told.items() if value})


@dataclass(frozen=True, slots=True)
class FeedbackShown:
    number: int
    title: str
    url: str
    reasons: tuple[str, ...]
    comment: str
    said: str
    dealt_with: str


@dataclass(frozen=True, slots=True)
class FeedbackPage:
    """`older` and `newer` are the query strings of the neighbouring pages; empty where there are none."""

    rows: tuple[FeedbackShown, ...]
    older: str
    newer: str


def feedback_page(wanted: FeedbackFilter, query: QueryDict, zone: ZoneInfo) -> FeedbackPage:
    before, after = number_in(query.get("before", "")), number_in(query.get("after", ""))
    rows = wanted.rows()
    if after is not None:
        found = list(rows.filter(pk__gt=after).order_by("pk")[: ROWS_PER_PAGE + 1])
        has_newer, has_older = len(found) > ROWS_PER_PAGE, True
        found = found[:ROWS_PER_PAGE][::-1]
    else:
        found = list((rows.filter(pk__lt=before) if before is not None else rows)[: ROWS_PER_PAGE + 1])
        has_newer, has_older = before is not None, len(found) > ROWS_PER_PAGE
        found = found[:ROWS_PER_PAGE]
    return FeedbackPage(
        tuple(_shown(each, zone) for each in found),
        older=wanted.as_query(before=found[-1].pk) if found and has_older else "",
        newer=wanted.as_query(after=found[0].pk) if found and has_newer else "",
    )


def _shown(said: Feedback, zone: ZoneInfo) -> FeedbackShown:
    dealt_with = ""
    if said.dealt_with_at is not None:
        dealt_with = _("Dealt with by %(name)s on %(moment)s") % {
            "name": said.dealt_with_by,
            "moment": moment_words(said.dealt_with_at, zone),
        }
    return FeedbackShown(
        number=said.pk,
        title=title_of(said.article),
        url=article_address(said.article) if said.article in articles() else "",
        reasons=tuple(reason_words(said)),
        comment=said.comment,
        said=_("%(name)s on %(moment)s") % {"name": said.said_by, "moment": moment_words(said.said_at, zone)},
        dealt_with=dealt_with,
    )


def reason_words(said: Feedback) -> list[str]:
    return [str(Reason(each).label) if each in Reason.values else str(each) for each in said.reasons]


def feedback_csv_lines(wanted: FeedbackFilter, zone: ZoneInfo) -> Iterator[bytes]:
    """Yield the file in pieces. A byte-order mark lets spreadsheets read it as UTF-8."""
    line = csv.writer(_Echo())
    headings = [_("article"), _("reasons"), _("comment"), _("school"), _("said by"), _("said at"), _("dealt with at")]
    yield b"\xef\xbb\xbf" + line.writerow([*headings, _("dealt with by")]).encode()
    for said in wanted.rows().iterator(chunk_size=ROWS_AT_ONCE):
        cells = [
            title_of(said.article),
            "; ".join(reason_words(said)),
            said.comment,
            "" if said.school is None else said.school.code,
            said.said_by,
            _moment(said.said_at, zone),
            _moment(said.dealt_with_at, zone),
            said.dealt_with_by,
        ]
        yield line.writerow([safe_cell(cell) for cell in cells]).encode()


def _moment(instant: datetime | None, zone: ZoneInfo) -> str:
    return "" if instant is None else instant.astimezone(zone).isoformat(sep=" ", timespec="minutes")


class _Echo:
    """What the CSV writer writes to: it gives every line back."""

    def write(self, line: str) -> Any:
        return line
