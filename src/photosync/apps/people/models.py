"""People of a school, and the identifiers by which sources know them."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Length
from django.utils.translation import gettext_lazy as _

from photosync.apps.schools.models import School
from photosync.core.names import LONGEST_SOUGHT, name_form, sought_form
from photosync.core.people import plain_letters

LONGEST_PLAIN_NAME = 400


class Person(models.Model):
    """A student or staff member."""

    class Kind(models.TextChoices):
        STUDENT = "student", _("Student")
        STAFF = "staff", _("Staff")

    class Status(models.TextChoices):
        ACTIVE = "active", _("Active")
        LEFT = "left", _("Left")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="people")
    kind = models.CharField(max_length=8, choices=Kind)
    code = models.CharField(_("code"), max_length=64, help_text=_("Student code or staff code, as text."))
    given_name = models.CharField(_("given name"), max_length=100, blank=True)
    family_name = models.CharField(_("family name"), max_length=100, blank=True)
    preferred_name = models.CharField(_("preferred name"), max_length=100, blank=True)
    plain_name = models.CharField(
        max_length=LONGEST_PLAIN_NAME,
        blank=True,
        default="",
        editable=False,
        help_text=_("The names without marks, for searching; empty where they have none."),
    )
    sought_as = models.CharField(
        max_length=LONGEST_SOUGHT,
        blank=True,
        default="",
        editable=False,
        help_text=_("Family and given name in the form by which index files look people up."),
    )
    sought_also_as = models.CharField(
        max_length=LONGEST_SOUGHT,
        blank=True,
        default="",
        editable=False,
        help_text=_("The same of the preferred name; empty where there is none."),
    )
    year_level = models.CharField(_("year level"), max_length=32, blank=True)
    roll_group = models.CharField(_("roll group"), max_length=32, blank=True)
    house = models.CharField(_("house"), max_length=64, blank=True)
    campus = models.CharField(_("campus"), max_length=64, blank=True)
    status = models.CharField(_("status"), max_length=8, choices=Status, default=Status.ACTIVE)
    left_on = models.DateField(_("left on"), null=True, blank=True)
    protected = models.BooleanField(
        _("protected"), default=False, help_text=_("Appears on no wall or list and in no destination.")
    )
    keeps_no_photo = models.BooleanField(
        _("keeps no photo"),
        default=False,
        help_text=_("The photos were erased on request; none is kept from then on."),
    )
    consent = models.JSONField(
        _("consent"),
        default=dict,
        blank=True,
        help_text=_("Purpose to yes, no or unknown; a missing purpose is unknown."),
    )

    class Meta:
        ordering = ("family_name", "given_name", "code")
        constraints = (models.UniqueConstraint(fields=("school", "kind", "code"), name="one_person_per_code"),)
        indexes = (
            models.Index(fields=("school", "kind", "status", "year_level", "family_name"), name="person_wall"),
            # The lists: in order of names, and with all that they filter and search, so that the index alone answers.
            models.Index(
                fields=(
                    *("school", "kind", "family_name", "given_name", "id"),
                    *("status", "protected", "year_level", "roll_group", "house", "campus", "preferred_name", "code"),
                ),
                name="person_by_name",
            ),
            models.Index(
                "school",
                "kind",
                Length("year_level"),
                *("year_level", "family_name", "given_name", "id"),
                name="person_by_level",
            ),
            # The coverage of the Overview counts everyone: the index alone names them.
            models.Index(fields=("school", "status", "protected", "kind", "year_level"), name="person_covered"),
            # What there is to filter by.
            models.Index(fields=("school", "kind", "roll_group"), name="person_roll_group"),
            models.Index(fields=("school", "kind", "house"), name="person_house"),
            models.Index(fields=("school", "kind", "campus"), name="person_campus"),
            models.Index(fields=("school", "plain_name"), name="person_by_plain_name"),
            models.Index(fields=("school", "sought_as"), name="person_sought"),
            models.Index(fields=("school", "sought_also_as"), name="person_sought_also"),
        )
        verbose_name = _("person")
        verbose_name_plural = _("people")

    def __str__(self) -> str:
        return f"{self.label} ({self.code})"

    def save(self, *args: Any, **kwargs: Any) -> None:
        set_name_forms(self)
        super().save(*args, **kwargs)

    @property
    def label(self) -> str:
        """The name as people say it: preferred or given name, then family name; the code if there is none."""
        return f"{self.preferred_name or self.given_name} {self.family_name}".strip() or self.code


def set_name_forms(person: Person) -> None:
    """Set what is derived from the names of `person`: after every change of them, before it is written."""
    person.plain_name = plain_name_of(person.given_name, person.preferred_name, person.family_name)
    person.sought_as = sought_form(person.family_name, person.given_name)
    preferred = person.preferred_name
    # A sign in its place, "-" say, is no name.
    person.sought_also_as = sought_form(person.family_name, preferred) if name_form(preferred) else ""


def plain_name_of(*names: str) -> str:
    """Return the names as one may type them; empty where they are plain already, and searched themselves."""
    together = " ".join(filter(None, names))
    return "" if together.isascii() else plain_letters(together)[:LONGEST_PLAIN_NAME]


class Identifier(models.Model):
    """One text by which a person is known. Students and staff have separate number spaces."""

    class Key(models.TextChoices):
        STUDENT_CODE = "student_code", _("Student code")
        STAFF_CODE = "staff_code", _("Staff code")
        ALTERNATE_ID = "alternate_id", _("Alternate identifier")
        USERNAME = "username", _("Username")
        EMAIL = "email", _("E-mail")

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="identifiers")
    key = models.CharField(max_length=16, choices=Key)
    value = models.CharField(max_length=254)
    folded = models.CharField(
        max_length=254, help_text=_("The value without leading zeros and letter case, for the matching options.")
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("person", "key", "value"), name="one_identifier_per_value"),
            models.UniqueConstraint(
                fields=("school", "key", "value"),
                condition=Q(key__in=("student_code", "staff_code")),
                name="codes_are_unique_in_their_number_space",
            ),
        )
        indexes = (
            models.Index(fields=("school", "value"), name="identifier_by_value"),
            models.Index(fields=("school", "folded"), name="identifier_by_folded"),
        )

    def __str__(self) -> str:
        return f"{self.key} {self.value}"


class RosterColumns(models.Model):
    """The column mapping that a roster file of a school was last imported with."""

    school = models.ForeignKey(School, on_delete=models.CASCADE, related_name="+")
    kind = models.CharField(max_length=8, choices=Person.Kind)
    mapping = models.JSONField(default=dict)

    class Meta:
        constraints = (models.UniqueConstraint(fields=("school", "kind"), name="one_mapping_per_roster"),)

    def __str__(self) -> str:
        return f"{self.school_id} {self.kind}"
