"""The plan for one person: what becomes of each new or changed file, and why. Rule: PRODUCT.md, "Runs"."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import StrEnum

from photosync.core.photos import photo_for_year
from photosync.core.status import Mode

FileRef = int | str


class Action(StrEnum):
    ADD = "add"
    REPLACE = "replace"
    KEEP = "keep"
    REVIEW = "review"
    WAITING = "waiting"
    WITHDRAW = "withdraw"
    UNDO = "undo"


PUBLISHED = frozenset({Action.ADD, Action.REPLACE})
"""The actions on a file that change the library."""


class Reason(StrEnum):
    FIRST_PHOTO = "first_photo"
    FIRST_SHOWN = "first_shown"
    PAST_YEAR_ADDED = "past_year_added"
    NEW_YEAR = "new_year"
    FUTURE_YEAR = "future_year"
    CHANGED = "changed"
    CAME_BACK = "came_back"
    SHOWN_AGAIN = "shown_again"
    SAME_PICTURE = "same_picture"
    SAME_AS_OTHER_FILE = "same_as_other_file"
    PINNED = "pinned"
    DISMISSED = "dismissed"
    OLD_PHOTO = "old_photo"
    TWO_PICTURES = "two_pictures"
    OTHER_PERSON = "other_person"
    PLACEHOLDER = "placeholder"
    ADDITIONS_ONLY = "additions_only"
    REPORT_OPEN = "report_open"
    SOURCE_EMPTY = "source_empty"
    LISTING_INCOMPLETE = "listing_incomplete"
    STILL_IN_SOURCE = "still_in_source"
    OTHER_ORIGIN = "other_origin"
    KEPT_BY_PROFILE = "kept_by_profile"


@dataclass(frozen=True, slots=True)
class Candidate:
    """A file of the person that is new or has changed since it was last decided on."""

    file_ref: FileRef
    content: str
    """Hash of the rendered picture."""
    academic_year: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPhotos:
    """What the library holds of one person before the run."""

    person_id: int
    label: str
    years: Mapping[int, str] = field(default_factory=dict)
    """Current content of each academic year that has one, withdrawn or not; what is shown follows from it."""
    known: Mapping[int, frozenset[str]] = field(default_factory=dict)
    """Per academic year, every content that was ever a version of it; `years` need not be repeated."""
    blocked: frozenset[tuple[int, str]] = frozenset()
    """Pins, as (academic year, content): undone, discarded, or set aside for a photo set by hand."""
    dismissed: Mapping[tuple[int | None, str], str] = field(default_factory=dict)
    """What someone decided against in review, as (academic year, or None for any; content), with the sentence."""
    accepted: frozenset[tuple[int, str]] = frozenset()
    """What someone decided for in review, as (academic year, content): an old photo that comes back may be used."""
    withdrawn: bool = False
    withdrawn_by_hand: bool = False
    """A person withdrew it: only a person shows it again."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """What the profile and the day say about this person."""

    today_year: int
    mode: Mode = Mode.FULL
    waits_for: str = ""
    """The open reporting cycle in which the person's report is not archived, where the profile holds until it is."""


@dataclass(frozen=True, slots=True)
class Decision:
    file_ref: FileRef
    action: Action
    academic_year: int
    reason_code: Reason
    reason: str
    changes_face: bool = False
    """Publishing it changes what is shown for today's academic year; also true where nothing was shown."""


@dataclass(frozen=True, slots=True)
class _Choice:
    action: Action
    code: Reason
    reason: str
    changes_face: bool = False


