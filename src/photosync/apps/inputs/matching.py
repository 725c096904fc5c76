"""Whom the files of an input match: as the profile matches them that reads it, else as a new one would."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.inputs.models import DeliveredFile, Delivery, Input, InputFile
from photosync.apps.inputs.thumbnails import is_called_a_picture, may_be_shown
from photosync.apps.people.models import Person
from photosync.apps.profiles.matching import rule_from
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import source_guard
from photosync.apps.review.models import ReviewDecision
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.trying import Tried, TriedFile, how_many_match, match_some, try_source
from photosync.connectors.photographer.papers import Sort, paper
from photosync.connectors.photographer.survey import MOST_FILES
from photosync.core.errors import PhotoSyncError
from photosync.core.input_names import input_path
from photosync.core.match_rules import MatchMode
from photosync.engine.names import stored_name

BOTH = ("student", "staff")
MOST_ALIKE = 100
"""Files of an input with the same bytes: of more, no one asks whose they are. They are no portrait, and not shown."""


@dataclass(frozen=True, slots=True)
class HowMatched:
    """`profile` is the name of the sync profile that matches so; "" where none reads the input."""

    options: Mapping[str, str]
    components: tuple[str, ...]
    profile: str = ""


def how_matched(found: Input) -> HowMatched:
    """Return how the files are matched: by the first profile, by name, that reads the input."""
    return _ways([found], found.school)[found.pk][0]


def _ways(inputs: Sequence[Input], school: School) -> dict[int, list[HowMatched]]:
    """Return in which ways the files of each input are matched, by its id: by each profile that reads it."""
    by_option: dict[str, list[HowMatched]] = {}
    for each in SyncProfile.objects.filter(school=school, source_kind="input").order_by("name"):
        options = {name: str(value) for name, value in each.options.items()}
        by_option.setdefault(options.get("input", ""), []).append(HowMatched(options, each.components, each.name))
    return {each.pk: by_option.get(each.option, [HowMatched({"input": each.option}, BOTH)]) for each in inputs}


@dataclass(frozen=True, slots=True)
class LookedAt:
    """Whom a file matches, and whether its picture may be shown to those who see photos.

    `may_be_of_protected`: whoever may not know who that is may not read its name either.
    """

    tried: TriedFile
    may_be_shown: bool
    may_be_of_protected: bool


def look_at(found: Input, how: HowMatched, files: Sequence[InputFile]) -> list[LookedAt]:
    """Return of each of `files` whom it matches and whether it may be shown, in their order.

    A picture may be of whoever any file of the school's inputs with the same bytes may be of, in the eyes of any
    profile that reads it, or has been of. Raises WrongUse, and SourceUnavailable of the index file.
    """
    tried = _matched(found, how, [(each.folder, each.name) for each in files])
    people: dict[str, set[int]] = {}
    for file, each in zip(files, tried, strict=True):
        people.setdefault(file.sha256, set()).update(each.may_be_of)
    others = _Others(found, how, files)
    named = others.named | {file.sha256 for file, each in zip(files, tried, strict=True) if each.is_of_protected}
    for sha256, ids in others.may_be_of.items():
        people[sha256].update(ids)
    shows = may_be_shown(found.school, files, [people[each.sha256] for each in files])
    everyone = set().union(*people.values())
    protected = set(Person.objects.filter(pk__in=everyone, protected=True).values_list("pk", flat=True))
    return [
        LookedAt(
            each,
            may and file.sha256 not in others.unknown and file.sha256 not in named,
            file.sha256 in named or not people[file.sha256].isdisjoint(protected),
        )
        for file, each, may in zip(files, tried, shows, strict=True)
    ]


class _Others:
    """What else is known of the bytes of some files: in other files and inputs, by other profiles, and from before.

    `named` are the hashes of what names a protected person; `unknown` those of which it cannot be said whose they
    are: too many files have them, or an index file cannot be read.
    """

    def __init__(self, found: Input, how: HowMatched, files: Sequence[InputFile]) -> None:
        self.may_be_of: dict[str, set[int]] = {}
        self.named: set[str] = set()
        alike, self.unknown = _alike(found.school, files)
        looked: dict[int, list[InputFile]] = {found.pk: list(files)}
        for each in alike:
            looked.setdefault(each.input_id, []).append(each)
        inputs = [found, *{each.input_id: each.input for each in alike if each.input_id != found.pk}.values()]
        ways = _ways(inputs, found.school)
        for one in inputs:
            for way in ways[one.pk]:
                # What was asked already is not asked again.
                known = set(files) if one.pk == found.pk and way == how else set()
                self._look(one, way, [file for file in looked[one.pk] if file not in known])
            self._remember(one, looked[one.pk])

    def _look(self, found: Input, how: HowMatched, files: Sequence[InputFile]) -> None:
        if not files:
            return
        try:
            tried = _matched(found, how, [(each.folder, each.name) for each in files])
        except PhotoSyncError:
            self.unknown |= {each.sha256 for each in files}
            return
        for file, each in zip(files, tried, strict=True):
            self._add(file, each.may_be_of)
            if each.is_of_protected:
                self.named.add(file.sha256)

    def _remember(self, found: Input, files: Sequence[InputFile]) -> None:
        """Add whose each file was in the last run of a profile that reads the input, and whose someone said it is."""
        profiles = SyncProfile.objects.filter(school=found.school, source_kind="input")
        reading = [each.pk for each in profiles if each.options.get("input") == found.option]
        if not reading:
            return
        places = {(stored_name(each.folder), stored_name(each.name)): each for each in files}
        folders, names = {folder for folder, _ in places}, {name for _, name in places}
        listed = ListedFile.objects.filter(
            page__listing__profile__in=reading, page__folder__in=folders, name__in=names, person__isnull=False
        )
        decided = ReviewDecision.objects.filter(
            profile__in=reading, folder__in=folders, name__in=names, person__isnull=False
        )
        known = [
            *listed.order_by().values_list("page__folder", "name", "person_id"),
            *decided.order_by().values_list("folder", "name", "person_id"),
        ]
        for folder, name, person_id in known:
            if (folder, name) in places and person_id:
                self._add(places[folder, name], (person_id,))

    def _add(self, file: InputFile, person_ids: Iterable[int]) -> None:
        self.may_be_of.setdefault(file.sha256, set()).update(person_ids)


def _alike(school: School, files: Sequence[InputFile]) -> tuple[list[InputFile], set[str]]:
    """Return the other files of the school's inputs with the bytes of any of `files`, and hashes of very many."""
    rows = InputFile.objects.filter(input__school=school, sha256__in={each.sha256 for each in files}).order_by()
    numbers = dict(rows.values_list("sha256").annotate(number=Count("pk")).filter(number__gt=1))
    too_many = {sha256 for sha256, number in numbers.items() if number > MOST_ALIKE}
    others = rows.filter(sha256__in=set(numbers) - too_many).exclude(pk__in=[each.pk for each in files])
    return list(others.select_related("input__school")), too_many


