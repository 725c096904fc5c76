"""The rules of reporting cycles: what they are called, when one can be closed, and where it stands in words."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from photosync.core.errors import Refused, WrongUse
from photosync.core.people import quoted
from photosync.core.wording import list_words

LONGEST_NAME = 100
LONGEST_SEMESTER = 40
LONGEST_REASON = 1_000
EARLIEST_YEAR, LATEST_YEAR = 1900, 9998
MOST_CODES = 100_000
MOST_NAMED = 10
_SEPARATORS = re.compile(r"[\r\n,;\t]+")
_HEADINGS = frozenset({"code", "student code", "student codes", "student_code", "student id", "studentcode"})

WAITING = "Waiting for {cycle}: {photos}"
NO_REASON = "A reason is needed, for the record. Nothing was changed. Write in a few words why."


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a cycle, or one roll group in it, is. `released` and `left` count only members not yet archived."""

    members: int = 0
    with_report: int = 0
    archived: int = 0
    released: int = 0
    left: int = 0

    @property
    def missing(self) -> int:
        """How many reports are not archived."""
        return self.members - self.archived

    @property
    def percent(self) -> int:
        """Archived, in whole per cent: 100 only where nothing is missing, 0 only where nothing is archived."""
        if self.archived in (0, self.members):
            return 100 if self.archived else 0
        return min(max(round(100 * self.archived / self.members), 1), 99)


def counted(number: int, one: str, many: str = "") -> str:
    """Return for instance "1 report" or "214 reports"."""
    return f"{number:,} {one}" if number == 1 else f"{number:,} {many or f'{one}s'}"


def waiting_words(cycle: str, photos: int) -> str:
    """Return "Waiting for 2026 Semester 2: 214 photos"."""
    return WAITING.format(cycle=cycle, photos=counted(photos, "photo"))


def where_it_stands(name: str, progress: Progress, *, is_open: bool, is_released: bool, waiting: int) -> str:
    """Return in a few sentences how far the cycle is and what that means for photos."""
    if not progress.members:
        told = f"No one is in {name} yet. "
    elif not progress.missing:
        told = f"All {counted(progress.members, 'report')} of {name} are archived. "
        told = told if progress.members > 1 else f"The only report of {name} is archived. "
    else:
        told = f"{progress.archived:,} of {counted(progress.members, 'report')} of {name} are archived. "
    if not is_open:
        return f"{told}It is closed, and no photo waits for it."
    if is_released:
        return f"{told}It is released: no photo waits for it."
    if waiting:
        return f"{told}{counted(waiting, 'photo')} {'waits' if waiting == 1 else 'wait'} for it."
    return f"{told}No photo waits for it now."


def check_close(name: str, progress: Progress, reason: str) -> None:
    """Raise Refused where something is missing and no one says why the cycle is closed all the same."""
    if reason or (progress.members and not progress.missing):
        return
    if not progress.members:
        raise Refused(f"No one is in {name}. It was not closed. Give a reason to close it all the same.")
    are = "is" if progress.missing == 1 else "are"
    raise Refused(
        f"{progress.missing:,} of {counted(progress.members, 'report')} of {name} {are} not archived. It was not "
        "closed. Archive them, or give a reason to close it without them: then no photo waits for it any more."
    )


def checked_name(text: str) -> str:
    """Return the name of a cycle with single spaces. Raises WrongUse."""
    name = " ".join(text.split())
    if not name or len(name) > LONGEST_NAME or not name.isprintable():
        raise WrongUse(
            f"A reporting cycle needs a name of 1 to {LONGEST_NAME} characters, such as 2026 Semester 2. "
            "Nothing was saved."
        )
    return name


def checked_semester(text: str) -> str:
    semester = " ".join(text.split())
    if len(semester) > LONGEST_SEMESTER or not semester.isprintable():
        raise WrongUse(f"A semester has at most {LONGEST_SEMESTER} characters. Nothing was saved. Shorten it.")
    return semester


def checked_year(year: int) -> int:
    if not EARLIEST_YEAR <= year <= LATEST_YEAR:
        raise WrongUse(f"{year} is no academic year. Nothing was saved. Write one such as 2026.")
    return year


def checked_reason(text: str, *, needed: bool = True) -> str:
    """Return the reason on one line. Raises WrongUse where it is missing or too long."""
    reason = " ".join("".join(char if char.isprintable() else " " for char in text).split())
    if needed and not reason:
        raise WrongUse(NO_REASON)
    if len(reason) > LONGEST_REASON:
        raise WrongUse(f"A reason has at most {LONGEST_REASON:,} characters. Nothing was changed. Shorten it.")
    return reason


def codes_in(text: str) -> tuple[str, ...]:
    """Return the codes of a list, each once: on lines of their own, or with commas, semicolons or tabs between.

    The heading of a column is left out. Raises WrongUse for too many.
    """
    words = [word.strip().strip("\"'").strip() for word in _SEPARATORS.split(text.lstrip("\ufeff"))]
    found = [word for word in words if word]
    if found and found[0].casefold() in _HEADINGS:
        del found[0]
    codes = tuple(dict.fromkeys(found))
    if len(codes) > MOST_CODES:
        raise WrongUse(f"A list has at most {MOST_CODES:,} codes. Nothing was done. Split it into several.")
    return codes


def check_known(codes: Sequence[str], known: Iterable[str]) -> None:
    """Raise WrongUse that names the codes which are no student's."""
    there = set(known)
    unknown = [code for code in codes if code not in there]
    if not unknown:
        return
    named = [quoted(code) for code in unknown[:MOST_NAMED]]
    if len(unknown) > MOST_NAMED:
        named.append(f"{len(unknown) - MOST_NAMED:,} more")
    are = "is" if len(unknown) == 1 else "are"
    raise WrongUse(
        f"{len(unknown):,} of {counted(len(codes), 'code')} {are} no student's here: {list_words(named)}. Nothing "
        "was changed. Correct the list; codes are compared letter by letter, zeros at their beginning included."
    )


def choice_words(chosen: Mapping[str, Sequence[str]], names: Mapping[str, str]) -> str:
    """Return for instance "year level 7, 8; campus North"."""
    return "; ".join(f"{names[key]} {', '.join(values)}" for key, values in chosen.items() if values)