def decide(person: PersonPhotos, candidates: Sequence[Candidate], policy: Policy) -> tuple[Decision, ...]:
    """Return one decision per candidate, in the order of academic years and then of `file_ref`.

    Years are decided from the earliest on; what is published for one counts as present for the next.
    The order in which the candidates are given makes no difference. A picture that someone decided against
    takes no part: another one beside it is not one of two.
    """
    by_year: dict[int, list[Candidate]] = defaultdict(list)
    for candidate in sorted(candidates, key=_order):
        by_year[candidate.academic_year].append(candidate)
    decisions: list[Decision] = []
    state = person
    for year in sorted(by_year):
        against = {one.file_ref: choice for one in by_year[year] if (choice := _decided_against(person, one))}
        decisions.extend(_decision(one, against[one.file_ref]) for one in by_year[year] if one.file_ref in against)
        files = [one for one in by_year[year] if one.file_ref not in against]
        if not files:
            continue
        content = files[0].content
        if any(other.content != content for other in files):
            choice = _Choice(
                Action.REVIEW,
                Reason.TWO_PICTURES,
                f"Two different pictures for one person: {person.label} has {len(files)} files for {year}. "
                "Choose the right one.",
            )
            decisions.extend(_decision(one, choice) for one in files)
            continue
        choice = _under_policy(_choose(state, year, content, policy, first=not person.years), person, policy)
        decisions.append(_decision(files[0], choice))
        decisions.extend(_decision(one, _of_copy(choice)) for one in files[1:])
        if choice.action in PUBLISHED:
            state = _with_photo(state, year, content, shows=choice.changes_face)
    return tuple(sorted(decisions, key=_order))


def _decided_against(person: PersonPhotos, one: Candidate) -> _Choice | None:
    """Return the choice for a picture that is pinned, or was dismissed in review."""
    year, content = one.academic_year, one.content
    if (year, content) in person.blocked:
        told = f"Someone decided against this picture for {year}. Release the pin to use it."
        return _Choice(Action.KEEP, Reason.PINNED, told)
    told = person.dismissed.get((year, content)) or person.dismissed.get((None, content), "")
    return _Choice(Action.KEEP, Reason.DISMISSED, told) if told else None


def _order(one: Candidate | Decision) -> tuple[int, int, str]:
    ref = one.file_ref
    number, text = (ref, "") if isinstance(ref, int) else (0, ref)
    return one.academic_year, number, text


def _decision(candidate: Candidate, choice: _Choice) -> Decision:
    return Decision(
        candidate.file_ref,
        choice.action,
        candidate.academic_year,
        choice.code,
        choice.reason,
        choice.changes_face,
    )


def _of_copy(choice: _Choice) -> _Choice:
    """Return the choice for a further file with the same picture: it waits, or is reviewed, along."""
    if choice.action not in PUBLISHED:
        return choice
    return _Choice(
        Action.KEEP, Reason.SAME_AS_OTHER_FILE, "The same picture as another file of this person in this run."
    )


def _with_photo(state: PersonPhotos, year: int, content: str, *, shows: bool) -> PersonPhotos:
    known = {**state.known, year: _known_of(state, year) | {content}}
    return replace(state, years={**state.years, year: content}, known=known, withdrawn=state.withdrawn and not shows)


def _known_of(state: PersonPhotos, year: int) -> frozenset[str]:
    known = state.known.get(year, frozenset())
    return known | {state.years[year]} if year in state.years else known


def _choose(state: PersonPhotos, year: int, content: str, policy: Policy, *, first: bool) -> _Choice:
    """Decide on one picture by the library alone. `first`: there was no photo of any year before the run."""
    effective = photo_for_year(state.years, policy.today_year)
    effective_year = effective[1] if effective else None
    if state.years.get(year) == content:
        if state.withdrawn and year == effective_year and not state.withdrawn_by_hand:
            return _Choice(
                Action.REPLACE,
                Reason.SHOWN_AGAIN,
                f"The withdrawn photo of {year} is in the source again.",
                changes_face=True,
            )
        return _Choice(Action.KEEP, Reason.SAME_PICTURE, f"It is the photo of {year} already.")
    if old := _earlier_use(state, year, content):
        return _Choice(Action.REVIEW, Reason.OLD_PHOTO, old)
    if year == policy.today_year and (coming := _coming_year(state, year, content)):
        shown = state.years.get(coming) == content
        told = "already, and is shown from then on" if shown else f"before, so it is not used for {year}"
        return _Choice(Action.KEEP, Reason.SAME_PICTURE, f"It came as a photo of {coming} {told}.")
    becomes_effective = year <= policy.today_year and (effective_year is None or year >= effective_year)
    changes_face = becomes_effective and not state.withdrawn_by_hand
    return _Choice(*_publish(state, year, content, effective_year, policy, first=first), changes_face)


