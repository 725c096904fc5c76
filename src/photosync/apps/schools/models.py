"""Schools: the owners of everything else."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.core.periods import AcademicYearRule


class School(models.Model):
    """One school, with its time zone and academic year."""

    code = models.CharField(_("code"), max_length=16, unique=True)
    name = models.CharField(_("name"), max_length=200)
    time_zone = models.CharField(_("time zone"), max_length=64)
    academic_year_begins_month = models.PositiveSmallIntegerField(default=1)
    academic_year_begins_day = models.PositiveSmallIntegerField(default=1)
    identifier_revision = models.PositiveBigIntegerField(
        default=0,
        help_text=_("Grows whenever an identifier or a person's status changes, so that files are matched anew."),
    )
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        ordering = ("code",)
        verbose_name = _("school")
        verbose_name_plural = _("schools")

    def __str__(self) -> str:
        return f"{self.code} {self.name}"

    @property
    def zone(self) -> ZoneInfo:
        return ZoneInfo(self.time_zone)

    @property
    def academic_year_rule(self) -> AcademicYearRule:
        return AcademicYearRule(self.academic_year_begins_month, self.academic_year_begins_day)
