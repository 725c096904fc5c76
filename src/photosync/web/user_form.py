"""The forms of Users and roles, and the filters of its list."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext as _

from photosync.apps.accounts.authority import Authority
from photosync.apps.accounts.listing import ACTIVE, ALL, INACTIVE, Asked
from photosync.apps.accounts.models import Role
from photosync.apps.schools.models import School
from photosync.core.errors import WrongUse
from photosync.core.people import quoted

EVERY_SCHOOL = "*"
MOST_CHOICES = 200
DEEPEST_PAGE = 2000
Choices = Sequence[tuple[str, str]]


def school_choices(authority: Authority) -> Choices | None:
    """Return the schools in which a role may be given, by code; None where they are too many for a drop-down."""
    schools = list(authority.schools().order_by("name").values_list("code", "name")[: MOST_CHOICES + 1])
    if len(schools) > MOST_CHOICES:
        return None
    return [*schools, *([(EVERY_SCHOOL, _("Every school"))] if authority.everywhere else [])]


def school_of(code: str, authority: Authority) -> School | None:
    """Return the school with this code, None for every school. Raises WrongUse for one that is not reached."""
    if code.strip() == EVERY_SCHOOL:
        return None
    school = authority.schools().filter(code=code.strip().upper().replace("\0", "")).first()
    if school is None:
        raise WrongUse(
            _("There is no school %(code)s of yours. Nothing was changed. Choose another one.")
            % {"code": quoted(code)}
        )
    return school


class RoleForm(forms.Form):
    role = forms.ChoiceField(choices=Role.choices)
    school = forms.CharField(max_length=50)

    def __init__(self, *args: Any, choices: Choices | None, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["role"].label = _("Role")
        self.fields["role"].initial = Role.STAFF
        self.fields["school"].label = _("School")
        if choices is None:
            self.fields["school"].help_text = _("Its code, or * for every school.")
        else:
            self.fields["school"].widget = forms.Select(choices=choices)


class NewUserForm(RoleForm):
    name = forms.CharField(max_length=150)
    email = forms.CharField(max_length=254, required=False)
    field_order = ("name", "email", "role", "school")

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["name"].label = _("Name")
        self.fields["name"].help_text = _("To sign in with: letters, digits and the characters @ . + - _")
        self.fields["name"].widget.attrs |= {"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false"}
        self.fields["email"].label = _("E-mail (may be empty)")
        self.fields["email"].help_text = _(
            "By this address, sign-in with Microsoft, Google and the like knows the account."
        )


class EmailForm(forms.Form):
    email = forms.CharField(max_length=254, required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["email"].label = _("E-mail (may be empty)")
        self.fields["email"].help_text = _(
            "By this address, sign-in with Microsoft, Google and the like knows the account."
        )


def asked_of(query: QueryDict) -> Asked:
    """Return what the address asks for; what cannot be is no limit."""

    def text(name: str) -> str:
        return query.get(name, "").replace("\0", "").strip()[:100]

    page = text("page")
    role, state = text("role"), text("state")
    return Asked(
        search=text("q"),
        role=role if role in Role.values else "",
        school=text("school"),
        state=state if state in (ACTIVE, INACTIVE, ALL) else ACTIVE,
        page=min(int(page), DEEPEST_PAGE) if page.isdecimal() and page.isascii() and 0 < len(page) < 9 else 1,
    )


def filters_of(asked: Asked, authority: Authority) -> list[tuple[str, str, Choices | None, str]]:
    """Return each filter: its name, its words, its choices (None: type it) and what is chosen."""
    schools = school_choices(authority)
    return [
        ("role", _("Role"), [("", _("Any role")), *Role.choices], asked.role),  # type: ignore[list-item]  # lazy words
        ("school", _("School"), None if schools is None else [("", _("Any school")), *schools], asked.school),
        (
            "state",
            _("State"),
            [(ACTIVE, _("Switched on")), (INACTIVE, _("Switched off")), (ALL, _("All"))],
            asked.state,
        ),
    ]
