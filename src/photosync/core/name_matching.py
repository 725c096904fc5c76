"""From the names in an index file or a file name to one person, or to a plain reason why not. Never a guess.

A photographer's index knows no student code: it has last name, first name, grade and home room. A person is matched
when the names fit nobody else, and nothing that the index says contradicts what the school says.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from photosync.core.keys import NoKey
from photosync.core.matching import BOTH_KINDS, Ambiguous, Candidate, Matched, Resolution, Unmatched, no_photo_is_kept
from photosync.core.names import STAFF, Says, home_rooms, name_form, school_year, school_years, sought_form
from photosync.core.people import PersonKind, quoted

LONGEST_SHOWN = 120
_SHOWN = 3


@dataclass(frozen=True, slots=True, kw_only=True)
class Named:
    """What a row of an index file, or a file's name, says of the person on a picture, as it stands there."""

    last_name: str
    first_name: str
    middle_name: str = ""
    one_piece: str = ""
    """Both names where one text holds them; `ways` is how it may be taken apart, and the names above are empty."""
    ways: tuple[tuple[str, str], ...] = ()
    """Last and first name, in each way."""
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

    @property
    def shown(self) -> str:
        apart = " ".join(filter(None, (self.first_name, self.middle_name, self.last_name)))
        return (self.one_piece or apart)[:LONGEST_SHOWN]

    @property
    def names(self) -> tuple[tuple[str, str], ...]:
        """Last and first name in each way in which they are given: without and with the middle name, too."""
        if self.one_piece:
            return self.ways
        both = f"{self.first_name} {self.middle_name}".strip()
        return tuple(dict.fromkeys(((self.last_name, self.first_name), (self.last_name, both))))

    def sought(self) -> tuple[str, ...]:
        """Return the forms to look people up by; none where the row has no name."""
        if not name_form(self.one_piece or self.last_name + self.first_name):
            return ()
        return tuple(dict.fromkeys(sought_form(last, first) for last, first in self.names))

    @property
    def details(self) -> str:
        """Name, grade and home room, for a sentence: `Mia Chen (grade 7, home room 7A)`."""
        year = self.grade if self.grade[:3].isalpha() and len(self.grade) > 2 else f"grade {self.grade}"  # "Year 7"
        told = [year] * bool(self.grade) + [f"home room {self.home_room}"] * bool(self.home_room)
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
    `people` are those found under `named.sought()`. Those who have left count: the picture may be theirs.
    """
    found = {each.candidate.person_id: each for each in people if each.candidate.kind in kinds}
    alike = [found[person_id] for person_id in sorted(found)]
    same = [each for each in alike if _is_called(named, each)]
    if not same:
        if named.superseded:
            return _set_aside(named, alike)
        return Unmatched(named.shown, _nobody(named, alike, kinds), person_ids=_ids(alike))
    objections = [objection(named, each) for each in same]
    fitting = [each for each, against in zip(same, objections, strict=True) if not against]
    is_one = len(fitting) == 1 and (len(same) == 1 or _is_confirmed(named, fitting[0]))
    if named.superseded and (named.is_copy or is_one or not fitting):
        return _set_aside(named, same)
    if not fitting:
        against = "; ".join(filter(None, objections[:_SHOWN]))
        return _doubtful(named, f"{row_of(named)} has {named.details}, but {against}.", same)
    if not is_one:
        return _doubtful(
            named, f"{row_of(named)} has {named.details}, and that may be {_labels(fitting or same)}.", same
        )
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
    """Return what the school says of `person` that the row contradicts, as a part of a sentence; "" for nothing."""
    label = person.candidate.label
    kind = person.candidate.kind
    year, is_known = school_year(named.grade)
    if is_known and (year == STAFF) != (kind is PersonKind.STAFF):
        return f"{label} is a {kind.one}"
    if school_years(named.grade, person.year_level) is Says.OTHER:
        return f"{label} is in {quoted(person.year_level)}"
    if _rooms(named, person) is Says.OTHER:
        return f"{label} is in {quoted(person.roll_group)}"
    return ""


def _rooms(named: Named, person: NamedCandidate) -> Says:
    return home_rooms(
        named.home_room,
        person.roll_group,
        years=(named.grade, person.year_level),
        may_be_teacher=named.room_may_be_teacher,
    )


def _is_confirmed(named: Named, person: NamedCandidate) -> bool:
    """Whether grade or home room speak for the person, not only not against: there are others of that name."""
    return Says.SAME in (school_years(named.grade, person.year_level), _rooms(named, person))


def _is_called(named: Named, person: NamedCandidate) -> bool:
    """Whether the names are the same; a preferred name counts as a first name."""
    family = name_form(person.family_name)
    firsts = {name_form(person.given_name)} | ({name_form(person.preferred_name)} if person.preferred_name else set())
    return any(name_form(last) == family and name_form(first) in firsts for last, first in named.names)


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
