"""People and the identifiers they are known by. An identifier is text; it is never turned into a number."""

from __future__ import annotations

import re
import unicodedata
from collections import defaultdict
from collections.abc import Hashable, Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import TypeVar

from photosync.core.errors import Refused

Owner = TypeVar("Owner", bound=Hashable)

_LEADING_ZEROS = re.compile(r"0+(?=[^\W_])")
_SHOWN_LENGTH = 60
# Letters that Unicode does not take apart, and the apostrophes that are typed for one another.
_PLAIN = str.maketrans(
    {
        "ø": "o",
        "ł": "l",
        "đ": "d",
        "ð": "d",
        "þ": "th",
        "æ": "ae",
        "œ": "oe",
        "\N{LATIN SMALL LETTER DOTLESS I}": "i",
        "ħ": "h",
    }
    | dict.fromkeys("\u2019\u2018\u02bb\u02bc", "'")
    | dict.fromkeys("\u200c\u200d", "")
    | dict.fromkeys("\u2010\u2011", "-")
)


class PersonKind(StrEnum):
    STUDENT = "student"
    STAFF = "staff"

    @property
    def component(self) -> str:
        """The name of the component of a profile that syncs this kind: "students" or "staff"."""
        return "students" if self is PersonKind.STUDENT else "staff"

    @property
    def one(self) -> str:
        """One of them, in a sentence: "student" or "staff member"."""
        return "student" if self is PersonKind.STUDENT else "staff member"


class IdentifierKey(StrEnum):
    STUDENT_CODE = "student_code"
    STAFF_CODE = "staff_code"
    ALTERNATE_ID = "alternate_id"
    USERNAME = "username"
    EMAIL = "email"

    @property
    def kinds(self) -> tuple[PersonKind, ...]:
        """Who can have this identifier: students and staff have separate number spaces."""
        if self is IdentifierKey.STUDENT_CODE:
            return (PersonKind.STUDENT,)
        if self is IdentifierKey.STAFF_CODE:
            return (PersonKind.STAFF,)
        return (PersonKind.STUDENT, PersonKind.STAFF)

    @property
    def words(self) -> str:
        """The name of the identifier in a sentence, such as "student code"."""
        return _WORDS[self]


_WORDS = {
    IdentifierKey.STUDENT_CODE: "student code",
    IdentifierKey.STAFF_CODE: "staff code",
    IdentifierKey.ALTERNATE_ID: "alternate identifier",
    IdentifierKey.USERNAME: "username",
    IdentifierKey.EMAIL: "e-mail address",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """How two identifiers are compared. By default `002082` and `2082`, `ab1` and `AB1` differ."""

    ignore_case: bool = False
    ignore_leading_zeros: bool = False

    def form(self, value: str) -> str:
        """Return the form of `value` that is equal exactly for identifiers that count as the same."""
        return compare_form(value, ignore_case=self.ignore_case, ignore_leading_zeros=self.ignore_leading_zeros)


def compare_form(value: str, *, ignore_case: bool, ignore_leading_zeros: bool) -> str:
    """Return the text by which `value` is looked up: NFC, surrounding white space trimmed.

    Leading zeros are dropped only before a letter or digit, so `000` becomes `0` and never nothing.
    The form of a form is itself.
    """
    form = unicodedata.normalize("NFC", value).strip()
    if ignore_case:
        form = _caseless(form)
    if ignore_leading_zeros:
        form = _LEADING_ZEROS.sub("", form, count=1) if form.startswith("0") else form
    return form


def _caseless(text: str) -> str:
    if text.isascii():
        return text.lower()
    # Unicode's canonical caseless match: folding can undo a normal form and the other way round.
    folded = unicodedata.normalize("NFD", unicodedata.normalize("NFD", text).casefold()).casefold()
    return unicodedata.normalize("NFC", folded)


def plain_letters(text: str) -> str:
    """Return a name as one types it without its marks, in small letters: `Kovačević` is `kovacevic`.

    For searching only: two people may have the same plain name.
    """
    apart = unicodedata.normalize("NFKD", text.casefold().translate(_PLAIN))
    return "".join(char for char in apart if not unicodedata.combining(char))


def merged_by(comparison: Comparison, values: Iterable[str]) -> tuple[tuple[str, ...], ...]:
    """Return the groups of different identifiers that become the same under `comparison`.

    Each group is sorted and has two members or more; white space and normal form make no difference.
    """
    groups: dict[str, set[str]] = defaultdict(set)
    for value in values:
        exact = EXACT.form(value)
        groups[comparison.form(exact)].add(exact)
    return tuple(sorted(tuple(sorted(group)) for group in groups.values() if len(group) > 1))


def refuse_if_merging(comparison: Comparison, owned: Iterable[tuple[Owner, str]]) -> None:
    """Raise Refused where `comparison` would make two people the same.

    `owned` gives (person, identifier) of one number space: students apart from staff. Two identifiers
    of one person may become the same; the same identifier of two people is not the option's doing.
    """
    owners: dict[str, set[Owner]] = defaultdict(set)
    for owner, value in owned:
        owners[EXACT.form(value)].add(owner)
    clashes = [group for group in merged_by(comparison, owners) if len(set().union(*(owners[v] for v in group))) > 1]
    if not clashes:
        return
    shown = ", ".join(" and ".join(quoted(value) for value in group) for group in clashes[:3])
    more = f" and {len(clashes) - 3} more" if len(clashes) > 3 else ""
    raise Refused(
        f"{_options_in_words(comparison)} would make different people the same: {shown}{more}. "
        "The option was not set. Leave it off, or correct these identifiers first."
    )


def _options_in_words(comparison: Comparison) -> str:
    parts = []
    if comparison.ignore_leading_zeros:
        parts.append("leading zeros")
    if comparison.ignore_case:
        parts.append("letter case")
    return "Ignoring " + " and ".join(parts)


def quoted(value: str) -> str:
    """Return `value` in double quotes, fit for a sentence: one line, printable, at most 60 characters."""
    text = _printable(value)
    if len(text) > _SHOWN_LENGTH:
        text = text[: _SHOWN_LENGTH - 1] + "…"
    return f'"{text}"'


def quoted_path(path: str) -> str:
    """Return the path of a file as `quoted` does, except that the end of a long one is shown: the file's own name."""
    text = _printable(path)
    if len(text) > _SHOWN_LENGTH:
        text = "…" + text[1 - _SHOWN_LENGTH :]
    return f'"{text}"'


def _printable(value: str) -> str:
    return "".join(char if char.isprintable() else "\N{REPLACEMENT CHARACTER}" for char in value)


EXACT = Comparison()
