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
