"""What stands on a report that is made here: text and pictures only, as the template report.typ reads them."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from hashlib import sha256
from typing import Any

import structlog
from django.utils.translation import gettext as _

from photosync.apps.library.store import photo_store
from photosync.apps.people.wording import level_words
from photosync.apps.reports.design import Design
from photosync.apps.reports.models import CycleMember, ReportingCycle
from photosync.apps.reports.printed_photo import PrintedPhoto
from photosync.apps.reports.results_file import SUBJECT
from photosync.apps.schools.models import School
from photosync.core.errors import Damaged
from photosync.core.instants import local_date

TEMPLATE = "report.typ"
CREST = "crest"
_NARROW = frozenset({"mark", "grade", "effort"})
_MAY_BREAK_AFTER = 24
_MAY_BREAK_HERE = "\u200b"

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ToPrint:
    """A report as it is to be set. `made_from` is the same exactly when it would come out the same."""

    data: dict[str, Any]
    photo: PrintedPhoto | None
    crest_sha256: str
    made_from: str

    def pictures(self, crest: bytes | None) -> tuple[dict[str, Any], dict[str, bytes], PrintedPhoto | None]:
        """Return the data, the pictures that it names, and the photo; one that is damaged is left out and logged."""
        data, files = dict(self.data), dict[str, bytes]()
        if crest is not None and self.crest_sha256:
            data["crest"] = self.crest_sha256
            files[self.crest_sha256] = crest
        content = None if self.photo is None else content_of(self.photo.card_sha256)
        if self.photo is None or content is None:
            return data | {"photo": None, "photo_mark": None}, files, None
        data["photo"] = self.photo.card_sha256
        files[self.photo.card_sha256] = content
        return data, files, self.photo


def report_to_print(
    cycle: ReportingCycle,
    school: School,
    member: CycleMember,
    design: Design,
    photo: PrintedPhoto | None,
    made_with: str,
) -> ToPrint:
    """Return the report of a member who has results. `made_with` is what the press says of itself."""
    person, results = member.person, member.results
    subjects = [_texts(each) for each in results.subjects]
    day = local_date(results.stored_at, school.zone)
    data = _around(cycle.name, school, design) | {
        "title": f"{cycle.name}, {person.label} ({person.code})",
        "date": [day.year, day.month, day.day],
        "name": breakable(person.label),
        "running": breakable(f"{person.label} ({person.code})"),
        "facts": _facts(cycle, member),
        "columns": _columns(subjects),
        "subjects": subjects,
        "remarks": _remarks(_texts(results.remarks)),
        "photo_words": _("Photo of %(person)s, %(year)s")
        % {"person": person.label, "year": photo.year if photo else ""},
        "photo_mark": None,
    }
    if photo is not None and photo.year < cycle.academic_year:
        data["photo_mark"] = _("Photo of %(year)d") % {"year": photo.year}
    used = [TEMPLATE, made_with, data, design.crest_sha256, photo.full_sha256 if photo else ""]
    text = json.dumps(used, ensure_ascii=True, sort_keys=True)
    return ToPrint(data, photo, design.crest_sha256, sha256(text.encode("ascii")).hexdigest())


def sample_to_print(school: School, design: Design, year: int) -> dict[str, Any]:
    """Return the data of a report of nobody, to look at a design."""
    cycle = _("%(year)d Semester 2") % {"year": year}
    teacher = _("Teacher")
    said = _("What the teacher of the subject has written stands here, over as many lines as it needs.")
    subjects = [
        {SUBJECT: name, "teacher": teacher, "mark": mark, "grade": grade, "effort": effort, "comment": said}
        for name, mark, grade, effort in (
            (_("English"), "78", "B", _("High")),
            (_("Mathematics"), "85", "A", _("High")),
            (_("Science"), "71", "B", _("Satisfactory")),
            (_("History"), "66", "C", _("Satisfactory")),
        )
    ]
    return _around(cycle, school, design) | {
        "title": _("Sample of a report"),
        "date": [year, 12, 1],
        "name": _("Sample Student"),
        "running": _("Sample Student"),
        "facts": [
            [_("Student code"), "000000"],
            [_("Year level"), _("Year %(level)s") % {"level": "7"}],
            [_("Roll group"), "7A"],
            [_("Reporting cycle"), cycle],
        ],
        "columns": _columns(subjects),
        "subjects": subjects,
        "remarks": _remarks({"absences": "2", "late": "1", "general_comment": said, "year_adviser": teacher}),
        "photo": None,
        "photo_words": "",
        "photo_mark": None,
    }


def content_of(sha256_name: str) -> bytes | None:
    """Return the bytes of a picture in the store; None, and a line in the log, where they are damaged or gone."""
    try:
        return photo_store().read_verified(sha256_name)
    except Damaged as error:
        log.error("a picture is missing on a report", reason=error.message)  # noqa: TRY400  # it says it all
        return None


def _around(cycle_name: str, school: School, design: Design) -> dict[str, Any]:
    return {
        "school": school.name,
        "heading": design.heading or _("Academic report"),
        "cycle": cycle_name,
        "footer": design.footer or school.name,
        "signatories": list(design.signatories),
        "crest": None,
        "words": {
            "page": _("Page {page} of {pages}"),
            "crest": _("Crest of %(school)s") % {"school": school.name},
        },
    }


def _facts(cycle: ReportingCycle, member: CycleMember) -> list[list[str]]:
    told = [(_("Student code"), breakable(member.person.code))]
    if member.year_level:
        told.append((_("Year level"), level_words(member.year_level)))
    if member.roll_group:
        told.append((_("Roll group"), member.roll_group))
    told.append((_("Reporting cycle"), cycle.name))
    return [list(each) for each in told]


def _columns(subjects: list[dict[str, str]]) -> list[dict[str, Any]]:
    """Return the columns of the table; one that would be empty is left out."""
    words = {
        SUBJECT: _("Subject"),
        "teacher": _("Teacher"),
        "mark": _("Mark"),
        "grade": _("Grade"),
        "effort": _("Effort"),
    }
    return [
        {"key": key, "words": said, "narrow": key in _NARROW}
        for key, said in words.items()
        if key == SUBJECT or any(each.get(key) for each in subjects)
    ]


def _remarks(remarks: Mapping[str, str]) -> list[list[str]]:
    """Return heading and text of what is said once for a person."""
    found = []
    attendance = [
        _("Days absent: %(number)s") % {"number": remarks["absences"]} if remarks.get("absences") else "",
        _("Times late: %(number)s") % {"number": remarks["late"]} if remarks.get("late") else "",
    ]
    if any(attendance):
        found.append([_("Attendance"), "\n".join(line for line in attendance if line)])
    if remarks.get("general_comment"):
        found.append([_("General comment"), remarks["general_comment"]])
    if remarks.get("year_adviser"):
        found.append([_("Year adviser"), remarks["year_adviser"]])
    return found


def _texts(row: Mapping[str, Any]) -> dict[str, str]:
    return {str(key): breakable(str(value)) for key, value in row.items()}


def breakable(text: str) -> str:
    """Let a word be broken that is wider than its place, but never between a sign and its marks."""
    return " ".join(map(_breakable_word, text.split(" ")))


def _breakable_word(word: str) -> str:
    if len(word) <= _MAY_BREAK_AFTER:
        return word
    parts, since = [], 0
    for char in word:
        if since >= _MAY_BREAK_AFTER and not unicodedata.category(char).startswith(("M", "Cf")):
            parts.append(_MAY_BREAK_HERE)
            since = 0
        parts.append(char)
        since += 1
    return "".join(parts)
