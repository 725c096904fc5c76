"""A list is read to its end, whatever way it is paged, or not at all."""

import pytest

from photosync.connectors.json_api import lists
from photosync.connectors.testing.conformance import entries_of, listing, raised
from photosync.core.errors import SourceUnavailable
from tests.connectors.json_api.opened import opened
from tests.services.people_api import PeopleApi, answer_json, people_api
from tests.services.web_server import Reply, web_server

NOTHING_CHANGED = "Nothing was concluded from it, so nothing was changed."
CODES = [f"{number:04d}" for number in range(1, 8)]


def filled(api: PeopleApi) -> PeopleApi:
    for code in CODES:
        api.put(f"students/{code}", code.encode())
    return api


def why(error: SourceUnavailable) -> str:
    """Return what failed and why, without where."""
    step, _, rest = error.message.partition(" failed on the API 127.0.0.1 (port ")
    reason, _, do = rest.partition("): ")[2].partition(f". {NOTHING_CHANGED} ")
    return f"{step}: {reason} | {do}"


def broken(api: PeopleApi, **options: str) -> str:
    with opened(api, **options) as source:
        return why(raised(SourceUnavailable, lambda: list(source.pages())))


WAYS = [
    ("", {}, 1),
    ("page", {"paging": "page", "page_size": "3"}, 4),
    ("page", {"paging": "page", "page_size": "3", "total": "$.count"}, 3),
    ("offset", {"paging": "offset", "page_size": "3"}, 4),
    ("offset", {"paging": "offset", "page_size": "0", "total": "count"}, 1),
    ("next", {"paging": "next", "next": "$.links.next", "page_size": "3", "size_name": "limit"}, 3),
    (
        "cursor",
        {"paging": "next", "next": "$.cursor", "place_name": "cursor", "page_size": "3", "size_name": "limit"},
        3,
    ),
    ("link", {"paging": "link", "page_size": "3", "size_name": "per_page"}, 3),
]


@pytest.mark.parametrize(("paged", "options", "requests"), WAYS)
def test_list_is_read_whole(paged: str, options: dict[str, str], requests: int) -> None:
    with people_api(paged=paged) as api, opened(filled(api), **options) as source:
        (page,) = source.pages({})
        assert sorted(entry.name for entry in page.entries or ()) == CODES
        assert len(api.asked("/v1/students")) == requests


@pytest.mark.parametrize("paged", ["page", "offset"])
def test_short_page_is_no_end(paged: str) -> None:
    with people_api(paged=paged, most_on_a_page=2) as api, opened(filled(api), paging=paged, page_size="5") as source:
        assert len(entries_of(source)) == len(CODES)


def test_photos_are_read_from_the_page_they_are_on() -> None:
    """Each page is read once more, not once for each photo."""
    with people_api(paged="page") as api, opened(filled(api), paging="page", page_size="3") as source:
        assert [source.fetch("students", code, limit_bytes=99).content for code in CODES] == [
            code.encode() for code in CODES
        ]
        assert len(api.asked("/v1/students")) == 3
        assert source.fetch("students", "0001", limit_bytes=99).content == b"0001"
        assert len(api.asked("/v1/students")) == 4


def test_server_that_does_not_page() -> None:
    with people_api() as api:
        assert broken(filled(api), paging="page") == (
            "Reading page 2 of the list of students: it has the same records as an earlier page | Check the paging "
            "of the data source. Where the API gives its last page again and again, give the JSONPath of the number "
            "of records (total), so that the end is known."
        )


def test_list_of_which_only_the_first_page_would_be_read() -> None:
    with people_api(paged="link", most_on_a_page=3) as api:
        assert broken(filled(api)) == (
            "Reading the list of students: its header Link has a next page, which would not be read | The list comes "
            "page by page: choose link, or another way, as the paging of the data source."
        )


def test_next_pages_that_go_round_in_circles() -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [
            answer_json({"data": [{"id": number}], "next": f"students?page={number % 2}"}) for number in range(9)
        ]
        assert broken(api, paging="next", next="$.next") == (
            "Reading page 4 of the list of students: its pages go round in circles, or have no end | Check the "
            "paging of the data source."
        )


