"""One thing to decide on in Review: what it is, its picture, whom it may be, and what can be done."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import reduce
from operator import and_

from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as lazy

from photosync.apps.library.queries import photo_states
from photosync.apps.people.models import Person
from photosync.apps.people.protected_names import ProtectedNames, not_named
from photosync.apps.people.queries import identified_by, plainly_named
from photosync.apps.people.wording import level_words
from photosync.apps.review.looking import may_be_of_protected, may_show_protected
from photosync.apps.review.queues import CODES, Queue
from photosync.apps.review.services import path_of
from photosync.apps.review.suggestions import Suggested, collision_for, suggestions_for, to_choose_from
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile
from photosync.web.faces_wall import LONGEST_SEARCH, MOST_WORDS, Face, face_of, says

State = ListedFile.State
MOST_CHOICES = 9
"""As many as there are keys from 1 to 9."""


@dataclass(frozen=True, slots=True)
class Choice:
    """Whom, or which file, one may choose. `value` goes into the form's field."""

    value: int
    name: str
    code: str
    detail: str
    why: str
    person_id: int
    face: Face | None = None
    picture: str = ""
    is_checked: bool = False


@dataclass(frozen=True, slots=True)
class Item:
    """`field` is what is chosen: "person" or "item". `picture` is the address of the file's picture, where shown."""

    file: ListedFile
    queue: Queue
    path: str
    reason: str
    told: str
    picture: str
    instead: str
    field: str
    choices: tuple[Choice, ...]
    more: int
    has_search: bool
    accept: str
    dismiss: str
    now_shown: Choice | None = None


@dataclass(frozen=True, slots=True)
class Onlooker:
    """What whoever looks may see. `search` is what people are searched by; `names` are those of the school."""

    now: datetime
    names: ProtectedNames
    sees_photos: bool
    shows_protected: bool
    search: str = ""
    year: int = field(default=0)

    def faces(self, people: Sequence[Person]) -> dict[int, Face]:
        states = photo_states([person.pk for person in people], self.year) if self.sees_photos else {}
        return {
            person.pk: face_of(
                person, None if person.protected or not states else states[person.pk].shown_year, self.year
            )
            for person in people
        }


def item_of(file: ListedFile, queue: Queue, onlooker: Onlooker) -> Item:
    hides = may_show_protected(file, onlooker.names)
    tells = onlooker.shows_protected or not hides
    picture, instead = _picture(file, onlooker, hides=hides)
    choices, more = _choices(file, queue, onlooker, tells=tells)
    reason = file.reason
    if not tells:
        reason = _("The file may be of someone who is protected. Whoever may manage data can decide on it.")
    elif queue is Queue.SAME_PICTURE:
        reason = _same_picture_words(len(choices) + more)
    searches = queue in (Queue.UNMATCHED, Queue.COLLISION)
    accept, dismiss, told = _WORDS[queue]
    person = file.person
    shown = None
    if queue is Queue.RETURNED and person is not None:
        shown = _choice(Suggested(person, ""), onlooker.faces([person]))
    return Item(
        file=file,
        queue=queue,
        path=path_of(file) if tells else not_named(),
        reason=reason,
        told=str(told),
        picture=picture,
        instead=instead,
        field="item" if queue is Queue.TWO_PICTURES else "person",
        choices=choices,
        more=more,
        has_search=searches,
        accept=str(accept),
        dismiss=str(dismiss),
        now_shown=shown,
    )


_WORDS = {
    Queue.UNMATCHED: (lazy("Match"), lazy("Not a person here"), ""),
    Queue.COLLISION: (lazy("Match"), lazy("Not a person here"), ""),
    Queue.SAME_PICTURE: (
        lazy("It is this person's"),
        lazy("Nobody's: a placeholder"),
        lazy("It is published for the one whom you choose, and for nobody else it comes for."),
    ),
    Queue.RETURNED: (
        lazy("Use it for this year"),
        lazy("Do not use it"),
        lazy("A picture that is not used is not offered again for this year."),
    ),
    Queue.TWO_PICTURES: (
        lazy("Use the chosen one"),
        lazy("Not the chosen one"),
        lazy("The others are not used for this year."),
    ),
    Queue.REJECTED: (
        "",
        lazy("Dismiss until the file changes"),
        lazy("The person's former photo, if there is one, is still shown."),
    ),
}


def _same_picture_words(people: int) -> str:
    if people < 2:
        return _("This picture also came for someone else. It is nobody's for certain.")
    return _("The same picture came for %(people)d people. Whose is it?") % {"people": people}


