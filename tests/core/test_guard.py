import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.errors import WrongUse
from photosync.core.guard import (
    Breach,
    BreachKind,
    ComponentTotals,
    Limits,
    check,
    held_message,
    looks_like_new_year,
)
from photosync.core.people import PersonKind

STUDENT, STAFF = PersonKind.STUDENT, PersonKind.STAFF


def totals(
    component: PersonKind, before: int, replaced: int = 0, withdrawn: int = 0, **recent: int
) -> ComponentTotals:
    return ComponentTotals(
        component=component, with_photo_before=before, replacements=replaced, withdrawals=withdrawn, **recent
    )


@pytest.mark.parametrize(
    ("one", "held"),
    [
        (totals(STUDENT, 100, replaced=30), False),
        (totals(STUDENT, 100, replaced=31), True),
        (totals(STUDENT, 50, replaced=20), False),
        (totals(STUDENT, 50, replaced=21), True),
        (totals(STUDENT, 40, replaced=20), False),
        (totals(STUDENT, 40, replaced=21), True),
        (totals(STUDENT, 39, replaced=11), False),
        (totals(STUDENT, 39, replaced=12), True),
        (totals(STUDENT, 10, replaced=5), False),
        (totals(STUDENT, 10, replaced=6), True),
        (totals(STUDENT, 1, replaced=1), False),
        (totals(STUDENT, 0), False),
        (totals(STUDENT, 100, withdrawn=5), False),
        (totals(STUDENT, 100, withdrawn=6), True),
        (totals(STUDENT, 1000, withdrawn=50), False),
        (totals(STUDENT, 1000, withdrawn=51), True),
        (totals(STUDENT, 100, replaced=1, replaced_last_7_days=29), False),
        (totals(STUDENT, 100, replaced=1, replaced_last_7_days=30), True),
        (totals(STUDENT, 100, replaced=0, replaced_last_7_days=90), False),
        (totals(STUDENT, 100, withdrawn=1, withdrawn_last_7_days=5), True),
        (totals(STUDENT, 100, withdrawn=1, replaced_last_7_days=90), False),
    ],
)
def test_check_at_the_edges(one: ComponentTotals, held: bool) -> None:
    assert bool(check(Limits(), [one])) is held


@pytest.mark.parametrize(
    ("limits", "one", "sentence"),
    [
        (
            Limits(),
            totals(STUDENT, 530, replaced=512),
            "This run would replace 512 of 530 students' photos; the profile allows 30 %.",
        ),
        (
            Limits(),
            totals(STAFF, 40, replaced=30),
            "This run would replace 30 of 40 staff members' photos; the profile allows 20.",
        ),
        (
            Limits(),
            totals(STAFF, 12, replaced=9),
            "This run would replace 9 of 12 staff members' photos; the profile allows 5.",
        ),
        (
            Limits(withdraw_share=0.125),
            totals(STUDENT, 800, withdrawn=10, withdrawn_last_7_days=95),
            "This run would withdraw 10 of 800 students' photos; with the 95 that the profile withdrew in "
            "the last 7 days that is 105; the profile allows 12.5 %.",
        ),
        (
            Limits(),
            totals(STUDENT, 100, replaced=5, replaced_last_7_days=28),
            "This run would replace 5 of 100 students' photos; with the 28 that the profile replaced in the "
            "last 7 days that is 33; the profile allows 30 %.",
        ),
        (
            Limits(replace_share=0, replace_number=0),
            totals(STUDENT, 10, replaced=1),
            "This run would replace 1 of 10 students' photos; the profile allows 0.",
        ),
        (
            Limits(replace_share=0.07, replace_number=0),
            totals(STUDENT, 100, replaced=8),
            "This run would replace 8 of 100 students' photos; the profile allows 7 %.",
        ),
    ],
)
def test_check_says_what_would_happen_and_what_is_allowed(
    limits: Limits, one: ComponentTotals, sentence: str
) -> None:
    assert [breach.sentence for breach in check(limits, [one])] == [sentence]


def test_check_counts_an_exact_share() -> None:
    # 0.07 * 100 is a little more than 7, and 0.29 * 100 a little less than 29, in binary fractions.
    assert check(Limits(replace_share=0.29, replace_number=0), [totals(STUDENT, 100, replaced=29)]) == ()


