"""Timetable periods, as made in Cycle/Period setup."""

from __future__ import annotations

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School
from photosync.core import periods as rules


class TimetablePeriod(models.Model):
    """A dated range that limits when a sync may run. The rules are in `core.periods`."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="timetable_periods")
    code = models.CharField(_("code"), max_length=16)
    description = models.CharField(_("description"), max_length=200)
    start = models.DateField(_("start date"))
    end = models.DateField(_("end date"))
    group_number = models.PositiveIntegerField(_("group number"))
    academic_year = models.PositiveIntegerField(_("year"))
    visible_in_marks_book = models.BooleanField(_("visible in Marks Book"), default=True)
    visible_to_students = models.BooleanField(_("visible to students"), default=True)
    visible_to_parents = models.BooleanField(_("visible to parents"), default=True)
    sync_only = models.BooleanField(_("for sync only"), default=False)

    class Meta:
        ordering = ("start", "code")
        constraints = (
            models.UniqueConstraint(fields=("school", "code"), name="one_period_per_code"),
            models.CheckConstraint(condition=Q(end__gte=F("start")), name="period_ends_on_or_after_its_start"),
        )

    def __str__(self) -> str:
        return self.code

    def as_rule(self) -> rules.TimetablePeriod:
        """Return the period as the value that the rules work on."""
        return rules.TimetablePeriod(
            code=self.code,
            description=self.description,
            start=self.start,
            end=self.end,
            group_number=self.group_number,
            academic_year=self.academic_year,
            visible_in_marks_book=self.visible_in_marks_book,
            visible_to_students=self.visible_to_students,
            visible_to_parents=self.visible_to_parents,
            sync_only=self.sync_only,
        )
