"""What an administrator does to an account as a whole: the words for it, and the service behind it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from photosync.apps.accounts.lock_outs import lock_outs_of, unlock
from photosync.apps.accounts.models import User
from photosync.apps.accounts.providers import forget_links, linked_to
from photosync.apps.accounts.second_factor import has_second_factor, reset_second_factor
from photosync.apps.accounts.services import activate, deactivate, new_password_link
from photosync.apps.accounts.sessions import end_sessions
from photosync.web.page import Words

LINK_KEY = "link_once"


@dataclass(frozen=True, slots=True)
class UserAct:
    """`do` does it and returns the words that say so. `sentence` tells beforehand what happens to `%(name)s`."""

    name: str
    title: Words
    sentence: Words
    do: Callable[[HttpRequest, User, User], str]
    applies: Callable[[User], bool]
    is_danger: bool = False


def _link(request: HttpRequest, user: User, _by: User) -> str:
    request.session[LINK_KEY] = [user.pk, new_password_link(user)]
    return _("A new link is made. It is shown once.")


def _deactivate(_request: HttpRequest, user: User, by: User) -> str:
    deactivate(user, by=by)
    return _("The account is switched off.")


def _activate(_request: HttpRequest, user: User, _by: User) -> str:
    activate(user)
    return _("The account is switched on.")


def _reset(_request: HttpRequest, user: User, _by: User) -> str:
    reset_second_factor(user)
    return _("The second factor is reset.")


def _end(request: HttpRequest, user: User, by: User) -> str:
    number = end_sessions(user, but=request.session.session_key if user.pk == by.pk else None)
    return ngettext("%(number)d session has ended.", "%(number)d sessions have ended.", number) % {"number": number}


def _unlock(_request: HttpRequest, user: User, _by: User) -> str:
    unlock(user)
    return _("The account is unlocked.")


def _forget(_request: HttpRequest, user: User, _by: User) -> str:
    forget_links(user)
    return _("The links are forgotten.")


def _is_locked(user: User) -> bool:
    return bool(lock_outs_of(user.get_username(), timezone.now()))


_ALL = (
    UserAct(
        "link",
        gettext_lazy("New link to set the password"),
        gettext_lazy(
            "You get a link with which %(name)s sets a new password, once, within three days. Links made before "
            "still work until one of them was used. The password of now works until then."
        ),
        _link,
        lambda user: user.is_active,
    ),
    UserAct(
        "unlock",
        gettext_lazy("Unlock"),
        gettext_lazy("%(name)s may try to sign in again at once, from everywhere."),
        _unlock,
        _is_locked,
    ),
    UserAct(
        "reset-second-factor",
        gettext_lazy("Reset the second factor"),
        gettext_lazy(
            "The authenticator app, the passkeys and the recovery codes of %(name)s will no longer work. The "
            "password alone signs in, until a new second factor is set up. Be sure that it is %(name)s who asks."
        ),
        _reset,
        has_second_factor,
        is_danger=True,
    ),
    UserAct(
        "forget-links",
        gettext_lazy("Forget sign-ins elsewhere"),
        gettext_lazy(
            "At the next sign-in elsewhere, %(name)s is looked for by e-mail address or name again. This is needed "
            "when a person got a new account there."
        ),
        _forget,
        lambda user: bool(linked_to(user)),
    ),
    UserAct(
        "end-sessions",
        gettext_lazy("End all sessions"),
        gettext_lazy("%(name)s is signed out everywhere, and sees no photo any more after five seconds."),
        _end,
        lambda user: user.is_active,
        is_danger=True,
    ),
    UserAct(
        "deactivate",
        gettext_lazy("Switch off"),
        gettext_lazy(
            "%(name)s is signed out everywhere and cannot sign in any more. Roles, password and records stay; the "
            "account can be switched on again."
        ),
        _deactivate,
        lambda user: user.is_active,
        is_danger=True,
    ),
    UserAct(
        "activate",
        gettext_lazy("Switch on"),
        gettext_lazy("%(name)s may sign in again, with the roles and the password of before."),
        _activate,
        lambda user: not user.is_active,
    ),
)
ACTS = {act.name: act for act in _ALL}
