"""Two-column maps in every variant, and the ones that are refused."""

from dataclasses import replace
from functools import partial

import pytest

from photosync.connectors.index_file import IndexMap, names_among, read_index
from photosync.core.errors import SourceUnavailable
from photosync.core.keys import NoKey
from photosync.core.name_matching import Named

PAIRS = {"1003.jpg": "002082", "1004.jpg": "002083"}


def read(content, **more):
    return read_index(content, file_name="idlink.txt", **more)


@pytest.mark.parametrize(
    ("content", "recognised_as"),
    [
        (
            b"002082,1003.jpg\n002083,1004.jpg\n",
            "two columns separated by comma, identifier first, without a header, UTF-8",
        ),
        (
            b"\r\nStudent_Number\tfile\r\n002082\t1003.jpg\r\n002083\t1004.jpg",
            "two columns separated by tab, identifier first, with a header, UTF-8",
        ),
        (
            b'"002082","1003.jpg"\n"002083","1004.jpg"\n',
            "two columns separated by comma, identifier first, without a header, UTF-8",
        ),
        (
            b"1003.jpg|002082\n1004.jpg|002083\n",
            "two columns separated by |, file first, without a header, UTF-8",
        ),
        (
            b"002082/1003.jpg\n002083/1004.jpg\n",
            "two columns separated by /, identifier first, without a header, UTF-8",
        ),
        (
            b"1003.jpg\\002082\r1004.jpg\\002083\r",
            "two columns separated by \\, file first, without a header, UTF-8",
        ),
        (
            "\ufefffile,code\n1003.jpg , 002082\n\n./1004.jpg,002083\n\n".encode(),
            "two columns separated by comma, file first, with a header, UTF-8 with byte order mark",
        ),
        (
            "002082\t1003.jpg\r\n002083\t1004.jpg\r\n".encode("utf-16"),
            "two columns separated by tab, identifier first, without a header, UTF-16",
        ),
        (
            "002082,1003.jpg\n002083,1004.jpg\n".encode("utf-16-be"),
            "two columns separated by comma, identifier first, without a header, UTF-16",
        ),
    ],
)
def test_variant_is_recognised(content, recognised_as):
    assert read(content) == IndexMap(recognised_as, PAIRS, ())


def test_windows_1252_and_folders():
    index = read("Zo\u00eb,photos\\Zo\u00eb.JPG\n".encode("cp1252"))
    assert index == IndexMap(
        "two columns separated by comma, identifier first, without a header, Windows-1252",
        {"photos/Zo\u00eb.JPG": "Zo\u00eb"},
        (),
    )


def test_unusual_suffixes_are_known_by_the_files_in_the_source():
    index = read(b"002082,a/Img_1\n002083,img_2\n", listed_among=partial(names_among, ["img_1", "IMG_2", "x"]))
    assert index.pairs == {"a/Img_1": "002082", "img_2": "002083"}


def test_files_in_the_source_are_looked_for_only_where_no_name_ends_like_a_picture():
    asked = []

    def listed_among(wanted):
        asked.append(wanted)
        return ()

    read(b"1,a.JPG\n2,b\n", listed_among=listed_among)
    assert asked == []
    with pytest.raises(SourceUnavailable):
        read(b"1,a\n" * 3_000, listed_among=listed_among)
    assert asked == [{"1", "a"}]


@pytest.mark.parametrize("rows_before", [0, 2_500])
def test_leftovers_that_are_named_like_codes_leave_it_open_which_column_is_the_file(rows_before):
    """More of them than of the photos that the index speaks of, in a delivery that is just arriving."""
    before = "".join(f"c{number},p{number}\n" for number in range(rows_before))
    content = f"{before}12,101\n11,102\n13,103\n".encode()
    with pytest.raises(SourceUnavailable) as caught:
        read(content, listed_among=partial(names_among, ["101", "11", "12"]))
    assert caught.value.message == (
        "The index file 'idlink.txt' does not show which of its columns is the file: no name has an ending such as "
        '.jpg, and both columns hold names of files in the source, as "12" and "101"; take out of the source what is '
        "left over there. The files cannot be matched without it, so nothing was changed; correct the index file and "
        "run again."
    )
    assert read(content, listed_among=partial(names_among, ["101", "7"])).pairs["101"] == "12"


@pytest.mark.parametrize("name", ["1.jfif", "1.JPE", "1.jif", "1.jfi", "DSC1.HIF", "1.heif", "1.tif", "1.dib"])
def test_endings_that_browsers_and_cameras_write(name):
    assert read(f"0417,{name}\n".encode()).pairs == {name: "0417"}


def test_path_counts_from_the_top_of_the_source_and_from_the_folder_of_the_index():
    index = IndexMap("", {"class/1.jpg": "1", "2.jpg": "2"}, ())
    assert index.by_file("") == {"class/1.jpg": "1", "2.jpg": "2"}
    assert index.by_file("2026") == {"class/1.jpg": "1", "2026/class/1.jpg": "1", "2.jpg": "2"}


