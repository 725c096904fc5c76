from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.plan import (
    PUBLISHED,
    Action,
    Candidate,
    Decision,
    Mode,
    PersonPhotos,
    Policy,
    Reason,
    WhenMissing,
    WithdrawalDecision,
    decide,
    decide_withdrawal,
    same_picture_review,
    shown_photo,
)

FULL = Policy(today_year=2026)
ADDITIONS = Policy(today_year=2026, mode=Mode.ADDITIONS)
HOLD = Policy(today_year=2026, waits_for="2026 Semester 2")


def mia(**facts: object) -> PersonPhotos:
    return replace(PersonPhotos(person_id=1, label="Mia Chen (0417)"), **facts)


def outcome(person: PersonPhotos, content: str, year: int, policy: Policy = FULL) -> tuple[object, ...]:
    (decision,) = decide(person, [Candidate("f", content, year)], policy)
    assert (decision.file_ref, decision.academic_year) == ("f", year)
    return decision.action, decision.reason_code, decision.reason, decision.changes_face


@pytest.mark.parametrize(
    ("person", "content", "year", "expected"),
    [
        (
            mia(),
            "a",
            2026,
            (
                Action.ADD,
                Reason.FIRST_PHOTO,
                "There was no photo of any year; this is the one for 2026.",
                True,
            ),
        ),
        (
            mia(),
            "a",
            2027,
            (
                Action.ADD,
                Reason.FIRST_PHOTO,
                "There was no photo of any year; this is the one for 2027.",
                False,
            ),
        ),
        (
            mia(years={2026: "a"}),
            "a",
            2026,
            (Action.KEEP, Reason.SAME_PICTURE, "It is the photo of 2026 already.", False),
        ),
        (
            mia(years={2026: "a"}, withdrawn=True),
            "a",
            2026,
            (Action.REPLACE, Reason.SHOWN_AGAIN, "The withdrawn photo of 2026 is in the source again.", True),
        ),
        (
            mia(years={2026: "a"}, withdrawn=True, withdrawn_by_hand=True),
            "a",
            2026,
            (Action.KEEP, Reason.SAME_PICTURE, "It is the photo of 2026 already.", False),
        ),
        (
            mia(years={2026: "a"}, withdrawn=True, withdrawn_by_hand=True),
            "b",
            2026,
            (Action.REPLACE, Reason.CHANGED, "A new picture for 2026.", False),
        ),
        (
            mia(years={2025: "a", 2026: "b"}, withdrawn=True),
            "a",
            2025,
            (Action.KEEP, Reason.SAME_PICTURE, "It is the photo of 2025 already.", False),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2026,
            (Action.REPLACE, Reason.CHANGED, "A new picture for 2026.", True),
        ),
        (
            mia(years={2026: "a"}, known={2026: frozenset("ab")}),
            "b",
            2026,
            (Action.REPLACE, Reason.CAME_BACK, "A former picture of 2026 is in the source again.", True),
        ),
        (
            mia(years={2024: "a"}),
            "b",
            2026,
            (
                Action.REPLACE,
                Reason.NEW_YEAR,
                "The first photo for 2026; until now the photo of 2024 was shown.",
                True,
            ),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2027,
            (
                Action.REPLACE,
                Reason.FUTURE_YEAR,
                "The first photo for 2027; the face changes on the first day of that year.",
                False,
            ),
        ),
        (
            mia(years={2027: "a"}),
            "b",
            2027,
            (Action.REPLACE, Reason.CHANGED, "A new picture for 2027.", False),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2024,
            (
                Action.ADD,
                Reason.PAST_YEAR_ADDED,
                "There was no photo for 2024; the face that is shown stays.",
                False,
            ),
        ),
        (
            mia(years={2024: "c", 2026: "a"}),
            "b",
            2024,
            (Action.REPLACE, Reason.CHANGED, "A new picture for 2024.", False),
        ),
        (
            mia(years={2027: "a"}),
            "b",
            2026,
            (
                Action.ADD,
                Reason.FIRST_SHOWN,
                "There was no photo to show yet; this is the one for 2026.",
                True,
            ),
        ),
        (
            mia(years={2026: "a"}, blocked=frozenset({(2026, "b")})),
            "b",
            2026,
            (
                Action.KEEP,
                Reason.PINNED,
                "Someone decided against this picture for 2026. Release the pin to use it.",
                False,
            ),
        ),
        (
            mia(years={2025: "a"}),
            "a",
            2026,
            (
                Action.REVIEW,
                Reason.OLD_PHOTO,
                "This is the photo of 2025, offered again for 2026. "
                "An old photo that comes back is not published by itself.",
                False,
            ),
        ),
        (
            mia(years={2025: "b"}, known={2024: frozenset("a"), 2025: frozenset("b")}),
            "a",
            2026,
            (
                Action.REVIEW,
                Reason.OLD_PHOTO,
                "This is the photo of 2024, offered again for 2026. "
                "An old photo that comes back is not published by itself.",
                False,
            ),
        ),
        (
            mia(years={2024: "b"}, blocked=frozenset({(2025, "a")})),
            "a",
            2026,
            (
                Action.REVIEW,
                Reason.OLD_PHOTO,
                "Someone decided against this picture for 2025, and it is offered again for 2026.",
                False,
            ),
        ),
    ],
    ids=[
        "first photo",
        "first photo is next year's",
        "the same picture",
        "withdrawn and back",
        "withdrawn by hand and back",
        "withdrawn by hand, changed",
        "withdrawn and a former year's file touched",
        "changed",
        "a corrected mistake",
        "new year",
        "next year's photo",
        "next year's photo changed",
        "past year without photo",
        "past year with another photo",
        "only next year's photo so far",
        "pinned",
        "last year's photo again",
        "photo of an earlier year, superseded since, again",
        "discarded last year, offered again",
    ],
)
def test_decide_one_file(person: PersonPhotos, content: str, year: int, expected: tuple[object, ...]) -> None:
    assert outcome(person, content, year) == expected


