"""Addresses of a school, what was decided to be told, the messages that come of it, and pings after good runs."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.rosters.models import SavedRoster
from photosync.apps.schools.models import School
from photosync.core.notices import NoticeKind


class Kind(models.TextChoices):
    """The words for what can be told."""

    STOPS_SOON = NoticeKind.STOPS_SOON.value, _("A sync will stop")
    ENDED = NoticeKind.ENDED.value, _("A sync has ended")
    HELD = NoticeKind.HELD.value, _("A run waits for approval")
    FAILED = NoticeKind.FAILED.value, _("A run failed")
    WORKS_AGAIN = NoticeKind.WORKS_AGAIN.value, _("A sync works again after a failure")
    STALE = NoticeKind.STALE.value, _("A sync has had no good run for long")
    ROSTER_HELD = NoticeKind.ROSTER_HELD.value, _("A reading of a roster waits for approval")
    ROSTER_FAILED = NoticeKind.ROSTER_FAILED.value, _("A roster could not be read")


class NotificationAddress(models.Model):
    """Where messages go. The whole address is sealed; `shown` is all that people see of it."""

    class Way(models.TextChoices):
        EMAIL = "email", _("E-mail")
        APPRISE = "apprise", _("Service")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="notification_addresses")
    name = models.CharField(_("name"), max_length=100, blank=True)
    way = models.CharField(max_length=8, choices=Way)
    sealed = models.TextField()
    fingerprint = models.CharField(max_length=64)
    shown = models.CharField(max_length=320)
    kinds = models.JSONField(default=list, help_text=_("What it is told; empty: everything, also what is new later."))
    added_at = models.DateTimeField()
    added_by = models.CharField(max_length=200)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("school", "fingerprint"), name="an_address_is_added_once"),)

    def __str__(self) -> str:
        return f"{self.name} ({self.shown})" if self.name else self.shown

    def wants(self, kind: str) -> bool:
        return not self.kinds or kind in self.kinds


class Notice(models.Model):
    """A thing that was decided to be told. It is never decided on again."""

    profile = models.ForeignKey(SyncProfile, on_delete=models.CASCADE, null=True, related_name="notices")
    roster = models.ForeignKey(SavedRoster, on_delete=models.CASCADE, null=True, related_name="notices")
    kind = models.CharField(max_length=12, choices=Kind)
    key = models.CharField(max_length=64)
    decided_at = models.DateTimeField()

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("profile", "kind", "key"), name="a_thing_is_told_once"),
            models.UniqueConstraint(fields=("roster", "kind", "key"), name="a_thing_of_a_roster_is_told_once"),
            models.CheckConstraint(
                condition=Q(profile__isnull=False) ^ Q(roster__isnull=False), name="a_notice_is_about_one_thing"
            ),
        )

    def __str__(self) -> str:
        return f"{self.profile_id or self.roster_id} {self.kind} {self.key}"


class Message(models.Model):
    """One message to one address. `claimed_until` is set while a sender has it."""

    class State(models.TextChoices):
        WAITING = "waiting", _("Waiting")
        SENT = "sent", _("Sent")
        FAILED = "failed", _("Failed")
        DROPPED = "dropped", _("Not sent")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="messages")
    notice = models.ForeignKey(Notice, on_delete=models.SET_NULL, null=True, related_name="messages")
    address = models.ForeignKey(NotificationAddress, on_delete=models.SET_NULL, null=True, related_name="messages")
    to = models.CharField(max_length=430)
    kind = models.CharField(max_length=12, blank=True, help_text=_("Empty for a test."))
    subject = models.CharField(max_length=400)
    body = models.TextField()
    state = models.CharField(max_length=8, choices=State, default=State.WAITING)
    created_at = models.DateTimeField()
    attempts = models.PositiveSmallIntegerField(default=0)
    next_attempt_at = models.DateTimeField(null=True)
    claimed_until = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    reason = models.TextField(blank=True, help_text=_("Why the last attempt failed."))

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=("notice", "address"),
                condition=Q(notice__isnull=False, address__isnull=False),
                name="one_message_of_a_notice_to_an_address",
            ),
        )
        indexes = (
            models.Index(fields=("school", "-id"), name="messages_of_school"),
            models.Index(fields=("next_attempt_at",), condition=Q(state="waiting"), name="messages_to_send"),
        )

    def __str__(self) -> str:
        return self.subject


class Watch(models.Model):
    """How far the runs of a profile were looked at, and the ping for its last good run."""

    profile = models.OneToOneField(SyncProfile, on_delete=models.CASCADE, related_name="watch")
    runs_seen_until = models.DateTimeField(help_text=_("Runs that ended until then have been looked at."))
    ping_run_id = models.BigIntegerField(
        default=0, help_text=_("The last good run, for which the address is called.")
    )
    ping_attempts = models.PositiveSmallIntegerField(default=0)
    ping_next_at = models.DateTimeField(null=True, db_index=True, help_text=_("Null where no call is due."))
    ping_claimed_until = models.DateTimeField(null=True)
    ping_called_at = models.DateTimeField(null=True)
    ping_went_well = models.BooleanField(default=False)
    ping_outcome = models.TextField(blank=True, help_text=_("What came of the last call."))

    def __str__(self) -> str:
        return f"{self.profile_id}"
