from itertools import product

import pytest

from photosync.core.consent import (
    Consent,
    ConsentTaken,
    Purpose,
    Showing,
    UnknownMeans,
    consent_from_text,
    may_show,
    taken_over,
)
from photosync.core.errors import WrongUse

SCHOOL_USE = Purpose.SCHOOL_USE
DUTY_OF_CARE = UnknownMeans(yes=True, legal_basis="Duty of care")


@pytest.mark.parametrize(
    ("answers", "defaults", "protected", "showing"),
    [
        (
            {SCHOOL_USE: Consent.YES},
            {},
            False,
            Showing(allowed=True, reason="There is consent for school use."),
        ),
        (
            {SCHOOL_USE: Consent.NO},
            {SCHOOL_USE: DUTY_OF_CARE},
            False,
            Showing(allowed=False, reason="There is no consent for school use."),
        ),
        (
            {SCHOOL_USE: Consent.UNKNOWN},
            {SCHOOL_USE: DUTY_OF_CARE},
            False,
            Showing(
                allowed=True,
                reason="Consent for school use is unknown; at this school that means yes (Duty of care).",
            ),
        ),
        (
            {Purpose.YEARBOOK: Consent.YES},
            {Purpose.YEARBOOK: DUTY_OF_CARE},
            False,
            Showing(allowed=False, reason="Consent for school use is unknown; at this school that means no."),
        ),
        (
            {SCHOOL_USE: Consent.YES},
            {SCHOOL_USE: DUTY_OF_CARE},
            True,
            Showing(
                allowed=False,
                reason="The person is protected: no wall or list and no destination shows the photo.",
            ),
        ),
    ],
    ids=["yes", "no", "unknown means yes", "yes to another purpose", "protected"],
)
def test_may_show(
    answers: dict[Purpose, Consent], defaults: dict[Purpose, UnknownMeans], protected: bool, showing: Showing
) -> None:
    assert may_show(SCHOOL_USE, answers, defaults, protected=protected) == showing


def test_may_show_in_every_case() -> None:
    defaults = (None, UnknownMeans(), DUTY_OF_CARE)

    allowed = {
        (answer, default, protected)
        for answer, default, protected in product((None, *Consent), defaults, (False, True))
        if may_show(
            SCHOOL_USE,
            {} if answer is None else {SCHOOL_USE: answer},
            {} if default is None else {SCHOOL_USE: default},
            protected=protected,
        ).allowed
    }

    assert allowed == {
        (Consent.YES, None, False),
        (Consent.YES, UnknownMeans(), False),
        (Consent.YES, DUTY_OF_CARE, False),
        (Consent.UNKNOWN, DUTY_OF_CARE, False),
        (None, DUTY_OF_CARE, False),
    }


@pytest.mark.parametrize("legal_basis", ["", "  "])
def test_unknown_cannot_mean_yes_without_a_legal_basis(legal_basis: str) -> None:
    with pytest.raises(WrongUse) as refusal:
        UnknownMeans(yes=True, legal_basis=legal_basis)

    assert refusal.value.message == (
        "Unknown consent cannot mean yes without a legal basis. Nothing was changed. "
        "Write down the legal basis, or let unknown mean no."
    )


@pytest.mark.parametrize(
    ("text", "consent"),
    [
        ("Y", Consent.YES),
        (" yes ", Consent.YES),
        ("N", Consent.NO),
        ("No", Consent.NO),
        ("U", Consent.UNKNOWN),
        ("X", Consent.UNKNOWN),
        ("", Consent.UNKNOWN),
    ],
)
def test_consent_from_text_of_a_roster(text: str, consent: Consent) -> None:
    assert consent_from_text(text) is consent


def test_consent_from_text_that_is_no_answer() -> None:
    with pytest.raises(WrongUse) as refusal:
        consent_from_text("maybe")

    assert refusal.value.message == ('"maybe" is no answer about consent. Write yes, no or unknown (or Y, N, U, X).')


@pytest.mark.parametrize("stored", Consent)
@pytest.mark.parametrize("is_from_source", [True, False])
def test_refusal_of_a_source_always_counts_where_it_is_taken_over(stored: Consent, is_from_source: bool) -> None:
    found = [taken_over(stored, Consent.NO, taken, is_from_source=is_from_source) for taken in ConsentTaken]
    assert found == [stored, Consent.NO, Consent.NO]


def test_what_a_person_answered_yields_to_a_refusal_only() -> None:
    yes, no, unknown = Consent.YES, Consent.NO, Consent.UNKNOWN
    found = {
        (stored, said, is_from_source): taken_over(stored, said, ConsentTaken.ALL, is_from_source=is_from_source)
        for stored in Consent
        for said in (yes, unknown)
        for is_from_source in (True, False)
    }
    assert {key for key, outcome in found.items() if outcome is not key[0]} == {
        (no, yes, True),
        (no, unknown, True),
        (yes, unknown, True),
        (unknown, yes, True),
        (unknown, yes, False),
    }


def test_consent_of_a_source_is_not_taken_over_where_refusals_are() -> None:
    for stored in Consent:
        for said in (Consent.YES, Consent.UNKNOWN):
            assert taken_over(stored, said, ConsentTaken.REFUSALS, is_from_source=True) is stored