def test_pages_without_end_and_without_records() -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [
            answer_json({"data": [], "next": f"students?page={number}"}) for number in range(99)
        ]
        assert "have no end" in broken(api, paging="next", next="$.next")
        assert len(api.asked()) == lists.MOST_EMPTY_PAGES + 1


def test_records_without_end() -> None:
    with people_api() as api, opened(filled(api)) as source:
        for people in source._lists:
            people.most_records = 6
        assert why(raised(SourceUnavailable, lambda: list(source.pages()))) == (
            "Reading the list of students: it has more than 6 records | Check the paging of the data source."
        )


def test_next_page_on_another_host_is_not_asked() -> None:
    with people_api() as api, web_server(lambda asked: Reply(200)) as other:
        api.replies["/v1/students"] = [answer_json({"data": [], "next": f"{other.address}/v1/students?page=2"})]
        assert broken(api, paging="next", next="$.next").startswith(
            "Reading the list of students: it gives a next page on another host (127.0.0.1), which is not asked"
        )
        assert other.asked == []


def test_list_that_shrinks_while_it_is_read() -> None:
    """The record that moved to a page that was read already would be missed."""
    with people_api(paged="page") as api:
        pages = [{"data": [{"id": 1}, {"id": 2}], "count": 4}, {"data": [{"id": 4}], "count": 3}]
        api.replies["/v1/students"] = [answer_json(page) for page in pages]
        assert broken(api, paging="page", page_size="2", total="$.count") == (
            "Reading page 2 of the list of students: the list changed while it was read | Run again."
        )


def test_list_that_is_only_given_in_part() -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [answer_json({"data": [{"id": 1}], "count": 412})]
        assert broken(api, total="$.count") == (
            "Reading the list of students: the list has 412 records, and 1 came | Check the paging of the data "
            "source."
        )


def test_number_of_records_that_is_not_told() -> None:
    with people_api() as api:
        assert broken(api, total="$.total") == (
            "Reading the list of students: it does not say how many records there are | Check the option total "
            "($.total)."
        )


def test_page_after_the_last_that_is_not_found() -> None:
    with people_api(paged="page") as api:
        api.replies["/v1/students?per_page=100&page=2"] = [answer_json({}, 404)]
        assert broken(filled(api), paging="page") == (
            "Reading page 2 of the list of students: there is nothing at this address (404) | If that is how this "
            "API says that there are no more pages, give the JSONPath of the number of records (total), so that the "
            "end is known."
        )


DO_RECORDS = "Set the option records to the JSONPath of the list, such as $.data, and check what this token may read."


@pytest.mark.parametrize(
    ("answer", "records", "reason"),
    [
        ({"items": [], "page": 1}, "", 'its answer is one object and not a list; it has "items", "page"'),
        ({"items": [], "page": 1}, "$.data", 'its answer has no list at $.data; it has "items", "page"'),
        ({"items": None}, "$.items[*]", 'its answer has null at $.items, where the list should be; it has "items"'),
        ({"a": {"b": 7}}, "a.b", 'its answer has no list at $.a.b; it has "a"'),
    ],
)
def test_answer_without_a_list(answer: object, records: str, reason: str) -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [answer_json(answer)]
        assert broken(api, records=records) == f"Reading the list of students: {reason} | {DO_RECORDS}"


@pytest.mark.parametrize(
    ("answer", "records"),
    [
        ([{"id": "7"}], ""),
        ({"data": [{"id": "7"}]}, "data"),
        ({"data": [{"id": "7"}]}, "$.data[*]"),
        ({"data": [{"id": "7", "now": True}, {"id": "8"}]}, "$.data[?@.now]"),
        ({"classes": [{"of": [{"id": "7"}]}, {"of": []}]}, "$.classes[*].of"),
        ({"data": {"x": {"id": "7"}}}, "$.data[*]"),
    ],
)
def test_records_wherever_they_are(answer: object, records: str) -> None:
    with people_api() as api, opened(api, records=records) as source:
        api.replies["/v1/students"] = [answer_json(answer)] * 2
        assert set(entries_of(source)) == {"students/7"}