@pytest.mark.parametrize(
    ("person", "content", "year", "policy", "expected"),
    [
        (
            mia(),
            "a",
            2026,
            ADDITIONS,
            (
                Action.ADD,
                Reason.FIRST_PHOTO,
                "There was no photo of any year; this is the one for 2026.",
                True,
            ),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2026,
            ADDITIONS,
            (
                Action.WAITING,
                Reason.ADDITIONS_ONLY,
                "Waiting: the profile only makes additions now. A new picture for 2026.",
                False,
            ),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2024,
            ADDITIONS,
            (
                Action.WAITING,
                Reason.ADDITIONS_ONLY,
                "Waiting: the profile only makes additions now. "
                "There was no photo for 2024; the face that is shown stays.",
                False,
            ),
        ),
        (
            mia(years={2025: "a"}),
            "b",
            2026,
            HOLD,
            (
                Action.WAITING,
                Reason.REPORT_OPEN,
                "Waiting for 2026 Semester 2: the report of Mia Chen (0417) is not archived. "
                "The first photo for 2026; until now the photo of 2025 was shown.",
                False,
            ),
        ),
        (
            mia(),
            "b",
            2026,
            HOLD,
            (
                Action.ADD,
                Reason.FIRST_PHOTO,
                "There was no photo of any year; this is the one for 2026.",
                True,
            ),
        ),
        (
            mia(years={2026: "a"}),
            "b",
            2024,
            HOLD,
            (
                Action.ADD,
                Reason.PAST_YEAR_ADDED,
                "There was no photo for 2024; the face that is shown stays.",
                False,
            ),
        ),
    ],
    ids=[
        "additions: first photo",
        "additions: changed",
        "additions: past year",
        "report open: new year",
        "report open: first photo",
        "report open: past year",
    ],
)
def test_decide_one_file_under_policy(
    person: PersonPhotos, content: str, year: int, policy: Policy, expected: tuple[object, ...]
) -> None:
    assert outcome(person, content, year, policy) == expected


def test_decide_next_years_photo_offered_for_this_year_is_kept_for_next_year() -> None:
    decision = outcome(mia(years={2026: "a", 2027: "b"}), "b", 2026, FULL)

    assert decision == (
        Action.KEEP,
        Reason.SAME_PICTURE,
        "It came as a photo of 2027 already, and is shown from then on.",
        False,
    )


def test_decide_next_years_photo_that_was_undone_is_not_used_for_this_year() -> None:
    decision = outcome(mia(years={2026: "a"}, known={2027: frozenset("b")}), "b", 2026, FULL)

    assert decision == (
        Action.KEEP,
        Reason.SAME_PICTURE,
        "It came as a photo of 2027 before, so it is not used for 2026.",
        False,
    )


def test_decide_two_different_pictures_of_one_year() -> None:
    reason = "Two different pictures for one person: Mia Chen (0417) has 2 files for 2026. Choose the right one."

    decisions = decide(mia(), [Candidate(2, "b", 2026), Candidate(1, "a", 2026)], FULL)

    assert decisions == (
        Decision(1, Action.REVIEW, 2026, Reason.TWO_PICTURES, reason),
        Decision(2, Action.REVIEW, 2026, Reason.TWO_PICTURES, reason),
    )


