"""What each way to match would make of the files that a source held last: counted while one chooses, never saved."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.queries import FOLDED
from photosync.apps.review.remembered import candidate
from photosync.apps.runs.ledger.matching import people_called
from photosync.connectors.index_file import names_among
from photosync.core.keys import Key, KeyReader, NoKey
from photosync.core.match_rules import MatchRule
from photosync.core.matching import Ambiguous, Candidate, Collision, Matched, Resolution
from photosync.core.name_matching import NamedCandidate, Said
from photosync.core.people import IdentifierKey, PersonKind
from photosync.engine.asked import Asked, Found, asked_of
from photosync.engine.observe import batches

FILES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Listed:
    """`names` are folder and name of files; `is_whole` is False where the source holds more."""

    names: Sequence[tuple[str, str]]
    is_whole: bool

    def among(self, wanted: AbstractSet[str]) -> Collection[str]:
        """Return which of the `wanted` names are listed; see `index_file.ListedAmong`."""
        return names_among((name for _, name in self.names), wanted)


@dataclass(frozen=True, slots=True)
class KeyCount:
    """How many files one key alone would match."""

    key: IdentifierKey
    matched: int


@dataclass(frozen=True, slots=True)
class Counted:
    """Files by what becomes of them; `set_aside` are those that no one is asked about.

    `people` are those matched, `people_in_all` those whom the profile syncs.
    """

    files: int
    is_whole: bool
    matched: int
    without_key: int
    of_nobody: int
    in_doubt: int
    set_aside: int
    people: int
    people_in_all: int
    by_key: tuple[KeyCount, ...]

    @property
    def sentence(self) -> str:
        """Return for instance "Of 412 photos, 398 match a person, and 390 of 405 people have one."."""
        photos = ngettext("Of %(number)d photo", "Of %(number)d photos", self.files) % {"number": self.files}
        if not self.is_whole:
            photos = _("Of the first %(number)d photos") % {"number": self.files}
        matched = ngettext("%(number)d matches a person", "%(number)d match a person", self.matched)
        return _("%(photos)s, %(matched)s; %(people)d of %(all)d people have one.") % {
            "photos": photos,
            "matched": matched % {"number": self.matched},
            "people": self.people,
            "all": self.people_in_all,
        }

    def document(self) -> dict[str, Any]:
        """Return it as the command line and the API show it."""
        return {
            "files": self.files,
            "is_whole": self.is_whole,
            "matched": self.matched,
            "without_key": self.without_key,
            "of_nobody": self.of_nobody,
            "in_doubt": self.in_doubt,
            "set_aside": self.set_aside,
            "people": self.people,
            "people_in_all": self.people_in_all,
            "by_key": {str(each.key): each.matched for each in self.by_key},
            "explanation": self.sentence,
        }


def count(
    school_id: int, rule: MatchRule, kinds: Sequence[PersonKind], listed: Listed, index: Mapping[str, Said]
) -> Counted:
    """Count by `rule`, and by each key of people of `kinds` alone in its place. `index` is what a run would read."""
    reader = KeyReader(rule)
    tally = _Tally(reader, kinds, _other_keys(rule, reader, kinds))
    for names in batches(iter(listed.names), FILES_AT_ONCE):
        asked = [asked_of(rule, reader, folder, name, index) for folder, name in names]
        called = people_called(school_id, [form for each in asked if each.named for form in each.named.sought])
        tally.add(asked, _people_by_key(school_id, [each.key for each in asked], reader, tally.keys), called)
    present = Person.objects.filter(school_id=school_id, kind__in=[str(each) for each in kinds])
    return Counted(
        files=len(listed.names),
        is_whole=listed.is_whole,
        matched=tally.outcomes["matched"],
        without_key=tally.outcomes["without_key"],
        of_nobody=tally.outcomes["of_nobody"],
        in_doubt=tally.outcomes["in_doubt"],
        set_aside=tally.outcomes["set_aside"],
        people=len(tally.people),
        people_in_all=present.exclude(status=Person.Status.LEFT).count(),
        by_key=() if tally.asks_names_alone else tuple(KeyCount(key, tally.by_key[key]) for key in tally.others),
    )


def _other_keys(rule: MatchRule, reader: KeyReader, kinds: Iterable[PersonKind]) -> list[IdentifierKey]:
    """Return the keys that may be chosen; none where the pattern names the one, or people are found by name."""
    if reader.keys != rule.keys or not rule.has_key:
        return []
    return [key for key in IdentifierKey if set(key.kinds) & set(kinds)]


class _Tally:
    """`people` are those matched, `by_key` the files that each of `others` alone would match."""

    def __init__(self, reader: KeyReader, kinds: Sequence[PersonKind], others: list[IdentifierKey]) -> None:
        self.others = others
        self.keys = list({*reader.keys, *others})
        self.outcomes: Counter[str] = Counter()
        self.by_key: Counter[IdentifierKey] = Counter()
        self.people: set[int] = set()
        self._sought: set[str] = set()
        self._reader = reader
        self._kinds = kinds

    @property
    def asks_names_alone(self) -> bool:
        """Whether every file that says whose it is says it by name, as a name map does: no key has a part in it."""
        return self._sought == {"name"}

    def add(
        self,
        asked: Sequence[Asked],
        people: Mapping[IdentifierKey, Mapping[str, Sequence[Candidate]]],
        called: Mapping[str, Sequence[NamedCandidate]],
    ) -> None:
        known: dict[str, list[Candidate]] = defaultdict(list)
        for chosen in self._reader.keys:
            for form, those in people[chosen].items():
                known[form] += those
        found = Found(self._reader, self._kinds, known, called)
        for each in asked:
            key = each.key
            if isinstance(key, NoKey):
                self.outcomes["without_key"] += 1
                continue
            result = found.resolution(each)
            self.outcomes[_sort_of(result)] += 1
            if isinstance(result, Matched):
                self.people.add(result.person_id)
            self._sought.add("name" if key is None else "key")
            if key is None:
                continue
            for other in self.others:
                alone = Found(self._reader, self._kinds, people[other], called).resolution(each)
                self.by_key[other] += isinstance(alone, Matched)


def _sort_of(result: Resolution) -> str:
    if isinstance(result, Matched):
        return "matched"
    if isinstance(result, Ambiguous | Collision):
        return "in_doubt"
    return "set_aside" if result.dismissed else "of_nobody"


def _people_by_key(
    school_id: int, keys: Sequence[Key | NoKey | None], reader: KeyReader, wanted: Sequence[IdentifierKey]
) -> dict[IdentifierKey, dict[str, list[Candidate]]]:
    """Return people by identifier and by the form of its value, as `people_known_by` does for the rule's own keys."""
    folded = {FOLDED.form(key.value) for key in keys if isinstance(key, Key)}
    rows = Identifier.objects.filter(
        school_id=school_id, folded__in=folded, key__in=[str(key) for key in wanted]
    ).select_related("person")
    found: dict[IdentifierKey, dict[str, list[Candidate]]] = {key: defaultdict(list) for key in wanted}
    for row in rows:
        found[IdentifierKey(row.key)][reader.comparison.form(row.value)].append(candidate(row.person))
    return found
