"""Searching a few dozen articles in memory: prefixes, plurals, accents and small typing mistakes.

Every word of a question must be found. Titles count most, then key words, headings, the summary and the text.
"""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

LONGEST_QUESTION = 100
MOST_WORDS = 8
EXCERPT_WORDS = 34
TITLE, KEYWORDS, HEADING, SUMMARY, TEXT = 10.0, 7.0, 5.0, 3.0, 1.0
EXACT, BEGINNING, NEAR = 1.0, 0.6, 0.3
SHORTEST_BEGINNING = 2
SHORTEST_NEAR, SHORTEST_TWO_APART = 4, 8

_WORD = re.compile(r"[^\W_]+")
_SMALL = """
a an and are as at be by can do does for from how i if in is it its my of on or the this to was what when where which
who why will with you your
"""
_SMALL_WORDS = frozenset(_SMALL.split())


@dataclass(frozen=True, slots=True)
class Section:
    """A part of an article; the one before the first heading has no heading and no anchor."""

    heading: str
    anchor: str
    text: str


@dataclass(frozen=True, slots=True)
class Searchable:
    key: str
    title: str
    summary: str
    keywords: Sequence[str]
    sections: Sequence[Section]


@dataclass(frozen=True, slots=True)
class Fragment:
    """A piece of an excerpt; `is_hit` where it is what was asked for."""

    text: str
    is_hit: bool


@dataclass(frozen=True, slots=True)
class Found:
    """`section` is the part that speaks most of what was asked; None where title, summary or key words do."""

    key: str
    score: float
    section: Section | None
    title: tuple[Fragment, ...]
    excerpt: tuple[Fragment, ...]


def folded(text: str) -> str:
    """Return `text` without accents and letter case."""
    plain = "".join(each for each in unicodedata.normalize("NFKD", text) if not unicodedata.combining(each))
    return plain.casefold()


@lru_cache(maxsize=4096)
def stem(word: str) -> str:
    """Return what the forms of an English word have in common: "enable", "enabled" and "enabling" are one."""
    word = folded(word)
    if not word.isascii() or not word.isalpha():
        return word
    if word.endswith("ies") and len(word) > 4:
        word = f"{word[:-3]}y"
    elif word.endswith(("sses", "xes", "ches", "shes")):
        word = word[:-2]
    elif word.endswith("s") and len(word) > 3 and not word.endswith(("ss", "us", "is")):
        word = word[:-1]
    for ending, shortest in (("ing", 6), ("ed", 5)):
        if word.endswith(ending) and len(word) >= shortest:
            word = word[: -len(ending)]
            if len(word) > 3 and word[-1] == word[-2] and word[-1] not in "aeiouls":
                word = word[:-1]
            break
    return word[:-1] if word.endswith("e") and len(word) > 4 else word


def words_asked(question: str) -> list[str]:
    """Return the stems of what is asked for, at most MOST_WORDS; small words only where there is nothing else."""
    words = [folded(word) for word in _WORD.findall(question[:LONGEST_QUESTION])]
    telling = [word for word in words if word not in _SMALL_WORDS] or words
    return list(dict.fromkeys(stem(word) for word in telling))[:MOST_WORDS]


class ArticleIndex:
    """The words of all articles, with where each stands and how much that counts."""

    def __init__(self, articles: Iterable[Searchable]) -> None:
        self._articles = {article.key: article for article in articles}
        self._weights: dict[str, dict[str, float]] = {}
        for article in self._articles.values():
            for word, weight in _weights(article).items():
                self._weights.setdefault(word, {})[article.key] = weight

    def search(self, question: str) -> list[Found]:
        """Return the articles that have every word of `question`, the best first."""
        asked = words_asked(question)
        if not asked:
            return []
        matches = [self._matches(word) for word in asked]
        scores = [self._scores(found) for found in matches]
        common = set(scores[0]).intersection(*scores[1:])
        hits = {word: quality * self._rarity(word) for found in matches for word, quality in found.items()}
        ranked = sorted(common, key=lambda key: (-sum(each[key] for each in scores), key))
        return [self._found(self._articles[key], hits, sum(each[key] for each in scores)) for key in ranked]

    def _matches(self, asked: str) -> dict[str, float]:
        """Return the known words that `asked` may mean, with how well each fits."""
        found = {asked: EXACT} if asked in self._weights else {}
        if len(asked) >= SHORTEST_BEGINNING:
            longer = (word for word in self._weights if word.startswith(asked) and word != asked)
            found |= dict.fromkeys(longer, BEGINNING)
        if not found and len(asked) >= SHORTEST_NEAR:
            most = 2 if len(asked) >= SHORTEST_TWO_APART else 1
            found = {word: NEAR for word in self._weights if _is_near(asked, word, most)}
        return found

    def _scores(self, matches: Mapping[str, float]) -> dict[str, float]:
        scores: dict[str, float] = {}
        for word, quality in matches.items():
            for key, weight in self._weights[word].items():
                scores[key] = max(scores.get(key, 0.0), quality * self._rarity(word) * weight)
        return scores

    def _rarity(self, word: str) -> float:
        return 1 + math.log(len(self._articles) / len(self._weights[word]))

    def _found(self, article: Searchable, hits: Mapping[str, float], score: float) -> Found:
        best = max(article.sections, key=lambda each: _hits_in(each, hits), default=None)
        section = best if best is not None and _hits_in(best, hits) else None
        shown = article.summary if section is None else section.text
        return Found(article.key, score, section, _marked(article.title, hits), excerpt(shown, hits))


