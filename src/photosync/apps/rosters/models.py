"""Saved rosters, each reading of one, and what a reading made of whom.

Rule: docs/decisions/0030-rosters.md
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.long_work import UNDER_WAY, LongWork
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.people import PersonKind

DEFAULT_FREQUENCY = "daily@23:00"
LONGEST_NAME = 100


class SavedRoster(models.Model):
    """A roster of a school: where it is, what its columns hold, when it is read, and whom it may make leavers."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="rosters")
    name = models.CharField(_("name"), max_length=LONGEST_NAME)
    kind = models.CharField(_("kind"), max_length=32)
    options: models.JSONField[Any, Any] = models.JSONField(default=dict)
    sealed_secrets = models.TextField(blank=True, default="", help_text=_("The secret options, encrypted."))
    may_be_anywhere = models.BooleanField(
        default=False, help_text=_("The operator chose this place at the command line, outside the allowed roots.")
    )
    mapping: models.JSONField[Any, Any] = models.JSONField(
        default=dict, help_text=_("Column name to field, for columns that are not known by their usual names.")
    )
    reads_students = models.BooleanField(_("students"), default=True)
    reads_staff = models.BooleanField(_("staff"), default=True)
    is_whole = models.BooleanField(default=True, help_text=_("It names everyone; else additions and updates only."))
    missing_leave = models.BooleanField(default=True, help_text=_("Who is not in it any more has left."))
    leave_share_percent = models.PositiveSmallIntegerField(default=5)
    leave_number = models.PositiveIntegerField(default=5)
    frequency = models.CharField(
        max_length=120, blank=True, default=DEFAULT_FREQUENCY, help_text=_("Empty: on demand only.")
    )
    created_at = models.DateTimeField()
    place_changed_at = models.DateTimeField(
        null=True, help_text=_("When its kind, options or columns were changed last.")
    )
    next_due_at = models.DateTimeField(null=True, db_index=True, help_text=_("When it is read next."))

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("school", "name"), name="one_roster_per_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def kinds(self) -> tuple[PersonKind, ...]:
        """Return whom it lists."""
        return (PersonKind.STUDENT,) * self.reads_students + (PersonKind.STAFF,) * self.reads_staff

    @property
    def concludes_leaving(self) -> bool:
        """Whether who is not in it has left."""
        return self.is_whole and self.missing_leave


class RosterReading(LongWork):
    """One reading. `counts` and `refused` are by kind of people; see `reading_document`."""

    class Trigger(models.TextChoices):
        SCHEDULED = "scheduled", _("Scheduled")
        ON_DEMAND = "on_demand", _("On demand")
        PREVIEW = "preview", _("Preview")
        APPROVAL = "approval", _("Approval")

    class State(models.TextChoices):
        QUEUED = "queued", _("Waiting")
        RUNNING = "running", _("Being read")
        DONE = "done", _("Done")
        HELD = "held", _("Held")
        FAILED = "failed", _("Failed")
        APPROVED = "approved", _("Approved")
        DISCARDED = "discarded", _("Discarded")
        SUPERSEDED = "superseded", _("Replaced by a later reading")

    ALIVE = UNDER_WAY

    roster = models.ForeignKey(SavedRoster, on_delete=models.CASCADE, related_name="readings")
    trigger = models.CharField(max_length=12, choices=Trigger)
    state = models.CharField(max_length=12, choices=State, default=State.QUEUED)
    started_by = models.CharField(max_length=200)
    asked_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    approves = models.ForeignKey("self", on_delete=models.SET_NULL, null=True, related_name="approved_as")
    decided_by = models.CharField(max_length=200, blank=True)
    decided_at = models.DateTimeField(null=True)
    explanation = models.TextField(blank=True)
    recognised = models.CharField(max_length=200, blank=True)
    counts: models.JSONField[Any, Any] = models.JSONField(default=dict)
    columns: models.JSONField[Any, Any] = models.JSONField(default=dict)
    refused: models.JSONField[Any, Any] = models.JSONField(default=list)
    warnings: models.JSONField[Any, Any] = models.JSONField(default=list)
    held_because: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text=_("Sentences: why it is held; of a preview, why the reading itself would be.")
    )

    class Meta:
        ordering = ("-pk",)
        constraints = (
            models.UniqueConstraint(
                fields=("roster",), condition=Q(state__in=("queued", "running")), name="one_reading_of_a_roster_alive"
            ),
            models.UniqueConstraint(
                fields=("roster",), condition=Q(state="held"), name="one_reading_of_a_roster_held"
            ),
        )
        indexes = (
            models.Index(fields=("roster", "-id"), name="readings_of_roster"),
            models.Index(fields=("state",), name="readings_alive", condition=Q(state__in=("queued", "running"))),
        )

    def __str__(self) -> str:
        return f"{self.pk}"

    @property
    def is_alive(self) -> bool:
        return self.is_under_way

    @property
    def is_preview(self) -> bool:
        return self.trigger == self.Trigger.PREVIEW

    @property
    def would_be_held(self) -> bool:
        """Whether it is a preview of a reading that would be held for a person."""
        return self.is_preview and bool(self.held_because)


class RosterChange(models.Model):
    """What a reading made of one person; of a preview and of a held reading, what it would have made."""

    class Becomes(models.TextChoices):
        NEW = "new", _("New")
        CHANGED = "changed", _("Changed")
        LEFT = "left", _("Left, as the roster says")
        RETURNED = "returned", _("Back again")
        ABSENT = "absent", _("Left, not being in the roster")

    reading = models.ForeignKey(RosterReading, on_delete=models.CASCADE, related_name="changes", db_index=False)
    kind = models.CharField(max_length=8, choices=Person.Kind)
    code = models.CharField(max_length=64)
    name = models.CharField(max_length=300)
    becomes = models.CharField(max_length=8, choices=Becomes)
    changes: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text=_("[field, before, after] of each.")
    )
    disputed_with = models.CharField(
        max_length=LONGEST_NAME, blank=True, default="", help_text=_("The roster whose last change this undoes.")
    )

    class Meta:
        ordering = ("pk",)
        indexes = (
            models.Index(fields=("reading", "becomes", "id"), name="changes_of_reading"),
            models.Index(fields=("kind", "code"), name="roster_changes_of_person"),
        )

    def __str__(self) -> str:
        return f"{self.name} {self.becomes}"
