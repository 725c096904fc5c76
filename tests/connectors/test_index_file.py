"""Two-column maps in every variant, and the ones that are refused."""

import pytest

from photosync.connectors.index_file import IndexMap, read_index
from photosync.core.errors import SourceUnavailable

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
    index = read(b"002082,img_1\n002083,img_2\n", known_names={"img_1", "img_2"})
    assert index.pairs == {"img_1": "002082", "img_2": "002083"}


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
            "does not show which of its columns is the file: neither holds names of pictures",
        ),
        (b"a.jpg,b.jpg\n", "does not show which of its columns is the file: both hold names of pictures"),
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
