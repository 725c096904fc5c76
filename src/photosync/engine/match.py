"""Match: which person each new file belongs to; every file again when the rules or the people changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from photosync.core.matching import (
    Candidate,
    Collision,
    HandMatch,
    Key,
    KeyReader,
    Matched,
    MatchRule,
    NoKey,
    Resolution,
    Unmatched,
    resolve,
    resolve_by_hand,
)
from photosync.core.people import PersonKind
from photosync.engine.ports import FileToMatch, MatchLedger, MatchOutcome, Progress, Rein


@dataclass(frozen=True, slots=True)
class MatchTask:
    """How the files of one profile are matched. `index` is read only when there is something to match."""

    rule: MatchRule
    kinds: Collection[PersonKind]
    index: Callable[[], Mapping[str, str]]
    everything: bool
    """Whether files matched before are matched again, because rules or people have changed."""


def match(task: MatchTask, ledger: MatchLedger, rein: Rein) -> int:
    """Match what is to be matched; return how many files were looked at."""
    reader = KeyReader(task.rule)
    index: Mapping[str, str] | None = None
    done = 0
    for files in ledger.files_to_match(everything=task.everything):
        if index is None:
            index = task.index()
        ledger.write_matches(_matched(files, reader, index, task.kinds, ledger))
        done += len(files)
        rein.checkpoint(Progress("match", done))
    ledger.finish_matching()
    return done


def _matched(
    files: Sequence[FileToMatch],
    reader: KeyReader,
    index: Mapping[str, str],
    kinds: Collection[PersonKind],
    ledger: MatchLedger,
) -> list[MatchOutcome]:
    """Return the outcomes that differ from what the files are matched to now, and those of new files."""
    keys = [reader.read(file.folder, file.name, index) for file in files]
    people = ledger.people_by_key([key.value for key in keys if isinstance(key, Key)], reader)
    outcomes = []
    for file, key in zip(files, keys, strict=True):
        outcome = _outcome(file, key, people, reader, kinds)
        if _differs(file, outcome):
            outcomes.append(outcome)
    return outcomes


def _differs(file: FileToMatch, outcome: MatchOutcome) -> bool:
    """Whether the outcome is news. The reason of a matched file is the plan's, not the match's."""
    if file.is_new or outcome.person_id != file.person_id:
        return True
    if outcome.person_id is None:
        return outcome.reason != file.reason
    return outcome.academic_year != file.academic_year


def _outcome(
    file: FileToMatch,
    key: Key | NoKey,
    people: Mapping[str, Sequence[Candidate]],
    reader: KeyReader,
    kinds: Collection[PersonKind],
) -> MatchOutcome:
    if file.by_hand is not None:
        return _by_hand(file, file.by_hand, key, kinds)
    if isinstance(key, NoKey):
        return MatchOutcome(file.file_id, "", None, None, "no_key", key.reason, to_review=False)
    found = people.get(reader.comparison.form(key.value), ())
    result = resolve(key, found, kinds=kinds, called=reader.called)
    return _from_resolution(file, key, result)


def _by_hand(file: FileToMatch, hand: HandMatch, key: Key | NoKey, kinds: Collection[PersonKind]) -> MatchOutcome:
    """Follow the decision of a person; the file's name is asked for nothing but the year."""
    value, year = ("", None) if isinstance(key, NoKey) else (key.value, key.academic_year)
    result = resolve_by_hand(hand, value, kinds=kinds)
    if isinstance(result, Matched):
        person_id, code, reason = result.person_id, "", ""
    else:
        dismissed = hand.person is None or result.dismissed
        person_id, code, reason = None, "dismissed" if dismissed else "unmatched", result.reason
    return MatchOutcome(
        file.file_id,
        value,
        year,
        person_id,
        code,
        reason,
        to_review=False,
        decided_by=hand.decision_id,
        dismissed=code == "dismissed",
    )


def _from_resolution(file: FileToMatch, key: Key, result: Resolution) -> MatchOutcome:
    if isinstance(result, Matched):
        return MatchOutcome(file.file_id, key.value, key.academic_year, result.person_id, "", "", to_review=False)
    collides = isinstance(result, Collision)
    dismissed = isinstance(result, Unmatched) and result.dismissed
    code = "dismissed" if dismissed else type(result).__name__.lower()
    return MatchOutcome(
        file.file_id,
        key.value,
        key.academic_year,
        None,
        code,
        result.reason,
        to_review=collides,
        dismissed=dismissed,
    )
