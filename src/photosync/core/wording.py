"""Dates, times and lists in words, the same on every machine whatever its locale.

Every text is a template or a name kept here, so that a translation can replace it.
"""

from collections.abc import Sequence
from datetime import date, datetime, time

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
WEEKDAYS_PLURAL = ("Mondays", "Tuesdays", "Wednesdays", "Thursdays", "Fridays", "Saturdays", "Sundays")
MONTHS = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)

DATE = "{weekday} {day} {month} {year}"
WEEKDAY_AND_TIME = "{weekday} {time}"
DATE_AND_TIME = "{date} {time}"
TODAY_AT = "today at {time}"
TONIGHT_AT = "tonight at {time}"
TOMORROW_AT = "tomorrow at {time}"
ON_DATE_AT = "on {date} at {time}"
TODAY = "today"
TOMORROW = "tomorrow"
YESTERDAY = "yesterday"
IN_DAYS = "in {days} days"
DAYS_AGO = "{days} days ago"
LIST_SEPARATOR = ", "
LIST_LAST = "{first} and {last}"


def date_words(day: date) -> str:
    """Return for instance "Friday 18 December 2026"."""
    return DATE.format(weekday=WEEKDAYS[day.weekday()], day=day.day, month=MONTHS[day.month - 1], year=day.year)


def short_date_words(day: date) -> str:
    """Return for instance "Fri 18 Dec 2026", for where there is little room."""
    weekday, month = WEEKDAYS[day.weekday()][:3], MONTHS[day.month - 1][:3]
    return DATE.format(weekday=weekday, day=day.day, month=month, year=day.year)


def time_words(wall_time: time | datetime) -> str:
    """Return for instance "06:30"; seconds are left out."""
    return f"{wall_time.hour:02}:{wall_time.minute:02}"


def days_words(day: date, today: date) -> str:
    """Return how far `day` is from `today`: "today", "tomorrow", "in 25 days", "25 days ago"."""
    days = (day - today).days
    if days == 0:
        return TODAY
    if days == 1:
        return TOMORROW
    if days == -1:
        return YESTERDAY
    return IN_DAYS.format(days=days) if days > 0 else DAYS_AGO.format(days=-days)


def coming_words(then: datetime, now: datetime) -> str:
    """Return when a coming moment is: "tonight at 00:00", "on Monday 1 June 2026 at 06:30". Both are local.

    The midnight that ends today is called tonight; later times of tomorrow are called tomorrow.
    """
    days = (then.date() - now.date()).days
    shown = time_words(then)
    if days == 0:
        return TODAY_AT.format(time=shown)
    if days == 1:
        template = TONIGHT_AT if then.time() == time() else TOMORROW_AT
        return template.format(time=shown)
    return ON_DATE_AT.format(date=date_words(then.date()), time=shown)


def past_words(then: datetime, now: datetime) -> str:
    """Return when a past moment was: "Monday 09:14"; with the full date from a week on. Both are local."""
    if 0 <= (now.date() - then.date()).days < 7:
        return WEEKDAY_AND_TIME.format(weekday=WEEKDAYS[then.weekday()], time=time_words(then))
    return DATE_AND_TIME.format(date=date_words(then.date()), time=time_words(then))


def list_words(items: Sequence[str]) -> str:
    """Return "a", "a and b" or "a, b and c"."""
    if len(items) < 2:
        return "".join(items)
    return LIST_LAST.format(first=LIST_SEPARATOR.join(items[:-1]), last=items[-1])


def one_line(text: str) -> str:
    """Return `text` on one line, without what cannot be printed and without space around it."""
    return " ".join("".join(char if char.isprintable() else " " for char in text).split())
