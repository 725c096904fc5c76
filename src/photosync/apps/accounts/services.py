"""Accounts: made, changed, switched off. A password is only ever set by its owner."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib.auth.password_validation import validate_password
from django.contrib.auth.tokens import default_token_generator
from django.contrib.auth.validators import UnicodeUsernameValidator
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.urls import reverse
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_encode

from photosync.apps.accounts.lock_outs import unlock
from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.accounts.roles import check_role, refuse_without_administrator, role_words
from photosync.apps.accounts.sessions import end_sessions
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import differences, record
from photosync.apps.schools.models import School
from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted

LONGEST_NAME = 150
LONGEST_EMAIL = 254


@dataclass(frozen=True, slots=True)
class AddedUser:
    """`set_password_path` is the path of the one-time link, to be put behind the address of the pages."""

    user: User
    set_password_path: str


def add_user(name: str, role: Role | str, school: School | None = None, *, email: str = "") -> AddedUser:
    """Return the new account, with `role` in `school` (None: in every school), and the link for its password.

    The name is stored as written; two that differ only in letter case are refused. Raises WrongUse, Refused.
    """
    name = _checked_name(name)
    role = check_role(role, "No account was made.")
    with transaction.atomic():
        if User.objects.filter(username__iexact=name).exists():
            raise Refused(
                f"There is already an account {quoted(name)}. Nothing was changed. "
                "Choose another name. Its password is set anew with a new link.",
                command_line=f"photosync user link {name}",
            )
        user = User(username=name, email=_checked_email(email, None))
        user.set_unusable_password()
        user.save()
        Membership.objects.create(user=user, school=school, role=role)
        record(Act.USER_ADDED, user, school=school, changes=[("roles", None, role_words(role, school))])
    return AddedUser(user, set_password_path(user))


def change_email(user: User, email: str) -> None:
    """Set the e-mail address, by which a place to sign in with may know the account. Raises WrongUse, Refused."""
    with transaction.atomic():
        checked = _checked_email(email, user)
        changes = differences({"email": user.email}, {"email": checked})
        if not changes:
            return
        user.email = checked
        user.save(update_fields=("email",))
        record(Act.USER_CHANGED, user, school=None, changes=changes)


def new_password_link(user: User) -> str:
    """Return the path of a new one-time link. Raises Refused for an account that is switched off."""
    if not user.is_active:
        raise Refused(
            f"The account {quoted(user.get_username())} is switched off. No link was made. Switch it on first."
        )
    record(Act.USER_LINK_MADE, user, school=None)
    return set_password_path(user)


def set_password_path(user: User) -> str:
    """Return the path of a link with which `user` sets the password, once, within PASSWORD_RESET_TIMEOUT."""
    uid = urlsafe_base64_encode(force_bytes(user.pk))
    return reverse("set-password", kwargs={"uidb64": uid, "token": default_token_generator.make_token(user)})


def set_password(user: User, password: str) -> None:
    """Set the password; other sessions end by it, and a lock-out is over.

    Raises WrongUse, saying why, for one that is too easily guessed.
    """
    try:
        validate_password(password, user)
    except ValidationError as exc:
        raise WrongUse(f"The password was not set. {' '.join(exc.messages)}") from exc
    with transaction.atomic():
        user.set_password(password)
        user.save(update_fields=("password",))
        unlock(user)
        record(Act.USER_PASSWORD, user, school=None)


def deactivate(user: User, *, by: User | None = None) -> None:
    """Switch the account off, and end its sessions. Raises Refused for the last administrator, and for oneself."""
    if by is not None and by.pk == user.pk:
        raise Refused("This is your own account. It was not switched off. Ask another administrator.")
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if not user.is_active:
            return
        refuse_without_administrator(but_user=user)
        user.is_active = False
        user.save(update_fields=("is_active",))
        end_sessions(user)
        record(Act.USER_DEACTIVATED, user, school=None)


def activate(user: User) -> None:
    """Switch the account on again, with the roles and the password that it had."""
    with transaction.atomic():
        user = User.objects.select_for_update().get(pk=user.pk)
        if user.is_active:
            return
        user.is_active = True
        user.save(update_fields=("is_active",))
        record(Act.USER_ACTIVATED, user, school=None)


def _checked_email(email: str, user: User | None) -> str:
    """Return the address in lower case; empty is none. Raises WrongUse, and Refused where another account has it."""
    email = email.strip().lower()
    if not email:
        return ""
    try:
        validate_email(email)
    except ValidationError as exc:
        raise _not_an_email(email) from exc
    if len(email) > LONGEST_EMAIL:
        raise _not_an_email(email)
    others = User.objects.filter(email__iexact=email)
    if (others if user is None else others.exclude(pk=user.pk)).exists():
        raise Refused(f"Another account has the e-mail address {quoted(email)}. Nothing was saved. Use another one.")
    return email


def _not_an_email(email: str) -> WrongUse:
    return WrongUse(f"{quoted(email)} is not an e-mail address. Nothing was saved. Write it like name@school.example")


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
