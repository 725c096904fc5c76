"""A results file: which column holds what, and what its lines say of each person.

One line for each subject of a person. What is said once for each person (absences, late, general comment, year
adviser) may stand on any of the person's lines, or on a line without a subject. Rule: docs/api.md, "Results".
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.utils.translation import gettext as _

from photosync.apps.people.roster.columns import usual_names as usual_roster_names
from photosync.apps.people.roster.report import MOST_REFUSALS_SHOWN, RefusedRow
from photosync.connectors.roster.contract import UnreadableLine
from photosync.connectors.roster.text import RosterText, check_file, encoding_of
from photosync.core.errors import WrongUse
from photosync.core.people import PersonKind, quoted

CODE, SUBJECT, IGNORE = "student_code", "subject", "ignore"
SUBJECT_FIELDS = ("mark", "grade", "effort", "comment", "teacher")
REMARK_FIELDS = ("absences", "late", "general_comment", "year_adviser")
FIELDS = (CODE, SUBJECT, *SUBJECT_FIELDS, *REMARK_FIELDS)
LONGEST = {
    CODE: 64,
    SUBJECT: 100,
    "mark": 20,
    "grade": 20,
    "effort": 40,
    "comment": 4_000,
    "teacher": 100,
    "absences": 40,
    "late": 40,
    "general_comment": 6_000,
    "year_adviser": 100,
}
LONGEST_FIELD = max(LONGEST.values())
MOST_SUBJECTS = 40
MOST_ROWS = 300_000
WHAT = "results file"
_USUAL_NAMES = {
    SUBJECT: "subject, subject name, course, course name, class name, unit, learning area",
    "mark": "mark, score, percent, percentage, result, total, final mark, subject mark, overall mark",
    "grade": "grade, letter grade, final grade, achievement, achievement grade, level of achievement",
    "effort": "effort, effort grade, application, attitude, approach to learning",
    "comment": "comment, comments, teacher comment, subject comment, report comment",
    "teacher": "teacher, teacher name, subject teacher, class teacher",
    "absences": "absences, days absent, absent, absence, whole days absent",
    "late": "late, lates, times late, late arrivals, lateness",
    "general_comment": "general comment, overall comment, summary comment, pastoral comment, home group comment, "
    "roll group comment, tutor comment, year adviser comment, year advisor comment",
    "year_adviser": "year adviser, year advisor, adviser, advisor, year coordinator, year co-ordinator, head of year",
}
# Spreadsheets write ="002082" so that the leading zeros stay.
_FORMULA_TEXT = re.compile(r'="([^"]*)"')
_TURNS_TEXT_ROUND = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_ENDS = re.compile(r"\r\n?|[\u0085\u2028\u2029]")


@dataclass(slots=True)
class PersonResults:
    """What a file says of one person. `line` is the first that names the code."""

    code: str
    line: int
    subjects: list[dict[str, str]] = field(default_factory=list)
    remarks: dict[str, str] = field(default_factory=dict)
    lines: int = 0


@dataclass(slots=True)
class ResultsFile:
    """`columns` gives the field of each column that is used, `unknown` the columns that nothing is read from."""

    columns: Mapping[str, str]
    unknown: tuple[str, ...]
    people: dict[str, PersonResults] = field(default_factory=dict)
    rows: int = 0
    refused: int = 0
    refusals: list[RefusedRow] = field(default_factory=list)
    """The first MOST_REFUSALS_SHOWN of them."""

    def refuse(self, line: int, code: str, reason: str) -> None:
        self.refused += 1
        if len(self.refusals) < MOST_REFUSALS_SHOWN:
            self.refusals.append(RefusedRow(line, code, reason))


def read_results(path: Path, given: Mapping[str, str]) -> ResultsFile:
    """Return what the file says; a line that cannot be used is refused with its reason, and the next ones go on.

    `given` says the field of columns whose names are not usual. Raises WrongUse for a file that cannot be read as
    results at all.
    """
    check_file(path, what=WHAT)
    encoding = encoding_of(path, what=WHAT)
    try:
        with path.open(encoding=encoding, newline="") as file:
            text = RosterText(file, prefers=_known, what=WHAT, longest_field=LONGEST_FIELD)
            places, found = _recognised(text.header, given)
            for row in text:
                found.rows += 1
                if found.rows > MOST_ROWS:
                    raise WrongUse(
                        _("The results file has more than %(most)s lines. Nothing was stored. Split it.")
                        % {"most": f"{MOST_ROWS:,}"}
                    )
                if isinstance(row, UnreadableLine):
                    found.refuse(row.line, "", row.reason)
                else:
                    _take(row.line, row.cells, places, found)
    except UnicodeDecodeError as exc:
        raise WrongUse(
            _(
                "The results file %(name)s is neither UTF-8, UTF-16 nor Windows-1252 text. Nothing was stored. "
                "Save it again as CSV in UTF-8."
            )
            % {"name": quoted(path.name)}
        ) from exc
    return found


def parse_map(words: Iterable[str]) -> dict[str, str]:
    """Return column name to field from words like `Final result=mark`. Raises WrongUse."""
    mapping = {}
    for word in words:
        name, equals, wanted = word.rpartition("=")
        wanted = wanted.strip().lower() or IGNORE
        if not equals or not name.strip():
            raise WrongUse(
                _(
                    "%(word)s does not map a column. Nothing was stored. Write it as COLUMN=FIELD, such as "
                    '"Final result=mark".'
                )
                % {"word": quoted(word)}
            )
        if wanted not in (*FIELDS, IGNORE):
            raise WrongUse(
                _("%(field)s is not a field of results. Nothing was stored. Choose from: %(fields)s.")
                % {"field": quoted(wanted), "fields": ", ".join((*FIELDS, IGNORE))}
            )
        mapping[name.strip()] = wanted
    return mapping


def _plain(name: str) -> str:
    return "".join(char for char in name.casefold() if char.isalnum())


def usual_names() -> dict[str, str]:
    """Return the plain forms of usual column names, each with its field."""
    codes = {name: CODE for name, each in usual_roster_names(PersonKind.STUDENT).items() if each == CODE}
    named = {_plain(name): each for each, listed in _USUAL_NAMES.items() for name in listed.split(", ")}
    return codes | named | {_plain(each): each for each in FIELDS}


def _known(header: list[str]) -> int:
    usual = usual_names()
    return sum(_plain(name) in usual for name in header)


def _recognised(header: Sequence[str], given: Mapping[str, str]) -> tuple[dict[str, int], ResultsFile]:
    """Return the place of each field's column, and the file with no lines yet."""
    places: dict[str, int] = {}
    mapping: dict[str, str] = {}
    asked = {_plain(name): wanted for name, wanted in given.items()}
    for name in given:
        if _plain(name) not in {_plain(each) for each in header}:
            raise WrongUse(
                _("The results file has no column %(name)s. Nothing was stored. Its columns are: %(columns)s.")
                % {"name": quoted(name), "columns": _listed(header)}
            )
    usual = usual_names()
    taken = set(given.values())
    for place, name in enumerate(header):
        plain = _plain(name)
        wanted = asked.get(plain) or (usual.get(plain) if usual.get(plain) not in taken else None)
        if wanted is None or wanted == IGNORE:
            continue
        if wanted in places:
            raise WrongUse(
                _(
                    "Two columns hold the same field (%(field)s): %(one)s and %(other)s. Nothing was stored. "
                    "Map one of them to ignore."
                )
                % {"field": wanted, "one": quoted(header[places[wanted]]), "other": quoted(name)}
            )
        places[wanted], mapping[name] = place, wanted
    _check_places(places, header)
    unknown = tuple(name for name in header if name and name not in mapping)
    return places, ResultsFile(mapping, unknown)


