"""The photo day of each academic year: set and cleared, and recorded."""

from __future__ import annotations

from datetime import date, timedelta

from django.db import transaction
from django.utils.translation import gettext as _

from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.reports.models import PhotoDay
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.wording import date_words

BEFORE_THE_YEAR = timedelta(days=183)
"""The photos of a year may be taken in the half-year before it: some photographers come in November."""
FIRST_YEAR, LAST_YEAR = 1901, 9997


def photo_days_of(school: School) -> dict[int, date]:
    """Return the photo day of each academic year that has one."""
    return dict(PhotoDay.objects.filter(school=school).values_list("academic_year", "day"))


def set_photo_day(school: School, academic_year: int, day: date) -> PhotoDay:
    """Set or move the photo day of the academic year. The same day again changes nothing. Raises WrongUse."""
    _check(school, academic_year, day)
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        row = PhotoDay.objects.filter(school=school, academic_year=academic_year).first()
        former = None if row is None else row.day
        row = row or PhotoDay(school=school, academic_year=academic_year)
        row.day = day
        if former != day:
            row.save()
            _record(Act.PHOTO_DAY_SET, row, former, day)
    return row


def clear_photo_day(school: School, academic_year: int) -> None:
    """Take the photo day of the academic year away. Raises Refused where there is none."""
    with transaction.atomic():
        School.objects.select_for_update().get(pk=school.pk)
        row = PhotoDay.objects.filter(school=school, academic_year=academic_year).first()
        if row is None:
            raise Refused(_("No photo day of %(year)s has been set. Nothing was changed.") % {"year": academic_year})
        _record(Act.PHOTO_DAY_CLEARED, row, row.day, None)
        row.delete()


def _check(school: School, academic_year: int, day: date) -> None:
    if not FIRST_YEAR <= academic_year <= LAST_YEAR:
        raise WrongUse(
            _("%(year)s is not an academic year. Nothing was saved. Write it with four digits.")
            % {"year": academic_year}
        )
    rule = school.academic_year_rule
    earliest, latest = rule.first_day_of(academic_year) - BEFORE_THE_YEAR, rule.last_day_of(academic_year)
    if not earliest <= day <= latest:
        raise WrongUse(
            _(
                "%(day)s cannot be the photo day of %(year)s. Nothing was saved. "
                "Choose a day from %(earliest)s to %(latest)s."
            )
            % {
                "day": date_words(day),
                "year": academic_year,
                "earliest": date_words(earliest),
                "latest": date_words(latest),
            }
        )


def _record(act: Act, row: PhotoDay, former: date | None, later: date | None) -> None:
    change = ("photo_day", former.isoformat() if former else None, later.isoformat() if later else None)
    record(act, f"{row.academic_year}", school=row.school, changes=[change])