def _weights(article: Searchable) -> dict[str, float]:
    counted: dict[str, float] = {}
    texts = [(article.title, TITLE), (article.summary, SUMMARY), *((words, KEYWORDS) for words in article.keywords)]
    for section in article.sections:
        texts += [(section.heading, HEADING), (section.text, TEXT)]
    for text, weight in texts:
        for word in _WORD.findall(text):
            # What stands once in a title says more than what is repeated in the text.
            known = counted.get(stem(word), 0.0)
            counted[stem(word)] = max(known, weight) + min(known, weight) * 0.1
    return counted


def _hits_in(section: Section, hits: Mapping[str, float]) -> float:
    words = [stem(word) for word in _WORD.findall(section.text)]
    headed = {stem(word) for word in _WORD.findall(section.heading)}
    told = sum(hits.get(word, 0.0) for word in set(words)) + sum(2 * hits.get(word, 0.0) for word in headed)
    return told + min(sum(word in hits for word in words), 10) * 0.05


def excerpt(text: str, hits: Collection[str]) -> tuple[Fragment, ...]:
    """Return the stretch of EXCERPT_WORDS words that has most of `hits`, in fragments; dots where it is cut."""
    words = text.split()
    are_hits = [any(stem(part) in hits for part in _WORD.findall(word)) for word in words]
    last_start = max(len(words) - EXCERPT_WORDS, 0)
    start = max(range(last_start + 1), key=lambda at: (sum(are_hits[at : at + EXCERPT_WORDS]), -at))
    if start:
        # A little of what stands before the first hit.
        first = next((at for at in range(start, len(words)) if are_hits[at]), start)
        start = min(max(first - 6, 0), last_start)
    end = start + EXCERPT_WORDS
    shown = " ".join(words[start:end])
    return _marked(f"{'… ' if start else ''}{shown}{' …' if end < len(words) else ''}", hits)


def _marked(text: str, hits: Collection[str]) -> tuple[Fragment, ...]:
    return tuple(_fragments(text, hits))


def _fragments(text: str, hits: Collection[str]) -> Iterator[Fragment]:
    told = 0
    for match in _WORD.finditer(text):
        if stem(match[0]) in hits:
            if match.start() > told:
                yield Fragment(text[told : match.start()], is_hit=False)
            yield Fragment(match[0], is_hit=True)
            told = match.end()
    if told < len(text):
        yield Fragment(text[told:], is_hit=False)


def _is_near(asked: str, word: str, most: int) -> bool:
    """Return whether at most `most` letters were left out, put in, changed or swapped with the next."""
    if abs(len(asked) - len(word)) > most or not word.isalpha():
        return False
    before: list[int] = []
    row = list(range(len(word) + 1))
    for i, letter in enumerate(asked, start=1):
        older, before, row = before, row, [i] + [0] * len(word)
        for j, other in enumerate(word, start=1):
            row[j] = min(before[j] + 1, row[j - 1] + 1, before[j - 1] + (letter != other))
            if i > 1 and j > 1 and letter == word[j - 2] and asked[i - 2] == other:
                row[j] = min(row[j], older[j - 2] + 1)
        if min(row) > most:
            return False
    return row[-1] <= most
