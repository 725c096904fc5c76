"""Decisions as the phases of a run ask for them: of files by their place in the source, of pictures by their hash."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db.models import Q, QuerySet

from photosync.apps.people.models import Person
from photosync.apps.review.models import OF_FILES, OF_PHOTOS, OF_PICTURES, ReviewDecision, Verdict
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile, Listing
from photosync.core.matching import Candidate, HandMatch
from photosync.core.name_matching import NamedCandidate
from photosync.core.people import PersonKind
from photosync.core.wording import date_words

FilePlace = tuple[int, str, str]
"""(file, folder, name), the two as they are stored."""

_WORDS = {
    Verdict.MATCHED: "Matched by hand by {by} on {day}.",
    Verdict.NOBODY: "Not a person here, as {by} decided on {day}.",
    Verdict.PICTURE_OF: "{by} decided on {day} whose picture this is.",
    Verdict.PLACEHOLDER: "{by} decided on {day} that this picture is nobody's photo.",
    Verdict.ACCEPTED: "Accepted in review by {by} on {day}.",
    Verdict.DISMISSED: "Dismissed in review by {by} on {day}.",
    Verdict.REFUSAL_SEEN: "Dismissed in review by {by} on {day}.",
}


def told(verdict: str, by: str, at: datetime, zone: ZoneInfo) -> str:
    """Return who decided, and when, as a sentence."""
    return _WORDS[Verdict(verdict)].format(by=by, day=date_words(at.astimezone(zone).date()))


def file_key(listing: Listing, folder: str, name: str) -> str:
    """Return by what a file of a source is known again, after every new listing, but not in another source."""
    text = "\0".join((listing.source_fingerprint, folder, name))
    return sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def bytes_key(file: ListedFile) -> str:
    """Return what changes with the bytes of a file; one too large to be read is known by size and time only."""
    return file.sha256 or f"{file.size_bytes}/{file.stamp}"


def decisions_in_force() -> QuerySet[ReviewDecision]:
    return ReviewDecision.objects.filter(undone_at__isnull=True)


def hand_matches(listing: Listing, files: Iterable[FilePlace], zone: ZoneInfo) -> dict[int, HandMatch]:
    """Return what was decided of those of `files` that someone decided on, by their ids."""
    decisions = decisions_in_force().filter(profile_id=listing.profile_id, verdict__in=OF_FILES)
    if not decisions.exists():
        return {}
    keys = {file_key(listing, folder, name): pk for pk, folder, name in files}
    rows = decisions.filter(file_key__in=keys).select_related("person")
    return {keys[row.file_key]: _hand_match(row, zone) for row in rows}


def _hand_match(row: ReviewDecision, zone: ZoneInfo) -> HandMatch:
    person = None if row.person is None else candidate(row.person)
    return HandMatch(row.pk, person, told(row.verdict, row.made_by, row.made_at, zone))


def candidate(person: Person) -> Candidate:
    return Candidate(
        person.pk,
        PersonKind(person.kind),
        str(person),
        left=person.status == Person.Status.LEFT,
        keeps_no_photo=person.keeps_no_photo,
    )


def named_candidate(person: Person) -> NamedCandidate:
    return NamedCandidate(
        candidate(person),
        person.family_name,
        person.given_name,
        person.preferred_name,
        person.year_level,
        person.roll_group,
    )


def refusals_seen(listing: Listing, files: Iterable[FilePlace]) -> dict[int, set[str]]:
    """Return, for each of `files` whose refusal someone dismissed, of which bytes (`bytes_key`)."""
    decisions = decisions_in_force().filter(profile_id=listing.profile_id, verdict=Verdict.REFUSAL_SEEN)
    if not decisions.exists():
        return {}
    keys = {file_key(listing, folder, name): pk for pk, folder, name in files}
    found: dict[int, set[str]] = {}
    for key, seen in decisions.filter(file_key__in=keys).values_list("file_key", "bytes_key"):
        found.setdefault(keys[key], set()).add(seen)
    return found


@dataclass(frozen=True, slots=True)
class PictureDecisions:
    """The decisions on some pictures, and on photos of some people."""

    ids: frozenset[int] = frozenset()
    owners: Mapping[int, int | None] = field(default_factory=dict)
    """Picture to the person whose it is; None: it is nobody's."""
    photos: Mapping[tuple[int, int, int], Verdict] = field(default_factory=dict)
    """(person, academic year, picture) to Accepted or Dismissed."""
    words: Mapping[tuple[int | None, int | None, int], str] = field(default_factory=dict)
    """(person, academic year, picture), the first two None for an owner, to who decided and when."""

    @classmethod
    def of(cls, school: School, people: Collection[int], pictures: Collection[int]) -> PictureDecisions:
        rows = list(
            decisions_in_force()
            .filter(school=school, picture_id__in=pictures)
            .filter(Q(verdict__in=OF_PICTURES) | Q(verdict__in=OF_PHOTOS, person_id__in=people))
        )
        owners: dict[int, int | None] = {}
        photos: dict[tuple[int, int, int], Verdict] = {}
        words: dict[tuple[int | None, int | None, int], str] = {}
        for row in rows:
            if row.picture_id is None:
                continue  # the query asked for it; types cannot know
            sentence = told(row.verdict, row.made_by, row.made_at, school.zone)
            if row.verdict in OF_PICTURES:
                owners[row.picture_id] = row.person_id
                words[None, None, row.picture_id] = sentence
            elif row.person_id is not None and row.academic_year is not None:
                photos[row.person_id, row.academic_year, row.picture_id] = Verdict(row.verdict)
                words[row.person_id, row.academic_year, row.picture_id] = sentence
        return cls(frozenset(row.pk for row in rows), owners, photos, words)

    def is_theirs(self, person_id: int, picture_id: int) -> bool:
        return self.owners.get(picture_id) == person_id

    def note(self, person_id: int, year: int, picture_id: int) -> str:
        """Return who decided for the picture, where someone did."""
        said = []
        if self.is_theirs(person_id, picture_id):
            said.append(self.words[None, None, picture_id])
        if self.photos.get((person_id, year, picture_id)) is Verdict.ACCEPTED:
            said.append(self.words[person_id, year, picture_id])
        return " ".join(said)

    def dismissed(self, person_id: int, contents: Mapping[int, str]) -> dict[tuple[int | None, str], str]:
        """Return what was decided against for a person, as `PersonPhotos` has it. `contents`: hashes by picture."""
        found: dict[tuple[int | None, str], str] = {}
        for picture_id, content in contents.items():
            if picture_id in self.owners and self.owners[picture_id] != person_id:
                found[None, content] = self.words[None, None, picture_id]
        for (other, year, picture_id), verdict in self.photos.items():
            if other == person_id and verdict is Verdict.DISMISSED and picture_id in contents:
                found[year, contents[picture_id]] = self.words[other, year, picture_id]
        return found

    def accepted(self, person_id: int, contents: Mapping[int, str]) -> frozenset[tuple[int, str]]:
        return frozenset(
            (year, contents[picture_id])
            for (other, year, picture_id), verdict in self.photos.items()
            if other == person_id and verdict is Verdict.ACCEPTED and picture_id in contents
        )


def pictures_of(files: Iterable[ListedFile]) -> Sequence[int]:
    return sorted({file.picture_id for file in files if file.picture_id is not None})
