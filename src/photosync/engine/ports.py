"""What the engine asks of the world: a ledger to remember in, and a rein that may stop it.

The engine decides; the ledger remembers. Every method that writes does so in one transaction that
first proves that this worker still holds the run (`FencedOut` otherwise).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from photosync.connectors.contract import Entry, Page, PageKey
from photosync.core.guard import ComponentTotals
from photosync.core.keys import KeyReader
from photosync.core.matching import Candidate as PersonCandidate
from photosync.core.matching import HandMatch
from photosync.core.name_matching import NamedCandidate
from photosync.core.plan import PersonPhotos
from photosync.core.refusals import NOT_FETCHED
from photosync.imaging import Rendered


@dataclass(frozen=True, slots=True)
class KnownPage:
    """A page as it was last recorded. `ordinal` numbers the pages of a listing from 0."""

    page_id: int
    ordinal: int
    digest: bytes
    entry_count: int


Recorded = tuple[str, int, str]
"""An entry as it was last recorded: equal to the `Entry` of the same name, size and stamp."""


@dataclass(frozen=True, slots=True)
class PageChange:
    """What differs between a page as recorded and as listed now."""

    page: Page
    known: KnownPage | None
    digest: bytes
    """`listing_digest` of the entries as they are recorded now."""
    entry_count: int
    added: Sequence[Entry]
    changed: Sequence[tuple[int, Entry]]
    vanished: Sequence[int]
    moved: Sequence[int] = ()
    """Files known from another page of the same folder: it grew, or shrank, past what one page holds."""


@dataclass(frozen=True, slots=True)
class FileToMatch:
    file_id: int
    folder: str
    name: str
    person_id: int | None
    academic_year: int | None
    reason: str
    is_new: bool
    by_hand: HandMatch | None = None
    """What someone decided of it in review; it comes before the rules."""


@dataclass(frozen=True, slots=True)
class MatchOutcome:
    """The result of matching one file: a person, or none and why."""

    file_id: int
    key_value: str
    academic_year: int | None
    person_id: int | None
    reason_code: str
    reason: str
    to_review: bool
    decided_by: int | None = None
    """The decision in review that was followed; when another is in force by now, the outcome is not."""
    dismissed: bool = False
    """Someone decided that no person is on it."""
    may_be_of: tuple[int, ...] = ()
    """Where it is of no one person: whose it may be all the same. The reason may name them."""


@dataclass(frozen=True, slots=True)
class FileToFetch:
    file_id: int
    folder: str
    name: str
    size_bytes: int
    stamp: str
    """As it was listed."""
    came_before: str = ""
    """The sha256 of bytes that came with another stamp in an earlier run, while the listing was the same as now."""


@dataclass(frozen=True, slots=True)
class KnownContent:
    """What certain bytes gave before: a picture, or a rejection."""

    picture_id: int | None
    rejection_code: str
    rejection: str
    source_format: str = ""


@dataclass(frozen=True, slots=True)
class StagedBlob:
    sha256: str
    size_bytes: int
    width_px: int
    height_px: int


@dataclass(frozen=True, slots=True)
class StagedPicture:
    """A rendered picture whose bytes are in the store. `width_px` and `height_px` are of the source, upright."""

    width_px: int
    height_px: int
    source_format: str
    full: StagedBlob
    card: StagedBlob
    thumb: StagedBlob
    look: bytes = b""

    @classmethod
    def of(cls, rendered: Rendered) -> StagedPicture:
        blobs = {r.name: StagedBlob(r.sha256, len(r.content), r.width_px, r.height_px) for r in rendered.renditions}
        return cls(
            rendered.width_px,
            rendered.height_px,
            rendered.format_name,
            full=blobs["full"],
            card=blobs["card"],
            thumb=blobs["thumb"],
            look=rendered.look,
        )


@dataclass(frozen=True, slots=True)
class Staged:
    """What became of one file's bytes: one of `known`, `picture`, `rejection`, `failure` and `absence` is set.

    `rejection` is (code, reason). `absence` says that there is no photo now, which is neither refused nor a failure.
    `sha256` is empty when the bytes could not be read.
    """

    file_id: int
    sha256: str = ""
    size_bytes: int = 0
    known: KnownContent | None = None
    picture: StagedPicture | None = None
    rejection: tuple[str, str] | None = None
    failure: str = ""
    failure_code: str = NOT_FETCHED
    absence: str = ""
    has_original: bool = False
    """The bytes themselves are in the store too, beside the picture that they gave."""


@dataclass(frozen=True, slots=True)
class UndecidedFile:
    """A file whose picture is staged and waits for a decision."""

    file_id: int
    path: str
    picture_id: int
    content: str
    source_sha256: str
    academic_year: int | None
    is_theirs: bool = False
    """Someone decided that this picture, which came for several people, is this person's."""
    note: str = ""
    """Who decided on it in review, and when; told beside the reason of the plan."""


