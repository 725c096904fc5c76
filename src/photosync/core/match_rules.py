"""How the files of a source are matched to people, as a school sets it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from photosync.core.errors import WrongUse, about_option
from photosync.core.patterns import parse_pattern
from photosync.core.people import Comparison, IdentifierKey, quoted
from photosync.core.wording import list_words


class MatchMode(StrEnum):
    STEM = "stem"
    PATTERN = "pattern"
    INDEX = "index"
    COLUMN = "column"
    """Of a source of records: the identifier is a value of the record, and so may be the academic year."""
    PHOTOGRAPHER = "photographer"

    @property
    def words(self) -> str:
        """Return by what files are matched, for a sentence."""
        return _MODE_WORDS[self]


class FoundBy(StrEnum):
    """By what a person is found whom the index of a photographer's delivery lists."""

    NAME = "name"
    STEM = "stem"


@dataclass(frozen=True, slots=True)
class MatchRule:
    """How a source's files are matched to people. Raises WrongUse when made from parts that do not fit."""

    mode: MatchMode = MatchMode.STEM
    pattern: str = ""
    keys: tuple[IdentifierKey, ...] = (IdentifierKey.STUDENT_CODE, IdentifierKey.STAFF_CODE)
    ignore_case: bool = False
    ignore_leading_zeros: bool = False
    by: FoundBy = FoundBy.NAME
    """Only of the mode `photographer`."""

    def __post_init__(self) -> None:
        if not self.keys:
            raise WrongUse("No match key was given. Nothing was changed. Choose one, such as student code.")
        if len(set(self.keys)) != len(self.keys):
            raise WrongUse("A match key was given twice. Nothing was changed. Name each once.")
        with about_option("pattern"):
            self._check_pattern()

    def _check_pattern(self) -> None:
        is_used = self.mode is MatchMode.PATTERN
        if self.pattern and not is_used:
            raise WrongUse(
                f"A file-name pattern is given, but files are matched by {self.mode.words}. "
                "Nothing was changed. Match by pattern, or leave the pattern out."
            )
        if is_used and not self.pattern:
            raise WrongUse(
                "Files are to be matched by a pattern, but none is given. Nothing was changed. "
                "Give one, such as {code}_{any}."
            )
        named = parse_pattern(self.pattern).identifier if is_used else None
        if named is not None and named not in self.keys:
            raise WrongUse(
                f"The file-name pattern {quoted(self.pattern)} reads the {named.words}, but people are "
                f"matched by {list_words([key.words for key in self.keys])}. Nothing was changed. "
                f"Choose {named.words} as match key, or call the part {{code}}."
            )

    @property
    def reads_folders(self) -> bool:
        """Whether a code may stand in the folders of a file."""
        return self.mode is MatchMode.PATTERN and parse_pattern(self.pattern).on_path

    @property
    def is_by_an_index(self) -> bool:
        """Whether something else than a file's own name says whose it is."""
        return self.mode in (MatchMode.INDEX, MatchMode.PHOTOGRAPHER)

    @property
    def names_people(self) -> bool:
        """Whether the names of files hold names of people."""
        return self.mode is MatchMode.PATTERN and parse_pattern(self.pattern).has_names

    @property
    def has_key(self) -> bool:
        """Whether people are found by an identifier, not by their names alone."""
        if self.mode is MatchMode.PATTERN:
            return parse_pattern(self.pattern).key_field is not None
        return self.mode is not MatchMode.PHOTOGRAPHER or self.by is FoundBy.STEM

    @property
    def comparison(self) -> Comparison:
        return Comparison(ignore_case=self.ignore_case, ignore_leading_zeros=self.ignore_leading_zeros)


_MODE_WORDS = {
    MatchMode.STEM: "the whole file name",
    MatchMode.PATTERN: "a pattern",
    MatchMode.INDEX: "an index file",
    MatchMode.PHOTOGRAPHER: "the photographer's index",
    MatchMode.COLUMN: "a column",
}
