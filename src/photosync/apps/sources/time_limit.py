"""Listing a source while someone waits at a page: for so long and no longer, and what came by then."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from typing import TypeVar

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.sources.opening import Index, index_for, licences_in
from photosync.connectors.attending import attended
from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, Source, every_entry
from photosync.connectors.index_file import names_among
from photosync.connectors.photographer.licence import Licence
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.photographer.survey import MOST_FILES, Survey
from photosync.core.errors import OutOfTime, TryLater
from photosync.core.match_rules import MatchRule
from photosync.outgoing.time_left import time_is_up

WITHIN_S = 20.0
_Told = TypeVar("_Told")


@dataclass(slots=True)
class Reading:
    """How many files or records a source has read."""

    count: int = 0


@contextmanager
def told_out_of_time(words: Callable[[int], str] | None = None) -> Iterator[Reading]:
    """Say in an OutOfTime how far the source was read within WITHIN_S, in `words` where they are given."""
    reading = Reading()

    def told(count: int) -> None:
        reading.count = max(reading.count, count)

    try:
        with attended(told):
            yield reading
    except OutOfTime as error:
        raise OutOfTime((words or too_slow)(reading.count)) from error


def too_slow(count: int) -> str:
    """Return what is said where the time was up before the first file or record could be matched."""
    seconds = int(WITHIN_S)
    if not count:
        return _(
            "Listing took longer than %(seconds)d seconds and was broken off before the first file or record came. "
            "Nothing was changed. Check the data source, or preview the sync: a run waits longer."
        ) % {"seconds": seconds}
    return ngettext(
        "Listing took longer than %(seconds)d seconds and was broken off after %(number)d file or record. Whom it "
        "matches is known only once all are listed. Nothing was changed. Preview the sync: a run has no such limit.",
        "Listing took longer than %(seconds)d seconds and was broken off after %(number)d files or records. Whom "
        "they match is known only once all are listed. Nothing was changed. Preview the sync: a run has no such "
        "limit.",
        count,
    ) % {"seconds": seconds, "number": count}


@dataclass(slots=True)
class Listing:
    """The files of a source (folder, name) that have a photo, up to the limits of a trial.

    `survey` is that of a photographer's delivery, which has listed them already.
    """

    source: Source
    survey: Survey | None = None
    is_whole: bool = True
    took_too_long: bool = False
    names: list[tuple[str, str]] = field(default_factory=list)
    left_out: int = 0
    """Records without a photo, or of nobody knows whom."""
    without_photo: int = 0
    _ahead: list[tuple[str, str, str]] | None = None

    def __iter__(self) -> Iterator[tuple[str, str]]:
        with self.in_time():
            for folder, name, stamp in self._found() if self._ahead is None else self._ahead:
                if len(self.names) + self.left_out >= MOST_FILES:
                    self.is_whole = False
                    return
                if stamp in (NO_PHOTO, NO_IDENTIFIER):
                    self.left_out += 1
                    self.without_photo += stamp == NO_PHOTO
                    continue
                self.names.append((folder, name))
                yield self.names[-1]

    def index_for(self, rule: MatchRule, options: Mapping[str, str]) -> Index:
        if isinstance(self.source, DeliverySource):
            self.survey = self.source.survey()
        return index_for(self.source, rule, options, self._listed_among)

    def _listed_among(self, wanted: AbstractSet[str]) -> Collection[str]:
        """List before the index is read. Raises OutOfTime: without it nobody can be matched."""
        self._ahead = list(islice(self._found(), MOST_FILES + 1))
        return names_among((name for _, name, _ in self._ahead), wanted)

    def told(self) -> tuple[Sequence[str], Sequence[Licence]]:
        """Return what the source warns of, and the licences in it; of each nothing where the time is up by then."""
        if self.took_too_long:
            return (), ()
        return self._asked(self.source.warnings), self._asked(lambda: licences_in(self.source))

    def _asked(self, ask: Callable[[], Sequence[_Told]]) -> Sequence[_Told]:
        """Return what comes after the listing, which is whole whether or not there is time for this."""
        try:
            return ask()
        except TryLater:
            if not time_is_up():
                raise
            return ()

    @contextmanager
    def in_time(self) -> Iterator[None]:
        """Let what is done inside break off where the time is up: what came by then is what there is."""
        try:
            yield
        except TryLater:
            if not time_is_up():
                raise
            self.is_whole, self.took_too_long = False, True

    def _found(self) -> Iterator[tuple[str, str, str]]:
        if self.survey is None:
            yield from ((folder, entry.name, entry.stamp) for folder, entry in every_entry(self.source))
        else:
            yield from ((folder, name, "") for folder, name in self.survey.files)
            self.is_whole = self.survey.file_count <= len(self.survey.files)
