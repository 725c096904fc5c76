"""Making accounts. A password is only ever set by its owner, through a link that works once."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted

LONGEST_NAME = 150


@dataclass(frozen=True, slots=True)
class AddedUser:
    """`set_password_path` is the path of the one-time link, to be put behind the address of the pages."""

    user: User
    set_password_path: str


def add_user(name: str, role: str, school: School | None = None) -> AddedUser:
    """Return the new account, with `role` in `school` (None: in every school), and the link for its password.

    The name is stored as written; two that differ only in letter case are refused. Raises WrongUse, Refused.
    """
    name = _checked_name(name)
    if role not in Role.values:
        raise WrongUse(f"{quoted(role)} is not a role. No account was made. Choose one of: {', '.join(Role.values)}.")
    with transaction.atomic():
        if User.objects.filter(username__iexact=name).exists():
            raise Refused(
                f"There is already an account {quoted(name)}. Nothing was changed. "
                f"For a new link to set its password: photosync user link {name}"
            )
        user = User(username=name)
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, school=school, role=role)
        record(Act.USER_ADDED, user, school=school, changes=[("role", None, role)])
    return AddedUser(user, set_password_path(user))


def new_password_link(user: User) -> str:
    """Return what `set_password_path` does, for someone who asked for a new link."""
    record(Act.USER_LINK_MADE, user, school=None)
    return set_password_path(user)


def set_password_path(user: User) -> str:
    """Return the path of a link with which `user` sets the password, once, within PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("set-password", kwargs={"uidb64": uid, "token": default_token_generator.make_token(user)})


def set_password(user: User, password: str) -> None:
    """Set the password. Raises WrongUse, saying why, for one that is too easily guessed."""
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise WrongUse(f"The password was not set. {' '.join(exc.messages)}") from exc
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=("password",))
        record(Act.USER_PASSWORD, user, school=None)


def _checked_name(name: str) -> str:
    name = User.normalize_username(name.strip())
    try:
        UnicodeUsernameValidator()(name)
    except ValidationError as exc:
        raise _malformed(name) from exc
    if len(name) > LONGEST_NAME:
        raise _malformed(name)
    return name


def _malformed(name: str) -> WrongUse:
    return WrongUse(
        f"{quoted(name)} cannot be the name of an account. Nothing was saved. "
        f"Use 1 to {LONGEST_NAME} letters, digits and the characters @ . + - _"
    )
