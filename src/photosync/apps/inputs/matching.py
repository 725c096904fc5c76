"""Whom the files of an input match: as the profile matches them that reads it, else as a new one would."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from photosync.apps.inputs.models import Input, InputFile
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.settings import source_guard
from photosync.apps.sources.trying import Tried, TriedFile, match_some, try_source

BOTH = ("student", "staff")


@dataclass(frozen=True, slots=True)
class HowMatched:
    """`profile` is the name of the sync profile that matches so; "" where none reads the input."""

    options: Mapping[str, str]
    components: tuple[str, ...]
    profile: str = ""


def how_matched(found: Input) -> HowMatched:
    """Return how the files are matched: by the first profile, by name, that reads the input."""
    rows = SyncProfile.objects.filter(school=found.school, source_kind="input").order_by("name")
    profile = next((each for each in rows if each.options.get("input") == found.option), None)
    if profile is None:
        return HowMatched({"input": found.option}, BOTH)
    return HowMatched({name: str(value) for name, value in profile.options.items()}, profile.components, profile.name)


def match_files(found: Input, how: HowMatched, files: Sequence[InputFile]) -> list[TriedFile]:
    """Return whom each of `files` matches, in their order. Raises WrongUse, SourceUnavailable (of the index file)."""
    paths = [(each.folder, each.name) for each in files]
    guard = source_guard(found.school, may_override=False)
    return match_some(found.school, "input", how.options, how.components, paths, guard=guard)


def try_input(found: Input, how: HowMatched) -> Tried:
    """Return what the whole input holds and whom it matches. Raises as `match_files`."""
    guard = source_guard(found.school, may_override=False)
    return try_source(found.school, "input", how.options, how.components, guard=guard)
