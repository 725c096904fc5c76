"""Whether a text, or the path of a file, names one of a few people: to hide by, never to match by.

What is hidden may be too much: two names that stand side by side by chance, a number that is someone's code. It must
not be too little, so names count in either order, with and without signs between them.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass

from photosync.core.codes_in_names import codes_in_name
from photosync.core.names import plain_form
from photosync.core.people import Comparison

SHORTEST_CODE = 3
"""A shorter code counts in the path of a file only: a sentence is full of numbers, of lines and of school years."""
_BETWEEN = 3
"""As many words may stand between two names: middle names."""
_WORD = re.compile(r"[^\W\d_]+|\d+")
_AS_A_NAME = re.compile(r"""(?<![.!?]\s)(?<!^)\b[^\W\d_a-z][^\W\d_]*|\b\w+(?=\s\()|"[^"]*\"""")
"""What may be a name in a sentence: a capital that does not begin it, a word before a code, and what is quoted."""
_FOLDED = Comparison(ignore_case=True, ignore_leading_zeros=True)


@dataclass(frozen=True, slots=True)
class HiddenPerson:
    """Whom no text may name. `codes` are all identifiers; `first_names` the given and the preferred one."""

    person_id: int
    family_name: str
    first_names: Collection[str]
    codes: Collection[str]


class HiddenNames:
    """The names and codes of a few people, made ready to be looked for in many texts."""

    def __init__(self, people: Iterable[HiddenPerson]) -> None:
        self._forms: list[_Forms] = []
        self._by_code: dict[str, set[int]] = {}
        for each in people:
            self._forms.append(_Forms.of(each))
            for code in each.codes:
                self._by_code.setdefault(_FOLDED.form(code), set()).add(each.person_id)

    def in_text(self, text: str) -> frozenset[int]:
        """Return the ids of those whom `text` names, by their names or by a code."""
        return self._in(text, with_codes=True)

    def in_path(self, path: str, *, is_matched: bool = False) -> frozenset[int]:
        """Return the ids of those whom the path of a file (`/` between folders) names.

        Codes count in the name of the file alone: a folder is a class more often, and `7B` is not whoever has the
        code 7. Of a file that is someone's (`is_matched`) they count as in a text: a part of its name that is not
        theirs is hardly anyone's code.
        """
        name = path.rpartition("/")[2]
        coded = self.in_text(name) if is_matched else self.known_by(codes_in_name(name) if self._by_code else ())
        return self._in(path, with_codes=False) | coded

    def _in(self, text: str, *, with_codes: bool) -> frozenset[int]:
        if not self._forms or not text:
            return frozenset()
        words = _Words(text)
        # A sentence is full of words that are someone's only name, An or May: there it is written as a name.
        lone = _Words(" ".join(_AS_A_NAME.findall(text))) if with_codes else words
        return frozenset(
            each.person_id
            for each in self._forms
            if each.are_in(words, lone) or (with_codes and each.has_code_in(words))
        )

    def known_by(self, codes: Iterable[str]) -> frozenset[int]:
        """Return the ids of those who have one of `codes`; letter case and leading zeros make no difference."""
        if not self._by_code:
            return frozenset()
        return frozenset[int]().union(*(self._by_code.get(_FOLDED.form(code), ()) for code in codes))


class _Words:
    """A text as its words in plain letters, put together, and where in that each begins and ends."""

    def __init__(self, text: str) -> None:
        self._begins: dict[int, int] = {}
        self._ends: dict[int, int] = {}
        words = []
        at = 0
        for number, word in enumerate(_plain_words(text)):
            self._begins[at] = number
            at += len(word)
            self._ends[at] = number + 1
            words.append(word)
        self.together = "".join(words)

    def places(self, form: str) -> list[tuple[int, int]]:
        """Return where whole words are `form`: the number of the first, and of the one behind the last."""
        found = []
        at = self.together.find(form) if form else -1
        while at >= 0:
            begin, end = self._begins.get(at), self._ends.get(at + len(form))
            if begin is not None and end is not None:
                found.append((begin, end))
            at = self.together.find(form, at + 1)
        return found


def _plain_words(text: str) -> Iterator[str]:
    apart = unicodedata.normalize("NFKD", text)
    for word in _WORD.findall("".join(char for char in apart if not unicodedata.combining(char))):
        for part in _humps(word):
            if plain := plain_form(part):
                yield plain


def _humps(word: str) -> Iterator[str]:
    """Yield the words that are written as one, each with a capital: `MiaChen` is two."""
    begin = 0
    for at in range(1, len(word)):
        if word[at - 1].islower() and word[at].isupper():
            yield word[begin:at]
            begin = at
    yield word[begin:]


@dataclass(frozen=True, slots=True)
class _Forms:
    """What a person is called in plain letters. `alone` are the names of someone who has no two."""

    person_id: int
    family: str
    firsts: tuple[str, ...]
    alone: tuple[str, ...]
    codes: tuple[str, ...]

    @classmethod
    def of(cls, person: HiddenPerson) -> _Forms:
        family = plain_form(person.family_name)
        firsts = tuple(filter(None, map(plain_form, person.first_names)))
        codes = tuple(code for each in person.codes if len(code := plain_form(each)) >= SHORTEST_CODE)
        if not family or not firsts:
            return cls(person.person_id, "", (), tuple(filter(None, (family, *firsts))), codes)
        return cls(person.person_id, family, firsts, (), codes)

    def has_code_in(self, words: _Words) -> bool:
        return any(each in words.together and words.places(each) for each in self.codes)

    def are_in(self, words: _Words, lone: _Words) -> bool:
        if any(lone.places(each) for each in self.alone):
            return True
        # Most texts hold neither: that is seen at once.
        if not self.family or self.family not in words.together:
            return False
        return any(self._is_called(words, first) for first in self.firsts if first in words.together)

    def _is_called(self, words: _Words, first: str) -> bool:
        if words.places(first + self.family) or words.places(self.family + first):
            return True
        families = words.places(self.family)
        return any(
            0 <= later - earlier <= _BETWEEN
            for begin, end in words.places(first)
            for family_begin, family_end in families
            for later, earlier in ((family_begin, end), (begin, family_end))
        )