@pytest.mark.parametrize(
    ("reply", "said"),
    [
        (
            Reply(401),
            "it does not accept the sign-in (401) | Check the token, key or password of the data source; it",
        ),
        (
            Reply(403),
            "whoever signs in with this token or password may not read this (403) | Ask who runs the server",
        ),
        (Reply(404), "there is nothing at this address (404) | Check the base address and the path."),
        (Reply(418), "it refused the request (418) | Check the path and what is sent with it, such as the paging."),
        (
            Reply(429, headers={"Retry-After": "7200"}),
            "it wants fewer requests (429), in 120 minutes | Run again later, and less often; ask who runs the "
            "server",
        ),
        (
            Reply(503, headers={"Retry-After": "90"}),
            "it has a fault of its own, or is being maintained (503), in 90 seconds | Run again later.",
        ),
        (Reply(500), "it has a fault of its own, or is being maintained (500) | Run again later. If it goes on, ask"),
        (
            Reply(200, b"<!DOCTYPE html><title>Sign in</title>", {"Content-Type": "text/html; charset=utf-8"}),
            "it answered with a web page, such as one to sign in, and not with data | Check the base address, the",
        ),
        (Reply(200, b'{"data": [1, 2'), "its answer is not JSON, or broke off (line 1, column 15) | Check the path"),
        (Reply(200, b"[" * 100_000), "its answer is nested too deeply | Check the path, and ask for smaller pages."),
        (Reply(200, b'{"data": ' + b"9" * 500 + b"}"), "its answer is not JSON: a number is too long | Check the"),
        (Reply(200, b'{"data": [NaN]}'), "its answer is not JSON: NaN is no value of it | Check the path"),
        (Reply(200, b"\xff\xfe\x00"), "its answer is not JSON: it has bytes that are not text | Check the path"),
        (
            Reply(302, headers={"Location": "ftp://x/"}),
            "it sent the request on to what is no web address | Check that",
        ),
    ],
)
def test_each_answer_that_is_no_list_is_told_in_words(reply: Reply, said: str) -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [reply] * 3
        assert broken(api).startswith(f"Reading the list of students: {said}")


def test_answer_of_too_many_values_is_not_unpacked(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("photosync.connectors.json_text.MOST_VALUES", 1_000)
    with people_api() as api:
        api.replies["/v1/students"] = [Reply(200, b"[" + b"[]," * 1_000 + b"[]]")]
        assert "its answer has too many values to be read at once" in broken(api)


def test_large_answer_that_fails_is_read_one_person_at_a_time() -> None:
    """As a list with every photo that takes too long: each person is asked for alone, and that is told."""
    with people_api(photos="") as api:
        filled(api)
        api.replies["+include=photo"] = [Reply(413)]
        bulk = {"bulk": "include=photo", "one_student": "students/{id}", "person_record": "data"}
        with opened(api, **bulk) as source:
            before = listing(source)
            assert source.warnings() == [
                f"The large answer (bulk) did not come from the API 127.0.0.1 (port {api.web.port}): it refused to "
                "answer with so much at once (413). The list was read without it, and each photo by itself, which "
                "takes longer. Ask for smaller pages, or leave bulk out."
            ]
            assert source.fetch("students", "0003", limit_bytes=99).content == b"0003"
        with opened(api, **bulk) as source:
            assert listing(source) == before
            assert source.warnings() == []


def test_large_answer_that_failed_is_not_asked_for_again_by_a_next_page() -> None:
    with people_api(photos="") as api:
        api.replies["+include=photo"] = [Reply(500)]
        api.replies["/v1/students"] = [
            answer_json({"data": [{"id": "1", "at": 1}], "next": "students?page=2&include=photo"}),
            answer_json({"data": [{"id": "2", "at": 1}]}),
        ]
        options = {"bulk": "include=photo", "one_student": "students/{id}", "changed": "at", "next": "next"}
        with opened(api, paging="next", page_size="0", **options) as source:
            assert [page.entry_count for page in source.pages()] == [2]
        assert api.asked() == ["/v1/students?include=photo", "/v1/students", "/v1/students?page=2"]


def lone_page(total: int, absent: str, check: str) -> str:
    return (
        f"The first page of the list of students has {total} records, which looks like a full page, and its answer "
        f"{absent}. If there are more people, they were not read. Check {check}, or give the JSONPath of the number "
        "of records (total), so that none is ever missed unnoticed."
    )


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (
            {"paging": "next", "next": "$.link.next", "page_size": "3", "size_name": "limit"},
            [
                lone_page(
                    3,
                    'has nothing at $.link.next, where the next page should be; it has "data", "count", "links"',
                    "the option next",
                )
            ],
        ),
        (
            {"paging": "link", "page_size": "3", "size_name": "limit"},
            [lone_page(3, "has no header Link that leads to a next page", "how this API gives its pages")],
        ),
        ({"paging": "next", "next": "$.links.next", "page_size": "3", "size_name": "limit"}, []),
        ({"paging": "next", "next": "$.link.next", "page_size": "8", "size_name": "limit"}, []),
    ],
    ids=["wrong path", "no header", "right path", "page that is not full"],
)
def test_full_page_without_a_next_one_is_told(options: dict[str, str], told: list[str]) -> None:
    with people_api(paged="next") as api, opened(filled(api), **options) as source:
        list(source.pages())
        assert list(source.warnings()) == told