NOT_AGREED = (
    'The index file has several rows for "{}" that do not agree on whose it is. A path counts from the top of '
    "the source, and from the folder of the index file. Correct the index file."
)


def test_file_that_the_two_ways_to_count_a_path_give_to_two_people_is_nobodys():
    index = IndexMap(
        "", {"class/1.jpg": "1", "2026/class/1.jpg": "2", "class/2.jpg": "3", "2026/class/2.jpg": "3"}, ()
    )
    said = index.by_file("2026")
    assert said["2026/class/1.jpg"] == NoKey(NOT_AGREED.format("2026/class/1.jpg"))
    assert (said["class/1.jpg"], said["2026/class/2.jpg"]) == ("1", "3")


def test_name_in_two_spellings_of_one_letter_with_two_identifiers_is_nobodys():
    index = IndexMap("", {"Zo\u00eb.jpg": "1", "Zoe\u0308.jpg": "2"}, ())
    assert index.by_file("") == {"Zo\u00eb.jpg": NoKey(NOT_AGREED.format("Zo\u00eb.jpg"))}


def test_names_of_one_person_in_two_rows_agree():
    def named(where, first="Mia"):
        return Named(last_name="Chen", first_name=first, where=where)

    rows = {"a/1.jpg": named("line 2,"), "x/a/1.jpg": named("line 3,"), "b.jpg": named("line 4,", "Leo")}
    assert IndexMap("", {}, (), rows).by_file("x") == rows | {"x/x/a/1.jpg": rows["x/a/1.jpg"]}


def test_old_picture_suffix():
    assert read(b'"PERMNUM","1003.PIC"\n').pairs == {"1003.PIC": "PERMNUM"}


def test_key_for_prefers_the_path():
    index = IndexMap("", {"a/1.jpg": "in a", "1.jpg": "anywhere"}, ())
    assert index.key_for("a", "1.jpg") == "in a"
    assert index.key_for("b", "1.jpg") == "anywhere"
    assert index.key_for("", "2.jpg") is None


def test_contradictions_are_left_out_and_told():
    index = read(b"1,a.jpg\n2,a.jpg\n3,b.jpg\n3,b.jpg\n,c.jpg\n4,\n5,d.jpg\n")
    assert index.pairs == {"b.jpg": "3", "d.jpg": "5"}
    assert index.problems == (
        "a.jpg is given as 1 in line 1 and as 2 in line 2; it was left out.",
        "Line 5 has no identifier; it was left out.",
        "Line 6 has no file; it was left out.",
    )


def test_one_person_may_have_two_files():
    assert read(b"1,a.jpg\n1,b.jpg\n").pairs == {"a.jpg": "1", "b.jpg": "1"}


def test_many_problems_are_counted():
    index = read(b"1,a.jpg\n" + b",b.jpg\n" * 150)
    assert len(index.problems) == 101
    assert index.problems[-1] == "And 50 more."


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b"", "is empty"),
        (b" \r\n\r\n", "is empty"),
        (b"\x81\x8d,1.jpg\n", "is not text in UTF-8, UTF-16 or Windows-1252"),
        (
            b"Last_Name,First_Name,Grade\nClark,Ann,7,1.jpg\n",
            "is not a map of two columns: line 1 has 3 columns separated by comma",
        ),
        (
            b"1\ta.jpg\n2\tb.jpg\n3 c.jpg\n",
            "is not a map of two columns: line 3 has 1 column separated by tab",
        ),
        (
            b"code,name\n1,Ann\n",
            "does not show which of its columns is the file: neither holds names of pictures, or of files in "
            "the source",
        ),
        (
            b"a.jpg,b.jpg\n",
            "does not show which of its columns is the file: both hold names of pictures, or of files in the source",
        ),
        (b'1,"a.jpg\n2,b.jpg\n', "has a quotation mark in the wrong place in line 2"),
    ],
)
def test_unusable_index_says_why(content, what):
    with pytest.raises(SourceUnavailable) as caught:
        read(content)
    assert caught.value.message == (
        f"The index file 'idlink.txt' {what}. The files cannot be matched without it, so nothing was "
        "changed; correct the index file and run again."
    )


HEADER = "Last_Name, First_Name, Middle_Name, Grade_Level"


