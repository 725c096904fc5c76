"""The rules of reporting cycles."""

import pytest

from photosync.core import reporting
from photosync.core.errors import PhotoSyncError, Refused, WrongUse
from photosync.core.reporting import Progress


def test_percent_is_whole_only_where_everything_is_archived() -> None:
    told = [Progress(members, archived, archived).percent for members, archived in ((0, 0), (3, 0), (900, 1))]
    assert told == [0, 0, 1]
    assert [Progress(m, a, a).percent for m, a in ((900, 899), (900, 900), (4, 1))] == [99, 100, 25]


@pytest.mark.parametrize(
    ("progress", "state", "told"),
    [
        (Progress(), {}, "No one is in 2026 S2 yet. No photo waits for it now."),
        (
            Progress(530, 420, 412),
            {"waiting": 214},
            "412 of 530 reports of 2026 S2 are archived. 214 photos wait for it.",
        ),
        (Progress(3, 3, 2), {"waiting": 1}, "2 of 3 reports of 2026 S2 are archived. 1 photo waits for it."),
        (
            Progress(1200, 1, 0),
            {"is_released": True},
            "0 of 1,200 reports of 2026 S2 are archived. It is released: no photo waits for it.",
        ),
        (
            Progress(2, 2, 2),
            {"is_open": False},
            "All 2 reports of 2026 S2 are archived. It is closed, and no photo waits for it.",
        ),
        (Progress(1, 1, 1), {}, "The only report of 2026 S2 is archived. No photo waits for it now."),
    ],
)
def test_where_a_cycle_stands(progress: Progress, state: dict[str, int], told: str) -> None:
    asked = {"is_open": True, "is_released": False, "waiting": 0} | state
    assert reporting.where_it_stands("2026 S2", progress, **asked) == told  # type: ignore[arg-type]  # by its names


def test_waiting_is_told_with_the_cycle_and_the_number() -> None:
    assert reporting.waiting_words("2026 Semester 2", 214) == "Waiting for 2026 Semester 2: 214 photos"
    assert reporting.waiting_words("2026 Semester 2", 1) == "Waiting for 2026 Semester 2: 1 photo"


@pytest.mark.parametrize(
    ("progress", "message"),
    [
        (Progress(), "No one is in 2026 S2. It was not closed. Give a reason to close it all the same."),
        (
            Progress(530, 530, 412),
            "118 of 530 reports of 2026 S2 are not archived. It was not closed. Archive them, or give a reason to "
            "close it without them: then no photo waits for it any more.",
        ),
        (
            Progress(1, 0, 0),
            "1 of 1 report of 2026 S2 is not archived. It was not closed. Archive them, or give a reason to close it "
            "without them: then no photo waits for it any more.",
        ),
    ],
)
def test_cycle_is_not_closed_while_reports_are_missing_without_a_reason(progress: Progress, message: str) -> None:
    with pytest.raises(Refused) as refused:
        reporting.check_close("2026 S2", progress, "")
    assert refused.value.message == message
    reporting.check_close("2026 S2", progress, "They went to another school.")
    reporting.check_close("2026 S2", Progress(2, 2, 2), "")


@pytest.mark.parametrize(
    ("asked", "message"),
    [
        (
            lambda: reporting.checked_name("  "),
            "A reporting cycle needs a name of 1 to 100 characters, such as 2026 Semester 2. Nothing was saved.",
        ),
        (
            lambda: reporting.checked_name("x" * 101),
            "A reporting cycle needs a name of 1 to 100 characters, such as 2026 Semester 2. Nothing was saved.",
        ),
        (
            lambda: reporting.checked_semester("x" * 41),
            "A semester has at most 40 characters. Nothing was saved. Shorten it.",
        ),
        (lambda: reporting.checked_year(26), "26 is no academic year. Nothing was saved. Write one such as 2026."),
        (
            lambda: reporting.checked_reason(" \n"),
            "A reason is needed, for the record. Nothing was changed. Write in a few words why.",
        ),
        (
            lambda: reporting.checked_reason("x" * 1001),
            "A reason has at most 1,000 characters. Nothing was changed. Shorten it.",
        ),
        (
            lambda: reporting.codes_in(",".join(map(str, range(100_001)))),
            "A list has at most 100,000 codes. Nothing was done. Split it into several.",
        ),
        (
            lambda: reporting.check_known(["1", "01", "2"], ["1"]),
            '2 of 3 codes are no student\'s here: "01" and "2". Nothing was changed. Correct the list; codes are '
            "compared letter by letter, zeros at their beginning included.",
        ),
    ],
)
def test_what_is_not_well_formed_is_refused_in_words(asked: object, message: str) -> None:
    with pytest.raises(PhotoSyncError) as refused:
        asked()  # type: ignore[operator]  # a function
    assert (type(refused.value), refused.value.message) == (WrongUse, message)


def test_codes_of_a_list_are_found_however_it_is_written() -> None:
    assert reporting.codes_in("\ufeffStudent code\r\n002082\r\n\r\n'17'\r\n002082\n") == ("002082", "17")
    assert reporting.codes_in('1001, "1002"; 1003\t1004') == ("1001", "1002", "1003", "1004")
    assert reporting.codes_in(" \n ") == ()


def test_names_and_reasons_are_put_in_order() -> None:
    assert reporting.checked_name("  2026   Semester 2 ") == "2026 Semester 2"
    assert reporting.checked_reason(" late\nreports ") == "late reports"
    assert reporting.checked_reason("", needed=False) == ""