def test_page_of_a_usual_size_without_a_next_one_is_told() -> None:
    """Where the size is left to the API, only the number can make one wonder."""
    with people_api() as api, opened(api, paging="next", next="$.more") as source:
        for number in range(50):
            api.put(f"students/{number}", b"x")
        list(source.pages())
        (told,) = source.warnings()
        assert told.startswith("The first page of the list of students has 50 records, which looks like a full page")
        api.put("students/50", b"x")
        list(source.pages())
        assert list(source.warnings()) == []


def test_list_without_paging_that_looks_like_a_first_page_is_told() -> None:
    with people_api() as api:
        for number in range(50):
            api.put(f"students/{number}", b"x")
        with opened(api) as source:
            list(source.pages())
            assert list(source.warnings()) == [
                "The answer for the list of students has 50 records, as many as APIs often give at once, and no "
                "further page is asked for, as the paging of the data source is none. If there are more people, they "
                "were not read. Choose how this API gives its pages, or give the JSONPath of the number of records "
                "(total), so that none is ever missed unnoticed."
            ]
            api.put("students/50", b"x")
            list(source.pages())
            assert list(source.warnings()) == []
            api.remove("students/50")
        with opened(api, total="$.count") as source:
            list(source.pages())
            assert list(source.warnings()) == []


PAGED = {"page": {"paging": "page"}, "offset": {"paging": "offset"}}


def rows(*ids: int, count: int) -> Reply:
    return answer_json({"data": [{"id": each} for each in ids], "count": count})


@pytest.mark.parametrize("way", PAGED)
def test_total_of_one_page_is_not_the_end(way: str) -> None:
    """What is given as the number of records is how many there are on each page."""
    with people_api() as api:
        api.replies["/v1/students"] = [rows(1, 2, 3, count=3), rows(4, 5, count=2), rows(count=0)]
        assert broken(api, page_size="3", total="$.count", **PAGED[way]) == (
            "Reading page 3 of the list of students: it says that there are 3 records, and 5 came | Check the option "
            "total ($.count): it may give the number on one page. Run again if the list was changed meanwhile."
        )


NULL = answer_json({"data": None, "count": 3})


@pytest.mark.parametrize("way", PAGED)
@pytest.mark.parametrize(
    "second",
    [
        rows(count=3),
        rows(count=0),
        rows(1, 2, 3, count=3),
        Reply(404),
        Reply(400),
        Reply(416),
        Reply(204),
        Reply(410),
        Reply(422),
        NULL,
    ],
    ids=["empty", "counts nothing", "the same", "404", "400", "416", "204", "410", "422", "null"],
)
def test_first_page_that_is_full_and_all_there_is(way: str, second: Reply) -> None:
    """Whether the total is that of one page shows the second, whatever this API answers behind the last."""
    options = {"page_size": "3", "total": "$.count", **PAGED[way]}
    with people_api() as api, opened(api, **options) as source:
        api.replies["/v1/students"] = [rows(1, 2, 3, count=3), second] * 2
        assert set(entries_of(source)) == {"students/1", "students/2", "students/3"}
        assert len(api.asked("/v1/students")) in (2, 4)


def test_second_page_that_fails_where_the_first_is_full_is_no_end() -> None:
    with people_api() as api:
        api.replies["/v1/students"] = [rows(1, 2, 3, count=3), Reply(500)]
        assert broken(api, paging="page", page_size="3", total="$.count").startswith(
            "Reading page 2 of the list of students: it has a fault of its own, or is being maintained (500)"
        )
