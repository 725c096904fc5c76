"""From a profile's settings to an open source, its index and its listing."""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from functools import cached_property, partial
from hashlib import sha256
from typing import Any, Protocol

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import source_guard
from photosync.apps.profiles.source_secrets import source_options
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.connectors.attending import listed_within
from photosync.connectors.contract import Source
from photosync.connectors.index_file import (
    IndexMap,
    ListedAmong,
    names_among,
    none_listed,
    read_index,
    ways_to_list,
)
from photosync.connectors.photographer.licence import Licence
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.photographer.survey import Survey
from photosync.connectors.registry import open_source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.match_rules import MatchMode, MatchRule
from photosync.core.name_matching import Said
from photosync.engine.names import original_name, readable_path

HOW_FILES_MATCH = frozenset({"match", "pattern", "key", "ignore_case", "ignore_leading_zeros", "by", "consent"})
"""The options that say how files are matched and what else is taken over, not which files there are."""
HOW_SERVERS_ARE_KNOWN = frozenset({"host_key"})
"""So do those by which a server proves that it is the one that is meant: a renewed key is the same source."""
INDEX_LIMIT_BYTES = 100_000_000
ROWS_FORGOTTEN_AT_ONCE = 2_000
NAMES_AT_ONCE = 10_000


def open_profile_source(profile: SyncProfile) -> Source:
    """Open the source that `profile` reads. Raises SourceUnavailable, Refused, WrongUse."""
    guard = source_guard(profile.school, may_override=profile.source_may_be_anywhere)
    return open_source(profile.source_kind, source_options(profile), guard=guard)


def source_fingerprint(kind: str, options: Mapping[str, str]) -> str:
    """Return 64 digits that are equal where the same files are listed, however they are matched."""
    listed = {key: value for key, value in options.items() if key not in HOW_FILES_MATCH | HOW_SERVERS_ARE_KNOWN}
    return sha256(json.dumps([kind, listed], sort_keys=True).encode()).hexdigest()


def listing_of(profile: SyncProfile, writing: Callable[[], AbstractContextManager[None]]) -> Listing:
    """Return the profile's listing. When the profile was pointed at another source, an empty one.

    `writing` opens a transaction in which the caller may write.
    """
    fingerprint = source_fingerprint(profile.source_kind, profile.options)
    listing = Listing.objects.filter(profile=profile).first()
    if listing is not None and listing.source_fingerprint == fingerprint:
        return listing
    if listing is not None:
        _forget(listing, writing)
    with writing():
        return Listing.objects.create(profile=profile, source_fingerprint=fingerprint)


def _forget(listing: Listing, writing: Callable[[], AbstractContextManager[None]]) -> None:
    """Delete the listing of a source that is read no more, a part at a time: it may have a million files."""
    for rows in (ListedFile.objects.filter(profile=listing.profile_id), ListedPage.objects.filter(listing=listing)):
        while ids := list(rows.order_by("pk").values_list("pk", flat=True)[:ROWS_FORGOTTEN_AT_ONCE]):
            with writing():
                rows.filter(pk__in=ids).delete()
    with writing():
        listing.delete()


