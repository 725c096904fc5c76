"""Test connection: what a data source holds and whom its files match, before anything is saved or run."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.people.models import Identifier, Person
from photosync.apps.people.protected_names import ProtectedNames, may_be_protected, not_named
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.matching import rule_from
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.places import has_leave, options_now
from photosync.apps.profiles.settings import (
    ProfileSettings,
    component_kinds,
    source_guard,
    wanted_source,
)
from photosync.apps.runs.ledger.matching import SchoolPeople
from photosync.apps.schools.models import School
from photosync.apps.sources.counting import FILES_AT_ONCE, Counted, Listed, count
from photosync.apps.sources.licences import notes_of_licences
from photosync.apps.sources.listed_lately import keep_listed
from photosync.apps.sources.opening import NO_INDEX, Index, index_for
from photosync.apps.sources.time_limit import WITHIN_S, Listing, told_out_of_time, too_slow
from photosync.connectors import registry
from photosync.connectors.attending import listed_within
from photosync.connectors.photographer.licence import Licence
from photosync.connectors.photographer.survey import Survey
from photosync.core.codes_in_names import codes_of_file
from photosync.core.match_rules import MatchRule
from photosync.core.people import PersonKind
from photosync.engine.match import MatchTask, match
from photosync.engine.names import joined_path, readable_path
from photosync.engine.observe import batches
from photosync.engine.ports import FileToMatch, MatchOutcome, Progress

SHOWN = 10
CODES_AT_ONCE = 2_000


@dataclass(frozen=True, slots=True)
class TriedFile:
    """One file: the person it matches, or the sentence why it is nobody's.

    `may_be_of`: the person it matches, and protected people whom its path names; of a file that is nobody's, whoever
    is known by a code that its name holds, or called as an index says. `is_of_protected` where one of them is: then
    `reason` does not say who, and `shown_path` is not the path.
    """

    path: str
    person: str
    reason: str
    person_id: int | None = field(default=None, compare=False)
    may_be_of: frozenset[int] = field(default=frozenset(), compare=False)
    is_of_protected: bool = field(default=False, compare=False)

    @property
    def shown_path(self) -> str:
        return not_named() if self.is_of_protected else self.path


@dataclass(frozen=True, slots=True)
class Tried:
    """What was found. `is_whole` is False where the source holds more than was looked at.

    `without_photo` are records that have no photo now; they are not among the `files`.
    """

    files: int
    matched: int
    is_whole: bool
    shown: tuple[TriedFile, ...]
    warnings: tuple[str, ...]
    counted: Counted | None
    """None where nothing was found before the time was up."""
    listed: Listed = field(repr=False)
    without_photo: int = 0
    took_too_long: bool = False
    """Whether it was broken off because the time was up; what was found until then is told."""
    read: int = 0
    """How many files or records the source had read by the end."""
    survey: Survey | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    """How an index was read: which variant it is, what is set aside."""
    licences: tuple[Licence, ...] = ()
    """Those of a photographer's delivery, which are to be accepted before the first sync."""

    @property
    def sentence(self) -> str:
        """Return for instance "412 photos, 398 match a person; the first 10 are shown."."""
        return " ".join(filter(None, (self._of_photos, self._of_records_without)))

    @property
    def _of_records_without(self) -> str:
        if not self.without_photo:
            return ""
        return ngettext(
            "%(number)d record has no photo now.",
            "%(number)d records have no photo now.",
            self.without_photo,
        ) % {"number": self.without_photo}

    @property
    def _of_photos(self) -> str:
        if self.took_too_long and not self.files:
            return too_slow(self.read)
        if not self.files:
            return _("The source can be read, and holds no photo.")
        photos = ngettext("%(number)d photo", "%(number)d photos", self.files) % {"number": self.files}
        matched = ngettext("%(number)d matches a person", "%(number)d match a person", self.matched)
        words = {"photos": photos, "matched": matched % {"number": self.matched}, "shown": len(self.shown)}
        if self.took_too_long:
            words |= {"seconds": int(WITHIN_S)}
            return (
                _(
                    "Listing took longer than %(seconds)d seconds and was broken off. Of what had come by then, "
                    "%(photos)s: %(matched)s; %(shown)d are shown. A run has no such limit."
                )
                % words
            )
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
            "without_photo": self.without_photo,
            "is_whole": self.is_whole,
            "explanation": self.sentence,
            "counted": self.counted.document() if self.counted is not None else None,
            "shown": [{"file": each.shown_path, "person": each.person, "reason": each.reason} for each in self.shown],
            "notes": list(self.notes),
            "warnings": list(self.warnings),
            "licences": [
                {"path": readable_path(each.path), "sha256": each.sha256, "text": each.text} for each in self.licences
            ],
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

    `components` are kinds of people (`student`, `staff`). Raises WrongUse, Refused, SourceUnavailable; OutOfTime
    where nothing can be matched before all is listed.
    """
    rule = rule_from(options, components)
    kinds = [PersonKind(each) for each in components]
    with registry.open_source(kind, options, guard=guard) as source, told_out_of_time() as reading:
        listed = Listing(source)
        looked = _Looked(school.pk, listed, reads_folders=rule.reads_folders)
        with listed_within(source, WITHIN_S):
            index = listed.index_for(rule, options)
            match(MatchTask(rule, kinds, index.read, everything=True), looked, _Unbridled())
            warnings, licences = listed.told()
    seen = Listed(listed.names, listed.is_whole)
    is_nothing = listed.took_too_long and not listed.names
    names = ProtectedNames(school.pk)
    return Tried(
        len(looked.paths),
        looked.matched,
        listed.is_whole,
        looked.told(names),
        tuple(names.texts((*warnings, *index.warnings()))),
        None if is_nothing else count(school.pk, rule, kinds, seen, index.read()),
        seen,
        without_photo=listed.without_photo,
        took_too_long=listed.took_too_long,
        notes=(*names.texts(index.notes()), *notes_of_licences(source, _with_index(listed.names, options))),
        licences=tuple(licences),
        survey=listed.survey,
        read=reading.count,
    )


def _with_index(names: Sequence[tuple[str, str]], options: Mapping[str, str]) -> list[tuple[str, str]]:
    """Return the files that were listed, and the index file, which is not."""
    folder, _sign, name = options.get("index", "").rpartition("/")
    return [*names, (folder, name)]


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
    looked = _looked_at(school, kind, options, components, files, guard=guard)
    return list(looked.told(ProtectedNames(school.pk)))


def how_many_match(
    school: School,
    kind: str,
    options: Mapping[str, str],
    components: Sequence[str],
    files: Sequence[tuple[str, str]],
    *,
    guard: registry.Guard,
) -> int:
    """Return how many of these files (folder, name) of a source match a person. Raises as `try_source`."""
    return _looked_at(school, kind, options, components, files, guard=guard).matched


def _looked_at(
    school: School,
    kind: str,
    options: Mapping[str, str],
    components: Sequence[str],
    files: Sequence[tuple[str, str]],
    *,
    guard: registry.Guard,
) -> _Looked:
    rule = rule_from(options, components)
    index: Index = NO_INDEX
    if rule.is_by_an_index:
        with registry.open_source(kind, options, guard=guard) as source:
            index = index_for(source, rule, options, Listed(files, is_whole=False).among)
    looked = _Looked(school.pk, files, most_shown=len(files), reads_folders=rule.reads_folders)
    kinds = [PersonKind(each) for each in components]
    match(MatchTask(rule, kinds, index.read, everything=True), looked, _Unbridled())
    return looked


def outcomes_of(
    school_id: int,
    rule: MatchRule,
    kinds: Sequence[PersonKind],
    index: Index,
    files: Sequence[tuple[str, str]],
) -> list[MatchOutcome]:
    """Return what the match phase would make of each of `files` (folder, name), in their order; nothing is saved."""
    looked = _Looked(school_id, files, most_shown=len(files))
    match(MatchTask(rule, kinds, index.read, everything=True), looked, _Unbridled())
    return looked.outcomes


def try_profile(profile: SyncProfile, changes: ProfileSettings, *, anywhere: bool = False) -> Tried:
    """Try the source that `profile` would have with `changes`; a new profile is one without its source kind.

    `anywhere` is true for the user of the command line. Raises WrongUse, Refused, SourceUnavailable.
    """
    former = options_now(profile)
    kind, given = wanted_source(profile, changes)
    components = profile.components if changes.components is None else component_kinds(changes.components)
    guard = source_guard(
        profile.school, may_override=anywhere or has_leave(former, given, granted=profile.source_may_be_anywhere)
    )
    tried = try_source(profile.school, kind.name, given, components, guard=guard)
    if tried.counted is not None:
        keep_listed(profile.school.pk, kind.name, given, tried.listed, tried.survey)
    return tried


class _Unbridled:
    """A trial is stopped by its own limits."""

    def checkpoint(self, progress: Progress) -> None:
        pass

    def may_publish(self) -> None:
        raise AssertionError


@dataclass
class _Looked(SchoolPeople):
    """What the match phase asks and remembers, without a database behind it but for people."""

    listed: Iterable[tuple[str, str]]
    most_shown: int = SHOWN
    reads_folders: bool = False
    """Whether the rule looks for a code in the folders too."""
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

    def write_matches(self, outcomes: Sequence[MatchOutcome]) -> None:
        self.matched += sum(outcome.person_id is not None for outcome in outcomes)
        self.outcomes += outcomes[: max(self.most_shown - len(self.outcomes), 0)]

    def finish_matching(self) -> None:
        pass

    def told(self, names: ProtectedNames) -> tuple[TriedFile, ...]:
        people = Person.objects.in_bulk([each.person_id for each in self.outcomes if each.person_id is not None])
        nobodys = {each.file_id: self._codes_of(each) for each in self.outcomes if each.person_id is None}
        known, protected = _known_by_code(self.school_id, set().union(*nobodys.values()))
        named = {person_id for each in self.outcomes for person_id in each.may_be_of}
        protected |= set(Person.objects.filter(pk__in=named, protected=True).values_list("pk", flat=True))
        told = []
        for each in self.outcomes:
            path = self.paths[each.file_id]
            called = names.whose_path(path, is_matched=each.person_id is not None)
            is_hidden = bool(called)
            if each.person_id is not None:
                person = people[each.person_id]
                name = _name_of(person)
                may_be_of = called | {person.pk}
                is_hidden |= person.protected
                reason = names.text(each.reason)
            else:
                name = ""
                may_be_of = called.union(each.may_be_of, *(known.get(code, ()) for code in nobodys[each.file_id]))
                is_hidden |= not may_be_of.isdisjoint(protected) or names.in_text(each.reason)
                reason = may_be_protected() if is_hidden else each.reason
            told.append(TriedFile(path, name, reason, each.person_id, may_be_of, is_hidden))
        return tuple(told)

    def _codes_of(self, outcome: MatchOutcome) -> set[str]:
        """Return the codes, in their folded form, by which someone may be known whose file is nobody's."""
        folder, _sign, name = self.paths[outcome.file_id].rpartition("/")
        codes = codes_of_file(outcome.key_value, folder, name, reads_folders=self.reads_folders)
        return {FOLDED.form(code) for code in codes}


def _known_by_code(school_id: int, codes: Collection[str]) -> tuple[Mapping[str, set[int]], set[int]]:
    """Return who is known by each of these codes in their folded form, and who of them is protected."""
    known: dict[str, set[int]] = {}
    protected = set()
    for some in batches(iter(codes), CODES_AT_ONCE):
        rows = Identifier.objects.filter(school_id=school_id, folded__in=some)
        for code, person_id, is_protected in rows.values_list("folded", "person_id", "person__protected"):
            known.setdefault(code, set()).add(person_id)
            if is_protected:
                protected.add(person_id)
    return known, protected


def _name_of(person: Person) -> str:
    return _("A protected person") if person.protected else str(person)
