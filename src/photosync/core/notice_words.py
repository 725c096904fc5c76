"""What a message says: school, profile, the sentence that explains, and what to do. Templates are kept here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date

from photosync.core.notices import NoticeKind
from photosync.core.wording import date_words, days_words, one_line

SUBJECTS = {
    NoticeKind.STOPS_SOON: "{profile} stops {when}, on {date}",
    NoticeKind.ENDED: "{profile} ended on {date}",
    NoticeKind.HELD: "{profile}: run {run} waits for approval",
    NoticeKind.FAILED: "{profile}: run {run} failed",
    NoticeKind.WORKS_AGAIN: "{profile} works again",
    NoticeKind.STALE: "{profile} has had no good run for long",
    NoticeKind.ROSTER_HELD: "Roster {profile}: a reading waits for approval",
    NoticeKind.ROSTER_FAILED: "Roster {profile} could not be read",
}
WHAT_TO_DO = {
    NoticeKind.STOPS_SOON: (
        "No later timetable period has been added, so the sync stops at the end of that day. If that is meant, there "
        "is nothing to do. If it is to go on, add a timetable period that ends later."
    ),
    NoticeKind.ENDED: (
        "No photo changes any more. If that is meant, there is nothing to do. If it is to go on, add a timetable "
        "period whose end date is in the future."
    ),
    NoticeKind.HELD: (
        "Nothing of this run is published until someone with the permission SYNC: APPROVE has looked at the old and "
        "the new faces, and approves or discards it."
    ),
    NoticeKind.FAILED: (
        "What was published before stays as it is. The next run tries again. The page of the run says how far it "
        "came."
    ),
    NoticeKind.WORKS_AGAIN: "Run {run} went well, after the one before it had failed. There is nothing to do.",
    NoticeKind.STALE: "Look at the list of runs, which says of each why it did not go well or did not begin.",
    NoticeKind.ROSTER_HELD: (
        "Nobody is changed by it until someone with the permission DATA: MANAGE has looked at who they are, and "
        "approves or discards it."
    ),
    NoticeKind.ROSTER_FAILED: (
        "Everyone stays as they were, and nobody new, no new class and no leaver is known until it is read again. It "
        "is read again when that is due; the page of the roster reads it at once."
    ),
}
GOES_ON = {
    NoticeKind.FAILED: "While it goes on, you are told once a day.",
    NoticeKind.HELD: "You are told again when the plan changes, once a day at the most.",
    NoticeKind.ROSTER_HELD: "While it waits, you are told with each reading, once a day at the most.",
    NoticeKind.ROSTER_FAILED: "While it goes on, you are told once a day.",
}
COUNTS = "Photos that would be replaced: {replaced}. Added: {added}. Withdrawn: {withdrawn}."
BODY = "School: {school} ({code})\nSync profile: {profile}\n"
ROSTER_BODY = "School: {school} ({code})\nRoster: {profile}\n"
OF_ROSTERS = frozenset({NoticeKind.ROSTER_HELD, NoticeKind.ROSTER_FAILED})
LINK = "{link}"
SUBJECT = "{subject} ({school})"
TEST_SUBJECT = "A test of Photo Sync ({school})"
TEST_BODY = (
    "School: {school} ({code})\n\nThis is a test that {by} asked for. If you read it, messages of Photo Sync arrive "
    "at this address."
)
MOST_LETTERS_OF_A_SUBJECT = 380


@dataclass(frozen=True, slots=True)
class Letter:
    subject: str
    body: str


@dataclass(frozen=True, slots=True)
class About:
    """`link` is the whole address of the page, empty where the operator has not said where the pages are."""

    school: str
    code: str
    profile: str
    link: str


def letter_of_stop(about: About, stops_on: date, today: date, explanation: str) -> Letter:
    said = {"when": days_words(stops_on, today), "date": date_words(stops_on)}
    return _letter(NoticeKind.STOPS_SOON, about, explanation, said)


def letter_of_end(about: About, stopped_on: date, explanation: str) -> Letter:
    return _letter(NoticeKind.ENDED, about, explanation, {"date": date_words(stopped_on)})


def letter_of_run(kind: NoticeKind, about: About, run: int, explanation: str, counts: Mapping[str, int]) -> Letter:
    """`explanation` is the run's own of why it was held or failed, else the profile's."""
    lines = [explanation]
    if kind is NoticeKind.HELD and counts:
        told = {name: counts.get(name, 0) for name in ("replaced", "added", "withdrawn")}
        lines.append(COUNTS.format(**told))
    return _letter(kind, about, "\n".join(filter(None, lines)), {"run": str(run)})


def letter_of_stale(about: About, explanation: str) -> Letter:
    return _letter(NoticeKind.STALE, about, explanation, {})


def letter_of_roster(kind: NoticeKind, about: About, explanation: str) -> Letter:
    """`about` has the roster's name in place of a profile's."""
    return _letter(kind, about, explanation, {})


def letter_of_test(school: str, code: str, by: str) -> Letter:
    said = {"school": school, "code": code, "by": by}
    return Letter(one_line(TEST_SUBJECT.format(**said))[:MOST_LETTERS_OF_A_SUBJECT], TEST_BODY.format(**said) + "\n")


def _letter(kind: NoticeKind, about: About, explanation: str, said: Mapping[str, str]) -> Letter:
    known = {"profile": about.profile, "school": about.school, "code": about.code, **said}
    subject = SUBJECT.format(subject=SUBJECTS[kind].format(**known), school=about.school)
    body_words = ROSTER_BODY if kind in OF_ROSTERS else BODY
    parts = [body_words.format(**known).rstrip(), explanation, WHAT_TO_DO[kind].format(**known)]
    if kind in GOES_ON:
        parts[-1] += f" {GOES_ON[kind]}"
    if about.link:
        parts.append(LINK.format(link=about.link))
    body = "\n\n".join(filter(None, parts)) + "\n"
    return Letter(one_line(subject)[:MOST_LETTERS_OF_A_SUBJECT], body)
