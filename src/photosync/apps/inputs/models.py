"""Sync UI inputs: containers that people upload into, and the deliveries on their way into them.

The bytes are blobs of the photo store; what a sender calls a file is only text in a row. So the same bytes are stored
once, and cloning or replacing changes rows only. Rule: docs/decisions/0021-inputs.md
"""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.apps.accounts.models import ApiToken
from photosync.apps.long_work import LongWork
from photosync.apps.schools.models import School
from photosync.core.input_names import (
    LONGEST_DESCRIPTION,
    LONGEST_INPUT_NAME,
    LONGEST_MARK,
    LONGEST_PART,
    LONGEST_PATH,
    InputPath,
    written_number,
)


class Input(models.Model):
    """A container of a school. `revision` grows with every change of its content, in the same transaction."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="inputs")
    name = models.CharField(_("name"), max_length=LONGEST_INPUT_NAME)
    name_key = models.CharField(max_length=3 * LONGEST_INPUT_NAME, help_text=_("The name without letter case."))
    description = models.CharField(_("description"), max_length=LONGEST_DESCRIPTION, blank=True)
    created_at = models.DateTimeField()
    created_by = models.CharField(max_length=200)
    changed_at = models.DateTimeField(null=True, help_text=_("When its content last changed."))
    changed_by = models.CharField(max_length=200, blank=True)
    revision = models.PositiveBigIntegerField(default=0)

    class Meta:
        ordering = ("name_key",)
        constraints = (models.UniqueConstraint(fields=("school", "name_key"), name="one_input_per_name"),)

    def __str__(self) -> str:
        return self.name

    @property
    def option(self) -> str:
        """Return it as the option `input` of a profile holds it."""
        return written_number(self.pk)


class InFolder(models.Model):
    """A file by its path within an input, and its bytes in the store."""

    folder = models.CharField(max_length=LONGEST_PATH, blank=True)
    name = models.CharField(max_length=LONGEST_PART)
    path_key = models.CharField(max_length=64, help_text=_("`InputPath.key`: of the path without letter case."))
    size_bytes = models.PositiveBigIntegerField()
    sha256 = models.CharField(max_length=64, db_index=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.path.path

    @property
    def path(self) -> InputPath:
        return InputPath(self.folder, self.name)


class InputFile(InFolder):
    """A file of an input, as a sync sees it."""

    input = models.ForeignKey(Input, on_delete=models.CASCADE, related_name="files", db_index=False)
    arrived_at = models.DateTimeField()
    arrived_by = models.CharField(max_length=200)
    delivery = models.ForeignKey(
        "Delivery",
        on_delete=models.SET_NULL,
        null=True,
        related_name="delivered",
        help_text=_("The last one that it came with, also unchanged."),
    )

    class Meta:
        constraints = (models.UniqueConstraint(fields=("input", "path_key"), name="one_input_file_per_path"),)
        indexes = (models.Index(fields=("input", "folder", "name"), name="input_file_in_order"),)


class Delivery(LongWork):
    """Files on their way into an input. None of them is seen by a sync before the delivery is finished."""

    class Mode(models.TextChoices):
        ADD = "add", _("Add to what is there")
        REPLACE = "replace", _("Replace everything")

    class State(models.TextChoices):
        OPEN = "open", _("Open")
        QUEUED = "queued", _("Waiting to be unpacked")
        RUNNING = "running", _("Being unpacked")
        DONE = "done", _("Finished")
        DROPPED = "dropped", _("Dropped")

    input = models.ForeignKey(Input, on_delete=models.CASCADE, related_name="deliveries")
    mode = models.CharField(max_length=8, choices=Mode, default=Mode.ADD)
    state = models.CharField(max_length=8, choices=State, default=State.OPEN)
    began_at = models.DateTimeField()
    began_by = models.CharField(max_length=200)
    token = models.ForeignKey(
        ApiToken,
        on_delete=models.SET_NULL,
        null=True,
        related_name="+",
        help_text=_("That began it: one that may only deliver sees no other delivery."),
    )
    last_at = models.DateTimeField(help_text=_("When something last arrived."))
    finished_at = models.DateTimeField(null=True)
    finished_by = models.CharField(max_length=200, blank=True)
    file_count = models.PositiveIntegerField(default=0)
    size_bytes = models.PositiveBigIntegerField(default=0)
    refused: models.JSONField[Any, Any] = models.JSONField(
        default=list, help_text=_("[path, reason] of each file that was not taken.")
    )
    explanation = models.TextField(blank=True)
    outcome = models.JSONField(default=dict)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ("-pk",)
        indexes = (
            models.Index(
                fields=("state",), name="deliveries_alive", condition=~models.Q(state__in=("done", "dropped"))
            ),
        )

    def __str__(self) -> str:
        return f"{self.input_id} {self.pk}"

    @property
    def is_alive(self) -> bool:
        return self.state in (self.State.OPEN, self.State.QUEUED, self.State.RUNNING)

    @property
    def is_unpacking(self) -> bool:
        return self.is_under_way


class DeliveredArchive(models.Model):
    """A ZIP of a delivery, which arrives in parts and waits in the data folder under a name that no one can guess."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="archives")
    name = models.CharField(max_length=LONGEST_PATH, help_text=_("Its path, with the folders that it was sent from."))
    mark = models.CharField(
        max_length=LONGEST_MARK, blank=True, help_text=_("That its client tells it by from another of that path.")
    )
    size_bytes = models.PositiveBigIntegerField()
    received_bytes = models.PositiveBigIntegerField(default=0)
    token = models.CharField(max_length=32, unique=True)

    class Meta:
        ordering = ("pk",)

    def __str__(self) -> str:
        return self.name

    @property
    def is_whole(self) -> bool:
        return self.received_bytes == self.size_bytes


class DeliveredFile(InFolder):
    """A file of a delivery that is not finished; one that came out of a ZIP names that."""

    delivery = models.ForeignKey(Delivery, on_delete=models.CASCADE, related_name="files", db_index=False)
    archive = models.ForeignKey(DeliveredArchive, on_delete=models.CASCADE, null=True, related_name="files")

    class Meta:
        constraints = (models.UniqueConstraint(fields=("delivery", "path_key"), name="one_delivered_file_per_path"),)
