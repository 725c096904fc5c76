"""What a PersonPicture says about publishing, as the purposes that Photo Sync knows.

Rule (FORMATS.md): only Y is consent, N is a refusal, U is unknown; X says that the question was not answered.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Final, NamedTuple

from photosync.core.consent import Consent, Purpose

GENERAL: Final = "OKToPublish"
_PUBLISHING: Final = (
    Purpose.ONLINE_PUBLICATION,
    Purpose.PRINTED_PUBLICATION,
    Purpose.YEARBOOK,
    Purpose.MEDIA_RELEASE,
)
_CATEGORIES: Final[Mapping[str, Purpose]] = {
    "okonlinematerial": Purpose.ONLINE_PUBLICATION,
    "okprintedmaterial": Purpose.PRINTED_PUBLICATION,
    "school/college newsletter": Purpose.PRINTED_PUBLICATION,
    "school/college yearbook": Purpose.YEARBOOK,
    "okmediarelease": Purpose.MEDIA_RELEASE,
}
"""The others speak of a jurisdiction's use, of information or of online services: of no purpose of the school."""
_ANSWERS: Final = {"Y": Consent.YES, "N": Consent.NO, "U": Consent.UNKNOWN}


class Permission(NamedTuple):
    purpose: Purpose
    answer: Consent


def permissions_of(ok_to_publish: str, categories: Iterable[tuple[str, str]]) -> tuple[Permission, ...]:
    """Return an answer for each purpose that is spoken of; `categories` are pairs of category and value.

    OKToPublish answers for every purpose of publishing that no category answers for; where it refuses, it refuses
    all of them. Of two answers for one purpose the stricter counts.
    """
    values: dict[str, list[str]] = {}
    for category, value in categories:
        values.setdefault(" ".join(category.split()).casefold(), []).append(value)
    answers: dict[Purpose, Consent] = {}
    for category, each in values.items():
        purpose, answer = _CATEGORIES.get(category), _answer_of_category(each)
        if purpose is not None and answer is not None:
            answers[purpose] = stricter(filter(None, (answers.get(purpose), answer)))
    general = _answer(ok_to_publish)
    if general is not None:
        for purpose in _PUBLISHING:
            if general is Consent.NO or purpose not in answers:
                answers[purpose] = general
    return tuple(Permission(purpose, answers[purpose]) for purpose in Purpose if purpose in answers)


def stricter(answers: Iterable[Consent]) -> Consent:
    """Return no where one of the answers is no, else unknown where one is, else yes."""
    order = (Consent.NO, Consent.UNKNOWN, Consent.YES)
    return min(answers, key=order.index)


def _answer_of_category(values: Iterable[str]) -> Consent | None:
    """Return what a category answers that may be named several times; None where it answers nothing.

    One time Y and another time X is no consent: which of them holds is unknown.
    """
    given = [_answer(value) for value in values]
    answers = [Consent.UNKNOWN if answer is None else answer for answer in given]
    return stricter(answers) if any(answer is not None for answer in given) else None


def _answer(text: str) -> Consent | None:
    return _ANSWERS.get(text.strip().upper())
