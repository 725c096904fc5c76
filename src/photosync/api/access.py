"""Who asks: the token of a request, what it may do in which school, and what it may see."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext as _
from ninja.security import HttpBearer
from structlog.contextvars import bind_contextvars

from photosync.api.fields import any_of
from photosync.api.problems import Problem
from photosync.apps.accounts.models import ApiToken
from photosync.apps.accounts.permissions import Permission
from photosync.apps.accounts.queries import schools_of
from photosync.apps.accounts.tokens import may_of, note_used, token_of_secret
from photosync.apps.audit.acting import Actor, Via
from photosync.apps.people.models import Person
from photosync.apps.schools.models import School
from photosync.core.errors import NotFound, WrongUse
from photosync.core.people import quoted


class Caller:
    """The token of one request. `now` is read once, so that everything in the answer speaks of one instant."""

    def __init__(self, token: ApiToken, now: datetime) -> None:
        self.token = token
        self.now = now
        self._may: dict[int | None, frozenset[Permission]] = {}

    @property
    def name(self) -> str:
        """The account, and by which of its tokens: what stands in records and on runs."""
        return f"{self.token.owner.get_username()} ({self.token.name})"

    @property
    def actor(self) -> Actor:
        return Actor(self.name, Via.API, self.token.owner_id)

    def may(self, school: School | None) -> frozenset[Permission]:
        """Return what the token may do in `school`; None is the installation as a whole."""
        key = None if school is None else school.pk
        if key not in self._may:
            self._may[key] = may_of(self.token, school)
        return self._may[key]

    def require(self, school: School | None, *needs: Permission) -> None:
        """Raise Problem (403) where the token may none of these."""
        if school is not None:
            bind_contextvars(school=school.code)
        if not self.may(school).isdisjoint(needs):
            return
        where = _("in the whole installation") if school is None else _("in school {code}").format(code=school.code)
        raise Problem(
            403,
            _(
                "This needs {permission} {where}, which the token or its owner does not have. Nothing was done. "
                "Settings > API tokens shows what a token may do."
            ).format(permission=any_of(needs), where=where),
        )

    def schools(self) -> QuerySet[School]:
        """Return the schools that there are for this token."""
        schools = schools_of(self.token.owner)
        return schools if self.token.school_id is None else schools.filter(pk=self.token.school_id)

    def school(self, code: str | None, needs: Permission) -> School:
        """Return the school with this code; without one the only one. Raises NotFound, WrongUse, Problem."""
        if code is not None:
            school = self.schools().filter(code=code.strip().upper()).first()
            if school is None:
                raise NotFound(_("There is no school {code}. Nothing was done.").format(code=quoted(code)))
            self.require(school, needs)
            return school
        schools = list(self.schools()[:2])
        if not schools:
            raise NotFound(_("There is no school for this token. Nothing was done."))
        if len(schools) > 1:
            raise WrongUse(_("Which school is meant? Nothing was done. Say it with ?school=CODE."))
        self.require(schools[0], needs)
        return schools[0]

    def reach(self, school: School, needs: Permission | Sequence[Permission], missing: NotFound) -> None:
        """Raise `missing` where there is no such school for this token, Problem (403) where it may not do this.

        Of several permissions, any one is enough.
        """
        if not self.schools().filter(pk=school.pk).exists():
            raise missing
        self.require(school, *((needs,) if isinstance(needs, Permission) else needs))

    def person(self, person_id: int, needs: Permission) -> Person:
        """Return the person. Protected people are there only for who may change people's data."""
        missing = NotFound(_("There is no person {number}. Nothing was done.").format(number=person_id))
        person = Person.objects.select_related("school").filter(pk=person_id).first()
        if person is None:
            raise missing
        self.reach(person.school, needs, missing)
        if person.protected and Permission.DATA_MANAGE not in self.may(person.school):
            raise missing
        return person


class ApiRequest(HttpRequest):
    """A request that was let in."""

    auth: Caller


class ApiTokenAuth(HttpBearer):
    """`Authorization: Bearer photosync_...`. Nothing else lets in: no cookie, so no other site's page can ask."""

    def authenticate(
        self,
        request: HttpRequest,  # noqa: ARG002 - Ninja's signature
        token: str,
    ) -> Caller | None:
        now = datetime.now(UTC)
        found = token_of_secret(token.strip(), now)
        if found is None:
            return None
        note_used(found, now)
        bind_contextvars(account=found.owner_id, api_token_id=found.pk)
        return Caller(found, now)