def test_check_keeps_components_apart() -> None:
    students = totals(STUDENT, 500, replaced=20)
    staff = totals(STAFF, 50, replaced=25, withdrawn=6)

    breaches = check(Limits(), [students, staff])

    assert breaches == (
        Breach(
            STAFF,
            BreachKind.REPLACE,
            25,
            0,
            50,
            "This run would replace 25 of 50 staff members' photos; the profile allows 20.",
        ),
        Breach(
            STAFF,
            BreachKind.WITHDRAW,
            6,
            0,
            50,
            "This run would withdraw 6 of 50 staff members' photos; the profile allows 5.",
        ),
    )


COUNTS = st.integers(0, 120)
PERCENT = st.integers(0, 100)


@given(PERCENT, COUNTS, PERCENT, COUNTS, COUNTS, st.tuples(COUNTS, COUNTS), st.tuples(COUNTS, COUNTS))
def test_check_agrees_with_plain_arithmetic(
    replace_percent: int,
    replace_number: int,
    withdraw_percent: int,
    withdraw_number: int,
    before: int,
    replaced: tuple[int, int],
    withdrawn: tuple[int, int],
) -> None:
    limits = Limits(
        replace_share=replace_percent / 100,
        replace_number=replace_number,
        withdraw_share=withdraw_percent / 100,
        withdraw_number=withdraw_number,
    )
    expected = []
    for kind, (now, recent), percent, number in (
        ("replace", replaced, replace_percent, replace_number),
        ("withdraw", withdrawn, withdraw_percent, withdraw_number),
    ):
        most = number if before >= 40 or number < 5 else 5
        if now > 0 and (now + recent) * 100 > percent * before and now + recent > most:
            expected.append((kind, now, recent))

    breaches = check(
        limits,
        [
            totals(
                STUDENT,
                before,
                replaced[0],
                withdrawn[0],
                replaced_last_7_days=replaced[1],
                withdrawn_last_7_days=withdrawn[1],
            )
        ],
    )

    assert [(breach.kind, breach.planned, breach.recent) for breach in breaches] == expected


@pytest.mark.parametrize(
    ("values", "message"),
    [
        (
            {"replace_share": 1.5},
            "The share of photos that may be replaced cannot be 1.5. Nothing was changed. "
            "Give a percentage from 0 % to 100 %.",
        ),
        (
            {"withdraw_share": float("nan")},
            "The share of photos that may be withdrawn cannot be nan. Nothing was changed. "
            "Give a percentage from 0 % to 100 %.",
        ),
        (
            {"replace_number": -1},
            "The number of photos that may be replaced cannot be -1. Nothing was changed. Give 0 or more.",
        ),
        (
            {"withdraw_number": -5},
            "The number of photos that may be withdrawn cannot be -5. Nothing was changed. Give 0 or more.",
        ),
    ],
)
def test_limits_that_are_impossible(values: dict[str, float], message: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        Limits(**values)

    assert refusal.value.message == message


@pytest.mark.parametrize(
    ("parts", "new_year"),
    [
        ([totals(STUDENT, 100, replaced=51)], True),
        ([totals(STUDENT, 100, replaced=50)], False),
        ([totals(STUDENT, 500, replaced=480), totals(STAFF, 40)], True),
        ([totals(STUDENT, 500), totals(STAFF, 40, replaced=40)], False),
        ([totals(STUDENT, 100, replaced=1, replaced_last_7_days=90)], False),
        ([], False),
    ],
)
def test_looks_like_new_year_when_most_photos_of_the_school_change(
    parts: list[ComponentTotals], new_year: bool
) -> None:
    assert looks_like_new_year(parts) is new_year


def test_held_message_of_a_new_years_delivery() -> None:
    parts = [totals(STUDENT, 530, replaced=512), totals(STAFF, 40, withdrawn=6)]

    assert held_message(check(Limits(), parts), parts, run="17") == (
        "This run would replace 512 of 530 students' photos; the profile allows 30 %. "
        "This run would withdraw 6 of 40 staff members' photos; the profile allows 5. "
        "Most photos of the school would be replaced: this looks like a new year's delivery. "
        "Whoever approves it chooses whether they are this year's photos or next year's. "
        "Nothing was changed. Approve or discard run 17."
    )


def test_held_message_of_a_part_of_the_school() -> None:
    parts = [totals(STUDENT, 530, replaced=200)]

    assert held_message(check(Limits(), parts), parts, run="18") == (
        "This run would replace 200 of 530 students' photos; the profile allows 30 %. "
        "Nothing was changed. Approve or discard run 18."
    )