def _picture(file: ListedFile, onlooker: Onlooker, *, hides: bool) -> tuple[str, str]:
    """Return the address of a file's picture, or what stands in its place."""
    if file.state == State.REJECTED:
        return "", _("no picture")
    if not onlooker.sees_photos:
        return "", _("only for those who may see photos")
    if hides:
        return "", _("not shown: it may be of someone who is protected")
    return reverse("review-picture", args=[file.pk, "card"]), ""


def _choices(file: ListedFile, queue: Queue, onlooker: Onlooker, *, tells: bool) -> tuple[tuple[Choice, ...], int]:
    """Return what can be chosen, and how many more there are. Who is suggested tells what the file is called."""
    if queue in (Queue.UNMATCHED, Queue.COLLISION):
        found: list[Suggested] = []
        if onlooker.search:
            found = _found(file, onlooker)
        elif tells:
            found = _suggested(file, queue, onlooker)
        faces = onlooker.faces([each.person for each in found])
        return tuple(_choice(each, faces) for each in found), 0
    if queue is Queue.TWO_PICTURES:
        return _files(file, onlooker), 0
    if queue is Queue.SAME_PICTURE:
        return _holders(file, onlooker)
    if file.person is None:
        return (), 0
    return (_choice(Suggested(file.person, ""), onlooker.faces([file.person]), is_checked=True),), 0


def _suggested(file: ListedFile, queue: Queue, onlooker: Onlooker) -> list[Suggested]:
    of = collision_for if queue is Queue.COLLISION else suggestions_for
    return of(file, shows_protected=onlooker.shows_protected)


def _found(file: ListedFile, onlooker: Onlooker) -> list[Suggested]:
    """Return people of whom every word of the search is part of a name, or begins an identifier."""
    school = file.profile.school
    words = onlooker.search[:LONGEST_SEARCH].split()[:MOST_WORDS]
    people = to_choose_from(file, shows_protected=onlooker.shows_protected).order_by(
        "family_name", "given_name", "pk"
    )
    said = [
        says(word) | Q(pk__in=identified_by(school, word)) | Q(pk__in=plainly_named(school, word)) for word in words
    ]
    return [Suggested(person, "") for person in people.filter(reduce(and_, said))[:MOST_CHOICES]] if said else []


def _holders(file: ListedFile, onlooker: Onlooker) -> tuple[tuple[Choice, ...], int]:
    people = Person.objects.filter(
        listed_files__picture=file.picture_id,
        listed_files__profile__school=file.profile.school_id,
        listed_files__state=State.REVIEW,
        listed_files__reason_code__in=CODES[Queue.SAME_PICTURE],
    ).distinct()
    if not onlooker.shows_protected:
        people = people.filter(protected=False)
    if onlooker.search:
        for word in onlooker.search[:LONGEST_SEARCH].split()[:MOST_WORDS]:
            people = people.filter(says(word))
    shown = list(people.order_by("family_name", "given_name", "pk")[:MOST_CHOICES])
    more = people.count() - len(shown) if len(shown) == MOST_CHOICES else 0
    faces = onlooker.faces(shown)
    return tuple(_choice(Suggested(person, ""), faces) for person in shown), more


def _files(file: ListedFile, onlooker: Onlooker) -> tuple[Choice, ...]:
    rows = ListedFile.objects.filter(
        profile=file.profile_id, person=file.person_id, state=State.REVIEW, reason_code__in=CODES[Queue.TWO_PICTURES]
    )
    found = list(rows.select_related("page", "profile", "person").order_by("pk")[:MOST_CHOICES])
    hidden = may_be_of_protected(found, onlooker.names)
    return tuple(
        Choice(
            value=each.pk,
            name=path_of(each) if onlooker.shows_protected or each.pk not in hidden else not_named(),
            code="",
            detail=str(each.academic_year or academic_year_now(file.profile.school, onlooker.now)),
            why="",
            person_id=file.person_id or 0,
            picture=_picture(each, onlooker, hides=each.pk in hidden)[0],
        )
        for each in found
    )


def _choice(each: Suggested, faces: dict[int, Face], *, is_checked: bool = False) -> Choice:
    person = each.person
    group = level_words(person.year_level) if person.kind == Person.Kind.STUDENT else _("Staff")
    return Choice(
        value=person.pk,
        name=person.label,
        code=person.code,
        detail=" ".join(filter(None, (group, person.roll_group))),
        why=each.why,
        person_id=person.pk,
        face=faces.get(person.pk),
        is_checked=is_checked,
    )
