"""/users: accounts, their roles, and how they sign in. For administrators of the installation."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from django.db import transaction
from django.http import HttpResponse
from django.utils.translation import gettext as _
from ninja import Router
from pydantic import Field

from photosync.api.access import ApiRequest
from photosync.api.account_shapes import AccountShape, LinkShape, MadeAccountShape, Users
from photosync.api.answers import address_of, answer
from photosync.api.fields import AskedText, Body, Id, ShortText, told
from photosync.api.idempotency import idempotent
from photosync.api.paging import After, Limit, part
from photosync.apps.accounts import lock_outs, second_factor, services, sessions
from photosync.apps.accounts.documents import account_document, line_document, role_document
from photosync.apps.accounts.listing import Asked, lines_of, narrowed
from photosync.apps.accounts.models import User
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.roles import check_role, give_role, take_role
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound
from photosync.core.people import quoted

router = Router(tags=["users"])
NEEDS = Permission.SYSTEM_MANAGE
Roles = Annotated[list[ShortText], Field(max_length=10)]


class NewUser(Body):
    """`school`: the code of the school in which the role holds; null for a role in every school."""

    name: ShortText
    role: ShortText
    school: ShortText | None
    email: ShortText = ""


class RoleChanges(Body):
    """`school`: the code of the school in which the roles hold; null for roles in every school."""

    school: ShortText | None
    give: Roles = []
    take: Roles = []


@router.get("", response=Users, openapi_extra=told(NEEDS))
def list_users(
    request: ApiRequest,
    search: AskedText = None,
    role: AskedText = None,
    school: AskedText = None,
    state: Literal["active", "inactive", "all"] = "active",
    limit: Limit = 100,
    after: After = None,
) -> HttpResponse:
    """List the accounts with their roles, in the order in which they were made."""
    request.auth.require(None, NEEDS)
    if role:
        check_role(role, _("Nothing was listed."))
    asked = Asked(search=search or "", role=role or "", school=(school or "").strip().upper(), state=state)

    def shown_all(page: list[User]) -> list[dict[str, Any]]:
        return [{"id": line.user_id, **line_document(line)} for line in lines_of(page)]

    return answer(request, part(narrowed(User.objects.all(), asked), shown_all, after=after, limit=limit))


@router.post("", response={201: MadeAccountShape}, openapi_extra=told(NEEDS))
def make_user(request: ApiRequest, body: NewUser) -> HttpResponse:
    """Make an account, and a link with which its owner sets the password. No key lets it be asked for again."""
    request.auth.require(None, NEEDS)
    school = _school(body.school)
    added = services.add_user(body.name, body.role, school, email=body.email)
    document = {
        "id": added.user.pk,
        "name": added.user.get_username(),
        "set_password": address_of(request, added.set_password_path),
        **role_document(body.role, school),
    }
    return answer(request, document, status=201, location=f"/api/v1/users/{added.user.pk}")


@router.get("/{user_id}", response=AccountShape, openapi_extra=told(NEEDS))
def show_user(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Show an account: its roles, how and where it is signed in, and lock-outs."""
    return _shown(request, _user(request, user_id))


@router.post("/{user_id}/roles", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def change_roles(request: ApiRequest, user_id: Id, body: RoleChanges) -> HttpResponse:
    """Give and take roles in one school or in every school, all of them or none."""
    user = _user(request, user_id)
    school = _school(body.school)
    with transaction.atomic():
        for role in body.give:
            give_role(user, role, school)
        for role in body.take:
            take_role(user, role, school)
    return _shown(request, user)


@router.post("/{user_id}/link", response=LinkShape, openapi_extra=told(NEEDS))
def make_link(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Make a new link to set the password, once, within three days. No key lets it be asked for again."""
    user = _user(request, user_id)
    path = services.new_password_link(user)
    return answer(request, {"name": user.get_username(), "set_password": address_of(request, path)})


@router.post("/{user_id}/deactivate", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def deactivate(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Switch an account off: its sessions end, its tokens do not count, and it cannot sign in."""
    user = _user(request, user_id)
    services.deactivate(user, by=request.auth.token.owner)
    return _shown(request, user)


@router.post("/{user_id}/activate", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def activate(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Switch an account on again, with the roles and the password that it had."""
    user = _user(request, user_id)
    services.activate(user)
    return _shown(request, user)


@router.post("/{user_id}/unlock", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def unlock(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Let an account be tried again after too many wrong passwords."""
    user = _user(request, user_id)
    lock_outs.unlock(user)
    return _shown(request, user)


@router.post("/{user_id}/reset-second-factor", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def reset_second_factor(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Take authenticator app, passkeys and recovery codes off an account."""
    user = _user(request, user_id)
    second_factor.reset_second_factor(user)
    return _shown(request, user)


@router.post("/{user_id}/end-sessions", response=AccountShape, openapi_extra=told(NEEDS, once=True))
@idempotent
def end_sessions(request: ApiRequest, user_id: Id) -> HttpResponse:
    """Sign an account out everywhere."""
    user = _user(request, user_id)
    sessions.end_sessions(user)
    return _shown(request, user)


def _user(request: ApiRequest, user_id: int) -> User:
    request.auth.require(None, NEEDS)
    user = User.objects.filter(pk=user_id).first()
    if user is None:
        raise NotFound(_("There is no account {number}. Nothing was done.").format(number=user_id))
    return user


def _shown(request: ApiRequest, user: User) -> HttpResponse:
    user.refresh_from_db()
    return answer(request, {"id": user.pk, **account_document(user, request.auth.now)})


def _school(code: str | None) -> School | None:
    if code is None:
        return None
    school = School.objects.filter(code=code.strip().upper()).first()
    if school is None:
        raise NotFound(_("There is no school {code}. Nothing was done.").format(code=quoted(code)))
    return school
