"""INDEX.TXT and MASTER.TXT in every variant, and the ones that are refused."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from photosync.connectors.photographer.volume_index import VolumeIndex, read_volume_index
from photosync.core.deliveries import DeliveredRow, Size
from photosync.core.errors import SourceUnavailable
from tests.connectors.photographer.volumes import HEADER, columns, table


def read(content: bytes | str, path: str = "Vol/INDEX.TXT", **more: int) -> VolumeIndex:
    return read_volume_index(
        content.encode() if isinstance(content, str) else content, path=path, is_master=False, **more
    )


def found(**more: object) -> DeliveredRow:
    said = {
        "index": "Vol/INDEX.TXT",
        "line": 1,
        "is_master": False,
        "folder": "Vol",
        "volume": "Vol",
        "places": ("Vol/IMAGES/1.jpg",),
        "last_name": "Chen",
        "first_name": "Mia",
        "grade": "07",
        "home_room": "7A",
    }
    return DeliveredRow(**(said | more))  # type: ignore[arg-type]


FULL = columns("1.jpg", "Chen", "Mia", grade="07", room="7A", size="LARGE")
SEVEN = ["Vol", "IMAGES", "1.jpg", "07", "Chen", "Mia", "7A"]
EIGHT = ["Vol", "IMAGES", "1.jpg", "07", "Chen", "Mia", "Mr Smith", "7A"]


@pytest.mark.parametrize(
    ("content", "recognised_as", "row"),
    [
        (table(FULL), "13 columns separated by tab, with a header, UTF-8", found(line=2, size=Size.LARGE)),
        (
            table([*FULL, "1", "Ms"], header=[*HEADER, "Priority", "Salutation"]),
            "15 columns separated by tab, with a header, UTF-8",
            found(line=2, size=Size.LARGE),
        ),
        (
            table(["Ms", *FULL], header=["Salutation", *HEADER], delimiter=","),
            "14 columns separated by comma, with a header, UTF-8",
            found(line=2, size=Size.LARGE),
        ),
        (table(FULL, header=()), "13 columns separated by tab, without a header, UTF-8", found(size=Size.LARGE)),
        (
            table(SEVEN, header=()),
            "7 columns separated by tab, without a header, UTF-8",
            found(room_may_be_teacher=True),
        ),
        (table(EIGHT, header=(), delimiter=","), "8 columns separated by comma, without a header, UTF-8", found()),
        (
            table([f'"{each}"' for each in EIGHT], header=(), delimiter=","),
            "8 columns separated by comma, without a header, UTF-8",
            found(),
        ),
        (
            "\r\n" + table(FULL),
            "13 columns separated by tab, with a header, UTF-8",
            found(line=3, size=Size.LARGE),
        ),
        (
            table(columns("1.jpg", "Chen", "Mia", grade="07", room="7A", size="small")),
            "13 columns separated by tab, with a header, UTF-8",
            found(line=2, size=Size.SMALL),
        ),
    ],
)
def test_variant_is_recognised(content: str, recognised_as: str, row: DeliveredRow) -> None:
    assert read(content) == VolumeIndex(recognised_as, (row,), ())


@pytest.mark.parametrize(
    ("codec", "told"),
    [
        ("utf-8-sig", "UTF-8 with byte order mark"),
        ("utf-8", "UTF-8"),
        ("cp1252", "Windows-1252"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
    ],
)
def test_encodings(codec: str, told: str) -> None:
    index = read(table(columns("1.jpg", "Chen", "Zo\u00eb")).encode(codec))
    assert index.recognised_as == f"13 columns separated by tab, with a header, {told}"
    assert [row.first_name for row in index.rows] == ["Zo\u00eb"]


@pytest.mark.parametrize("ends", ["\n", "\r", "\r\n"])
def test_line_ends(ends: str) -> None:
    assert len(read(table(FULL, FULL).replace("\r\n", ends)).rows) == 2


def test_places_where_an_image_may_lie() -> None:
    def places(path: str, **more: str) -> tuple[str, ...]:
        return read(table(columns("1.jpg", "Chen", "Mia", **more)), path).rows[0].places

    assert places("INDEX.TXT") == ("IMAGES/1.jpg", "Vol/IMAGES/1.jpg")
    assert places("INDEX.TXT", volume="", folder="") == ("1.jpg",)
    assert places("vol/INDEX.TXT") == ("vol/IMAGES/1.jpg",)
    assert places("a/Vol/INDEX.TXT", folder="x\\.\\y") == ("a/Vol/x/y/1.jpg",)
    assert places("Disc1/INDEX.TXT") == ("Disc1/IMAGES/1.jpg", "Disc1/Vol/IMAGES/1.jpg", "Vol/IMAGES/1.jpg")
    assert places("Disc1/INDEX.TXT", volume="..") == ("Disc1/IMAGES/1.jpg",)


@pytest.mark.parametrize(
    ("folder", "file"), [("..", "1.jpg"), ("a/../..", "1.jpg"), ("", "..\\..\\secret.jpg"), ("C:\\x", "1.jpg")]
)
def test_path_that_leads_out_of_the_volume_is_refused(folder: str, file: str) -> None:
    index = read(table(columns(file, "Chen", "Mia", folder=folder), FULL))
    assert len(index.rows) == 1
    (problem,) = index.problems
    assert problem.startswith("Vol/INDEX.TXT, line 2, leads out of the volume: ")
    assert problem.endswith("It was left out.")


def test_row_without_a_file_is_left_out() -> None:
    index = read(table(["Vol", "IMAGES"], FULL))
    assert index.problems == ("Vol/INDEX.TXT, line 2, names no image file. It was left out.",)


def test_quotation_mark_costs_its_own_row_at_most() -> None:
    rows = [columns("1.jpg", '"Chen', "Mia"), columns("2.jpg", 'O"Brien', "Leo"), FULL]
    index = read(table(*rows))
    assert [row.last_name for row in index.rows] == ['"Chen', 'O"Brien', "Chen"]


def test_what_is_no_text_is_replaced() -> None:
    (row,) = read(table(columns("1.jpg", "Ch\0en", "M\x1bia", grade="7\u202e"))).rows
    assert (row.last_name, row.first_name, row.grade) == ("Ch\ufffden", "M\ufffdia", "7\ufffd")


@pytest.mark.parametrize(
    ("content", "what"),
    [
        ("", "is empty"),
        (" \r\n\t\r\n", "is empty"),
        (
            "0417,1.jpg\n",
            "is no index of a photographer's volume: its first line has 2 columns and is no header; without a header "
            "there are 7, 8 or 13",
        ),
        (
            "photos\n",
            "is no index of a photographer's volume: its first line has 1 column and is no header; without a header "
            "there are 7, 8 or 13",
        ),
        ("x" * 8_001, "has a line of more than 8,000 characters, line 1"),
        (table(header=[*HEADER, "Grade"]), "names a column twice in its first line"),
        (b"\x81\x8d\x8f", "is not text in UTF-8, UTF-16 or Windows-1252"),
    ],
)
def test_index_that_cannot_be_read_says_why(content: str | bytes, what: str) -> None:
    with pytest.raises(SourceUnavailable) as caught:
        read(content)
    assert caught.value.message == (
        f"The index file 'Vol/INDEX.TXT' {what}. The files cannot be matched without it, so nothing was changed; "
        "correct the index file and run again."
    )


def test_rows_are_bounded() -> None:
    assert len(read(table(FULL, FULL), most_rows=2).rows) == 2
    with pytest.raises(SourceUnavailable) as caught:
        read(table(FULL, FULL, FULL, header=()) + table(FULL, header=()), most_rows=2)
    assert caught.value.message == (
        "The index files of photographers' volumes in the source have more than 100,000 rows in all, and those are "
        'the most that are read; "Vol/INDEX.TXT" is the first that is too much. Nothing was changed. Put fewer '
        "volumes into one source."
    )
    with pytest.raises(SourceUnavailable, match=r"'Vol/INDEX.TXT' has more than 100,000 rows"):
        read("x\n" * 100_002)


@given(st.binary(max_size=400))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        index = read(content)
    except SourceUnavailable:
        return
    assert all(".." not in place.split("/") for row in index.rows for place in row.places)


@given(st.lists(st.text(max_size=12), min_size=13, max_size=15))
def test_any_row_stays_inside_its_volume(fields: list[str]) -> None:
    index = read(table(FULL, fields))
    for row in index.rows:
        assert all(place.startswith("Vol/") or row.volume for place in row.places)
        assert not any(part in ("", ".", "..") for place in row.places for part in place.split("/"))
        assert all(text.isprintable() for text in (row.last_name, row.first_name, row.grade, row.home_room))
