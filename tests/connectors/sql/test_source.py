"""What a source on a database makes of a school's tables, and what it says of queries that cannot be right."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest

from photosync.connectors.contract import NO_IDENTIFIER, NO_PHOTO, Entry
from photosync.connectors.testing.conformance import entries_of, fetched, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.sql.schools import Asked, School
from tests.services.bad_network import bad_network

NOTHING = "Nothing was concluded from it, so nothing was changed."


def listed(school: School, **changed: str) -> dict[str, Entry]:
    with school.source(**changed) as source:
        return entries_of(source)


def broken(school: School, **changed: str) -> str:
    """Return why the list of a source cannot be read."""
    with school.source(**changed) as source:
        return raised(SourceUnavailable, lambda: list(source.pages())).message


def test_identifiers_are_text_as_they_stand_there(school):
    for code in ("002082", "2082", "a b/c", "Zoë", "10:30"):
        school.put(code, code.encode())
    with school.source() as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {
            "students/002082": b"002082",
            "students/2082": b"2082",
            "students/a b%2Fc": b"a b/c",
            "students/Zoë": "Zoë".encode(),
            "students/10:30": b"10:30",
        }


def test_identifiers_of_a_column_of_numbers(school):
    school.run(f"CREATE TABLE numbered (code int, photo {school.blob})")
    school.run("INSERT INTO numbered VALUES (2082, %s), (417, %s)", b"one", b"two")
    changed = {
        "students": "SELECT code AS ID, md5(photo) AS Changed FROM numbered",
        "student_photo": "SELECT photo, md5(photo) AS changed FROM numbered WHERE code = :id",
    }
    with school.source(**changed) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {
            "students/2082": b"one",
            "students/417": b"two",
        }


def test_identifiers_of_a_filled_up_column(school):
    school.run(f"CREATE TABLE filled (code char(12), photo {school.blob})")
    school.run("INSERT INTO filled VALUES ('002082', %s)", b"one")
    changed = {
        "students": "SELECT code AS id, md5(photo) AS changed FROM filled",
        "student_photo": "SELECT photo, md5(photo) AS changed FROM filled WHERE code = :id",
    }
    with school.source(**changed) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {"students/002082": b"one"}


@pytest.mark.parametrize(
    ("column", "said"),
    [
        (
            "CAST(2082 AS decimal(10, 2))",
            "The column id of the query students holds 2082.00, a number that may have decimals, and codes are text. "
            f"{NOTHING} Say in the query how it is written, for example CAST(code AS CHAR(20)) AS id.",
        ),
        (
            "photo",
            f"The column id of the query students holds bytes, and codes are text. {NOTHING} Choose the column with "
            "the code, or convert it to text.",
        ),
    ],
)
def test_identifier_that_is_no_text(school, column, said):
    school.put("2082", b"one")
    assert broken(school, students=f"SELECT {column} AS id, 1 AS changed FROM photo") == said


def test_row_without_identifier_is_told_as_nobodys(school):
    school.put("1", b"one")
    found = listed(school, students="SELECT code AS id, 1 AS changed FROM photo UNION ALL SELECT NULL, 2")
    assert {path: entry.stamp for path, entry in found.items()} == {"students/1": "1", "students/#1": NO_IDENTIFIER}


def test_rows_without_identifier_are_told(school):
    school.put("1", b"one")
    query = "SELECT code AS id, 1 AS changed FROM photo UNION ALL SELECT NULL, 2 UNION ALL SELECT ' ', 3"
    with school.source(students=query) as source:
        for _ in range(2):
            assert set(entries_of(source)) == {"students/1", "students/#1", "students/#2"}
            assert source.warnings() == [
                "Rows without an id that the query students gives: 2. They were left out, and while there are any, "
                "no photo is withdrawn as gone. Have the id filled in, or leave such rows out, for example with "
                "WHERE code IS NOT NULL."
            ]


def test_list_without_a_column_that_says_what_changed(school):
    checksum = "md5(photo) AS changed, octet_length(photo) AS size"
    if school.flavour == "mysql":
        checksum = "MD5(photo) AS changed, OCTET_LENGTH(photo) AS size"
    assert broken(school, students="SELECT code AS id FROM photo") == (
        "What the query students gives has no column changed, which says whether a photo has changed. "
        f"{NOTHING} Name a column with the time of the last change, or let the server work it out, which moves no "
        f"photo: {checksum}."
    )


@pytest.mark.parametrize(
    ("query", "said"),
    [
        (
            "SELECT * FROM photo",
            'gives has no column id; it has "kind", "school_year", "code", "photo". ' + NOTHING + " Write AS id.",
        ),
        (
            "SELECT code AS id, 1 AS changed, photo FROM photo",
            f'gives has the column "photo", which is not known here. {NOTHING} Name just what is '
            "needed: id, changed, "
            "year, size.",
        ),
        (
            "SELECT code AS id, 1 AS changed, 2 AS changed FROM photo",
            f"gives has the column changed twice. {NOTHING} Name it once.",
        ),
    ],
)
def test_list_with_other_columns_is_not_read(school, query, said):
    """Among them may be the photos, which would be moved in every run. What the line holds already may come."""
    for number in range(60):
        school.put(str(number), bytes(200_000))
    with bad_network(school.port) as network:
        assert broken(school, students=query, port=str(network.port)) == f"What the query students {said}"
        assert network.down_bytes < 8_000_000


def test_list_whose_column_is_the_photo_itself(school):
    school.put("1", bytes(100))
    assert broken(school, students="SELECT code AS id, photo AS changed FROM photo") == (
        "The column changed of the query students holds 100 bytes, which looks like the photo "
        f"itself. {NOTHING} Give "
        ""
        "a time stamp, a row version or a checksum that the server works out, so that no photo "
        "is moved to see whether "
        "it has changed."
    )


def test_year_of_the_list(school):
    school.put("1", b"of 2025", year=2025)
    school.put("1", b"of 2026", year=2026)
    with school.source() as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {
            "students/2025/1": b"of 2025",
            "students/2026/1": b"of 2026",
        }


def test_year_that_is_none(school):
    school.put("1", b"one")
    assert broken(school, students="SELECT code AS id, 1 AS changed, '2025/26' AS year FROM photo") == (
        f'The column year of the query students holds "2025/26", which is no year. {NOTHING} Give a year of four '
        "digits, 1900 to 2199."
    )


def test_rows_without_a_photo_are_listed_as_such(school):
    school.put("1", b"one")
    school.put("2", None)
    found = listed(school)
    assert set(found) == {"students/1", "students/2"}
    assert [path for path, entry in found.items() if entry.stamp == NO_PHOTO] == ["students/2"]


def test_all_rows_without_a_photo_conclude_nothing(school):
    """So it looks when a right was taken away, or a view hides the column."""
    school.put("1", None)
    school.put("2", None)
    assert broken(school) == (
        f"In all 2 rows that the query students gives, the column changed is empty (NULL), as it is when a right is "
        f"missing. {NOTHING} Check what the user may read; where there really is no photo, leave the query out."
    )


def test_photo_that_is_null_when_it_is_read(school):
    school.put("1", None)
    with school.source(students="SELECT code AS id, 1 AS changed FROM photo") as source:
        assert set(entries_of(source)) == {"students/1"}
        error = raised(ItemRejected, lambda: fetched(source, "students/1"))
        assert (error.code, error.message) == (
            "no_photo",
            '"students/1" is in the list, but has no photo in the database (NULL). What Photo '
            "Sync has was kept. Leave "
            "rows without a photo out of the list, for example with WHERE photo IS NOT NULL.",
        )


def test_photo_that_is_text(school):
    school.put("1", b"one")
    with school.source(student_photo="SELECT 'aGVsbG8=' AS photo, code AS changed FROM photo WHERE code = :id") as it:
        assert raised(SourceUnavailable, lambda: fetched(it, "students/1")).message == (
            "The column photo of the query student_photo holds text and not the bytes of a picture. "
            f"{NOTHING} Let the query turn it into bytes. Where it is the path of a file, call it "
            "path and fill in the "
            "folder."
        )


def test_photo_of_which_there_are_several(school):
    """None is taken: which one it would be is chance."""
    school.put("1", b"one")
    school.run("INSERT INTO photo VALUES ('students', NULL, '1', %s)", b"other")
    with school.source() as source:
        assert set(entries_of(source)) == {"students/1", "students/1#2"}
        for path in ("students/1", "students/1#2"):
            assert raised(TryLater, partial(fetched, source, path)).message == (
                'The query student_photo gives more than one row for "students/1", so none was '
                "taken. Let it, and the "
                "list, give one row for each person; where there are photos of several years, "
                "use :year too. The next "
                "run looks again."
            )


def test_photos_of_everyone_are_not_read_for_one(school):
    """A query that forgot whose photo it is to give would fill memory with all of them."""
    for number in range(40):
        school.put(str(number), bytes(200_000))
    query = school.photo("students").replace("code = :id", "(code = :id OR code <> '')")
    with bad_network(school.port) as network:
        with school.source(student_photo=query, port=str(network.port)) as source:
            assert "gives more than one row" in raised(TryLater, lambda: fetched(source, "students/7")).message
        assert network.down_bytes < 2_000_000


def test_photo_that_is_too_large_stays_where_it_is(school):
    school.put("1", bytes(5_000_000))
    with bad_network(school.port) as network, school.source(port=str(network.port)) as source:
        assert entries_of(source)["students/1"].size_bytes == 5_000_000
        error = raised(ItemRejected, lambda: fetched(source, "students/1"))
        assert (error.code, error.message) == (
            "too_many_bytes",
            '"students/1" is larger than 1 MB, so it was not read. Save it smaller, or raise the limit in the '
            "settings.",
        )
        assert network.down_bytes < 100_000


def test_listing_again_without_a_change_reads_no_photo(school):
    for number in range(50):
        school.put(str(number), b"%d" % number)
    with school.source() as source:
        asked = Asked(source)
        known = {(page.folder, page.bucket): page.digest for page in source.pages()}
        assert [page.entries for page in source.pages(known)] == [None]
        assert asked.photos() == []
        assert fetched(source, "students/7") == b"7"
        assert len(asked.photos()) == 1


def test_listing_of_many_comes_row_by_row(school):
    """20,000 rows of 200 bytes are not held at once: the first page is made while more come."""
    number = "FROM generate_series(1, 20000) AS n" if school.flavour == "postgresql" else "FROM seq_1_to_20000"
    column = "n" if school.flavour == "postgresql" else "seq"
    with school.source(students=f"SELECT {column} AS id, repeat('x', 90) AS changed {number}") as source:
        records = source.records()
        assert next(records).whose.identifier == "1"
        records.close()
        assert sum(page.entry_count for page in source.pages()) == 20_000


def test_list_without_end_is_given_up(school, monkeypatch):
    monkeypatch.setattr("photosync.connectors.sql.source.MOST_ROWS", 8)
    for number in range(3):
        school.put(str(number), b"one")
    assert len(listed(school)) == 3
    assert broken(school, students="SELECT a.code AS id, 1 AS changed FROM photo a, photo b") == (
        "The query students gives more than 8 rows. The listing is incomplete, so nothing was changed. Let it give "
        "one row for each person; perhaps it names two tables, and not how they belong together."
    )


def test_percent_signs_and_colons_in_queries_are_the_databases_own(school):
    school.put("1", b"one")
    school.put("x1", b"other")
    query = school.listing("students") + " AND code NOT LIKE 'x%' AND 'a:b' <> 'a:id' -- :not_a_parameter"
    assert set(listed(school, students=query + ";\n")) == {"students/1"}


def test_students_and_staff_have_their_own_queries(school):
    school.put("1", b"a student")
    school.put("1", b"a teacher", kind="staff")
    with school.source(staff=school.listing("staff"), staff_photo=school.photo("staff")) as source:
        assert {path: fetched(source, path) for path in entries_of(source)} == {
            "students/1": b"a student",
            "staff/1": b"a teacher",
        }
    with school.source() as source:
        assert raised(TryLater, lambda: fetched(source, "staff/1")).message == (
            '"staff/1" is in no list of this data source any more. It was left as it is.'
        )


def test_photos_are_read_by_several_at_once(school):
    for number in range(40):
        school.put(str(number), b"%d" % number)
    with school.source() as source, ThreadPoolExecutor(source.fetches_at_once) as pool:
        paths = list(entries_of(source))
        read = pool.map(lambda path: fetched(source, path), paths)
        assert dict(zip(paths, read, strict=True)) == {f"students/{number}": b"%d" % number for number in range(40)}
        assert source.database.engine.pool.checkedout() == 0