def try_input(found: Input, how: HowMatched) -> Tried:
    """Return what the whole input holds and whom it matches. Raises as `look_at`."""
    guard = source_guard(found.school, may_override=False)
    return try_source(found.school, "input", how.options, how.components, guard=guard)


@dataclass(frozen=True, slots=True)
class Matches:
    """How many photos of a delivery match a person; `matched` is None where that cannot be said now."""

    photos: int
    matched: int | None
    is_whole: bool
    brings_index: bool = False
    """Whether the delivery is on its way and has the file with it that says whose the photos are."""

    @property
    def sentence(self) -> str:
        if self.brings_index:
            return _(
                "How many photos match a person is known once the delivery is finished: the file that says whose "
                "they are is in it."
            )
        if self.matched is None:
            return _(
                "How many photos match a person cannot be said now: the file that says whose they are cannot be "
                "used. The school reads why on the page of the input."
            )
        photos = ngettext("%(number)d photo", "%(number)d photos", self.photos) % {"number": self.photos}
        matched = ngettext("%(number)d matches a person", "%(number)d match a person", self.matched)
        words = _("%(photos)s, %(matched)s.") if self.is_whole else _("The first %(photos)s of more: %(matched)s.")
        return words % {"photos": photos, "matched": matched % {"number": self.matched}}

    def document(self) -> dict[str, Any]:
        return {
            "photos": self.photos,
            "matched": self.matched,
            "is_whole": self.is_whole,
            "explanation": self.sentence,
        }


def matches_of(delivery: Delivery) -> Matches:
    """Return how many photos of the delivery match: of those that have arrived, or that are in the input now.

    A photo that a later delivery brought again counts for that one.
    """
    model = DeliveredFile if delivery.is_alive else InputFile
    rows = model._default_manager.filter(delivery=delivery).order_by("folder", "name")
    found = list(rows.values_list("folder", "name")[: MOST_FILES + 1])
    files = [(folder, name) for folder, name in found[:MOST_FILES] if is_called_a_picture(name)]
    is_whole = len(found) <= MOST_FILES
    how = how_matched(delivery.input)
    try:
        if delivery.is_alive and _brings_index(delivery, how):
            return Matches(len(files), None, is_whole, brings_index=True)
        guard = source_guard(delivery.input.school, may_override=False)
        matched = how_many_match(delivery.input.school, "input", how.options, how.components, files, guard=guard)
    except PhotoSyncError:
        return Matches(len(files), None, is_whole)
    return Matches(len(files), matched, is_whole)


def _brings_index(delivery: Delivery, how: HowMatched) -> bool:
    """Return whether an index file has arrived that is not in the input already. Raises WrongUse."""
    rule = rule_from(how.options, how.components)
    rows = DeliveredFile.objects.filter(delivery=delivery)
    if rule.mode is MatchMode.INDEX:
        rows = rows.filter(path_key=input_path(how.options.get("index", "")).key)
    elif rule.mode is MatchMode.PHOTOGRAPHER:
        rows = rows.filter(Q(name__istartswith=Sort.INDEX) | Q(name__istartswith=Sort.MASTER))
    else:
        return False
    there = InputFile.objects.filter(input=delivery.input, path_key=OuterRef("path_key"), sha256=OuterRef("sha256"))
    arrived = rows.filter(~Exists(there)).values_list("folder", "name")
    return any(rule.mode is MatchMode.INDEX or _is_volume_index(*each) for each in arrived)


def _is_volume_index(folder: str, name: str) -> bool:
    found = paper(folder, name)
    return found is not None and found.sort in (Sort.INDEX, Sort.MASTER)


def _matched(found: Input, how: HowMatched, paths: Sequence[tuple[str, str]]) -> list[TriedFile]:
    guard = source_guard(found.school, may_override=False)
    return match_some(found.school, "input", how.options, how.components, paths, guard=guard)
