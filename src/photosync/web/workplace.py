"""Where someone works: the school that is chosen, and what this account may do in it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.http.response import HttpResponseBase
from structlog.contextvars import bind_contextvars

from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import permissions_of, schools_of
from photosync.apps.people.protected_names import ProtectedNames
from photosync.apps.schools.models import School

SESSION_KEY = "school"

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Workplace:
    """`school` is None for an account without a role in any school."""

    school: School | None
    permissions: frozenset[Permission]
    has_several_schools: bool

    @property
    def the_school(self) -> School:
        """The school, for pages that need one. Raises Http404 for an account without a role in any."""
        if self.school is None:
            raise Http404
        return self.school

    @property
    def may_see_sync(self) -> bool:
        return Permission.SYNC_VIEW in self.permissions

    @property
    def may_see_photos(self) -> bool:
        return Permission.PHOTO_VIEW in self.permissions

    def hidden_names(self) -> ProtectedNames:
        """Return whom no text that is shown here may name: once for a page. Raises as `the_school`."""
        return ProtectedNames(self.the_school.pk, shown=Permission.DATA_MANAGE in self.permissions)


def workplace_of(request: HttpRequest, school: School | None = None) -> Workplace:
    """Return the workplace in `school`, else in the school that was chosen last, else in the first."""
    user: Any = request.user
    schools = schools_of(user)
    if school is None:
        chosen = request.session.get(SESSION_KEY)
        school = (schools.filter(pk=chosen).first() if isinstance(chosen, int) else None) or schools.first()
    permissions = permissions_of(user, school) if school is not None else frozenset[Permission]()
    return Workplace(school, permissions, has_several_schools=len(schools.values_list("pk", flat=True)[:2]) > 1)


def choose_school(request: HttpRequest, school: School) -> None:
    request.session[SESSION_KEY] = school.pk


def in_workplace(
    *, needs: Permission | None = None
) -> Callable[
    [Callable[Concatenate[HttpRequest, Workplace, Rest], HttpResponseBase]],
    Callable[Concatenate[HttpRequest, Rest], HttpResponseBase],
]:
    """Let a view in only for those signed in, with the permission it `needs`; it gets the workplace."""

    def decorate(
        view: Callable[Concatenate[HttpRequest, Workplace, Rest], HttpResponseBase],
    ) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def checked(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            workplace = workplace_of(request)
            code = None if workplace.school is None else workplace.school.code
            bind_contextvars(account=request.user.pk, school=code)
            if needs is not None and needs not in workplace.permissions:
                raise PermissionDenied(str(needs))
            return view(request, workplace, *args, **kwargs)

        # What a page needs is known without asking for it: help links only to what its reader may open.
        checked.needs = needs  # type: ignore[attr-defined]
        return login_required(checked)

    return decorate
