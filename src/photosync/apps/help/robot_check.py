"""The robot check of the feedback form: a signed, expiring challenge for one article, one session and one use.

Decided in docs/decisions/{decision}
"""

from __future__ import annotations

import secrets
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from django.core.signing import BadSignature, Signer
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from photosync.apps.help.models import UsedCheck
from photosync.core.errors import Refused
from photosync.core.proof_of_work import Work, is_done

VALID_FOR = timedelta(hours=1)
WAIT_WITHOUT_SCRIPT = timedelta(seconds=10)
LONGEST_CHALLENGE = 400
_SALT = "photosync.help.robot_check"


class CheckFailed(Refused):
    """The robot check stands against it; nothing was stored. A new check is to be shown."""


class CheckTooEarly(CheckFailed):
    """Without scripts one waits; the same check holds later."""


@dataclass(frozen=True, slots=True)
class RobotCheck:
    """`challenge` comes back with the form; `work` is what the browser does meanwhile."""

    challenge: str
    work: Work


@dataclass(frozen=True, slots=True)
class SentCheck:
    """What came with a form. `session` is the session's key; `without_script` where no script could work."""

    challenge: str
    answers: str
    session: str
    without_script: bool = False


def new_check(article: str, session: str, now: datetime) -> RobotCheck:
    work = Work(secrets.token_hex(16))
    told = {"article": article, "session": _session_mark(session), "seed": work.seed, "at": int(now.timestamp())}
    return RobotCheck(Signer(salt=_SALT).sign_object(told), work)


def same_check(challenge: str) -> RobotCheck:
    """Return a check that was not used up, to be shown again."""
    return RobotCheck(challenge, Work(_read(challenge)["seed"]))


def take(sent: SentCheck, article: str, now: datetime) -> None:
    """Use the check up. Raises CheckFailed, saying which way it stands against the form."""
    if not sent.challenge or not (sent.answers or sent.without_script):
        raise CheckFailed(
            _("The robot check is missing. Nothing was sent. Wait until the check below is done, then send again.")
        )
    told = _read(sent.challenge)
    if told["article"] != article or told["session"] != _session_mark(sent.session):
        raise CheckFailed(_not_of_this_form())
    made_at = datetime.fromtimestamp(told["at"], UTC)
    if not timedelta(0) <= now - made_at < VALID_FOR:
        raise CheckFailed(
            _("The robot check has expired: it holds for an hour. Nothing was sent. Send again with the new one.")
        )
    work = Work(told["seed"])
    if sent.answers:
        if not is_done(work, sent.answers):
            raise CheckFailed(_("The robot check was not solved. Nothing was sent. Send again with the new one."))
    elif now - made_at < WAIT_WITHOUT_SCRIPT:
        raise CheckTooEarly(
            _(
                "Without scripts the robot check is a wait of %(seconds)s seconds, and they are not over yet. "
                "Nothing was sent. What you wrote is still here: send it again in a moment."
            )
            % {"seconds": int(WAIT_WITHOUT_SCRIPT.total_seconds())}
        )
    _use_up(work.seed, made_at + VALID_FOR, now)


def _use_up(seed: str, expires_at: datetime, now: datetime) -> None:
    UsedCheck.objects.filter(expires_at__lt=now).delete()
    _used, is_new = UsedCheck.objects.get_or_create(seed=seed, defaults={"expires_at": expires_at})
    if not is_new:
        raise CheckFailed(
            _(
                "The robot check was used already, so that this form has been sent before. "
                "Nothing was sent a second time. To say something else, send again with the new check."
            )
        )


def _read(challenge: str) -> dict:
    if len(challenge) > LONGEST_CHALLENGE:
        raise CheckFailed(_not_of_this_form())
    try:
        return Signer(salt=_SALT).unsign_object(challenge)
    except (BadSignature, ValueError) as exc:
        raise CheckFailed(_not_of_this_form()) from exc


def _not_of_this_form() -> str:
    return _("The robot check does not belong to this form. Nothing was sent. Send again with the new one.")


def _session_mark(session: str) -> str:
    return salted_hmac(_SALT, session, algorithm="sha256").hexdigest()[:24]
