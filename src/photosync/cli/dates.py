"""The dates and times of documents, as people write them. `--json` keeps ISO 8601.

Documents carry times at the school's offset, so that what is shown is the time on the school's clock.
"""

from __future__ import annotations

from datetime import date, datetime

from photosync.core.wording import date_words, short_date_words, time_words


def written_moment(iso: str | None) -> str:
    """Return for instance "Tuesday 24 November 2026 at 00:00", and nothing for no moment."""
    if iso is None:
        return ""
    then = datetime.fromisoformat(iso)
    return f"{date_words(then.date())} at {time_words(then)}"


def written_date(iso: str | None) -> str:
    """Return for instance "Friday 18 December 2026", and nothing for no date."""
    return "" if iso is None else date_words(date.fromisoformat(iso))


def short_moment(iso: str | None) -> str:
    """Return for instance "Tue 24 Nov 2026 09:35", for tables."""
    if iso is None:
        return ""
    then = datetime.fromisoformat(iso)
    return f"{short_date_words(then.date())} {time_words(then)}"


def short_date(iso: str | None) -> str:
    """Return for instance "Fri 18 Dec 2026", for tables."""
    return "" if iso is None else short_date_words(date.fromisoformat(iso))
