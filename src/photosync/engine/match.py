"""Match: which person each new file belongs to; every file again when the rules or the people changed."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass

from photosync.core.keys import KeyReader, NoKey
from photosync.core.match_rules import MatchRule
from photosync.core.matching import Collision, HandMatch, Matched, Unmatched, resolve_by_hand
from photosync.core.name_matching import Said
from photosync.core.people import PersonKind
from photosync.engine.asked import Asked, Found, asked_of, found_for
from photosync.engine.ports import FileToMatch, MatchLedger, MatchOutcome, Progress, Rein


@dataclass(frozen=True, slots=True)
class MatchTask:
    """How the files of one profile are matched. `index` is read only when there is something to match."""

    rule: MatchRule
    kinds: Collection[PersonKind]
    index: Callable[[], Mapping[str, Said]]
    everything: bool
    """Whether files matched before are matched again, because rules or people have changed."""


def match(task: MatchTask, ledger: MatchLedger, rein: Rein) -> int:
    """Match what is to be matched; return how many files were looked at."""
    reader = KeyReader(task.rule)
    index: Mapping[str, Said] | None = None
    done = 0
    for files in ledger.files_to_match(everything=task.everything):
        if index is None:
            index = task.index()
        ledger.write_matches(_matched(files, task, reader, index, ledger))
        done += len(files)
        rein.checkpoint(Progress("match", done))
    ledger.finish_matching()
    return done


def _matched(
    files: Sequence[FileToMatch],
    task: MatchTask,
    reader: KeyReader,
    index: Mapping[str, Said],
    ledger: MatchLedger,
) -> list[MatchOutcome]:
    """Return the outcomes that differ from what the files are matched to now, and those of new files."""
    asked = [asked_of(task.rule, reader, file.folder, file.name, index) for file in files]
    found = found_for(asked, reader, task.kinds, ledger)
    outcomes = []
    for file, each in zip(files, asked, strict=True):
        outcome = _outcome(file, each, found)
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


def _outcome(file: FileToMatch, asked: Asked, found: Found) -> MatchOutcome:
    if file.by_hand is not None:
        return _by_hand(file, file.by_hand, asked, found.kinds)
    if isinstance(asked.key, NoKey):
        # A row that does not count says all the same who may be on it.
        return MatchOutcome(
            file.file_id,
            asked.called,
            None,
            None,
            "no_key",
            asked.key.reason,
            to_review=False,
            may_be_of=found.called_so(asked),
        )
    return _from_resolution(file, asked, found)


def _by_hand(file: FileToMatch, hand: HandMatch, asked: Asked, kinds: Collection[PersonKind]) -> MatchOutcome:
    """Follow the decision of a person; the file's name is asked for nothing but the year."""
    value, year = asked.known_as, asked.academic_year
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


def _from_resolution(file: FileToMatch, asked: Asked, found: Found) -> MatchOutcome:
    value, year = asked.known_as, asked.academic_year
    result = found.resolution(asked)
    if isinstance(result, Matched):
        return MatchOutcome(file.file_id, value, year, result.person_id, "", "", to_review=False)
    collides = isinstance(result, Collision)
    dismissed = isinstance(result, Unmatched) and result.dismissed
    code = "dismissed" if dismissed else type(result).__name__.lower()
    return MatchOutcome(
        file.file_id,
        value,
        year,
        None,
        code,
        result.reason,
        to_review=collides,
        dismissed=dismissed,
        may_be_of=tuple(dict.fromkeys((*result.person_ids, *found.called_so(asked)))),
    )
