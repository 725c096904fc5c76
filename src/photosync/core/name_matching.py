"""From the names in an index file or a file name to one person, or to a plain reason why not. Never a guess.

A photographer's index knows no student code: it has last name, first name, grade and home room. A person is matched
when the names fit nobody else, and nothing that the index says contradicts what the school says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from photosync.core.keys import NoKey
from photosync.core.matching import BOTH_KINDS, Ambiguous, Candidate, Matched, Resolution, Unmatched, no_photo_is_kept
from photosync.core.names import (
    STAFF,
    Says,
    home_rooms,
    name_form,
    plain_form,
    school_year,
    school_years,
    sought_form,
)
from photosync.core.people import PersonKind, quoted

LONGEST_SHOWN = 120
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Way:
    """One way to read who is named: both names in `core.names.name_form`, and what tells namesakes apart."""

    last_name: str
    first_name: str
    grade: str = ""
    home_room: str = ""
    is_class_told: bool = False
    """Grade and home room are nothing else: where they are not the person's own, they contradict."""


@dataclass(frozen=True, kw_only=True)
class Named:
    """What a row of an index file, or a file's name, says of the person on a picture, as it stands there."""

    last_name: str
    first_name: str
    middle_name: str = ""
    grade: str = ""
    home_room: str = ""
    room_may_be_teacher: bool = False
    """The column is for either: a name there is no home room that contradicts another one."""
    where: str = ""
    """Where the row stands, as a sentence begins with it: "INDEX.TXT, line 12,"."""
    superseded: str = ""
    """Why another picture of the same person counts instead, as a sentence; empty for the one that counts."""
    is_copy: bool = False
    """The one that counts is the same picture, in another size."""
    one_piece: str = ""
    """What holds both names, where it can be read in several ways: they stand apart nowhere then."""
    ways: tuple[Way, ...] = ()
    """How a file's name can be read; of a row that follows from its fields."""
    rivals: tuple[Way, ...] = ()
    """How it could be read as well, against what was set: who is called so counts as a doubt."""

    @property
    def shown(self) -> str:
        apart = " ".join(filter(None, (self.first_name, self.middle_name, self.last_name)))
        return (self.one_piece or apart)[:LONGEST_SHOWN]

    @cached_property
    def read(self) -> tuple[Way, ...]:
        """Every way to read who is named. A row gives the first name alone, and with the middle name."""
        if self.ways:
            return self.ways
        firsts = dict.fromkeys(map(name_form, (self.first_name, f"{self.first_name} {self.middle_name}")))
        last = name_form(self.last_name)
        return tuple(Way(last, first, self.grade, self.home_room) for first in firsts if last or first)

    @cached_property
    def sought(self) -> tuple[str, ...]:
        """The forms to look people up by; none where there is no name."""
        forms = (sought_form(each.last_name, each.first_name) for each in (*self.read, *self.rivals))
        return tuple(dict.fromkeys(forms))

    @property
    def details(self) -> str:
        """Name, grade and home room, for a sentence: `Mia Chen (grade 7, home room 7A)`."""
        # A photographer's index and a school's own file names have other words for it.
        grade, room = ("year level", "roll group") if self.ways else ("grade", "home room")
        is_told = self.grade[:3].isalpha() and len(self.grade) > 2  # "Year 7"
        year = self.grade if is_told else f"{grade} {self.grade}"
        told = [year] * bool(self.grade) + [f"{room} {self.home_room}"] * bool(self.home_room)
        return quoted(self.shown) + (f" ({', '.join(told)})" if told else "")


@dataclass(frozen=True, slots=True)
class NamedCandidate:
    """A person who was found by name, with what the school says."""

    candidate: Candidate
    family_name: str
    given_name: str
    preferred_name: str
    year_level: str
    roll_group: str


Said = str | Named | NoKey
"""What an index says of a file: an identifier, a person by name, or why it is nobody's."""


def place_form(folder: str, name: str) -> str:
    """Return the form in which a file's path stands in a delivery's index: discs do not tell letter case apart."""
    path = f"{folder}/{name}" if folder else name
    return unicodedata.normalize("NFC", unicodedata.normalize("NFC", path).casefold())


