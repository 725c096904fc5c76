"""API tokens: made, found by their secret, and revoked. A secret is shown once and kept as its hash."""

from __future__ import annotations

import secrets
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from hashlib import sha256
from typing import Any

from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.crypto import constant_time_compare
from django.utils.translation import gettext as _

from photosync.apps.accounts.models import ApiToken, Membership, User
from photosync.apps.accounts.permissions import OF_THE_INSTALLATION, PERMISSIONS, Permission, reached_by
from photosync.apps.accounts.queries import permissions_of
from photosync.apps.audit.acts import Act
from photosync.apps.audit.recording import record
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, Refused, WrongUse
from photosync.core.people import quoted

PREFIX = "photosync_"
"""What every secret begins with, so that one that got lost in a file is recognised."""
SECRET_BYTES = 32
LONGEST_SECRET = 100
BEGINNING = len(PREFIX) + 5
LONGEST_NAME = 100
USUAL_DAYS, MOST_DAYS = 90, 366
LAST_USED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class MadeToken:
    """`secret` is nowhere else: whoever loses it makes another token."""

    token: ApiToken
    secret: str


def add_token(
    owner: User,
    name: str,
    *,
    scopes: Collection[str],
    school: School | None,
    days: int | None,
    now: datetime,
    expires_by: datetime | None = None,
) -> MadeToken:
    """Return a new token that acts as `owner` in `school` (None: in all of the owner's) for `days`.

    Without `days` it does not expire, for owners with SYSTEM: MANAGE only. `expires_by` ends it earlier. Raises
    WrongUse for what is not well formed, Refused for a scope that the owner does not have there.
    """
    name = _checked_name(name)
    wanted = checked_scopes(scopes)
    expires_at = _end(owner, days, now)
    if expires_by is not None:
        expires_at = expires_by if expires_at is None else min(expires_at, expires_by)
    _refuse_what_is_not_held(owner, wanted, school)
    secret = PREFIX + secrets.token_urlsafe(SECRET_BYTES)
    with transaction.atomic():
        token = ApiToken.objects.create(
            owner=owner,
            name=name,
            scopes=[scope.value for scope in wanted],
            school=school,
            digest=digest_of(secret),
            beginning=secret[:BEGINNING],
            created_at=now,
            expires_at=expires_at,
        )
        record(Act.TOKEN_MADE, token, school=school, changes=_told(token))
    return MadeToken(token, secret)


def revoke_token(token: ApiToken, *, by: str, now: datetime) -> ApiToken:
    """Let the token count no more, at once. One that is revoked stays as it is."""
    with transaction.atomic():
        stored = ApiToken.objects.select_for_update(of=("self",)).select_related("owner", "school").get(pk=token.pk)
        if stored.revoked_at is None:
            stored.revoked_at, stored.revoked_by = now, by[:200]
            stored.save(update_fields=("revoked_at", "revoked_by"))
            record(Act.TOKEN_REVOKED, stored, school=stored.school)
    return stored


def token_of_secret(secret: str, now: datetime) -> ApiToken | None:
    """Return the token with this secret while it counts: not revoked, not expired, its owner not switched off."""
    if not secret.startswith(PREFIX) or len(secret) > LONGEST_SECRET or not secret.isascii():
        return None
    digest = digest_of(secret)
    token = ApiToken.objects.select_related("owner", "school").filter(digest=digest).first()
    if token is None or not constant_time_compare(token.digest, digest) or not counts(token, now):
        return None
    return token


def counts(token: ApiToken, now: datetime) -> bool:
    ended = token.revoked_at is not None or (token.expires_at is not None and token.expires_at <= now)
    return not ended and token.owner.is_active


def note_used(token: ApiToken, now: datetime) -> None:
    """Remember that the token was used, to the hour: most requests write nothing."""
    if token.last_used_at is not None and now - token.last_used_at < LAST_USED_EVERY:
        return
    late = Q(last_used_at=None) | Q(last_used_at__lt=now - LAST_USED_EVERY)
    ApiToken.objects.filter(late, pk=token.pk).update(last_used_at=now)


def may_of(token: ApiToken, school: School | None) -> frozenset[Permission]:
    """Return what the token may do in `school` (None: in the installation as a whole), and its owner may now."""
    if token.school_id is not None and (school is None or school.pk != token.school_id):
        return frozenset()
    held = permissions_of(token.owner, school)
    if token.school_id is not None:
        held -= OF_THE_INSTALLATION
    return held & reached_by(token.scopes)


