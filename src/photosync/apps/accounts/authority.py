"""Which accounts and roles someone may manage.

Rule: docs/decisions/0010-signing-in.md
"""

from __future__ import annotations

from dataclasses import dataclass

from django.db.models import Exists, OuterRef, QuerySet

from photosync.apps.accounts.models import Membership, Role, User
from photosync.apps.schools.models import School
from photosync.core.errors import Refused
from photosync.core.people import quoted


@dataclass(frozen=True, slots=True)
class Authority:
    """`everywhere`: as an administrator of every school. `school_ids`: as an administrator of these schools."""

    everywhere: bool
    school_ids: frozenset[int]

    @property
    def is_any(self) -> bool:
        return self.everywhere or bool(self.school_ids)

    def reaches(self, school: School | None) -> bool:
        """Return whether roles in `school` (None: in every school) may be given and taken."""
        return self.everywhere or (school is not None and school.pk in self.school_ids)

    def accounts(self) -> QuerySet[User]:
        """Return the accounts that may be seen: those with a role in a school that is reached."""
        if self.everywhere:
            return User.objects.all()
        here = Membership.objects.filter(user=OuterRef("pk"), school_id__in=self.school_ids)
        return User.objects.filter(Exists(here))

    def owns(self, user: User) -> bool:
        """Return whether the account as a whole may be managed: none of its roles reaches further.

        Whoever may make a link to set a password may sign in as that account.
        """
        if self.everywhere:
            return True
        school_ids = set(Membership.objects.filter(user=user).values_list("school_id", flat=True))
        return bool(school_ids) and school_ids <= self.school_ids

    def schools(self) -> QuerySet[School]:
        return School.objects.all() if self.everywhere else School.objects.filter(pk__in=self.school_ids)

    def check_school(self, school: School | None) -> None:
        """Raise Refused where roles in `school` may not be given or taken."""
        if not self.reaches(school):
            raise Refused(
                "Roles in every school are given by an administrator of the installation. Nothing was changed."
                if school is None
                else f"You are not an administrator of {school.name}. Nothing was changed."
            )

    def check_account(self, user: User) -> None:
        """Raise Refused where the account reaches further than this authority."""
        if not self.owns(user):
            raise Refused(
                f"The account {quoted(user.get_username())} also has a role outside your schools. Nothing was "
                "changed. Ask an administrator of the installation."
            )


def authority_of(user: object) -> Authority:
    """Return what `user` may manage; nothing for no one and for accounts that are switched off."""
    if not isinstance(user, User) or not user.is_active:
        return Authority(everywhere=False, school_ids=frozenset())
    held: set[int | None] = set(
        Membership.objects.filter(user=user, role=Role.ADMINISTRATOR).values_list("school_id", flat=True)
    )
    return Authority(everywhere=None in held, school_ids=frozenset(each for each in held if each is not None))
