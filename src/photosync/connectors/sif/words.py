"""What is told of a SIF source as a whole: what was recognised, and what was not used and why."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Final

from photosync.connectors.sif.objects import OBJECT_NAMES
from photosync.connectors.sif.versions import odd_versions, versions_told
from photosync.core.people import PersonKind, quoted

NO_CONTACTS: Final = "StudentContactPersonal"


@dataclass(slots=True)
class Notes:
    """What was counted while a source was read. `identifier` is the one by which people are known."""

    identifier: str
    versions: Counter[str] = field(default_factory=Counter)
    people: Counter[PersonKind] = field(default_factory=Counter)
    pictures: Counter[PersonKind | None] = field(default_factory=Counter)
    not_used: Counter[str] = field(default_factory=Counter)
    """Pictures of what is neither a student nor of staff, by what they are of."""
    odd_years: int = 0
    older: int = 0
    whose: Counter[str] = field(default_factory=Counter)
    """Pictures by `catalogue.Known`."""
    other_files: int = 0

    def sentences(self) -> list[str]:
        return list(self._sentences())

    def _sentences(self) -> Iterator[str]:
        if self.versions:
            yield from self._of_versions()
        for name, count in sorted(self.not_used.items()):
            yield f"{_pictures(count)} not used: {_why_not(name)}"
        if self.odd_years:
            yield (
                f"{_pictures(self.odd_years)} taken as of the current academic year, because the SchoolYear is "
                "no year. Have it corrected where it comes from."
            )
        if self.older:
            yield (
                f"{_pictures(self.older)} left out, because the same person has the same or a newer one of that "
                "SchoolYear."
            )
        if absent := self.whose["absent"]:
            yield (
                f"{_pictures(absent)} matched to nobody, because the person is not in the source. They are listed by "
                "the RefId of the person."
            )
        if unnamed := self.whose["unnamed"]:
            yield (
                f"{_pictures(unnamed)} left out, because the person has no {self.identifier} in the source, or is "
                "there twice with different ones. While there are any, no photo is withdrawn as gone: it may be "
                "theirs. Have it corrected where it comes from."
            )
        if self.other_files:
            files = "1 file holds" if self.other_files == 1 else f"{self.other_files:,} files hold"
            yield f"{files} no person and no picture of SIF, and nothing was taken from there."

    def _of_versions(self) -> Iterator[str]:
        if told := versions_told(self.versions):
            yield f"The objects were read as {told}."
        if self.versions[""]:
            yield "Objects that name no version of SIF AU were read by the names of their elements."
        yield from odd_versions(self.versions)

    def nobody_named(self, kind: PersonKind, identifier: str) -> str:
        """Return why nothing is concluded from pictures of which nobody can be named."""
        name, count = OBJECT_NAMES[kind], self.pictures[kind]
        pictures = "a picture" if count == 1 else f"{count:,} pictures"
        has = f"{self.people[kind]:,} {name}, none with a {identifier}" if self.people[kind] else f"no {name}"
        people = "students" if kind is PersonKind.STUDENT else "staff"
        return (
            f"The source has {pictures} of {people}, but {has}, so it cannot be known whose they are. Nothing was "
            f"published or withdrawn. Have the {name} objects given too, with their {identifier}."
        )


def _why_not(name: str) -> str:
    if name in OBJECT_NAMES.values():
        return f"those of {name} are not read here, as the option people says."
    whose = "contacts of students" if name == NO_CONTACTS else quoted(name)
    return f"photos are kept of students and staff, not of {whose}."


def _pictures(count: int) -> str:
    return "1 picture was" if count == 1 else f"{count:,} pictures were"
