"""Whose report an uploaded file is: by its name or an index file, among the members of the cycle. Never a guess."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from photosync.apps.people.models import Identifier
from photosync.apps.people.queries import FOLDED
from photosync.apps.profiles.matching import rule_from
from photosync.apps.reports.models import CycleMember, ReportingCycle, UploadedReport
from photosync.core.errors import WrongUse
from photosync.core.keys import Key, KeyReader, NoKey
from photosync.core.match_rules import MatchRule
from photosync.core.matching import Candidate, Matched, resolve
from photosync.core.name_matching import Said
from photosync.core.people import PersonKind, quoted
from photosync.core.wording import list_words

State = UploadedReport.State
FILES_AT_ONCE = 500
FILES_NAMED = 5
STUDENTS = (PersonKind.STUDENT.value,)


def rule_for_reports(named_by: Mapping[str, Any]) -> MatchRule:
    """Return the rule that `match`, `pattern`, `index`, `key` and their options describe. Raises WrongUse.

    A report is found by a code alone, in a file name as in an index.
    """
    rule = rule_from(named_by, STUDENTS)
    if rule.names_people:
        told = _(
            "The file-name pattern %(pattern)s finds people by name, and a report is found by a code. "
            "Nothing was imported. Name where the code stands, such as {code}_{any}."
        )
        raise WrongUse(told % {"pattern": quoted(rule.pattern)}, option="pattern")
    return rule


@dataclass(frozen=True, slots=True)
class Verdict:
    state: UploadedReport.State
    member_id: int | None = None
    reason: str = ""


def verdicts(
    cycle: ReportingCycle, files: Sequence[UploadedReport], rule: MatchRule, index: Mapping[str, Said]
) -> dict[int, Verdict]:
    """Return whose each of `files` is, or why it is nobody's, by their ids."""
    reader = KeyReader(rule)
    found: dict[int, Verdict] = {}
    for part in _parts(files):
        found |= _verdicts(cycle, part, reader, index)
    return found | _conflicts(files, found)


def _parts(files: Sequence[UploadedReport]) -> Iterable[Sequence[UploadedReport]]:
    return (files[start : start + FILES_AT_ONCE] for start in range(0, len(files), FILES_AT_ONCE))


def _verdicts(
    cycle: ReportingCycle, files: Sequence[UploadedReport], reader: KeyReader, index: Mapping[str, Said]
) -> dict[int, Verdict]:
    keys = {file.pk: _key(reader, file.name, index) for file in files}
    values = {key.value for key in keys.values() if isinstance(key, Key)}
    people = _people(cycle, values, reader)
    ids = {candidate.person_id for each in people.values() for candidate in each}
    members = {row.person_id: row for row in CycleMember.objects.filter(cycle=cycle, person_id__in=ids)}
    return {pk: _verdict(cycle, key, people, members, reader) for pk, key in keys.items()}


def _key(reader: KeyReader, name: str, index: Mapping[str, Said]) -> Key | NoKey:
    folder, _slash, last = name.rpartition("/")
    return reader.read(folder, last, index)


def _people(cycle: ReportingCycle, values: set[str], reader: KeyReader) -> dict[str, list[Candidate]]:
    rows = Identifier.objects.filter(
        school=cycle.school_id,
        folded__in={FOLDED.form(value) for value in values},
        key__in=[key.value for key in reader.keys],
    ).select_related("person")
    found: dict[str, list[Candidate]] = defaultdict(list)
    for row in rows:
        # A report is also for those who have left since; whether they are in the cycle is what counts.
        who = Candidate(row.person_id, PersonKind(row.person.kind), str(row.person), left=False)
        found[reader.comparison.form(row.value)].append(who)
    return found


def _verdict(
    cycle: ReportingCycle,
    key: Key | NoKey,
    people: Mapping[str, Sequence[Candidate]],
    members: Mapping[int, CycleMember],
    reader: KeyReader,
) -> Verdict:
    if isinstance(key, NoKey):
        return Verdict(State.UNMATCHED, reason=key.reason)
    candidates = people.get(reader.comparison.form(key.value), ())
    resolution = resolve(key, candidates, kinds=(PersonKind.STUDENT,), called=reader.called)
    if not isinstance(resolution, Matched):
        return Verdict(State.UNMATCHED, reason=resolution.reason)
    label = next(each.label for each in candidates if each.person_id == resolution.person_id)
    member = members.get(resolution.person_id)
    if member is None:
        told = _("%(person)s is not in %(cycle)s.") % {"person": label, "cycle": cycle.name}
        return Verdict(State.UNMATCHED, reason=told)
    if member.archived_id is not None:
        return Verdict(State.REFUSED, reason=archived_already(label))
    return Verdict(State.MATCHED, member.pk)


def archived_already(label: str) -> str:
    return _("The report of %(person)s is archived already, and an archived report never changes.") % {
        "person": label
    }


def _conflicts(files: Sequence[UploadedReport], found: Mapping[int, Verdict]) -> dict[int, Verdict]:
    """Return those verdicts that cannot stand: several files for one person, or one PDF for several people."""
    by_member: dict[int, list[UploadedReport]] = defaultdict(list)
    by_content: dict[str, set[int]] = defaultdict(set)
    for file in files:
        verdict = found[file.pk]
        if verdict.member_id is not None:
            by_member[verdict.member_id].append(file)
            by_content[file.pdf_sha256].add(verdict.member_id)
    changed: dict[int, Verdict] = {}
    for same in by_member.values():
        changed |= _of_one_person(same)
    for file in files:
        people = by_content.get(file.pdf_sha256, set())
        if len(people) > 1 and found[file.pk].member_id is not None:
            told = _("The same PDF came for %(number)d people. Look whose it is.") % {"number": len(people)}
            changed[file.pk] = Verdict(State.DUPLICATE, reason=told)
    return changed


def _of_one_person(files: Sequence[UploadedReport]) -> dict[int, Verdict]:
    if len(files) == 1:
        return {}
    if len({file.pdf_sha256 for file in files}) == 1:
        # The same bytes again lose nothing: the first stands.
        told = _("The same PDF as %(name)s.") % {"name": files[0].name}
        return {file.pk: Verdict(State.DUPLICATE, reason=told) for file in files[1:]}
    names = list_words([file.name for file in files[:FILES_NAMED]])
    told = _("%(number)d files are of the same person (%(names)s). Match the right one by hand.") % {
        "number": len(files),
        "names": names,
    }
    return {file.pk: Verdict(State.DUPLICATE, reason=told) for file in files}
