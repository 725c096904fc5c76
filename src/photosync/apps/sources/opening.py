"""From a profile's settings to an open source, its index and its listing."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass
from functools import cached_property
from hashlib import sha256

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import source_guard
from photosync.apps.profiles.source_secrets import source_options
from photosync.apps.sources.models import ListedFile, ListedPage, Listing
from photosync.connectors.contract import Source
from photosync.connectors.index_file import IndexMap, read_index
from photosync.connectors.registry import open_source
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from photosync.core.matching import MatchMode, MatchRule, index_name
from photosync.engine.names import readable_path

HOW_FILES_MATCH = frozenset({"match", "pattern", "key", "ignore_case", "ignore_leading_zeros"})
"""The options that say how files are matched, not which files there are."""
INDEX_LIMIT_BYTES = 100_000_000
ROWS_FORGOTTEN_AT_ONCE = 2_000


def open_profile_source(profile: SyncProfile) -> Source:
    """Open the source that `profile` reads. Raises SourceUnavailable, Refused, WrongUse."""
    guard = source_guard(profile.school, may_override=profile.source_may_be_anywhere)
    return open_source(profile.source_kind, source_options(profile), guard=guard)


def listing_of(profile: SyncProfile, writing: Callable[[], AbstractContextManager[None]]) -> Listing:
    """Return the profile's listing. When the profile was pointed at another source, an empty one.

    `writing` opens a transaction in which the caller may write.
    """
    options = {key: value for key, value in profile.options.items() if key not in HOW_FILES_MATCH}
    told = json.dumps([profile.source_kind, options], sort_keys=True)
    fingerprint = sha256(told.encode()).hexdigest()
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
    """The index file of a profile: file name or path to key. `stamp` changes with its bytes; "" is no index."""

    stamp: str
    content: bytes
    file_name: str

    def read(self) -> Mapping[str, str]:
        """Return the pairs; empty where files are not matched by an index. Raises SourceUnavailable."""
        pairs = {} if self._map is None else self._map.pairs
        return {index_name(name): key for name, key in pairs.items()}

    def warnings(self) -> list[str]:
        """Return a sentence for each line that could not be used. Raises SourceUnavailable."""
        problems = () if self._map is None else self._map.problems
        return [f"Index file {readable_path(self.file_name)}: {readable_path(problem)}" for problem in problems]

    @cached_property
    def _map(self) -> IndexMap | None:
        return read_index(self.content, file_name=self.file_name) if self.stamp else None


def index_of(profile: SyncProfile, rule: MatchRule) -> ProfileIndex:
    """Fetch the index file that `rule` needs from the profile's source. Raises SourceUnavailable."""
    if rule.mode is not MatchMode.INDEX:
        return NO_INDEX
    with open_profile_source(profile) as source:
        return index_in(source, str(profile.options.get("index", "")))


def index_in(source: Source, path: str) -> ProfileIndex:
    """Fetch the index file at `path` of an open source. Raises SourceUnavailable."""
    folder, _, name = path.rpartition("/")
    try:
        content = source.fetch(folder, name, limit_bytes=INDEX_LIMIT_BYTES).content
    except (ItemRejected, TryLater) as error:
        raise SourceUnavailable(
            f"The index file {path!r} could not be read: {error.message} Nothing was published or withdrawn. "
            "Put the index file into the source, then run again."
        ) from error
    return ProfileIndex(sha256(content).hexdigest(), content, path)


NO_INDEX = ProfileIndex("", b"", "")
