"""Whom a file may be of: by what its name says, by what an index says of it, or by both."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace

from photosync.core.keys import Key, KeyReader, NoKey, key_in, read_by_pattern
from photosync.core.match_rules import FoundBy, MatchMode, MatchRule
from photosync.core.matching import Ambiguous, Candidate, Collision, Matched, Resolution, Unmatched, resolve
from photosync.core.name_matching import (
    LONGEST_SHOWN,
    Named,
    NamedCandidate,
    Said,
    confirmed,
    delivered,
    resolve_named,
    row_of,
    said_of,
)
from photosync.core.names_in_files import named_in
from photosync.core.patterns import Pattern
from photosync.core.people import PersonKind, quoted
from photosync.engine.ports import People


@dataclass(frozen=True, slots=True)
class Asked:
    """By what the person of a file is looked for: a key, the names in an index, or the key that the names confirm."""

    key: Key | NoKey | None
    named: Named | None = None
    year: int | None = None
    """The academic year that goes with a name; a key has its own."""

    @property
    def rows(self) -> tuple[Named, ...]:
        """What rows of an index say of the file, those included that do not count."""
        others = self.key.named if isinstance(self.key, NoKey) else ()
        return others if self.named is None else (self.named, *others)

    @property
    def known_as(self) -> str:
        """The code by which the person is looked for, else the name."""
        if isinstance(self.key, Key):
            return self.key.value
        return self.named.shown if self.named else ""

    @property
    def academic_year(self) -> int | None:
        return self.key.academic_year if isinstance(self.key, Key) else self.year

    @property
    def called(self) -> str:
        """The names in the rows, for who looks at the file; "" without a row."""
        return "; ".join(dict.fromkeys(each.shown for each in self.rows))[:LONGEST_SHOWN]


@dataclass(frozen=True, slots=True)
class Found:
    """The people that the files of one batch may be of."""

    reader: KeyReader
    kinds: Collection[PersonKind]
    by_key: Mapping[str, Sequence[Candidate]]
    by_name: Mapping[str, Sequence[NamedCandidate]]

    def resolution(self, asked: Asked) -> Resolution:
        named, key = asked.named, asked.key
        if named is not None and not isinstance(key, Key):
            return resolve_named(named, self._called(named), kinds=self.kinds)
        assert isinstance(key, Key)  # noqa: S101 - what has neither was told before
        people = self.by_key.get(self.reader.comparison.form(key.value), ())
        result = resolve(key, people, kinds=self.kinds, called=self.reader.called)
        if named is None or not named.sought:
            return result
        if not isinstance(result, Matched):
            return _with_row(result, named)
        who = next(each for each in people if each.person_id == result.person_id)
        known = {each.candidate.person_id: each for each in self._called(named)}
        return confirmed(named, who, known.get(result.person_id))

    def called_so(self, asked: Asked) -> tuple[int, ...]:
        """Return whom the rows about a file may mean, of any kind: also where the rows do not count."""
        return tuple(dict.fromkeys(each.candidate.person_id for row in asked.rows for each in self._called(row)))

    def _called(self, named: Named) -> list[NamedCandidate]:
        return [each for form in named.sought for each in self.by_name.get(form, ())]


def found_for(asked: Sequence[Asked], reader: KeyReader, kinds: Collection[PersonKind], people: People) -> Found:
    """Return the people that the files of `asked` may be of."""
    keys = [each.key.value for each in asked if isinstance(each.key, Key)]
    names = [form for each in asked for row in each.rows for form in row.sought]
    return Found(
        reader,
        kinds,
        people.people_by_key(keys, reader) if keys else {},
        people.people_by_name(names) if names else {},
    )


def _with_row(result: Unmatched | Ambiguous | Collision, named: Named) -> Resolution:
    """Return `result` with what the row says, which may be who it is: the file's name does not tell."""
    if isinstance(result, Unmatched) and result.dismissed:
        return result
    return replace(result, reason=f"{result.reason} {row_of(named)} has {named.details}.")


def asked_of(rule: MatchRule, reader: KeyReader, folder: str, name: str, index: Mapping[str, Said]) -> Asked:
    """Return what the person of the file `name` in `folder` is looked for by, or the reason why there is nothing."""
    if rule.mode is MatchMode.PHOTOGRAPHER:
        said = delivered(folder, name, index)
        if rule.by is FoundBy.STEM and not isinstance(said, NoKey):
            return Asked(reader.read(folder, name), said)
        said = said or NoKey(f"No index of the delivery lists {quoted(name)}.")
    elif rule.mode is MatchMode.INDEX:
        said = said_of(folder, name, index)
        if said is None:
            return Asked(reader.read(folder, name, index))
    elif reader.pattern is not None and reader.pattern.has_names:
        return _asked_by_name(reader.pattern, folder, name)
    else:
        return Asked(reader.read(folder, name))
    if isinstance(said, Named) and not said.sought:
        said = NoKey(f"{said.where or 'The index'} has no name for {quoted(name)}.")
    return Asked(said) if isinstance(said, NoKey) else Asked(None, said)


def _asked_by_name(pattern: Pattern, folder: str, name: str) -> Asked:
    read = read_by_pattern(pattern, folder, name)
    if isinstance(read, NoKey):
        return Asked(read)
    named = named_in(pattern, read)
    return Asked(named) if isinstance(named, NoKey) else Asked(key_in(read), named, read.academic_year)
