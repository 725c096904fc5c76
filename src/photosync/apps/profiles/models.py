"""Sync profiles: what to sync, from where, and when."""

from __future__ import annotations

from django.core.validators import MaxValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School
from photosync.apps.timetable.models import TimetablePeriod


class SyncProfile(models.Model):
    """One sync profile of a school."""

    class WhenMissing(models.TextChoices):
        KEEP = "keep", _("Keep the photo")
        WITHDRAW = "withdraw", _("Withdraw the photo")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="profiles")
    name = models.CharField(_("name"), max_length=100)
    source_kind = models.CharField(_("data source"), max_length=32)
    options = models.JSONField(_("query set"), default=dict)
    sealed_secrets = models.TextField(
        blank=True, default="", help_text=_("The secret options of the data source, encrypted.")
    )
    source_may_be_anywhere = models.BooleanField(
        default=False, help_text=_("The operator chose this source at the command line, outside the allowed roots.")
    )
    syncs_students = models.BooleanField(_("students"), default=True)
    syncs_staff = models.BooleanField(_("staff"), default=True)
    scheduled_sync_enabled = models.BooleanField(_("Scheduled Sync Enabled"), default=True)
    when_missing = models.CharField(max_length=8, choices=WhenMissing, default=WhenMissing.KEEP)
    replace_share_percent = models.PositiveSmallIntegerField(default=30, validators=(MaxValueValidator(100),))
    replace_number = models.PositiveIntegerField(default=20)
    withdraw_share_percent = models.PositiveSmallIntegerField(default=5, validators=(MaxValueValidator(100),))
    withdraw_number = models.PositiveIntegerField(default=5)
    sealed_ping_url = models.TextField(
        blank=True, default="", help_text=_("The address that is called after each good run, encrypted.")
    )
    hold_until_archived = models.BooleanField(
        _("Hold until reports are archived"),
        default=True,
        help_text=_("While a reporting cycle is open, the face of whoever's report is not archived does not change."),
    )
    created_at = models.DateTimeField()
    next_due_at = models.DateTimeField(null=True, db_index=True, help_text=_("When the tick looks at it next."))
    evaluated_until = models.DateTimeField(help_text=_("Every due time up to this instant has been dealt with."))
    schedule_since = models.DateTimeField(
        null=True, help_text=_("When what decides about its runs last changed; no run can be missed from before.")
    )
    revised_at = models.DateTimeField(null=True, help_text=_("When what calendars show of it last changed."))

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("school", "name"), name="one_profile_per_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def components(self) -> tuple[str, ...]:
        """Return the kinds of people that the profile syncs: `student`, `staff`."""
        return ("student",) * self.syncs_students + ("staff",) * self.syncs_staff


class DeliveryLicence(models.Model):
    """A licence that came with a photographer's delivery, and who accepted it for a profile."""

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="licences")
    sha256 = models.CharField(
        max_length=64, help_text=_("Of the bytes of the text: another text is another licence.")
    )
    path = models.TextField(help_text=_("Where it lay in the data source when it was last seen."))
    text = models.TextField(help_text=_("As it is shown."))
    in_source = models.BooleanField(default=True, help_text=_("It was there when the data source was last read."))
    seen_at = models.DateTimeField()
    accepted_at = models.DateTimeField(null=True)
    accepted_by = models.CharField(max_length=200, blank=True, default="")

    class Meta:
        ordering = ("path", "sha256")
        constraints = (
            models.UniqueConstraint(fields=("profile", "sha256"), name="one_row_per_licence"),
            models.CheckConstraint(
                condition=Q(accepted_at__isnull=True, accepted_by="")
                | Q(accepted_at__isnull=False) & ~Q(accepted_by=""),
                name="an_accepted_licence_says_by_whom",
            ),
        )

    def __str__(self) -> str:
        return f"{self.path} {self.sha256[:12]}"


class ProfilePeriod(models.Model):
    """A timetable period of a profile, with the frequency in it."""

    class Mode(models.TextChoices):
        FULL = "full", _("Full")
        ADDITIONS = "additions", _("Additions only")

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, related_name="assigned")
    period = models.ForeignKey(TimetablePeriod, on_delete=models.PROTECT, related_name="used_by")
    frequency = models.CharField(max_length=120, default="nightly", help_text=_("As the command line writes it."))
    mode = models.CharField(max_length=10, choices=Mode, default=Mode.FULL)

    class Meta:
        ordering = ("period__start", "period__code")
        constraints = (
            models.UniqueConstraint(fields=("profile", "period"), name="a_period_is_assigned_once"),
            models.CheckConstraint(condition=~Q(frequency=""), name="an_assigned_period_has_a_frequency"),
        )

    def __str__(self) -> str:
        return f"{self.profile_id} {self.period_id}"
