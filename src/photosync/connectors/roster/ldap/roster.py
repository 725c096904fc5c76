"""A directory as a roster: its entries as rows."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Self

from photosync.connectors.roster.contract import Row, UnreadableLine
from photosync.connectors.roster.ldap.session import Directory
from photosync.connectors.roster.ldap.settings import ACCOUNT_CONTROL, Disabled, Login, Settings
from photosync.connectors.roster.ldap.values import Entry, is_disabled, text_of
from photosync.connectors.roster.text import LONGEST_FIELD
from photosync.connectors.roster.whole_file import NOTHING
from photosync.core.errors import SourceUnavailable, WrongUse
from photosync.core.people import PersonKind, quoted
from photosync.outgoing import AllowedRanges

SEVERAL = (
    "{attribute} has several values at {number} of the {who}. The first that the directory gave was taken, and the "
    "others were not. Let it hold one value, or read another attribute."
)
NOBODY_HAS = (
    "None of the {who} has the attribute {attribute}, so that nothing was taken from it: what is known as {column} "
    "stays. If they have one, let the user of the roster read it, or name the right attribute (attributes)."
)
NOBODY_IS_KNOWN_DISABLED = (
    f"None of the {{who}} has the attribute {ACCOUNT_CONTROL}, which says who is disabled, and so who has left. "
    f"{NOTHING} Let the user of the roster read it, or choose that who is disabled stays (disabled)."
)
NOBODY_HAS_CODE = (
    "None of the {who} has the attribute {attribute}, which is to be the {column}. Let the user of the roster read "
    "it, or name the right attribute (attributes)."
)
REFERRED = (
    "The directory refers to other places for {who} ({number}), such as {place}. They were not read. If {who} are "
    "there, save a roster of that server too."
)
ALTERNATE_ID = "alternate_id"
_CODES = {PersonKind.STUDENT: "student_code", PersonKind.STAFF: "staff_code"}


class LdapRoster:
    """Each table signs in anew, so that a line that was lost between two tables breaks neither."""

    recognised = ""

    def __init__(self, login: Login, settings: Settings, allowed: AllowedRanges, **limits_s: float) -> None:
        """`limits_s` are those of `Directory`."""
        self.login, self.settings = login, settings
        self._allowed, self._limits_s = allowed, limits_s
        self._open: list[Directory] = []
        self._told: dict[PersonKind, list[str]] = {}

    def table(self, kind: PersonKind) -> PeopleTable:
        """Sign in and begin to read. Raises SourceUnavailable, Refused, WrongUse where no base is given."""
        if kind not in self.settings.places:
            who = kind.component
            raise WrongUse(
                f"It is not said where {who} are in the directory. Nothing was changed. Fill in {who}_base, or do "
                f"not read {who} from this roster.",
                command_line=f"--option {who}_base=DN",
            )
        directory = Directory(self.login, self._allowed, **self._limits_s)
        self._open.append(directory)
        told = self._told[kind] = []
        return PeopleTable(directory, self.settings, kind, told)

    def names_everyone(self, kind: PersonKind) -> bool:  # noqa: ARG002 - of either kind
        return True

    def warnings(self) -> Sequence[str]:
        return [sentence for told in self._told.values() for sentence in told]

    def close(self) -> None:
        while self._open:
            self._open.pop().close()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *exc: object) -> None:
        self.close()


class PeopleTable:
    """The students, or the staff. `told` gets a sentence for each thing that a person is to know."""

    def __init__(self, directory: Directory, settings: Settings, kind: PersonKind, told: list[str]) -> None:
        self._directory, self._settings, self._kind, self._told = directory, settings, kind, told
        self._place = settings.places[kind]
        self._step = f"Searching for {kind.component}"
        self._several: Counter[str] = Counter()
        self._attributes: Mapping[str, str] = self._those_there(settings.columns(kind))
        self.columns: Sequence[str] = tuple(self._attributes)

    def __iter__(self) -> Iterator[Row | UnreadableLine]:
        asked = list(dict.fromkeys(self._attributes.values()))
        found = self._directory.entries(self._place, asked, page_entries=self._settings.page_entries, step=self._step)
        for number, entry in enumerate(found, start=1):
            yield self._row(number, entry)
        self._tell()
        self._directory.close()

    def _those_there(self, columns: Mapping[str, str]) -> dict[str, str]:
        """Return the columns without those that nobody has a value of.

        What nobody has may as well be what the user may not read. The code is kept: without it there is no row.
        """
        directory, place = self._directory, self._place
        first, cookie = directory.page(
            place, list(columns.values()), b"", page_entries=self._settings.page_entries, step=self._step
        )
        if not first and not cookie:
            return dict(columns)
        there = {attribute for attribute in columns.values() if any(_values(entry, attribute) for entry in first)}
        kept = {}
        for column, attribute in columns.items():
            if attribute not in there and cookie and directory.has_anyone_with(place, attribute, step=self._step):
                there.add(attribute)
            is_code = column == _CODES[self._kind]
            if attribute in there or is_code:
                kept[column] = attribute
            elif attribute == ACCOUNT_CONTROL and self._settings.disabled is Disabled.LEFT:
                raise SourceUnavailable(NOBODY_IS_KNOWN_DISABLED.format(who=self._kind.component))
            if attribute not in there:
                words = NOBODY_HAS_CODE if is_code else NOBODY_HAS
                self._told.append(words.format(who=self._kind.component, attribute=attribute, column=column))
        # What the page at the beginning refers to comes again with the whole list.
        directory.references = 0
        return kept

    def _row(self, number: int, entry: Entry) -> Row | UnreadableLine:
        cells = []
        for column, attribute in self._attributes.items():
            cell = self._cell(entry, column, attribute)
            if cell is None or len(cell) > LONGEST_FIELD:
                why = "is not text" if cell is None else f"has more than {LONGEST_FIELD} characters"
                return UnreadableLine(number, f"The attribute {attribute} of {quoted(entry.name)} {why}.")
            cells.append(cell)
        return Row(number, cells)

    def _cell(self, entry: Entry, column: str, attribute: str) -> str | None:
        """Return the cell; None where the value is no text."""
        values = _values(entry, attribute)
        if not values:
            return ""
        texts = [text_of(attribute, value) for value in values]
        if column == ALTERNATE_ID and len(texts) > 1:
            whole = [text for text in texts if text is not None]
            return ";".join(whole) if len(whole) == len(texts) else None
        if len(texts) > 1:
            self._several[attribute] += 1
        text = texts[0]
        if text is not None and attribute == ACCOUNT_CONTROL and self._settings.disabled is Disabled.LEFT:
            try:
                return "left" if is_disabled(text) else "active"
            except ValueError:
                return None
        return text

    def _tell(self) -> None:
        who = self._kind.component
        for attribute, number in self._several.items():
            self._told.append(SEVERAL.format(number=number, who=who, attribute=attribute))
        if self._directory.references:
            self._told.append(
                REFERRED.format(number=self._directory.references, who=who, place=self._directory.referred_to)
            )


def _values(entry: Entry, attribute: str) -> Sequence[bytes]:
    return entry.values.get(attribute.casefold(), ())