def test_decide_same_picture_twice_publishes_one() -> None:
    decisions = decide(mia(), [Candidate(10, "a", 2026), Candidate(9, "a", 2026)], FULL)

    assert [(one.file_ref, one.action, one.reason_code) for one in decisions] == [
        (9, Action.ADD, Reason.FIRST_PHOTO),
        (10, Action.KEEP, Reason.SAME_AS_OTHER_FILE),
    ]


def test_decide_same_picture_twice_waits_with_its_copy() -> None:
    decisions = decide(mia(years={2025: "x"}), [Candidate(1, "a", 2026), Candidate(2, "a", 2026)], HOLD)

    assert [one.action for one in decisions] == [Action.WAITING, Action.WAITING]


def test_decide_first_sync_with_two_years_adds_both() -> None:
    decisions = decide(mia(), [Candidate("new", "b", 2026), Candidate("old", "a", 2025)], FULL)

    assert [(one.file_ref, one.action) for one in decisions] == [("old", Action.ADD), ("new", Action.ADD)]


def test_decide_first_sync_with_one_picture_for_two_years_reviews_the_later() -> None:
    decisions = decide(mia(), [Candidate("new", "a", 2026), Candidate("old", "a", 2025)], FULL)

    assert [(one.file_ref, one.action) for one in decisions] == [("old", Action.ADD), ("new", Action.REVIEW)]


def test_decide_nothing() -> None:
    assert decide(mia(years={2026: "a"}), [], FULL) == ()


@pytest.mark.parametrize(
    ("person", "shown"),
    [
        (mia(), None),
        (mia(years={2027: "a"}), None),
        (mia(years={2024: "a", 2027: "b"}), ("a", 2024)),
        (mia(years={2026: "a"}, withdrawn=True), None),
    ],
)
def test_shown_photo(person: PersonPhotos, shown: tuple[str, int] | None) -> None:
    assert shown_photo(person, 2026) == shown


def test_decide_one_file_agrees_with_the_rules_read_one_by_one() -> None:
    contents = (None, "a", "b")
    for years, extra, blocked, withdrawn, year, policy in product(
        product(contents, repeat=3),
        (None, 2025, 2026),
        (None, 2025, 2026),
        (False, True),
        (2025, 2026, 2027),
        (FULL, ADDITIONS, HOLD),
    ):
        current = {y: c for y, c in zip((2025, 2026, 2027), years, strict=True) if c is not None}
        person = mia(
            years=current,
            known={extra: frozenset("a")} if extra else {},
            blocked=frozenset({(blocked, "a")} if blocked else set()),
            withdrawn=withdrawn,
        )
        assert outcome(person, "a", year, policy)[0] == _by_the_rules(person, year, policy), (person, year)


def _by_the_rules(person: PersonPhotos, year: int, policy: Policy) -> Action:
    """The action for the content "a", rule after rule, without regard to how the plan is written."""
    seen = {(y, c) for y, all_known in person.known.items() for c in all_known} | set(person.years.items())
    shown_year = max((y for y in person.years if y <= policy.today_year), default=None)
    if (year, "a") in person.blocked:
        return Action.KEEP
    back = person.years.get(year) == "a" and person.withdrawn and year == shown_year
    if person.years.get(year) == "a" and not back:
        return Action.KEEP
    if not back and (year, "a") not in seen and any(c == "a" and y < year for y, c in seen | person.blocked):
        return Action.REVIEW
    delivered_early = any(c == "a" and y > year for y, c in seen)
    if not back and year == policy.today_year and (year, "a") not in seen and delivered_early:
        return Action.KEEP
    if not person.years:
        return Action.ADD
    is_replace = year in person.years or year > policy.today_year or (shown_year is not None and year > shown_year)
    if policy.mode is Mode.ADDITIONS or (is_replace and policy.waits_for):
        return Action.WAITING
    return Action.REPLACE if is_replace else Action.ADD


YEARS = st.integers(2024, 2028)
CONTENTS = st.sampled_from("abcd")
PERSONS = st.builds(
    mia,
    years=st.dictionaries(YEARS, CONTENTS, max_size=4),
    known=st.dictionaries(YEARS, st.frozensets(CONTENTS), max_size=3),
    blocked=st.frozensets(st.tuples(YEARS, CONTENTS), max_size=3),
    withdrawn=st.booleans(),
)
POLICIES = st.builds(
    Policy,
    today_year=st.integers(2025, 2027),
    mode=st.sampled_from(Mode),
    waits_for=st.sampled_from(("", "2026 Semester 2")),
)
FILES = st.lists(
    st.builds(Candidate, st.integers(1, 9), CONTENTS, YEARS), max_size=5, unique_by=lambda file: file.file_ref
)


