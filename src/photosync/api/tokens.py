"""/tokens: API tokens; and /token: the one that asks."""

from __future__ import annotations

from typing import Annotated

from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.account_shapes import MadeTokenShape, OwnTokenShape, Tokens, TokenShape
from photosync.api.answers import answer
from photosync.api.fields import AskedText, Body, Id, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.api.problems import Problem
from photosync.apps.accounts.permissions import Permission, reached_by
from photosync.apps.accounts.queries import user_named
from photosync.apps.accounts.tokens import (
    USUAL_DAYS,
    add_token,
    checked_scopes,
    revoke_token,
    token_document,
    token_numbered,
    tokens_of,
)

router = Router(tags=["tokens"])
NEEDS = Permission.SYSTEM_MANAGE


class NewToken(Body):
    """`user`: the name of the account as which it acts. `school`: the code of the only school it is good for."""

    name: ShortText
    user: ShortText
    scopes: Annotated[list[ShortText], Field(max_length=20)]
    school: ShortText | None = None
    days: int = USUAL_DAYS


@router.get("/token", response=OwnTokenShape, openapi_extra=told(None))
def show_own(request: ApiRequest) -> HttpResponse:
    """Show the token that asks, and what it may do now in each school that it reaches."""
    caller = request.auth
    may = {school.code: sorted(caller.may(school)) for school in caller.schools()[:1_000]}
    document = token_document(caller.token, caller.now)
    return answer(request, document | {"may": may, "may_in_the_installation": sorted(caller.may(None))})


@router.get("/tokens", response=Tokens, openapi_extra=told(NEEDS))
def list_tokens(request: ApiRequest, user: AskedText = None, limit: Limit = 100, after: After = None) -> HttpResponse:
    """List the API tokens, the latest first. No secret is told."""
    request.auth.require(None, NEEDS)
    rows = tokens_of(None if user is None else user_named(user))
    now = request.auth.now
    page = part(
        rows, lambda page: (token_document(each, now) for each in page), after=after, limit=limit, newest_first=True
    )
    return answer(request, page)


@router.post("/tokens", response={201: MadeTokenShape}, openapi_extra=told(NEEDS))
def make_token(request: ApiRequest, body: NewToken) -> HttpResponse:
    """Make an API token, which may do no more than the one that asks, nor last longer. The secret is told once."""
    caller = request.auth
    caller.require(None, NEEDS)
    wanted = checked_scopes(body.scopes)
    own = reached_by(caller.token.scopes)
    if lacking := [scope for scope in wanted if scope not in own]:
        raise Problem(
            403,
            _("This token does not have {scopes} itself, so it cannot make one that has. No token was made.").format(
                scopes=", ".join(lacking)
            ),
        )
    made = add_token(
        user_named(body.user),
        body.name,
        scopes=body.scopes,
        school=None if body.school is None else caller.school(body.school, NEEDS),
        days=body.days,
        now=caller.now,
        expires_by=caller.token.expires_at,
    )
    return answer(request, token_document(made.token, caller.now) | {"secret": made.secret}, status=201)


@router.post("/tokens/{token_id}/revoke", response=TokenShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def revoke(request: ApiRequest, token_id: Id) -> HttpResponse:
    """Revoke an API token: from now on it lets no one in. Links to photos that it made end too."""
    request.auth.require(None, NEEDS)
    token = revoke_token(token_numbered(token_id), by=request.auth.name, now=request.auth.now)
    return answer(request, token_document(token, request.auth.now))
