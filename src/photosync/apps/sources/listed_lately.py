"""What a source held when it was listed last, so that choices can be counted without asking it again."""

from __future__ import annotations

import threading
import time
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from photosync.apps.audit.acting import Actor, acting
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.sources.counting import Listed
from photosync.apps.sources.models import ListedFile, Listing
from photosync.apps.sources.opening import HOW_FILES_MATCH, source_fingerprint
from photosync.connectors import registry
from photosync.connectors.photographer.survey import MOST_FILES, Survey
from photosync.engine.names import original_name

KEPT_S = 15 * 60
MOST_KEPT = 8
MOST_ROWS_KEPT = 40_000
"""Rows of photographers' index files in all that is kept. A delivery of more is listed anew each time."""

Key = tuple[Actor, int, str, int]
"""Who listed it, of which school, the fingerprint of the source with all options and secrets, and after which run."""


@dataclass(frozen=True, slots=True)
class Kept:
    """What a source held. `survey` is what a photographer's delivery says of it, where that was read."""

    listed: Listed
    survey: Survey | None = None
    until_s: float = field(default_factory=lambda: time.monotonic() + KEPT_S)

    @property
    def rows(self) -> int:
        return len(self.survey.rows) if self.survey is not None else 0


class _AllKept:
    """What was listed of late, in this process alone and for a while: the names may be those of children."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._found: OrderedDict[Key, Kept] = OrderedDict()

    def keep(self, key: Key, kept: Kept) -> None:
        if kept.rows > MOST_ROWS_KEPT:
            kept = replace(kept, survey=None)
        with self._lock:
            self._found[key] = kept
            self._found.move_to_end(key)
            while len(self._found) > MOST_KEPT or self._rows() > MOST_ROWS_KEPT:
                self._found.popitem(last=False)

    def get(self, key: Key) -> Kept | None:
        with self._lock:
            if key in self._found and self._found[key].until_s < time.monotonic():
                del self._found[key]
            return self._found.get(key)

    def _rows(self) -> int:
        return sum(each.rows for each in self._found.values())


_kept = _AllKept()


def keep_listed(
    school_id: int,
    kind: str,
    options: Mapping[str, str],
    listed: Listed,
    survey: Survey | None = None,
    *,
    after_run: int = 0,
) -> None:
    """Keep for KEPT_S what this source holds, for who acts. `options` are all of them, secrets among them."""
    _kept.keep(_key(school_id, kind, options, after_run), Kept(listed, survey))


def kept_lately(school_id: int, kind: str, options: Mapping[str, str], *, after_run: int = 0) -> Kept | None:
    """Return what the same person has listed of the source of these options; None where that was not of late.

    What is asked after a run was listed after that run.
    """
    return _kept.get(_key(school_id, kind, options, after_run))


def listed_lately(profile: SyncProfile, kind: str, options: Mapping[str, str]) -> Listed | None:
    """Return what the source of these options held at the last trial or run; None where there was none of late."""
    kept = kept_lately(profile.school_id, kind, options)
    return kept.listed if kept is not None else _listed_by_a_run(profile, kind, options)


def _key(school_id: int, kind: str, options: Mapping[str, str], after_run: int) -> Key:
    return acting(), school_id, source_fingerprint(kind, options), after_run


def _listed_by_a_run(profile: SyncProfile, kind: str, options: Mapping[str, str]) -> Listed | None:
    # A profile that is not saved yet has no kind of source either.
    if kind != profile.source_kind or _place(kind, options) != _place(kind, profile.options):
        return None
    fingerprint = source_fingerprint(profile.source_kind, profile.options)
    if not Listing.objects.filter(profile=profile, source_fingerprint=fingerprint).exists():
        return None
    rows = ListedFile.objects.filter(profile=profile).order_by("pk").values_list("page__folder", "name")
    found = [(original_name(folder), original_name(name)) for folder, name in rows[: MOST_FILES + 1]]
    return Listed(found[:MOST_FILES], len(found) <= MOST_FILES)


def _place(kind: str, options: Mapping[str, str]) -> dict[str, str]:
    """Return the options that say which files there are, with every default filled in, without secrets."""
    known = registry.shipped().kind(kind).options
    place = {each.name: options.get(each.name) or each.default for each in known if not each.secret}
    return {name: value for name, value in place.items() if name not in HOW_FILES_MATCH}