@pytest.mark.parametrize(
    ("content", "told", "named"),
    [
        (
            f"{HEADER}\nChen,Mia,Rose,7,1.jpg\n",
            "4 columns of names and the file, separated by comma, UTF-8",
            Named(last_name="Chen", first_name="Mia", middle_name="Rose", grade="7", where="idlink.txt, line 2,"),
        ),
        (
            "\r\nLast_Name\tFirst_Name\t\r\nChen\tMia\t1.jpg\r\n",
            "2 columns of names and the file, separated by tab, UTF-8",
            Named(last_name="Chen", first_name="Mia", where="idlink.txt, line 3,"),
        ),
        (
            '"Last Name"|"First Name"|"Grade Level"\n"Chen"|"Mia"|""|"./1.jpg"\n',
            "3 columns of names and the file, separated by |, UTF-8",
            Named(last_name="Chen", first_name="Mia", where="idlink.txt, line 2,"),
        ),
        (
            "Last_Name/First_Name/Middle_Name/Grade_Level\nChen/Mia//7/1.jpg\n",
            "4 columns of names and the file, separated by /, UTF-8",
            Named(last_name="Chen", first_name="Mia", grade="7", where="idlink.txt, line 2,"),
        ),
        (
            '"Last_Name"\\"First_Name"\\\r\n"Chen"\\"Mia"\\"1.jpg"\r\n',
            "2 columns of names and the file, separated by \\, UTF-8",
            Named(last_name="Chen", first_name="Mia", where="idlink.txt, line 2,"),
        ),
    ],
)
def test_name_map_is_recognised(content, told, named):
    assert read(content.encode()) == IndexMap(told, {}, (), {"1.jpg": named})


def test_rows_of_a_name_map_that_cannot_be_used():
    index = read(f"{HEADER}\nChen,Mia,,7\nNg,Leo,,8,2.jpg\n,,,8,3.jpg\nNg,Ann,,8,2.jpg\nNg,Leo,,8,4.jpg\n".encode())
    leo = Named(last_name="Ng", first_name="Leo", grade="8")
    ann = Named(last_name="Ng", first_name="Ann", grade="8")
    told = 'Several lines of idlink.txt give "2.jpg" to different people.'
    assert index.named == {
        "2.jpg": NoKey(told, (replace(leo, where="idlink.txt, line 3,"), replace(ann, where="idlink.txt, line 5,"))),
        "4.jpg": replace(leo, where="idlink.txt, line 6,"),
    }
    assert index.problems == (
        "Line 2 has no file in its last column; it was left out.",
        "Line 4 has no name; it was left out.",
        'idlink.txt, line 3, and line 5 give "2.jpg" to different people; it was left out.',
    )


@pytest.mark.parametrize(
    ("content", "file", "last_name"),
    [
        (f"{HEADER}\nChen,Mia,Rose,7,class 7\\a\\1.jpg\n", "class 7/a/1.jpg", "Chen"),
        (f"{HEADER}\nChen/Ng,Mia,Rose,7/8,a/1.jpg\n", "a/1.jpg", "Chen/Ng"),
        ("Last_Name|First_Name\nChen|Mia|C:\\photos\\1.jpg\n", "C:/photos/1.jpg", "Chen"),
        (
            "Last_Name\tFirst_Name\tGrade_Level\nChen\tMia\t1/2/2026\t2026/02/01/1.jpg\n",
            "2026/02/01/1.jpg",
            "Chen",
        ),
    ],
)
def test_paths_and_dates_in_a_name_map_separate_nothing(content, file, last_name):
    index = read(content.encode())
    assert {name: named.last_name for name, named in index.named.items()} == {file: last_name}
    assert index.problems == ()


def test_folders_in_a_name_map_of_slashes_are_told_line_by_line():
    """Only a header that names the columns lets slashes separate; then a folder is a column too many."""
    index = read(b"Last_Name/First_Name\nChen/Mia/1.jpg\nNg/Leo/class 7/2.jpg\n")
    assert list(index.named) == ["1.jpg"]
    assert index.problems == ("Line 3 has no file in its last column; it was left out.",)


@pytest.mark.parametrize("content", [b"7,a/1.jpg\n8,a/2.jpg\n", b"7\ta\\1.jpg\n8\ta\\2.jpg\n"])
def test_folders_of_files_separate_nothing_in_two_columns(content):
    assert read(content).pairs == {"a/1.jpg": "7", "a/2.jpg": "8"}


def test_last_name_and_file_are_no_name_map():
    assert read(b"Last_Name,file\nChen,1.jpg\n").pairs == {"1.jpg": "Chen"}


@pytest.mark.parametrize("delimiter", ["\t", ",", "/", "\\", "|"])
@pytest.mark.parametrize("quote", ["", '"'])
@pytest.mark.parametrize("file_first", [False, True])
@pytest.mark.parametrize("header", ["", "Student_Number", "TeacherNumber"])
@pytest.mark.parametrize("ends", ["\n", "\r\n"])
@pytest.mark.parametrize("blank", ["", "\n", " \r\n"])
@pytest.mark.parametrize("codec", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_every_variant_of_a_map(delimiter, quote, file_first, header, ends, blank, codec):
    """Identifiers are text: zeros and letter case stay as they are."""
    rows = [("002082", "1003.jpg"), ("aB7", "Zo\u00eb.JPG"), ("2082", "1004.pic")]
    lines = ([(header, "file")] if header else []) + rows
    lines = [line[::-1] for line in lines] if file_first else lines
    text = blank + "".join(delimiter.join(f"{quote}{each}{quote}" for each in line) + ends for line in lines)
    assert read(text.encode(codec)).pairs == {file: key for key, file in rows}
