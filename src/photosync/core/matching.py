"""From a key to one person, or to a plain reason why not. Never a guess."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from photosync.core.keys import Key
from photosync.core.people import Comparison, PersonKind, quoted

BOTH_KINDS = (PersonKind.STUDENT, PersonKind.STAFF)
_SUGGESTIONS = 5


@dataclass(frozen=True, slots=True)
class Candidate:
    """A person found under a key. `label` is how the person is shown, such as "Mia Chen (0417)"."""

    person_id: int
    kind: PersonKind
    label: str
    left: bool
    keeps_no_photo: bool = False
    """The photos were erased on request, and none is kept until someone allows it."""


@dataclass(frozen=True, slots=True)
class Matched:
    person_id: int


@dataclass(frozen=True, slots=True)
class Unmatched:
    """Nobody that may be matched has this code."""

    code: str
    reason: str
    dismissed: bool = False
    """It was decided for good that the file is not used; no one is asked."""
    person_ids: tuple[int, ...] = ()
    """Whose it may be all the same: they have left, say. The reason may name them."""


@dataclass(frozen=True, slots=True)
class Ambiguous:
    """More than one person of the same kind has this code; it goes to Unmatched with the reason."""

    code: str
    reason: str
    person_ids: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Collision:
    """The code is a student's and a staff member's; it goes to review with the reason."""

    code: str
    reason: str
    person_ids: tuple[int, ...]


Resolution = Matched | Unmatched | Ambiguous | Collision


def resolve(
    key: Key,
    candidates: Sequence[Candidate],
    *,
    kinds: Collection[PersonKind] = BOTH_KINDS,
    called: str = "code",
) -> Resolution:
    """Return the one person among `candidates` of the `kinds` asked, or why there is none.

    `candidates` are those found under the key; the same person found under two identifiers is one.
    `called` is the reader's word for the key. Leavers count for collisions: their number is taken.
    """
    if key.kind is not None:
        if key.kind not in kinds:
            reason = f"It is a record of {key.kind.component}, and the profile does not sync {key.kind.component}."
            return Unmatched(key.value, reason)
        kinds = (key.kind,)
    found = {person.person_id: person for person in candidates if person.kind in kinds}
    people = [found[person_id] for person_id in sorted(found)]
    shown = quoted(key.value)
    if not people:
        return Unmatched(key.value, f"No {_asked(kinds)} has the {called} {shown}.")
    ids = tuple(person.person_id for person in people)
    if len(people) == 1:
        person = people[0]
        if person.left:
            has_left = f"{person.label}, the {person.kind.one} with the {called} {shown}, has left."
            return Unmatched(key.value, has_left, person_ids=ids)
        if person.keeps_no_photo:
            return Unmatched(key.value, no_photo_is_kept(person.label), dismissed=True, person_ids=ids)
        return Matched(person.person_id)
    labels = _listed([person.label for person in people[:3]], "and", more=len(people) - 3)
    if len({person.kind for person in people}) > 1:
        return Collision(key.value, f"The {called} {shown} is both a student's and a staff member's: {labels}.", ids)
    nouns = "students" if people[0].kind is PersonKind.STUDENT else "staff members"
    return Ambiguous(key.value, f"{len(people)} {nouns} have the {called} {shown}: {labels}.", ids)


@dataclass(frozen=True, slots=True)
class HandMatch:
    """What someone decided of a file: whose it is, or that no person is on it (`person` None)."""

    decision_id: int
    person: Candidate | None
    told: str
    """Who decided it and when, as a sentence: "Matched by hand by Kim on Monday 3 August 2026."."""


def resolve_by_hand(hand: HandMatch, code: str, *, kinds: Collection[PersonKind] = BOTH_KINDS) -> Matched | Unmatched:
    """Return the person whom someone chose, whatever the rules would say, or why the choice cannot hold now.

    A choice is not given to someone else: of a person who has left, or whom the profile does not sync, the file
    waits for another decision.
    """
    person = hand.person
    if person is None:
        return Unmatched(code, hand.told)
    if person.left:
        return Unmatched(code, f"{hand.told} It is {person.label}, who has left.")
    if person.kind not in kinds:
        kind = person.kind.component
        return Unmatched(code, f"{hand.told} It is {person.label}, and the profile does not sync {kind}.")
    if person.keeps_no_photo:
        return Unmatched(code, no_photo_is_kept(person.label), dismissed=True)
    return Matched(person.person_id)


def no_photo_is_kept(label: str) -> str:
    """Return why a file of a person is not used whose photos were erased on request."""
    return f"Erased on request: no photo of {label} is kept until someone allows it on the person's page."


def close_codes(value: str, codes: Iterable[str]) -> tuple[str, ...]:
    """Return at most five of `codes` that `value` may have been meant for; to be shown, never applied.

    First those that differ in leading zeros, letter case or punctuation only, then those that are
    one slip of the keyboard away (a character more, less, other, or two exchanged).
    """
    wanted = _loose(value)
    if not wanted:
        return ()
    same: set[str] = set()
    near: set[str] = set()
    for code in codes:
        loose = _loose(code)
        if loose == wanted:
            same.add(code)
        elif len(wanted) > 2 and abs(len(loose) - len(wanted)) <= 1 and one_slip(loose, wanted):
            near.add(code)
    return tuple((sorted(same) + sorted(near))[:_SUGGESTIONS])


_LOOSE = Comparison(ignore_case=True, ignore_leading_zeros=True)


def _loose(value: str) -> str:
    return _LOOSE.form("".join(char for char in value if char.isalnum()))


def one_slip(one: str, other: str) -> bool:
    """Whether two different texts are one character more, less, other, or two exchanged, apart."""
    if len(one) > len(other):
        one, other = other, one
    start = 0
    while start < len(one) and one[start] == other[start]:
        start += 1
    if len(one) < len(other):
        return one[start:] == other[start + 1 :]
    if one[start + 1 :] == other[start + 1 :]:
        return True
    exchanged = one[start : start + 2] == other[start : start + 2][::-1]
    return exchanged and one[start + 2 :] == other[start + 2 :]


def _asked(kinds: Collection[PersonKind]) -> str:
    return " or ".join(kind.one for kind in BOTH_KINDS if kind in kinds) or "person"


def _listed(words: Sequence[str], joint: str, more: int = 0) -> str:
    if more > 0:
        return f"{', '.join(words)} {joint} {more} more"
    return f" {joint} ".join(filter(None, (", ".join(words[:-1]), words[-1])))
