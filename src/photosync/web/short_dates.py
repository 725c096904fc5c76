"""Dates where there is little room; sentences write them out (`core.wording`)."""

from __future__ import annotations

from datetime import date, datetime

from photosync.core.wording import short_date_words, time_words


def short_date(day: date) -> str:
    """Return for instance "Fri 18 Dec 2026"."""
    return short_date_words(day)


def short_moment(then: datetime, now: datetime) -> str:
    """Return for instance "Fri 18 Dec 06:30", with the year where it is not this year's. Both are local."""
    date_part = short_date(then.date())
    return f"{date_part if then.year != now.year else date_part[:-5]} {time_words(then)}"
