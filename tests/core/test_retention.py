from datetime import date

import pytest

from photosync.core.errors import WrongUse
from photosync.core.retention import Retention, day_years_before, years_words


@pytest.mark.parametrize(
    ("day", "years", "before"),
    [
        (date(2026, 11, 28), 7, date(2019, 11, 28)),
        (date(2028, 2, 29), 7, date(2021, 2, 28)),
        (date(2028, 2, 29), 4, date(2024, 2, 29)),
        (date(2031, 2, 28), 7, date(2024, 2, 28)),
        (date(2031, 3, 1), 7, date(2024, 3, 1)),
        (date(50, 1, 1), 99, date.min),
    ],
)
def test_day_years_before(day: date, years: int, before: date) -> None:
    assert day_years_before(day, years) == before


def test_years_in_words() -> None:
    assert [years_words(years) for years in (1, 7, None)] == ["1 year", "7 years", "for good"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        (
            {"photos_of_leavers_years": 0},
            "Photos of leavers cannot be kept for 0 years. Nothing was saved. Choose 1 to 99 years.",
        ),
        (
            {"audit_years": 100},
            "Audit entries cannot be kept for 100 years. Nothing was saved. Choose 1 to 99 years.",
        ),
        (
            {"photo_views_years": -1},
            "Records of who saw whose photo cannot be kept for -1 years. Nothing was saved. Choose 1 to 99 years.",
        ),
    ],
)
def test_retention_impossible_is_refused(fields: dict[str, int], message: str) -> None:
    with pytest.raises(WrongUse) as refused:
        Retention(**fields)

    assert refused.value.message == message