def said_of(folder: str, name: str, index: Mapping[str, Said]) -> Named | NoKey | None:
    """Return what an index file with names says of a file, by its path or else its name; None for a code."""
    plain = unicodedata.normalize("NFC", name)
    path = unicodedata.normalize("NFC", f"{folder}/{name}" if folder else name)
    said = index.get(path, index.get(plain))
    return None if isinstance(said, str) else said


def delivered(folder: str, name: str, index: Mapping[str, Said]) -> Named | NoKey | None:
    """Return what the index of a delivery says of a file; None where it does not list it."""
    said = index.get(place_form(folder, name))
    return None if isinstance(said, str) else said


def resolve_named(
    named: Named, people: Sequence[NamedCandidate], *, kinds: Collection[PersonKind] = BOTH_KINDS
) -> Resolution:
    """Return the one person among `people` whom the row names, or why there is none.

    A picture that is superseded is set aside, unless the row may be of several people: then the two pictures may be,
    too.
    `people` are those found under `named.sought`. Those who have left count: the picture may be theirs. So do those
    who are not of the `kinds` asked, where nothing says of which kind the person on the picture is.
    """
    found = {each.candidate.person_id: each for each in people}
    everyone = [found[person_id] for person_id in sorted(found)]
    alike = [each for each in everyone if each.candidate.kind in kinds and _ways_to(each, named.read, marks=False)]
    same = [each for each in alike if _ways_to(each, named.read)]
    if not same:
        if named.superseded:
            return _set_aside(named, alike)
        return Unmatched(named.shown, _nobody(named, alike, kinds), person_ids=_ids(alike))
    objections = [objection(named, each) for each in same]
    fitting = [each for each, against in zip(same, objections, strict=True) if not against]
    is_one = len(fitting) == 1 and (len(same) == 1 or _is_confirmed(named, fitting[0]))
    others = [each for each in everyone if each not in same and _may_be(named, each)] if is_one else []
    is_one = is_one and not others
    if named.superseded and (named.is_copy or is_one or not fitting):
        return _set_aside(named, same)
    if not fitting:
        against = "; ".join(filter(None, objections[:_SHOWN]))
        return _doubtful(named, f"{row_of(named)} has {named.details}, but {against}.", same)
    if not is_one:
        reason = f"{row_of(named)} has {named.details}, and that may be {_labels([*fitting, *others])}."
        return _doubtful(named, reason, [*same, *others])
    person = fitting[0].candidate
    if person.left:
        reason = f"{row_of(named)} has {named.details}. That is {person.label}, who has left."
        return Unmatched(named.shown, reason, person_ids=(person.person_id,))
    if person.keeps_no_photo:
        reason = no_photo_is_kept(person.label)
        return Unmatched(named.shown, reason, dismissed=True, person_ids=(person.person_id,))
    return Matched(person.person_id)


def _set_aside(named: Named, people: Sequence[NamedCandidate]) -> Unmatched:
    return Unmatched(named.shown, named.superseded, dismissed=True, person_ids=_ids(people))


def confirmed(named: Named, coded: Candidate, called: NamedCandidate | None) -> Resolution:
    """Return the person whose code the file's name is, or why the index's row about that file contradicts it.

    `called` is the same person where the row's names are theirs (marks on letters make no difference here).
    """
    row = row_of(named)
    if named.superseded:
        return Unmatched(named.shown, named.superseded, dismissed=True, person_ids=(coded.person_id,))
    if called is None:
        told = f"The file name gives the code of {coded.label}. {row} has {named.details}, which is another name."
        return Ambiguous(named.shown, told, (coded.person_id,))
    against = objection(named, called)
    if against:
        return Ambiguous(named.shown, f"{row} has {named.details}, but {against}.", (coded.person_id,))
    return Matched(coded.person_id)


def objection(named: Named, person: NamedCandidate) -> str:
    """Return what the school says of `person` that the row contradicts, as a part of a sentence; "" for nothing.

    Of several ways to read who is named, those by which it is this person count; one that fits is enough.
    """
    read = (*named.read, *named.rivals)
    ways = _ways_to(person, read, marks=False) or read
    against = [_objection(way, person, may_be_teacher=named.room_may_be_teacher) for way in ways]
    return "" if "" in against else next(iter(against), "")


