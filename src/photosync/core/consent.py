"""Consent: for which purposes a person's photo may be shown."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum

from photosync.core.errors import WrongUse
from photosync.core.people import quoted


class Purpose(StrEnum):
    SCHOOL_USE = "school_use"
    ONLINE_PUBLICATION = "online_publication"
    PRINTED_PUBLICATION = "printed_publication"
    YEARBOOK = "yearbook"
    MEDIA_RELEASE = "media_release"

    @property
    def words(self) -> str:
        return self.value.replace("_", " ")


class Consent(StrEnum):
    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


class ConsentTaken(StrEnum):
    """What of a source's answers about consent is taken over, where a source of photos gives any."""

    NOTHING = "nothing"
    REFUSALS = "refusals"
    ALL = "all"


USUALLY_TAKEN = ConsentTaken.REFUSALS
"""Where a school did not say: a parent's refusal counts, wherever it was given."""


def taken_over(stored: Consent, said: Consent, taken: ConsentTaken, *, is_from_source: bool) -> Consent:
    """Return what is to be stored where a source says `said`; `is_from_source` of `stored` that came from one.

    A refusal always counts. Consent, or that it is unknown, takes the place of what came from a source only, and
    consent that of what is unknown: what a person answered here yields to a refusal and to nothing else.
    """
    if taken is ConsentTaken.NOTHING:
        return stored
    if said is Consent.NO:
        return said
    if taken is ConsentTaken.ALL and (is_from_source or (stored is Consent.UNKNOWN and said is Consent.YES)):
        return said
    return stored


_CONSENT_CODES = {
    "y": Consent.YES,
    "yes": Consent.YES,
    "true": Consent.YES,
    "n": Consent.NO,
    "no": Consent.NO,
    "false": Consent.NO,
    "u": Consent.UNKNOWN,
    "x": Consent.UNKNOWN,
    "unknown": Consent.UNKNOWN,
    "": Consent.UNKNOWN,
}


def consent_from_text(text: str) -> Consent:
    """Return what a roster says: Y, N, U (unknown), X (not provided), or the words. Raises WrongUse."""
    try:
        return _CONSENT_CODES[text.strip().lower()]
    except KeyError:
        raise WrongUse(
            f"{quoted(text)} is no answer about consent. Write yes, no or unknown (or Y, N, U, X)."
        ) from None


def is_answer(text: str) -> bool:
    """Return whether the whole text is an answer, which then names no purpose."""
    return text.strip().lower() in _CONSENT_CODES


@dataclass(frozen=True, slots=True, kw_only=True)
class UnknownMeans:
    """What "unknown" means at a school for one purpose: no, unless it records its legal basis for yes."""

    yes: bool = False
    legal_basis: str = ""

    def __post_init__(self) -> None:
        if self.yes and not self.legal_basis.strip():
            raise WrongUse(
                "Unknown consent cannot mean yes without a legal basis. Nothing was changed. "
                "Write down the legal basis, or let unknown mean no."
            )


@dataclass(frozen=True, slots=True)
class Showing:
    """Whether a photo may be shown, and the sentence that says why."""

    allowed: bool
    reason: str


_NO_DEFAULT = UnknownMeans()


def may_show(
    purpose: Purpose,
    answers: Mapping[Purpose, Consent],
    school_defaults: Mapping[Purpose, UnknownMeans],
    *,
    protected: bool,
) -> Showing:
    """Return whether a wall, list or destination that serves `purpose` may show the photo.

    A protected person appears on none of them. A purpose without an answer is unknown.
    """
    if protected:
        return Showing(
            allowed=False,
            reason="The person is protected: no wall or list and no destination shows the photo.",
        )
    answer = answers.get(purpose, Consent.UNKNOWN)
    if answer is Consent.YES:
        return Showing(allowed=True, reason=f"There is consent for {purpose.words}.")
    if answer is Consent.NO:
        return Showing(allowed=False, reason=f"There is no consent for {purpose.words}.")
    default = school_defaults.get(purpose, _NO_DEFAULT)
    if default.yes:
        return Showing(
            allowed=True,
            reason=f"Consent for {purpose.words} is unknown; at this school that means yes "
            f"({default.legal_basis.strip()}).",
        )
    return Showing(allowed=False, reason=f"Consent for {purpose.words} is unknown; at this school that means no.")