def _check_places(places: Mapping[str, int], header: Sequence[str]) -> None:
    if CODE not in places:
        raise WrongUse(
            _(
                "No column of the results file is known to hold the student code. Nothing was stored. Name it "
                "Student code, or say which it is, as COLUMN=student_code. Its columns are: %(columns)s."
            )
            % {"columns": _listed(header)}
        )
    if len(places) == 1:
        raise WrongUse(
            _(
                "No column of the results file holds results. Nothing was stored. Name the columns as results are "
                "named (%(fields)s), or map them. Its columns are: %(columns)s."
            )
            % {"fields": ", ".join(FIELDS[1:]), "columns": _listed(header)}
        )


def _listed(header: Sequence[str]) -> str:
    return ", ".join(quoted(name) for name in header[:30] if name) or _("none")


def _take(line: int, cells: Sequence[str], places: Mapping[str, int], found: ResultsFile) -> None:
    """Add what a line says to the person's results, or refuse it."""
    values = {name: cleaned(cells[place]) if place < len(cells) else "" for name, place in places.items()}
    code = values[CODE]
    if not code:
        found.refuse(line, "", _("It has no student code."))
        return
    for name, value in values.items():
        if len(value) > LONGEST[name]:
            told = {"field": name, "most": LONGEST[name]}
            found.refuse(line, code[: LONGEST[CODE]], _("Its %(field)s is longer than %(most)d characters.") % told)
            return
    person = found.people.get(code) or PersonResults(code, line)
    refusal = _added(person, values)
    if refusal:
        found.refuse(line, code, refusal)
        return
    person.lines += 1
    found.people[code] = person


def _added(person: PersonResults, values: Mapping[str, str]) -> str:
    """Add the values of a line to `person`; return why not, with nothing added, else ""."""
    remarks = {name: values[name] for name in REMARK_FIELDS if values.get(name)}
    subject = {name: values[name] for name in (SUBJECT, *SUBJECT_FIELDS) if values.get(name)}
    for name, value in remarks.items():
        if person.remarks.get(name, value) != value:
            return _("Its %(field)s differs from that of an earlier line of the same person.") % {"field": name}
    if not subject and not remarks:
        return _("It has a code and nothing else.")
    if subject and SUBJECT not in subject:
        return _("It has results, but no subject.")
    if subject:
        if any(each[SUBJECT].casefold() == subject[SUBJECT].casefold() for each in person.subjects):
            return _("It is the second line of this person for %(subject)s.") % {"subject": quoted(subject[SUBJECT])}
        if len(person.subjects) >= MOST_SUBJECTS:
            return _("It is one subject more than the %(most)d that a report may have.") % {"most": MOST_SUBJECTS}
        person.subjects.append(subject)
    person.remarks |= remarks
    return ""


def cleaned(text: str) -> str:
    """Return `text` as it is printed: whole signs, no control characters, nothing that turns its order round."""
    formula = _FORMULA_TEXT.fullmatch(text.strip())
    text = unicodedata.normalize("NFC", _LINE_ENDS.sub("\n", formula[1] if formula else text))
    kept = "".join(char if char != "\t" else " " for char in text if _prints(char))
    return "\n".join(line.rstrip() for line in kept.strip().split("\n"))


def _prints(char: str) -> bool:
    return char in "\n\t" or (unicodedata.category(char) not in ("Cc", "Cs") and char not in _TURNS_TEXT_ROUND)
