"""Users, and which role each has in which school."""

from __future__ import annotations

from django.contrib.auth.models import AbstractUser
from django.db import models
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School


class Role(models.TextChoices):
    ADMINISTRATOR = "administrator", _("Administrator")
    SYNC_MANAGER = "sync-manager", _("Sync manager")
    ARCHIVIST = "archivist", _("Archivist")
    STAFF = "staff", _("Staff")


class User(AbstractUser):
    """An account. What it may do is in its memberships, one for each school and role."""


class Membership(models.Model):
    """A role of one user, in one school or (school empty) in every school of the installation."""

    user = models.ForeignKey(User, on_delete=models.CASCADE, related_name="memberships")
    school = models.ForeignKey(School, on_delete=models.CASCADE, null=True, blank=True, related_name="memberships")
    role = models.CharField(max_length=20, choices=Role)

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("user", "school", "role"), name="one_membership_per_role", nulls_distinct=False
            ),
        )

    def __str__(self) -> str:
        return f"{self.user} {self.role}"


class ApiToken(models.Model):
    """What lets another program in, as its owner and no further than its scopes. The secret itself is not stored."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="api_tokens")
    name = models.CharField(_("name"), max_length=100)
    scopes = models.JSONField(default=list, help_text=_("Names of permissions; each counts while the owner has it."))
    school = models.ForeignKey(
        School,
        on_delete=models.CASCADE,
        null=True,
        blank=True,
        related_name="+",
        help_text=_("Empty: all of its owner's."),
    )
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the secret."))
    beginning = models.CharField(max_length=20, help_text=_("The first characters of the secret, to know it by."))
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField(null=True)
    last_used_at = models.DateTimeField(null=True, help_text=_("To the hour."))
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.CharField(max_length=200, blank=True)

    class Meta:
        ordering = ("-pk",)

    def __str__(self) -> str:
        return f"{self.name} ({self.beginning}...)"


class CalendarLink(models.Model):
    """What lets a calendar program read when the syncs of one school run, as its owner. The secret is not stored."""

    owner = models.ForeignKey(User, on_delete=models.CASCADE, related_name="calendar_links")
    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    token = models.ForeignKey(
        ApiToken,
        on_delete=models.CASCADE,
        null=True,
        related_name="+",
        help_text=_("The API token that made it, with which it ends."),
    )
    digest = models.CharField(max_length=64, unique=True, help_text=_("SHA-256 of the secret."))
    created_at = models.DateTimeField()
    last_used_at = models.DateTimeField(null=True, help_text=_("To the hour."))

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("owner", "school"), name="one_calendar_link_per_account_and_school"),
        )

    def __str__(self) -> str:
        return f"{self.owner} {self.school_id}"


class KeptAnswer(models.Model):
    """The answer to a request of the API that had a key of its own, for a day; without `status` it is going on."""

    token = models.ForeignKey(ApiToken, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=200)
    request_digest = models.CharField(max_length=64)
    begun_at = models.DateTimeField(db_index=True)
    status = models.PositiveSmallIntegerField(null=True)
    headers = models.JSONField(default=dict)
    body = models.TextField(blank=True)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("token", "key"), name="one_answer_per_key"),)

    def __str__(self) -> str:
        return f"{self.token_id} {self.key}"