def applied(
    person: PersonPhotos, files: list[Candidate], decisions: tuple[Decision, ...], policy: Policy
) -> PersonPhotos:
    """What the library holds after the decisions were published."""
    contents = {file.file_ref: file.content for file in files}
    years, known = dict(person.years), {year: set(all_of) for year, all_of in person.known.items()}
    withdrawn = person.withdrawn
    for decision in decisions:
        if decision.action in PUBLISHED:
            year, content = decision.academic_year, contents[decision.file_ref]
            known.setdefault(year, set()).update({content, years.get(year, content)})
            years[year] = content
            withdrawn = withdrawn and not decision.changes_face
    return replace(person, years=years, known={y: frozenset(c) for y, c in known.items()}, withdrawn=withdrawn)


@given(PERSONS, FILES, POLICIES, st.data())
def test_plan_does_not_depend_on_the_order_of_files(
    person: PersonPhotos, files: list[Candidate], policy: Policy, data: st.DataObject
) -> None:
    shuffled = data.draw(st.permutations(files))

    assert decide(person, shuffled, policy) == decide(person, files, policy)


@given(PERSONS, FILES, POLICIES)
def test_plan_decides_on_every_file_once(person: PersonPhotos, files: list[Candidate], policy: Policy) -> None:
    decisions = decide(person, files, policy)

    assert sorted((one.file_ref, one.academic_year) for one in decisions) == sorted(
        (file.file_ref, file.academic_year) for file in files
    )


