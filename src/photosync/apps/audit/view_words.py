"""Views of photos with the names of accounts and people, looked up for many rows at once."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime
from itertools import islice

from django.contrib.auth import get_user_model
from django.utils.translation import gettext as _

from photosync.apps.audit.models import PhotoView
from photosync.apps.audit.viewing import BY_LINK
from photosync.apps.people.models import Person

ROWS_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class ViewTold:
    """`first_at` and `last_at` are of the school's zone. `person` says so where there is none any more."""

    day: date
    first_at: datetime
    last_at: datetime
    viewer: str
    person: str
    person_id: int
    is_known: bool
    school_code: str
    times: int
    full_times: int


def told_views(rows: Iterable[PhotoView]) -> Iterator[ViewTold]:
    rows = iter(rows)
    while part := list(islice(rows, ROWS_AT_ONCE)):
        people = Person.objects.in_bulk({row.person_id_of for row in part})
        names = dict(
            get_user_model().objects.filter(pk__in={row.account_id for row in part}).values_list("pk", "username")
        )
        for row in part:
            zone = row.school.zone
            person = people.get(row.person_id_of)
            yield ViewTold(
                day=row.day,
                first_at=row.first_at.astimezone(zone),
                last_at=row.last_at.astimezone(zone),
                viewer=_viewer(row.account_id, names),
                person=str(person) if person else _("person %(number)d, erased") % {"number": row.person_id_of},
                person_id=row.person_id_of,
                is_known=person is not None,
                school_code=row.school.code,
                times=row.times,
                full_times=row.full_times,
            )


def _viewer(account_id: int, names: dict[int, str]) -> str:
    if account_id == BY_LINK:
        return _("someone with a signed link")
    return names.get(account_id) or _("account %(number)d, removed") % {"number": account_id}
