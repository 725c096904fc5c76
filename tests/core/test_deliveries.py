"""Which row of a delivery counts: retakes, sizes, repetitions, contradictions."""

from typing import Any

from photosync.core.deliveries import DeliveredRow, Size, said_by, superseded
from photosync.core.keys import NoKey
from photosync.core.name_matching import Named

SMALL, LARGE = Size.SMALL, Size.LARGE


def row(line: int, file: str, first: str = "Mia", *, master: bool = False, **more: Any) -> DeliveredRow:
    index = f"Vol/{'MASTER' if master else 'INDEX'}.TXT"
    return DeliveredRow(
        **{
            "index": index,
            "line": line,
            "is_master": master,
            "folder": "Vol",
            "volume": "Vol",
            "places": (f"Vol/{file}",),
            "last_name": "Chen",
            "first_name": first,
            "grade": "7",
            "home_room": "7A",
        }
        | more
    )


def said(*rows: DeliveredRow) -> tuple[dict[str, Any], list[str]]:
    return said_by([(each.places[0], each) for each in rows])


def counting(*rows: DeliveredRow) -> set[str]:
    """Return the files of the rows that are not superseded."""
    old = superseded(rows)
    return {each.places[0].removeprefix("Vol/") for each in rows if each.where not in old}


def test_later_row_of_a_master_wins_and_the_former_says_why() -> None:
    found, problems = said(row(2, "1.jpg", master=True), row(9, "1r.jpg", master=True))
    assert problems == []
    assert found["Vol/1r.jpg"].superseded == ""
    assert found["Vol/1.jpg"].superseded == (
        'Superseded: Mia Chen is listed again in Vol/MASTER.TXT, line 9, which counts: "1r.jpg".'
    )


def test_two_pictures_in_an_index_stay_two() -> None:
    assert counting(row(2, "1.jpg"), row(3, "2.jpg")) == {"1.jpg", "2.jpg"}


def test_people_who_differ_in_grade_or_home_room_are_not_one() -> None:
    rows = (row(2, "1.jpg", master=True), row(3, "2.jpg", master=True, home_room="7B"))
    assert counting(*rows) == {"1.jpg", "2.jpg"}
    assert counting(row(2, "1.jpg", master=True, grade="07"), row(3, "2.jpg", master=True)) == {"2.jpg"}


def test_large_picture_counts_before_the_small_one() -> None:
    assert counting(row(2, "S/1.jpg", size=SMALL), row(3, "L/1.jpg", size=LARGE)) == {"L/1.jpg"}
    assert counting(row(2, "L/1.jpg", size=LARGE), row(3, "S/1.jpg", size=SMALL)) == {"L/1.jpg"}
    assert counting(row(2, "S1.jpg", size=SMALL), row(3, "L1.jpg", size=LARGE)) == {"L1.jpg"}
    assert counting(row(2, "S/1.jpg", size=SMALL)) == {"S/1.jpg"}
    old = superseded([row(2, "S/1.jpg", size=SMALL), row(3, "L/1.jpg", size=LARGE)])
    assert list(old.values()) == [('Superseded: the LARGE picture of Mia Chen counts, "1.jpg".', True)]


def test_retake_in_both_sizes() -> None:
    rows = [
        row(2, "L/1.jpg", master=True, size=LARGE),
        row(3, "S/1.jpg", master=True, size=SMALL),
        row(4, "L/1r.jpg", master=True, size=LARGE),
        row(5, "S/1r.jpg", master=True, size=SMALL),
    ]
    assert counting(*rows) == {"L/1r.jpg"}
    assert counting(*rows[:2], rows[3]) == {"S/1r.jpg"}


def test_small_retake_in_a_volume_of_its_own_is_not_thrown_away_for_the_old_large_picture() -> None:
    old = row(2, "1.jpg", size=LARGE)
    more = {"folder": "Retakes", "index": "Retakes/INDEX.TXT", "size": SMALL}
    assert counting(old, row(2, "9.jpg", places=("Retakes/9.jpg",), **more)) == {"1.jpg", "Retakes/9.jpg"}
    assert counting(old, row(2, "1.jpg", places=("Retakes/1.jpg",), **more)) == {"1.jpg"}


def test_file_listed_twice_for_one_person_counts_once() -> None:
    found, problems = said(row(2, "1.jpg"), row(5, "1.jpg"))
    assert list(found) == ["Vol/1.jpg"]
    assert problems == ['Vol/INDEX.TXT, line 5, repeats line 2 of Vol/INDEX.TXT: "1.jpg".']


def test_file_that_two_rows_give_to_different_people_is_nobodys() -> None:
    mia, leo = row(2, "1.jpg"), row(5, "1.jpg", "Leo")
    found, problems = said(mia, leo)
    assert found == {
        "Vol/1.jpg": NoKey(
            'Vol/INDEX.TXT, line 5, and another line give "1.jpg" to different people.', (mia.named, leo.named)
        ),
    }
    assert problems == [
        'Vol/INDEX.TXT, line 5, gives "1.jpg" to someone else than line 2 of Vol/INDEX.TXT. Neither was used.'
    ]


def test_master_counts_and_the_index_beside_it_only_says_what_became_of_its_files() -> None:
    leo = row(3, "2.jpg", "Leo")
    found, problems = said(row(2, "1.jpg"), leo, row(2, "1r.jpg", master=True))
    assert problems == []
    assert isinstance(found["Vol/1.jpg"], Named)
    assert found["Vol/1.jpg"].superseded == (
        'Superseded: Vol/MASTER.TXT, line 2, has the picture of Mia Chen that counts, "1r.jpg".'
    )
    assert found["Vol/2.jpg"] == NoKey(
        'Vol/INDEX.TXT, line 3, has "Leo Chen" (grade 7, home room 7A), but the MASTER file beside it, which counts, '
        "has no picture of them.",
        (leo.named,),
    )


def test_index_of_another_volume_is_not_touched_by_a_master() -> None:
    other = row(2, "9.jpg", "Leo", folder="Other", index="Other/INDEX.TXT", places=("Other/9.jpg",))
    found, _ = said(row(2, "1.jpg", master=True), other)
    assert found["Other/9.jpg"].superseded == ""