@given(PERSONS, FILES, POLICIES)
def test_plan_publishes_nothing_pinned_and_one_picture_a_year(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    contents = {file.file_ref: file.content for file in files}

    published = [
        (one.academic_year, contents[one.file_ref])
        for one in decide(person, files, policy)
        if one.action in PUBLISHED
    ]

    assert person.blocked.isdisjoint(published)
    assert len({year for year, _ in published}) == len(published)


@given(PERSONS, FILES, POLICIES)
def test_plan_additions_only_changes_no_face_that_is_shown_in_any_year(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    policy = replace(policy, mode=Mode.ADDITIONS)

    after = applied(person, files, decide(person, files, policy), policy)

    assert after == person if person.years else after.blocked == person.blocked


@given(PERSONS, FILES, POLICIES)
def test_plan_holds_the_shown_face_while_the_report_is_open(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    policy = replace(policy, waits_for="2026 Semester 2")
    before = shown_photo(person, policy.today_year)

    after = shown_photo(applied(person, files, decide(person, files, policy), policy), policy.today_year)

    assert after == before or before is None


@given(PERSONS, FILES, POLICIES)
def test_plan_applied_twice_keeps_what_it_published(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    first = decide(person, files, policy)

    second = decide(applied(person, files, first, policy), files, policy)

    stays = {Action.ADD: Action.KEEP, Action.REPLACE: Action.KEEP}
    assert [one.action for one in second] == [stays.get(one.action, one.action) for one in first]


@given(PERSONS, FILES, POLICIES)
def test_plan_says_whether_the_shown_face_changes(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    decisions = decide(person, files, policy)

    after = shown_photo(applied(person, files, decisions, policy), policy.today_year)

    changed = after != shown_photo(person, policy.today_year)
    assert changed == any(one.changes_face for one in decisions)


@given(PERSONS, FILES, POLICIES)
def test_plan_never_publishes_an_old_photo_by_itself(
    person: PersonPhotos, files: list[Candidate], policy: Policy
) -> None:
    contents = {file.file_ref: file.content for file in files}
    ever = {(year, one) for year, known in person.known.items() for one in known} | set(person.years.items())

    for decision in decide(person, files, policy):
        if decision.action in PUBLISHED:
            year, content = decision.academic_year, contents[decision.file_ref]
            earlier = {known_year for known_year, one in ever if one == content and known_year < year}
            assert (year, content) in ever or not earlier


ADDED = Decision(1, Action.ADD, 2026, Reason.FIRST_PHOTO, "There was no photo.", changes_face=True)
KEPT = Decision(1, Action.KEEP, 2026, Reason.SAME_PICTURE, "It is the photo of 2026 already.")


def test_same_picture_of_nobody_else_stays() -> None:
    assert same_picture_review(ADDED, []) == ADDED


def test_same_picture_of_one_other_person_names_them() -> None:
    assert same_picture_review(ADDED, ["Noah Park (0418)"]) == Decision(
        1,
        Action.REVIEW,
        2026,
        Reason.OTHER_PERSON,
        "The same picture is also there for Noah Park (0418). One of the two is wrong.",
    )


@pytest.mark.parametrize(
    ("others", "total", "people"),
    [(["Noah Park (0418)", "Zoe Hall (0419)"], None, 3), (["Noah Park (0418)"], 13, 14)],
)
def test_same_picture_of_many_looks_like_a_placeholder(others: list[str], total: int | None, people: int) -> None:
    assert same_picture_review(ADDED, others, total=total) == Decision(
        1,
        Action.REVIEW,
        2026,
        Reason.PLACEHOLDER,
        f"The same picture is there for {people} people, Noah Park (0418) among them: "
        "it looks like a placeholder for absentees.",
    )


@pytest.mark.parametrize(
    ("action", "code", "after"),
    [
        (Action.REPLACE, Reason.CHANGED, Action.REVIEW),
        (Action.WAITING, Reason.REPORT_OPEN, Action.REVIEW),
        (Action.KEEP, Reason.SAME_AS_OTHER_FILE, Action.REVIEW),
    ],
)
def test_same_picture_of_another_person_turns_what_is_not_decided_into_review(
    action: Action, code: Reason, after: Action
) -> None:
    decision = replace(ADDED, action=action, reason_code=code)

    assert same_picture_review(decision, ["Noah Park (0418)"]).action is after


@pytest.mark.parametrize(
    "decision",
    [KEPT, replace(KEPT, reason_code=Reason.PINNED), replace(KEPT, action=Action.REVIEW)],
)
def test_same_picture_of_another_person_leaves_what_is_kept_or_in_review(decision: Decision) -> None:
    assert same_picture_review(decision, ["Noah Park (0418)"]) == decision


WITHDRAW = WithdrawalDecision(
    Action.WITHDRAW, Reason.SOURCE_EMPTY, "The source no longer has a photo of this person."
)


@pytest.mark.parametrize(
    ("when_missing", "policy", "facts", "expected"),
    [
        (WhenMissing.WITHDRAW, FULL, (True, True, 0), WITHDRAW),
        (
            WhenMissing.KEEP,
            FULL,
            (True, True, 0),
            WithdrawalDecision(
                Action.KEEP, Reason.KEPT_BY_PROFILE, "The profile keeps photos that the source no longer has."
            ),
        ),
        (
            WhenMissing.WITHDRAW,
            FULL,
            (False, True, 0),
            WithdrawalDecision(
                Action.KEEP,
                Reason.LISTING_INCOMPLETE,
                "The listing of the source broke off, so nothing is withdrawn.",
            ),
        ),
        (
            WhenMissing.WITHDRAW,
            FULL,
            (True, False, 0),
            WithdrawalDecision(Action.KEEP, Reason.OTHER_ORIGIN, "The photo did not come from this source."),
        ),
        (
            WhenMissing.WITHDRAW,
            FULL,
            (True, True, 1),
            WithdrawalDecision(Action.KEEP, Reason.STILL_IN_SOURCE, "The source still has a photo of this person."),
        ),
        (
            WhenMissing.WITHDRAW,
            ADDITIONS,
            (True, True, 0),
            WithdrawalDecision(
                Action.WAITING,
                Reason.ADDITIONS_ONLY,
                "Waiting: the profile only makes additions now. The source no longer has a photo of this person.",
            ),
        ),
        (
            WhenMissing.WITHDRAW,
            HOLD,
            (True, True, 0),
            WithdrawalDecision(
                Action.WAITING,
                Reason.REPORT_OPEN,
                "Waiting for 2026 Semester 2: the report is not archived. "
                "The source no longer has a photo of this person.",
            ),
        ),
    ],
)
def test_decide_withdrawal(
    when_missing: WhenMissing,
    policy: Policy,
    facts: tuple[bool, bool, int],
    expected: WithdrawalDecision,
) -> None:
    complete_listing, shown_from_this_source, files_left = facts

    decision = decide_withdrawal(
        when_missing,
        policy,
        complete_listing=complete_listing,
        shown_from_this_source=shown_from_this_source,
        files_left=files_left,
    )

    assert decision == expected


def test_decide_withdrawal_happens_in_one_case_of_all() -> None:
    withdrawn = [
        case
        for case in product(WhenMissing, (FULL, ADDITIONS, HOLD), (False, True), (False, True), (0, 1, 2))
        if decide_withdrawal(
            case[0], case[1], complete_listing=case[2], shown_from_this_source=case[3], files_left=case[4]
        ).action
        is Action.WITHDRAW
    ]

    assert withdrawn == [(WhenMissing.WITHDRAW, FULL, True, True, 0)]