def held_anywhere(user: User) -> frozenset[Permission]:
    """Return everything that `user` may do in any school."""
    found: set[Permission] = set()
    for membership in Membership.objects.filter(user=user):
        allowed = PERMISSIONS.get(membership.role, frozenset())
        found |= allowed if membership.school_id is None else allowed - OF_THE_INSTALLATION
    return frozenset(found)


def tokens_of(owner: User | None = None) -> QuerySet[ApiToken]:
    """Return the tokens of `owner`, or of everyone, the latest first."""
    tokens = ApiToken.objects.select_related("owner", "school").order_by("-pk")
    return tokens if owner is None else tokens.filter(owner=owner)


def token_numbered(token_id: int, owner: User | None = None) -> ApiToken:
    """Return the token, where it is one of `owner`'s (None: of anyone's). Raises NotFound."""
    token = tokens_of(owner).filter(pk=token_id).first()
    if token is None:
        raise NotFound(
            _("There is no API token {number}. Nothing was done. See those that there are.").format(number=token_id),
            command_line="photosync token list",
        )
    return token


def token_document(token: ApiToken, now: datetime) -> dict[str, Any]:
    """Return the token as the command line and the API show it; never its secret. Times are UTC."""
    return {
        "id": token.pk,
        "name": token.name,
        "owner": token.owner.get_username(),
        "scopes": list(token.scopes),
        "school": None if token.school is None else token.school.code,
        "begins": token.beginning,
        "state": state_of(token, now),
        "created": _time(token.created_at),
        "expires": _time(token.expires_at),
        "last_used": _time(token.last_used_at),
        "revoked": _time(token.revoked_at),
    }


def state_of(token: ApiToken, now: datetime) -> str:
    """Return `valid`, `expired` or `revoked`."""
    if token.revoked_at is not None:
        return "revoked"
    return "expired" if token.expires_at is not None and token.expires_at <= now else "valid"


def digest_of(secret: str) -> str:
    # A secret of 256 random bits cannot be guessed from its hash, so that a slow hash would only slow every request.
    return sha256(secret.encode()).hexdigest()


def checked_scopes(scopes: Collection[str]) -> list[Permission]:
    """Return the scopes in the order of `Permission`. Raises WrongUse."""
    given = {" ".join(scope.upper().replace(":", ": ").split()) for scope in scopes}
    known = {permission.value for permission in Permission}
    if unknown := sorted(given - known):
        raise WrongUse(
            _("{scope} is not a permission. No token was made. Choose from: {known}.").format(
                scope=quoted(unknown[0]), known=", ".join(permission.value for permission in Permission)
            )
        )
    if not given:
        raise WrongUse(
            _("A token without a scope may do nothing. No token was made. Choose at least one of: {known}.").format(
                known=", ".join(permission.value for permission in Permission)
            )
        )
    return [permission for permission in Permission if permission.value in given]


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(
            _("A token needs a name of 1 to {most} characters, by which you will know it. No token was made.").format(
                most=LONGEST_NAME
            )
        )
    return name


def _refuse_what_is_not_held(owner: User, wanted: Collection[Permission], school: School | None) -> None:
    held = held_anywhere(owner) if school is None else permissions_of(owner, school) - OF_THE_INSTALLATION
    if lacking := [scope for scope in wanted if scope not in held]:
        where = _("in any school") if school is None else _("in one school ({code})").format(code=school.code)
        raise Refused(
            _(
                "{owner} does not have {scopes} {where}, so a token cannot have it. No token was made. "
                "Choose from what the account may do."
            ).format(owner=owner.get_username(), scopes=", ".join(lacking), where=where)
        )


def _end(owner: User, days: int | None, now: datetime) -> datetime | None:
    if days is None:
        if Permission.SYSTEM_MANAGE not in permissions_of(owner, None):
            raise Refused(
                _(
                    "Only an account with SYSTEM: MANAGE may have a token that does not expire. No token was made. "
                    "Choose 1 to {most} days."
                ).format(most=MOST_DAYS)
            )
        return None
    if not 1 <= days <= MOST_DAYS:
        raise WrongUse(
            _("A token is valid for 1 to {most} days, not {days}. No token was made.").format(
                most=MOST_DAYS, days=days
            )
        )
    return now + timedelta(days=days)


def _told(token: ApiToken) -> list[tuple[str, str | None, str | None]]:
    return [
        ("owner", None, token.owner.get_username()),
        ("scopes", None, ", ".join(token.scopes)),
        ("expires", None, _time(token.expires_at)),
    ]


def _time(instant: datetime | None) -> str | None:
    return None if instant is None else instant.isoformat(timespec="seconds")