def _objection(way: Way, person: NamedCandidate, *, may_be_teacher: bool = False) -> str:
    label = person.candidate.label
    kind = person.candidate.kind
    years = school_years(way.grade, person.year_level)
    rooms = _rooms(way, person, may_be_teacher=may_be_teacher)
    if way.is_class_told:
        # What is a class and nothing else, in a file's name, has to be the person's own.
        texts = [text for text in (way.grade, way.home_room) if text]
        told = [school_year(text)[0] == STAFF for text in texts]
        if any(told) and kind is not PersonKind.STAFF:
            return f"{label} is a {kind.one}"
        years, rooms = (
            Says.SAME if not text or school_year(text)[0] == STAFF else says if says is Says.SAME else Says.OTHER
            for text, says in ((way.grade, years), (way.home_room, rooms))
        )
    else:
        year, is_known = school_year(way.grade)
        if is_known and (year == STAFF) != (kind is PersonKind.STAFF):
            return f"{label} is a {kind.one}"
    if years is Says.OTHER:
        return f"{label} is in {quoted(person.year_level)}" if person.year_level else f"{label} has no year level"
    if rooms is Says.OTHER:
        return f"{label} is in {quoted(person.roll_group)}" if person.roll_group else f"{label} has no roll group"
    return ""


def _rooms(way: Way, person: NamedCandidate, *, may_be_teacher: bool) -> Says:
    return home_rooms(
        way.home_room, person.roll_group, years=(way.grade, person.year_level), may_be_teacher=may_be_teacher
    )


def _is_confirmed(named: Named, person: NamedCandidate) -> bool:
    """Whether grade or home room speak for the person, not only not against: there are others of that name."""
    return any(
        _speaks_for(way, person, may_be_teacher=named.room_may_be_teacher)
        for way in _ways_to(person, named.read)
        if not _objection(way, person, may_be_teacher=named.room_may_be_teacher)
    )


def _speaks_for(way: Way, person: NamedCandidate, *, may_be_teacher: bool) -> bool:
    if way.is_class_told:
        return bool(way.grade or way.home_room)
    rooms = _rooms(way, person, may_be_teacher=may_be_teacher)
    return Says.SAME in (school_years(way.grade, person.year_level), rooms)


def _may_be(named: Named, person: NamedCandidate) -> bool:
    """Whether nothing says that the person is not meant, however the row is read, whatever kind is asked for.

    Programs drop the marks on letters, so that who is called otherwise in them alone may be meant, too.
    """
    ways = _ways_to(person, (*named.read, *named.rivals), marks=False)
    return any(not _objection(way, person, may_be_teacher=named.room_may_be_teacher) for way in ways)


def _ways_to(person: NamedCandidate, ways: Sequence[Way], *, marks: bool = True) -> list[Way]:
    """Return the `ways` by which it is `person`, whose preferred name counts as a first name.

    Without `marks` on letters counting those too that only look alike.
    """
    form = name_form if marks else plain_form
    firsts = {form(person.given_name), form(person.preferred_name)}
    # Who has only one name is called by it alone; nobody else is.
    firsts = firsts - {""} or firsts
    family = form(person.family_name)
    return [way for way in ways if form(way.last_name) == family and form(way.first_name) in firsts]


def _nobody(named: Named, alike: Sequence[NamedCandidate], kinds: Collection[PersonKind]) -> str:
    who = " or ".join(kind.one for kind in BOTH_KINDS if kind in kinds) or "person"
    told = f"{row_of(named)} has {named.details}. No {who} is called so"
    return f"{told}; without the marks on letters, that may be {_labels(alike)}." if alike else f"{told}."


def _doubtful(named: Named, reason: str, people: Sequence[NamedCandidate]) -> Ambiguous:
    return Ambiguous(named.shown, reason, _ids(people))


def _ids(people: Sequence[NamedCandidate]) -> tuple[int, ...]:
    return tuple(each.candidate.person_id for each in people)


def _labels(people: Sequence[NamedCandidate]) -> str:
    labels = [each.candidate.label for each in people[:_SHOWN]]
    if len(people) > _SHOWN:
        return f"{', '.join(labels)} or {len(people) - _SHOWN} more"
    return " or ".join(filter(None, (", ".join(labels[:-1]), labels[-1])))


def row_of(named: Named) -> str:
    """Return where the row stands, as a sentence begins with it."""
    return named.where or "The index"
