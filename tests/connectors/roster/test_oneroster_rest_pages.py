"""The pages of a OneRoster service: each way to give them, and each in which someone might be missing."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from photosync.connectors.roster.oneroster import rest_pages, rest_service
from photosync.core.errors import SourceUnavailable
from photosync.outgoing.http import Limits
from tests.connectors.roster.services import STUDENT, codes, opened, rows, school, student
from tests.services.bad_network import Faults, bad_network
from tests.services.oneroster_service import SECRET, OneRosterService, answer_json, failure
from tests.services.web_server import Asked, Reply

SILENT = Limits(connect_s=30.0, silent_s=2.0, whole_s=60.0)
NOTHING = "Nothing was concluded from it, so nothing was changed."
AGAIN = (
    "It is read again the next time. If this comes back, choose a time at which nobody works with the school's "
    "system."
)
ASK_THEM = "If this comes back, ask who runs the service to correct it."
CHANGED = f"the list changed while it was read. {NOTHING} {AGAIN}"


@pytest.fixture
def service() -> Iterator[OneRosterService]:
    with school(most_on_a_page=10) as made:
        made.records["users"] = [student(number) for number in range(25)]
        made.records["enrollments"] = []
        yield made


def told(service: OneRosterService, **options: str) -> str:
    """Return what is said of the list of students that cannot be read."""
    with pytest.raises(SourceUnavailable) as raised:
        rows(service, version="1.2", roll_group="none", **options)
    begins = f"Reading students failed on the API 127.0.0.1 (port {service.web.port}): "
    assert raised.value.message.startswith(begins), raised.value.message
    assert SECRET not in raised.value.message
    return raised.value.message.removeprefix(begins)


def between_pages(service: OneRosterService, act: Callable[[], object], *, page: int = 2) -> None:
    """Let something happen before the students' page of this number is given, each time that they are read."""
    asked: list[Asked] = []

    def before(each: Asked) -> None:
        if "/students" in each.path:
            asked.append(each)
            if len(asked) == page:
                act()

    service.before = before


@pytest.mark.parametrize("counts", [True, False])
@pytest.mark.parametrize("links", [True, False])
@pytest.mark.parametrize("number", [0, 1, 9, 10, 11, 20, 25])
def test_everyone_is_read_however_pages_are_given(
    service: OneRosterService, counts: bool, links: bool, number: int
) -> None:
    service.counts, service.links = counts, links
    service.records["users"] = service.records["users"][:number]
    assert codes(service) == [f"{each:05d}" for each in range(number)]


def test_service_that_refuses_a_sort_or_a_limit_is_asked_without(service: OneRosterService) -> None:
    service.sorts = False
    assert len(codes(service)) == 25
    service.sorts, service.largest_limit = True, 100
    assert len(codes(service)) == 25
    assert "limit=100&offset=0&sort=sourcedId&orderBy=asc" in service.asked("/students?")[-3]


def test_service_without_pages_is_read_where_it_says_how_many_there_are(service: OneRosterService) -> None:
    service.ignores_paging, service.links = True, False
    assert len(codes(service)) == 25
    service.counts = False
    with pytest.raises(SourceUnavailable) as raised:
        rows(service)
    assert CHANGED in raised.value.message


@pytest.mark.parametrize(("counts", "links"), [(True, True), (True, False), (False, False)])
def test_list_that_becomes_shorter_while_it_is_read_is_none(
    service: OneRosterService, counts: bool, links: bool
) -> None:
    service.counts, service.links = counts, links
    between_pages(service, lambda: service.records["users"].pop(3))
    assert told(service) == CHANGED


def test_list_that_becomes_empty_while_it_is_read_is_none(service: OneRosterService) -> None:
    service.counts = service.links = False
    between_pages(service, service.records["users"].clear)
    assert told(service) == CHANGED


@pytest.mark.parametrize("links", [True, False])
def test_list_that_grows_while_it_is_read_is_none(service: OneRosterService, links: bool) -> None:
    service.links = links
    between_pages(service, lambda: service.records["users"].insert(0, student(99, sourcedId="u")))
    assert told(service) == CHANGED
    service.counts = False
    between_pages(service, lambda: service.records["users"].insert(0, student(98, sourcedId="t")))
    twice = f"a record came twice, so that others may be missing. {NOTHING} {AGAIN} {ASK_THEM}"
    assert told(service) == (twice if links else CHANGED)


def test_pages_that_are_the_same_again_are_no_list(service: OneRosterService) -> None:
    page = answer_json({"users": service.records["users"][:10]}, headers={"X-Total-Count": "25"})
    service.replies["students"] = [page, page]
    assert told(service) == f"a record came twice, so that others may be missing. {NOTHING} {AGAIN} {ASK_THEM}"


@pytest.mark.parametrize(("said", "came"), [("26", "25"), ("24", "25")])
def test_count_that_does_not_fit_what_came_is_told(service: OneRosterService, said: str, came: str) -> None:
    service.links = False
    service.most_on_a_page = 100
    everyone = answer_json({"users": service.records["users"]}, headers={"X-Total-Count": said})
    nobody = answer_json({"users": []}, headers={"X-Total-Count": said})
    service.replies["students"] = [everyone, nobody]
    assert told(service) == (
        f"it says that there are {said} records (X-Total-Count), and {came} came. {NOTHING} {AGAIN} {ASK_THEM}"
    )


