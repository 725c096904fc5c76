"""Test connection: what a data source holds and whom its files match, before anything is saved or run."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.models import Person
from photosync.apps.profiles.matching import rule_from
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import (
    ProfileSettings,
    component_kinds,
    has_leave,
    source_guard,
    source_options_now,
    wanted_source,
)
from photosync.apps.runs.ledger.matching import people_known_by
from photosync.apps.schools.models import School
from photosync.apps.sources.opening import NO_INDEX, index_in
from photosync.connectors import registry
from photosync.connectors.contract import Entry, Page, Source
from photosync.core.matching import Candidate, KeyReader, MatchMode
from photosync.core.people import PersonKind
from photosync.engine.match import MatchTask, match
from photosync.engine.names import joined_path, readable_path
from photosync.engine.observe import batches
from photosync.engine.ports import FileToMatch, MatchOutcome, Progress

MOST_FILES = 20_000
WITHIN_S = 20.0
SHOWN = 10
FILES_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class TriedFile:
    """One file: the person it matches, or the sentence why it is nobody's."""

    path: str
    person: str
    reason: str


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found. `is_whole` is False where the source holds more than was looked at."""

    files: int
    matched: int
    is_whole: bool
    shown: tuple[TriedFile, ...]
    warnings: tuple[str, ...]

    @property
    def sentence(self) -> str:
        """Return for instance "412 photos, 398 match a person; the first 10 are shown."."""
        if not self.files:
            return _("The source can be read, and holds no photo.")
        photos = ngettext("%(number)d photo", "%(number)d photos", self.files) % {"number": self.files}
        matched = ngettext("%(number)d matches a person", "%(number)d match a person", self.matched)
        words = {"photos": photos, "matched": matched % {"number": self.matched}, "shown": len(self.shown)}
        if not self.is_whole:
            return _("The first %(photos)s of more: %(matched)s; %(shown)d are shown.") % words
        if self.files <= SHOWN:
            return _("%(photos)s, %(matched)s.") % words
        return _("%(photos)s, %(matched)s; the first %(shown)d are shown.") % words

    def document(self) -> dict[str, Any]:
        """Return it as the command line and the API show it."""
        return {
            "files": self.files,
            "matched": self.matched,
            "is_whole": self.is_whole,
            "explanation": self.sentence,
            "shown": [{"file": each.path, "person": each.person, "reason": each.reason} for each in self.shown],
            "warnings": list(self.warnings),
        }


def try_source(
    school: School,
    kind: str,
    options: Mapping[str, str],
    components: Sequence[str],
    *,
    guard: registry.Guard,
) -> Tried:
    """List the source and match what it holds, up to MOST_FILES and for WITHIN_S; nothing is saved.

    `components` are kinds of people (`student`, `staff`). Raises WrongUse, Refused, SourceUnavailable.
    """
    rule = rule_from(options, components)
    until = time.monotonic() + WITHIN_S
    with registry.open_source(kind, options, guard=guard) as source:
        index = index_in(source, options.get("index", "")) if rule.mode is MatchMode.INDEX else NO_INDEX
        listed = _Listed(source, until)
        looked = _Looked(school.pk, listed)
        kinds = [PersonKind(each) for each in components]
        match(MatchTask(rule, kinds, index.read, everything=True), looked, _Unbridled())
        warnings = (*source.warnings(), *index.warnings())
    return Tried(len(looked.paths), looked.matched, listed.is_whole, looked.told(), warnings)


def match_some(
    school: School,
    kind: str,
    options: Mapping[str, str],
    components: Sequence[str],
    files: Sequence[tuple[str, str]],
    *,
    guard: registry.Guard,
) -> list[TriedFile]:
    """Return whom each of these files (folder, name) of a source matches, in their order. Raises as `try_source`.

    Files that are not among them count for nothing: that two of a source are one person's is seen by `try_source`.
    """
    rule = rule_from(options, components)
    index = NO_INDEX
    if rule.mode is MatchMode.INDEX:
        with registry.open_source(kind, options, guard=guard) as source:
            index = index_in(source, options.get("index", ""))
    looked = _Looked(school.pk, files, most_shown=len(files))
    kinds = [PersonKind(each) for each in components]
    match(MatchTask(rule, kinds, index.read, everything=True), looked, _Unbridled())
    return list(looked.told())


def try_profile(profile: SyncProfile, changes: ProfileSettings, *, anywhere: bool = False) -> Tried:
    """Try the source that `profile` would have with `changes`; a new profile is one without its source kind.

    `anywhere` is true for the user of the command line. Raises WrongUse, Refused, SourceUnavailable.
    """
    former = source_options_now(profile)
    kind, given = wanted_source(profile, changes)
    components = profile.components if changes.components is None else component_kinds(changes.components)
    guard = source_guard(profile.school, may_override=anywhere or has_leave(profile, former, given))
    return try_source(profile.school, kind.name, given, components, guard=guard)


class _Unbridled:
    """A trial is stopped by its own limits."""

    def checkpoint(self, progress: Progress) -> None:
        pass

    def may_publish(self) -> None:
        raise AssertionError


@dataclass(slots=True)
class _Listed:
    """The files of a source (folder, name), up to the limits of a trial."""

    source: Source
    until: float
    is_whole: bool = True

    def __iter__(self) -> Iterator[tuple[str, str]]:
        count = 0
        for page, entries in self._pages():
            for entry in entries:
                if count >= MOST_FILES or time.monotonic() > self.until:
                    self.is_whole = False
                    return
                count += 1
                yield page.folder, entry.name

    def _pages(self) -> Iterator[tuple[Page, Sequence[Entry]]]:
        for page in self.source.pages({}):
            if page.entries is not None:
                yield page, page.entries
            else:
                yield from self.source.entries([page])


@dataclass(slots=True)
class _Looked:
    """What the match phase asks and remembers, without a database behind it but for people."""

    school_id: int
    listed: Iterable[tuple[str, str]]
    most_shown: int = SHOWN
    paths: list[str] = field(default_factory=list)
    outcomes: list[MatchOutcome] = field(default_factory=list)
    matched: int = 0

    def files_to_match(self, *, everything: bool) -> Iterator[Sequence[FileToMatch]]:
        assert everything  # noqa: S101 - nothing was matched before
        for files in batches(iter(self.listed), FILES_AT_ONCE):
            found = []
            for folder, name in files:
                number = len(self.paths)
                self.paths.append(readable_path(joined_path(folder, name)))
                found.append(FileToMatch(number, folder, name, None, None, "", is_new=True))
            yield found

    def people_by_key(self, values: Sequence[str], reader: KeyReader) -> Mapping[str, Sequence[Candidate]]:
        return people_known_by(self.school_id, values, reader)

    def write_matches(self, outcomes: Sequence[MatchOutcome]) -> None:
        self.matched += sum(outcome.person_id is not None for outcome in outcomes)
        self.outcomes += outcomes[: max(self.most_shown - len(self.outcomes), 0)]

    def finish_matching(self) -> None:
        pass

    def told(self) -> tuple[TriedFile, ...]:
        people = Person.objects.in_bulk([each.person_id for each in self.outcomes if each.person_id is not None])
        return tuple(
            TriedFile(
                self.paths[each.file_id],
                "" if each.person_id is None else _name_of(people[each.person_id]),
                each.reason,
            )
            for each in self.outcomes
        )


def _name_of(person: Person) -> str:
    return _("A protected person") if person.protected else str(person)
