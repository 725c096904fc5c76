"""The chain of seals: whatever is changed, removed, exchanged or put in is found."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.core.seal import (
    BreakKind,
    BrokenSeal,
    Head,
    Sealable,
    SealedRow,
    broken_seals,
    seal_of,
    sealed_bytes,
)

NAMES = ("person_code", "pdf_bytes", "photo_is_printed", "archived_at", "photo_year")
TEXTS = st.text(max_size=8)
VALUES = st.fixed_dictionaries(
    {
        "person_code": TEXTS,
        "pdf_bytes": st.integers(0, 99),
        "photo_is_printed": st.booleans(),
        "archived_at": st.datetimes(timezones=st.just(UTC)),
        "photo_year": st.none() | st.integers(2000, 2100),
    }
)
OTHER = {
    "person_code": lambda value: f"{value}x",
    "pdf_bytes": lambda value: value + 1,
    "photo_is_printed": lambda value: not value,
    "archived_at": lambda value: value + timedelta(microseconds=1),
    "photo_year": lambda value: 1999 if value is None else None,
}


def chain(all_values: list[dict[str, Sealable]]) -> list[SealedRow]:
    rows: list[SealedRow] = []
    for number, values in enumerate(all_values, 1):
        before = rows[-1].seal if rows else ""
        rows.append(SealedRow(number, before, values, seal_of(before, {**values, "number": number}), f"R{number}"))
    return rows


def head_of(rows: list[SealedRow]) -> Head:
    return Head(rows[-1].number, rows[-1].seal) if rows else Head()


CHAINS = st.lists(VALUES, min_size=2, max_size=6).map(chain)


@given(st.lists(VALUES, max_size=6).map(chain))
def test_chain_as_it_was_sealed_is_whole(rows: list[SealedRow]) -> None:
    assert list(broken_seals(rows, head_of(rows))) == []


@given(CHAINS, st.data())
def test_any_change_of_any_value_is_found(rows: list[SealedRow], data: st.DataObject) -> None:
    at, name = data.draw(st.integers(0, len(rows) - 1)), data.draw(st.sampled_from(NAMES))
    values = {**rows[at].values, name: OTHER[name](rows[at].values[name])}
    changed = [*rows[:at], replace(rows[at], values=values), *rows[at + 1 :]]
    assert list(broken_seals(changed, head_of(rows))) == [
        BrokenSeal(
            BreakKind.CHANGED_VALUE,
            at + 1,
            f"Number {at + 1} (R{at + 1}) is not what was sealed: a value of it was changed.",
        )
    ]


@given(CHAINS, st.data())
def test_change_that_was_sealed_anew_is_found_by_its_neighbour_or_the_head(
    rows: list[SealedRow], data: st.DataObject
) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    values = {**rows[at].values, "pdf_bytes": 100}
    seal = seal_of(rows[at].seal_before, {**values, "number": at + 1})
    forged = [*rows[:at], replace(rows[at], values=values, seal=seal), *rows[at + 1 :]]
    assert [broken.kind for broken in broken_seals(forged, head_of(rows))] == [BreakKind.BROKEN_LINK]


@given(CHAINS, st.data())
def test_any_removal_is_found(rows: list[SealedRow], data: st.DataObject) -> None:
    at = data.draw(st.integers(0, len(rows) - 1))
    told = f"Number {at + 1} is missing: what was archived there has been removed."
    found = list(broken_seals(rows[:at] + rows[at + 1 :], head_of(rows)))
    assert found == [BrokenSeal(BreakKind.MISSING_NUMBER, at + 1, told)]


@given(CHAINS, st.data())
def test_any_exchange_of_two_reports_is_found(rows: list[SealedRow], data: st.DataObject) -> None:
    one, other = sorted(data.draw(st.lists(st.integers(0, len(rows) - 1), min_size=2, max_size=2, unique=True)))
    swapped = list(rows)
    swapped[one] = replace(rows[other], number=one + 1)
    swapped[other] = replace(rows[one], number=other + 1)
    assert list(broken_seals(swapped, head_of(rows)))


@given(CHAINS, st.data())
def test_any_report_that_is_put_in_is_found(rows: list[SealedRow], data: st.DataObject) -> None:
    at, values = data.draw(st.integers(0, len(rows))), data.draw(VALUES)
    before = rows[at - 1].seal if at else ""
    put_in = SealedRow(at + 1, before, values, seal_of(before, {**values, "number": at + 1}), "new")
    assert list(broken_seals([*rows[:at], put_in, *rows[at:]], head_of(rows)))
    moved = [replace(row, number=row.number + 1) for row in rows[at:]]
    assert list(broken_seals([*rows[:at], put_in, *moved], head_of(rows)))


def rows_of(count: int) -> list[SealedRow]:
    return chain([{"person_code": str(number)} for number in range(count)])


@pytest.mark.parametrize(
    ("rows", "head", "told"),
    [
        (
            rows_of(5)[:2],
            head_of(rows_of(5)),
            ["Numbers 3 to 5 are missing: what was archived there has been removed."],
        ),
        (
            rows_of(3),
            head_of(rows_of(2)),
            ["Numbers after 2 were never archived: they were put in behind the last report."],
        ),
        (
            [rows_of(2)[0], rows_of(2)[0]],
            head_of(rows_of(2)),
            [
                "Number 1 (R1) stands where number 2 is due: a report was put in between.",
                "Numbers 2 to 2 are missing: what was archived there has been removed.",
            ],
        ),
        (
            chain([{"person_code": "other"}])[:1] + rows_of(2)[1:],
            head_of(rows_of(2)),
            [
                "Number 2 (R2) was not sealed after number 1 as it is now: what stands before it was exchanged, "
                "or it was put in between.",
            ],
        ),
        (
            chain([{"person_code": "other"}]),
            head_of(rows_of(1)),
            ["Number 1 does not have the seal with which the last report was archived: it was exchanged."],
        ),
    ],
)
def test_what_is_broken_is_said_in_words(rows: list[SealedRow], head: Head, told: list[str]) -> None:
    said = [broken.explanation for broken in broken_seals(rows, head)]
    assert said == [text.replace("Numbers 2 to 2 are", "Number 2 is") for text in told]


@given(VALUES)
def test_same_instant_in_another_zone_has_the_same_bytes(values: dict[str, Sealable]) -> None:
    instant = values["archived_at"]
    assert isinstance(instant, datetime)
    elsewhere = instant.astimezone(timezone(timedelta(hours=11)))
    assert sealed_bytes({**values, "archived_at": elsewhere}) == sealed_bytes(values)


@given(st.dictionaries(TEXTS, TEXTS), st.dictionaries(TEXTS, TEXTS))
def test_different_values_never_have_the_same_bytes(one: dict[str, Sealable], other: dict[str, Sealable]) -> None:
    assert (sealed_bytes(one) == sealed_bytes(other)) == (one == other)


def test_sealed_bytes_and_seal_stay_what_they_are() -> None:
    values: dict[str, Sealable] = {
        "person_name": "Zoë Ngũgĩ",
        "number": 1,
        "photo_year": None,
        "photo_is_printed": False,
        "archived_at": datetime(2026, 12, 15, 3, 4, 5, tzinfo=UTC),
    }
    assert sealed_bytes(values).decode() == (
        '{"archived_at":"2026-12-15T03:04:05.000000+00:00","number":1,"person_name":"Zoë Ngũgĩ",'
        '"photo_is_printed":false,"photo_year":null}'
    )
    assert seal_of("", values) == "42122f94c9b8928cfc4b2cb91041438fdc562374d6065d615e0547a2376f4cb0"
