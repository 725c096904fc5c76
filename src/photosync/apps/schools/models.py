"""Schools: the owners of everything else."""

from __future__ import annotations

from collections.abc import Mapping
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.core.consent import Purpose, UnknownMeans
from photosync.core.periods import AcademicYearRule
from photosync.core.retention import Retention

PRESET_LEGAL_BASIS = "Preset by Photo Sync: write down your school's own legal basis"


def preset_unknown_means_yes() -> dict[str, str]:
    """Return what a new school begins with: photos may be used within the school unless someone says no."""
    return {Purpose.SCHOOL_USE.value: PRESET_LEGAL_BASIS}


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
    unknown_means_yes = models.JSONField(
        default=preset_unknown_means_yes,
        help_text=_("Purpose to the legal basis on which unknown consent means yes; for all others it means no."),
    )
    keeps_originals = models.BooleanField(
        default=False, help_text=_("Whether the bytes that photos are made from are kept, as they came.")
    )
    photos_of_leavers_years = models.PositiveSmallIntegerField(default=7)
    audit_years = models.PositiveSmallIntegerField(default=7, null=True, help_text=_("Without it: for good."))
    photo_views_years = models.PositiveSmallIntegerField(default=2, null=True, help_text=_("Without it: for good."))
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

    @property
    def unknown_means(self) -> Mapping[Purpose, UnknownMeans]:
        """What unknown consent means at this school, for every purpose."""
        bases = {purpose: self.unknown_means_yes.get(purpose.value, "") for purpose in Purpose}
        return {purpose: UnknownMeans(yes=bool(basis.strip()), legal_basis=basis) for purpose, basis in bases.items()}

    @property
    def retention(self) -> Retention:
        return Retention(
            photos_of_leavers_years=self.photos_of_leavers_years,
            audit_years=self.audit_years,
            photo_views_years=self.photo_views_years,
        )