def test_last_page_that_never_comes_is_noticed_by_the_count(service: OneRosterService) -> None:
    first = answer_json(
        {"users": service.records["users"][:10]}, headers={"X-Total-Count": "25", "Link": '</x>; rel="next"'}
    )
    last = answer_json({"users": service.records["users"][10:20]}, headers={"X-Total-Count": "25"})
    service.replies["students"] = [first]
    service.replies["x"] = [last]
    first.headers["Link"] = '</ims/oneroster/rostering/v1p2/x>; rel="next"'  # type: ignore[index]
    assert "it says that there are 25 records (X-Total-Count), and 20 came" in told(service)


@pytest.mark.parametrize(
    ("link", "records", "words"),
    [
        ("https://elsewhere.example/students", 1, "its next page is said to be on another host"),
        ("ftp://127.0.0.1/students", 1, "the link to its next page is no web address"),
        ("/ims/oneroster/rostering/v1p2/students", 0, "an empty page says that more follows"),
    ],
)
def test_link_that_leads_nowhere_is_told(service: OneRosterService, link: str, records: int, words: str) -> None:
    page = answer_json({"users": service.records["users"][:records]}, headers={"Link": f'<{link}>; rel="next"'})
    service.replies["students"] = [page]
    assert told(service) == f"{words}. {NOTHING} {ASK_THEM}"


@pytest.mark.parametrize(
    ("reply", "words"),
    [
        (Reply(200, b'{"users": ['), "its answer is not JSON, or broke off (line 1, column 12)."),
        (
            Reply(200, b"<html>Sign in</html>"),
            "it answered with a web page, such as one to sign in, and not with data.",
        ),
        (answer_json({"people": []}), "its answer has no list users."),
        (Reply(200, failure("1.1", 200, "unknownobject").content), "its answer has no list users, unknownobject."),
        (failure("1.2", 400, "invalid_filter_field"), "it refused the request (400), invalid_filter_field."),
        (failure("1.2", 403, "forbidden"), "this client may not read it (403), forbidden."),
        (
            failure("1.2", 500, "internal_server_error"),
            "it has a fault of its own, or is being maintained (500)",
        ),
        (Reply(429, b"", {"Retry-After": "60"}), "it wants fewer requests (429), in 60 seconds."),
    ],
)
def test_answer_that_is_no_page_is_told(service: OneRosterService, reply: Reply, words: str) -> None:
    service.replies["students"] = [None, reply, reply, reply]
    assert told(service).startswith(words)


@pytest.mark.parametrize("empty", [Reply(204), answer_json({"users": []})])
def test_empty_page_that_a_link_led_to_is_no_end_unless_the_count_says_so(
    service: OneRosterService, empty: Reply
) -> None:
    service.counts = False
    service.replies["students"] = [None, None, empty]
    assert told(service) == f"the page that was to follow is empty. {NOTHING} {ASK_THEM}"
    service.counts = True
    service.replies["students"] = [None, None, empty]
    assert told(service).startswith("it says that there are 25 records (X-Total-Count), and 20 came.")


def test_answer_without_content_is_an_empty_list(service: OneRosterService) -> None:
    service.replies["students"] = [Reply(204)]
    assert codes(service, version="1.2") == []


def test_list_without_end_is_given_up(service: OneRosterService, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rest_pages, "MOST_RECORDS", 20)
    assert told(service) == f"there is no end to the list. {NOTHING} See that it is the right service."
    monkeypatch.setattr(rest_pages, "MOST_PAGES", 2)
    page = answer_json({"users": [{}]}, headers={"Link": '</ims/oneroster/rostering/v1p2/students>; rel="next"'})
    service.replies["students"] = [page] * 5
    assert told(service) == f"there is no end to the list. {NOTHING} See that it is the right service."


def test_page_that_is_too_large_is_not_read_to_its_end(
    service: OneRosterService, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rest_service, "LARGEST_PAGE_BYTES", 10_000)
    sent: list[int] = []

    def endless() -> Iterator[bytes]:
        while True:
            sent.append(1)
            yield b'{"users": [' + b" " * 5_000

    service.replies["students"] = [Reply(200, endless())]
    assert told(service).startswith("the answer is longer than 10,000 bytes.")


@pytest.mark.parametrize(
    ("faults", "words"),
    [
        (Faults(cut_after=3_000), "connection reset by peer"),
        (Faults(end_after=3_000), "the connection broke off, or what came is not HTTP"),
        (Faults(stall_after=3_000), "there was no whole answer within 2 seconds of silence or 60 in all"),
    ],
)
def test_network_that_breaks_in_the_middle_ends_the_reading(
    service: OneRosterService, faults: Faults, words: str
) -> None:
    service.records["users"] = [student(number) for number in range(100)]
    with bad_network(service.web.port) as network:
        there = f"http://127.0.0.1:{network.port}"
        between_pages(service, lambda: network.disturb(down=faults))
        with (
            opened(service, limits=SILENT, address=there, version="1.2") as roster,
            pytest.raises(SourceUnavailable) as raised,
        ):
            roster.table(STUDENT)
        assert raised.value.message.startswith(
            f"Reading students failed on the API 127.0.0.1 (port {network.port}): {words}"
        )
        service.before = lambda asked: None
        network.mend()
        assert len(codes(service, address=there)) == 100


def test_service_that_is_gone_is_told_by_host_and_step(service: OneRosterService) -> None:
    with bad_network(service.web.port) as network:
        network.refuse()
        with pytest.raises(SourceUnavailable) as raised:
            rows(service, address=f"http://127.0.0.1:{network.port}")
    assert raised.value.message == (
        f"Finding out which version of OneRoster there is failed on the API 127.0.0.1 (port {network.port}): the "
        f"connection was refused. {NOTHING} Check that the server is running and can be reached from here, then run "
        "again."
    )