@dataclass(frozen=True, slots=True)
class Holders:
    """The people of one picture: `total` of them, the first few as (person_id, label)."""

    people: Sequence[tuple[int, str]]
    total: int
    suspect: bool
    """The picture came for several people before, so it is nobody's for certain."""

    def besides(self, person_id: int) -> tuple[list[str], int]:
        """Return the labels of the first few other people, and how many others there are."""
        return [label for other, label in self.people if other != person_id], max(self.total - 1, 0)


@dataclass(frozen=True, slots=True)
class PersonToDecide:
    """One person with everything that the plan needs to know, photos of every year included."""

    photos: PersonPhotos
    files: Sequence[UndecidedFile]


@dataclass(frozen=True, slots=True)
class PlannedChange:
    """One line of the plan, ready to be kept as a row."""

    person_id: int
    file: UndecidedFile | None
    action: str
    academic_year: int
    reason_code: str
    reason: str
    changes_face: bool = False


@dataclass(frozen=True, slots=True)
class PublishedBatch:
    published: int
    dropped: int
    more: bool


@dataclass(slots=True)
class Progress:
    """How far the run is. `total` is None while it is not known."""

    phase: str
    done: int = 0
    total: int | None = None
    detail: Mapping[str, int] = field(default_factory=dict)


class ObserveLedger(Protocol):
    def recorded_digests(self, *, most: int) -> Mapping[PageKey, bytes] | None:
        """Return the digest of every recorded page, or None where there are more than `most`."""
        ...

    def known_pages(self, pages: Sequence[Page]) -> list[KnownPage | None]: ...
    def known_files(self, known: KnownPage) -> dict[Recorded, int]:
        """Return the entries of a page as they were last recorded, with their file ids."""
        ...

    def files_on_other_pages(self, page: Page, names: Sequence[str]) -> dict[Recorded, int]:
        """Return those of `names` that are recorded on another page of the folder of `page`."""
        ...

    def write_pages(self, changes: Sequence[PageChange]) -> list[int]:
        """Record the changes; return the ordinals of the pages, in the order given."""
        ...

    def page_ordinals(self) -> Iterator[tuple[int, int]]:
        """Yield (page_id, ordinal) of every recorded page."""
        ...

    def page_count(self) -> int: ...
    def drop_pages(self, page_ids: Sequence[int]) -> None: ...
    def finish_listing(self, *, observed: int) -> None: ...


class People(Protocol):
    """Who there is, by what they may be looked up by."""

    def people_by_key(self, values: Sequence[str], reader: KeyReader) -> Mapping[str, Sequence[PersonCandidate]]:
        """Return the people known by each of `values`, by the form in which `reader` compares them."""
        ...

    def people_by_name(self, forms: Sequence[str]) -> Mapping[str, Sequence[NamedCandidate]]:
        """Return the people who are called so, by each of `forms` (`core.names.sought_form`)."""
        ...


class MatchLedger(People, Protocol):
    def files_to_match(self, *, everything: bool) -> Iterator[Sequence[FileToMatch]]: ...
    def write_matches(self, outcomes: Sequence[MatchOutcome]) -> None: ...
    def finish_matching(self) -> None: ...


class StageLedger(Protocol):
    def files_to_fetch(self) -> Iterator[FileToFetch]:
        """Yield what waits to be fetched, but for what failed in an earlier run."""
        ...

    def files_that_failed_before(self) -> Iterator[FileToFetch]:
        """Yield what failed in an earlier run, first what was asked for the longest time ago."""
        ...

    def leave_what_failed_before(self, why: str) -> None:
        """Leave what failed in an earlier run and was not asked for in this one to the next; `why` is told."""
        ...

    def fetch_count(self) -> int: ...
    def known_contents(self, sha256s: Sequence[str]) -> Mapping[str, KnownContent]: ...
    def write_staged(self, staged: Sequence[Staged]) -> None: ...


class PlanLedger(Protocol):
    def clear_plan(self) -> None: ...
    def people_to_decide(self) -> Iterator[Sequence[PersonToDecide]]: ...
    def people_with(self, picture_ids: Sequence[int]) -> Mapping[int, Holders]:
        """Return, for each picture, who of the school has it in any year or has a file of it in this source."""
        ...

    def write_plan(self, changes: Sequence[PlannedChange]) -> None: ...
    def people_without_file(self) -> Iterator[Sequence[tuple[int, int]]]:
        """Yield (person_id, academic_year shown) of people whose shown photo came from here, where no file is now."""
        ...

    def component_totals(self) -> Sequence[ComponentTotals]: ...
    def finish_plan(self) -> None: ...


class PublishLedger(Protocol):
    def publish_batch(self, size: int) -> PublishedBatch: ...
    def publish_count(self) -> int: ...


class Rein(Protocol):
    """Lets go, or stops the run. Asked between batches, before every publishing transaction too."""

    def checkpoint(self, progress: Progress) -> None:
        """Note the progress. Raises RunStopped when the run was cancelled or may not go on."""
        ...

    def may_publish(self) -> None:
        """Raise RunStopped unless publishing is allowed at this very instant."""
        ...