def _coming_year(state: PersonPhotos, year: int, content: str) -> int | None:
    """Return the first later year that knows this picture, which `year` never had: a delivery made early."""
    years = {*state.known, *state.years}
    later = [other for other in years if other > year and content in _known_of(state, other)]
    return min(later) if later and content not in _known_of(state, year) else None


def _earlier_use(state: PersonPhotos, year: int, content: str) -> str | None:
    """Return why bytes that are new to `year` must be looked at first: they belong to another year."""
    if content in _known_of(state, year) or (year, content) in state.accepted:
        return None
    known = [other for other in {*state.known, *state.years} if other < year and content in _known_of(state, other)]
    if known:
        return (
            f"This is the photo of {max(known)}, offered again for {year}. "
            "An old photo that comes back is not published by itself."
        )
    pinned = [other for other, pinned_content in state.blocked if other < year and pinned_content == content]
    if pinned:
        return f"Someone decided against this picture for {max(pinned)}, and it is offered again for {year}."
    return None


def approved_for(year: int) -> str:
    """Return the reason of a change that was planned for today's year, and approved for the later `year`."""
    return f"Approved as the photo of {year}; the face changes on the first day of that year."


def _publish(
    state: PersonPhotos, year: int, content: str, effective_year: int | None, policy: Policy, *, first: bool
) -> tuple[Action, Reason, str]:
    """Return how a picture that is to become the photo of `year` is published: as what, and why."""
    if first:
        return Action.ADD, Reason.FIRST_PHOTO, f"There was no photo of any year; this is the one for {year}."
    if year in state.years:
        if content in _known_of(state, year):
            return Action.REPLACE, Reason.CAME_BACK, f"A former picture of {year} is in the source again."
        return Action.REPLACE, Reason.CHANGED, f"A new picture for {year}."
    if year > policy.today_year:
        told = f"The first photo for {year}; the face changes on the first day of that year."
        return Action.REPLACE, Reason.FUTURE_YEAR, told
    if effective_year is None:
        return Action.ADD, Reason.FIRST_SHOWN, f"There was no photo to show yet; this is the one for {year}."
    if year > effective_year:
        told = f"The first photo for {year}; until now the photo of {effective_year} was shown."
        return Action.REPLACE, Reason.NEW_YEAR, told
    return Action.ADD, Reason.PAST_YEAR_ADDED, f"There was no photo for {year}; the face that is shown stays."


def shown_photo(person: PersonPhotos, today_year: int) -> tuple[str, int] | None:
    """Return the content shown for `today_year`, and the year it is of; None without one or withdrawn."""
    return None if person.withdrawn else photo_for_year(person.years, today_year)


def _under_policy(choice: _Choice, person: PersonPhotos, policy: Policy) -> _Choice:
    """Let wait what the profile's mode, or a report that is not archived, does not let happen now."""
    if choice.action not in PUBLISHED:
        return choice
    if policy.mode is Mode.ADDITIONS and person.years:
        return _Choice(
            Action.WAITING,
            Reason.ADDITIONS_ONLY,
            f"Waiting: the profile only makes additions now. {choice.reason}",
        )
    if policy.waits_for and choice.action is Action.REPLACE:
        return _Choice(
            Action.WAITING, Reason.REPORT_OPEN, waiting_reason(policy.waits_for, person.label, choice.reason)
        )
    return choice