@dataclass(frozen=True)
class ProfileIndex:
    """The index file of a profile: file name or path to key. `digest` is of its bytes; "" is no index."""

    digest: str
    content: bytes
    file_name: str
    listed_among: ListedAmong = field(default=none_listed, compare=False)

    @property
    def stamp(self) -> str:
        """See `Index`. The files that there are may tell which column is the file. Raises SourceUnavailable."""
        if self._map is None:
            return self.digest
        return f"{self.digest}.{sha256(self._map.recognised_as.encode()).hexdigest()[:16]}"

    def read(self) -> Mapping[str, Said]:
        """Return what is said of each file; nothing where files are not matched so. Raises SourceUnavailable."""
        return {} if self._map is None else self._map.by_file(self._folder)

    def missing(self, listed: Iterable[tuple[str, str]]) -> dict[str, Said]:
        """Return what is said of files that are not among those `listed` (folder, name). Raises SourceUnavailable."""
        missing = {} if self._map is None else self._map.rows()
        for folder, name in listed:
            for each in ways_to_list(folder, name, index_folder=self._folder):
                missing.pop(each, None)
        return missing

    @property
    def _folder(self) -> str:
        return self.file_name.rpartition("/")[0]

    def notes(self) -> list[str]:
        """Return which variant of an index file it is. Raises SourceUnavailable."""
        told = self._map and self._map.recognised_as
        return [f"Index file {readable_path(self.file_name)} was read as {told}."] if told else []

    def warnings(self) -> list[str]:
        """Return a sentence for each line that could not be used. Raises SourceUnavailable."""
        problems = () if self._map is None else self._map.problems
        return [f"Index file {readable_path(self.file_name)}: {readable_path(problem)}" for problem in problems]

    @cached_property
    def _map(self) -> IndexMap | None:
        if not self.digest:
            return None
        return read_index(self.content, file_name=self.file_name, listed_among=self.listed_among)


class Index(Protocol):
    """What says whose each file of a source is."""

    @property
    def stamp(self) -> str:
        """Return what changes with its bytes; behind a dot, what changes with the files that it finds.

        Raises SourceUnavailable.
        """
        ...

    def read(self) -> Mapping[str, Said]: ...
    def notes(self) -> Sequence[str]:
        """Return sentences about how the index was read, for who tries a source."""
        ...

    def warnings(self) -> Sequence[str]: ...


@dataclass(frozen=True)
class DeliveryIndex:
    """The index files of a photographer's delivery."""

    survey: Survey

    @property
    def stamp(self) -> str:
        return self.survey.stamp

    def read(self) -> Mapping[str, Said]:
        """Return what is said of each file by its place (`core.name_matching.place_form`)."""
        return self.survey.said

    def notes(self) -> list[str]:
        return [readable_path(each) for each in self.survey.notes]

    def warnings(self) -> list[str]:
        return [readable_path(each) for each in self.survey.warnings]


def licences_in(source: Source) -> list[Licence]:
    """Return the licences in an open source; none where it is not read as a photographer's delivery."""
    return source.licences() if isinstance(source, DeliverySource) else []


def index_of(profile: SyncProfile, rule: MatchRule, *, within_s: float | None = None) -> Index:
    """Fetch the index that `rule` needs from the profile's source. Raises SourceUnavailable, OutOfTime."""
    if not rule.is_by_an_index:
        return NO_INDEX
    with open_profile_source(profile) as source, listed_within(source, within_s):
        return index_for(source, rule, profile.options, partial(_listed_among, profile))


def _listed_among(profile: SyncProfile, wanted: AbstractSet[str]) -> Collection[str]:
    names = ListedFile.objects.filter(profile=profile).values_list("name", flat=True)
    return names_among(map(original_name, names.iterator(chunk_size=NAMES_AT_ONCE)), wanted)


def index_for(source: Source, rule: MatchRule, options: Mapping[str, Any], listed_among: ListedAmong) -> Index:
    """Fetch the index that `rule` needs from an open source. Raises SourceUnavailable."""
    if isinstance(source, DeliverySource):
        return DeliveryIndex(source.survey())
    if rule.mode is not MatchMode.INDEX:
        return NO_INDEX
    return index_in(source, str(options.get("index", "")), listed_among)


def index_in(source: Source, path: str, listed_among: ListedAmong) -> ProfileIndex:
    """Fetch the index file at `path` of an open source. Raises SourceUnavailable."""
    folder, _, name = path.rpartition("/")
    try:
        content = source.fetch(folder, name, limit_bytes=INDEX_LIMIT_BYTES).content
    except (ItemRejected, TryLater) as error:
        raise SourceUnavailable(
            f"The index file {path!r} could not be read: {error.message} Nothing was published or withdrawn. "
            "Put the index file into the source, then run again."
        ) from error
    return ProfileIndex(sha256(content).hexdigest(), content, path, listed_among)


NO_INDEX = ProfileIndex("", b"", "")
