"""What is asked of the audit in an address: search, who, what about, whom, when, and from where on."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from urllib.parse import urlencode

from django.contrib.auth import get_user_model
from django.db.models import Q
from django.http import QueryDict
from django.utils.translation import gettext as _

from photosync.apps.audit.queries import EntriesWanted, ViewsWanted
from photosync.apps.audit.sentences import ABOUT
from photosync.apps.audit.viewing import BY_LINK
from photosync.apps.audit.walking import Place
from photosync.apps.people.models import Person
from photosync.apps.people.queries import identified_by, plainly_named
from photosync.apps.schools.models import School
from photosync.core.instants import first_instant_of
from photosync.web.faces_wall import LONGEST_SEARCH, MOST_WORDS, says
from photosync.web.runs_list import day_in, number_in

LONGEST_NAME = 300
MOST_SUGGESTED = 20
THIS_SCHOOL = "school"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Asked:
    """As written in the form; what cannot be asked for counts as not asked."""

    search: str = ""
    who: str = ""
    about: str = ""
    person: str = ""
    scope: str = ""
    first_day: date | None = None
    last_day: date | None = None

    @classmethod
    def of(cls, query: QueryDict) -> Asked:
        def text(name: str, longest: int) -> str:
            return query.get(name, "").replace("\0", "").strip()[:longest]

        about = query.get("about", "")
        return cls(
            search=text("q", LONGEST_SEARCH),
            who=text("who", LONGEST_NAME),
            about=about if about in ABOUT else "",
            person=text("person", LONGEST_NAME),
            scope=THIS_SCHOOL if query.get("scope") == THIS_SCHOOL else "",
            first_day=day_in(query.get("from", "")),
            last_day=day_in(query.get("to", "")),
        )

    @property
    def is_narrowed(self) -> bool:
        return self != Asked()

    def query(self, **further: str) -> str:
        """Return the query string; what is not asked for is left out."""
        told = {
            "q": self.search,
            "who": self.who,
            "about": self.about,
            "person": self.person,
            "scope": self.scope,
            "from": self.first_day.isoformat() if self.first_day else "",
            "to": self.last_day.isoformat() if self.last_day else "",
            **further,
        }
        given = {name: value for name, value in told.items() if value}
        return f"?{urlencode(given)}" if given else ""


@dataclass(frozen=True, slots=True)
class Resolved:
    """What is asked with names looked up. `problem` says why nothing can be shown; `meant` whom it could mean."""

    school_id: int | None
    person_ids: tuple[int, ...] | None = None
    actor: str = ""
    account_id: int | None = None
    problem: str = ""
    meant: list[str] = field(default_factory=list)


def resolve(asked: Asked, school: School, *, whole: bool) -> Resolved:
    """Look up who and whom `asked` names. `whole` is for those who may read every school."""
    school_id = school.pk if not whole or asked.scope == THIS_SCHOOL else None
    person_ids: tuple[int, ...] | None = None
    if asked.person:
        found = people_named(asked.person, school)
        if not found:
            return Resolved(
                school_id,
                problem=_("No one in %(school)s is found with this name or code.") % {"school": school.name},
            )
        if len({(person.code, str(person)) for person in found}) > 1:
            return Resolved(
                school_id, problem=_("Several people are found. Choose one:"), meant=[str(p) for p in found]
            )
        person_ids = tuple(person.pk for person in found)
    user = get_user_model().objects.filter(username__iexact=asked.who).first() if asked.who else None
    account_id = None if user is None else user.pk
    if asked.who and asked.who == link_words():
        account_id = BY_LINK
    return Resolved(school_id, person_ids, user.get_username() if user else asked.who, account_id)


def link_words() -> str:
    return _("someone with a signed link")


def people_named(text: str, school: School) -> list[Person]:
    """Return people of the school by "Name (code)", code, identifier or parts of the name; some of many."""
    people = Person.objects.filter(school=school)
    code = text[text.rfind("(") + 1 : -1] if text.endswith(")") else text
    exact = list(people.filter(code=code)[:MOST_SUGGESTED])
    if exact:
        return exact
    for word in text.split()[:MOST_WORDS]:
        people = people.filter(
            says(word) | Q(pk__in=identified_by(school, word)) | Q(pk__in=plainly_named(school, word))
        )
    return list(people.order_by("family_name", "given_name", "pk")[:MOST_SUGGESTED])


def entries_wanted(asked: Asked, resolved: Resolved, school: School) -> EntriesWanted:
    """Return what is asked of entries; days are those of `school`."""
    return EntriesWanted(
        school_id=resolved.school_id,
        person_ids=resolved.person_ids,
        actor=resolved.actor,
        about=asked.about,
        search=asked.search,
        since=first_instant_of(asked.first_day, school.zone) if asked.first_day else None,
        before=first_instant_of(asked.last_day + timedelta(days=1), school.zone) if asked.last_day else None,
    )


def views_wanted(asked: Asked, resolved: Resolved) -> ViewsWanted | None:
    """Return what is asked of views; None where no account has the name that is asked for."""
    if asked.who and resolved.account_id is None:
        return None
    return ViewsWanted(
        school_id=resolved.school_id,
        person_ids=resolved.person_ids,
        account_id=resolved.account_id,
        first_day=asked.first_day,
        last_day=asked.last_day,
    )


def place_words(place: Place | None) -> str:
    """Return a place as it stands in an address."""
    if place is None:
        return ""
    if isinstance(place.at, datetime):
        return f"{(place.at - _EPOCH) // timedelta(microseconds=1)}-{place.row_id}"
    return f"{place.at.toordinal()}-{place.row_id}"


def entry_place(text: str) -> Place | None:
    """Return the place among entries that an address names; None where it is none."""
    microseconds, _dash, row_id = text.partition("-")
    passed, number = _whole(microseconds), number_in(row_id)
    if passed is None or number is None:
        return None
    return Place(_EPOCH + timedelta(microseconds=passed), number)


def view_place(text: str) -> Place | None:
    ordinal, _dash, row_id = text.partition("-")
    day, number = number_in(ordinal), number_in(row_id)
    if day is None or number is None or day > date.max.toordinal():
        return None
    return Place(date.fromordinal(day), number)


def _whole(text: str) -> int | None:
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= 17 else None