def waiting_reason(cycle: str, label: str, reason: str) -> str:
    """Return why what `reason` says of `label` does not happen while the reporting cycle is open."""
    return f"Waiting for {cycle}: the report of {label} is not archived. {reason}".strip()


def same_picture_review(
    decision: Decision, others: Sequence[str], *, total: int | None = None, suspect: bool = False
) -> Decision:
    """Return `decision`, turned into review where its picture is also that of other people, or was (`suspect`).

    `others` are labels of other people for whom the same content is a candidate or a photo of any year;
    with `total` the list may be cut short: it is the number of those other people. What is kept stays kept,
    but for a copy of a file that is itself turned into review.
    """
    count = len(others) if total is None else total
    copy = decision.reason_code is Reason.SAME_AS_OTHER_FILE
    if (
        (count == 0 and not suspect)
        or decision.action is Action.REVIEW
        or (decision.action is Action.KEEP and not copy)
    ):
        return decision
    if count == 0:
        code = Reason.PLACEHOLDER
        reason = "This picture came for several people before, so it is nobody's for certain."
    elif count == 1:
        code = Reason.OTHER_PERSON
        reason = f"The same picture is also there for {others[0]}. One of the two is wrong."
    else:
        code = Reason.PLACEHOLDER
        reason = (
            f"The same picture is there for {count + 1} people, {others[0]} among them: "
            "it looks like a placeholder for absentees."
        )
    return replace(decision, action=Action.REVIEW, reason_code=code, reason=reason, changes_face=False)


class WhenMissing(StrEnum):
    """What a profile does when its source no longer has a photo that it shows."""

    KEEP = "keep"
    WITHDRAW = "withdraw"


@dataclass(frozen=True, slots=True)
class WithdrawalDecision:
    action: Action
    """WITHDRAW, WAITING or KEEP. Withdrawn means not shown and not delivered; the version stays."""
    reason_code: Reason
    reason: str


def decide_withdrawal(
    when_missing: WhenMissing,
    policy: Policy,
    *,
    complete_listing: bool,
    shown_from_this_source: bool,
    files_left: int,
) -> WithdrawalDecision:
    """Return what becomes of the shown photo of a person whose files may have gone from the source.

    `files_left` counts the person's files in this listing, whatever became of them in the run.
    Never withdraws on an incomplete listing, nor a photo that came from elsewhere or was set by hand.
    """
    kept = _why_kept(when_missing, complete=complete_listing, ours=shown_from_this_source, files_left=files_left)
    if kept is not None:
        return WithdrawalDecision(Action.KEEP, *kept)
    gone = "The source no longer has a photo of this person."
    if policy.mode is Mode.ADDITIONS:
        told = f"Waiting: the profile only makes additions now. {gone}"
        return WithdrawalDecision(Action.WAITING, Reason.ADDITIONS_ONLY, told)
    if policy.waits_for:
        told = f"Waiting for {policy.waits_for}: the report is not archived. {gone}"
        return WithdrawalDecision(Action.WAITING, Reason.REPORT_OPEN, told)
    return WithdrawalDecision(Action.WITHDRAW, Reason.SOURCE_EMPTY, gone)


def _why_kept(when_missing: WhenMissing, *, complete: bool, ours: bool, files_left: int) -> tuple[Reason, str] | None:
    if when_missing is WhenMissing.KEEP:
        return Reason.KEPT_BY_PROFILE, "The profile keeps photos that the source no longer has."
    if not complete:
        return Reason.LISTING_INCOMPLETE, "The listing of the source broke off, so nothing is withdrawn."
    if not ours:
        return Reason.OTHER_ORIGIN, "The photo did not come from this source."
    if files_left > 0:
        return Reason.STILL_IN_SOURCE, "The source still has a photo of this person."
    return None
