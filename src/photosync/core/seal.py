"""Seals of archived reports: each row is sealed together with the seal of the row before it.

Whoever changes, removes, adds or exchanges a row breaks a link of the chain, or a seal. Rule:
docs/decisions/0015-the-report-archive.md
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from hashlib import sha256

Sealable = str | int | bool | datetime | None


def sealed_bytes(values: Mapping[str, Sealable]) -> bytes:
    """Return the bytes that are sealed of one row: canonical JSON in UTF-8, instants in UTC to the microsecond.

    Texts are taken as they are: two that look the same and have other characters are other texts.
    """
    plain = {name: _plain(value) for name, value in values.items()}
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    # A lone surrogate is no text in UTF-8; it must still have bytes of its own.
    return text.encode("utf-8", errors="surrogatepass")


def seal_of(seal_before: str, values: Mapping[str, Sealable]) -> str:
    """Return the seal (64 hexadecimal digits) of a row with these values after one with `seal_before`.

    `seal_before` is empty for the first row of a school.
    """
    return sha256(seal_before.encode("ascii") + b"\n" + sealed_bytes(values)).hexdigest()


def _plain(value: Sealable) -> Sealable:
    if isinstance(value, datetime):
        return value.astimezone(UTC).isoformat(timespec="microseconds")
    return value


class BreakKind(StrEnum):
    MISSING_NUMBER = "missing-number"
    BROKEN_LINK = "broken-link"
    CHANGED_VALUE = "changed-value"


@dataclass(frozen=True, slots=True)
class SealedRow:
    """One row as it is stored. `values` are all that is sealed of it, `number` and `seal_before` left out."""

    number: int
    seal_before: str
    values: Mapping[str, Sealable]
    seal: str
    label: str
    """How the row is called in a sentence, such as "2026 Semester 2, Jo Bloggs (0417)"."""

    @property
    def right_seal(self) -> str:
        """The seal that a row with these values has."""
        return seal_of(self.seal_before, {**self.values, "number": self.number})


@dataclass(frozen=True, slots=True)
class Head:
    """The number and the seal of the report that was archived last; 0 and empty before the first."""

    number: int = 0
    seal: str = ""


@dataclass(frozen=True, slots=True)
class BrokenSeal:
    """What is wrong at one place of the chain. `number` is that of the row, or of the first one missing."""

    kind: BreakKind
    number: int
    explanation: str


def broken_seals(rows: Iterable[SealedRow], head: Head) -> Iterator[BrokenSeal]:
    """Yield whatever is wrong with a school's chain; `rows` come in the order of their numbers.

    `head` is kept apart from the rows, so that rows removed or added at the end are found too.
    """
    number, seal = 0, ""
    for row in rows:
        gap = row.number != number + 1
        if gap:
            yield _gap(number + 1, row.number - 1, row)
        if row.right_seal != row.seal:
            told = f"Number {row.number} ({row.label}) is not what was sealed: a value of it was changed."
            yield BrokenSeal(BreakKind.CHANGED_VALUE, row.number, told)
        elif row.seal_before != seal and not gap:
            yield _broken_link(number, row)
        number, seal = row.number, row.seal
    yield from _broken_head(head, number, seal)


def _broken_head(head: Head, number: int, seal: str) -> Iterator[BrokenSeal]:
    if number < head.number:
        yield _missing(number + 1, head.number)
    elif number > head.number:
        told = f"Numbers after {head.number} were never archived: they were put in behind the last report."
        yield BrokenSeal(BreakKind.BROKEN_LINK, head.number + 1, told)
    elif seal != head.seal:
        told = f"Number {number} does not have the seal with which the last report was archived: it was exchanged."
        yield BrokenSeal(BreakKind.BROKEN_LINK, number, told)


def _gap(first: int, last: int, row: SealedRow) -> BrokenSeal:
    if first <= last:
        return _missing(first, last)
    told = f"Number {row.number} ({row.label}) stands where number {first} is due: a report was put in between."
    return BrokenSeal(BreakKind.BROKEN_LINK, row.number, told)


def _missing(first: int, last: int) -> BrokenSeal:
    told = f"Number {first} is" if first == last else f"Numbers {first} to {last} are"
    return BrokenSeal(BreakKind.MISSING_NUMBER, first, f"{told} missing: what was archived there has been removed.")


def _broken_link(number: int, row: SealedRow) -> BrokenSeal:
    before = f"number {number}" if number else "the beginning"
    told = (
        f"Number {row.number} ({row.label}) was not sealed after {before} as it is now: what stands before it was "
        "exchanged, or it was put in between."
    )
    return BrokenSeal(BreakKind.BROKEN_LINK, row.number, told)
