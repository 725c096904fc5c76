"""A network that cuts, stalls, garbles or refuses: no hang, no half a list, and words that say where and what."""

from collections.abc import Iterator
from functools import partial

import pytest

from photosync.connectors.json_api.source import JsonApiSource
from photosync.connectors.testing.conformance import entries_of, raised
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.connectors.json_api.opened import opened
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.people_api import PeopleApi, people_api
from tests.services.web_server import Reply, web_server

NUMBER = 12
DO = (
    "Nothing was concluded from it, so nothing was changed. Check that the server is running and can be reached from "
    "here, then run again."
)


@pytest.fixture
def api() -> Iterator[PeopleApi]:
    with people_api(paged="page", photos="link") as api:
        for number in range(NUMBER):
            api.put(f"students/{number}", b"%d" % number * 5_000)
        yield api


@pytest.fixture
def network(api: PeopleApi) -> Iterator[BadNetwork]:
    with bad_network(api.web.port) as network:
        yield network


@pytest.fixture
def source(network: BadNetwork) -> Iterator[JsonApiSource]:
    address = f"http://127.0.0.1:{network.port}/v1"
    with opened(address=address, paging="page", page_size="5", changed="$.id") as source:
        yield source


@pytest.mark.parametrize(
    ("faults", "reason"),
    [
        (Faults(cut_after=0), "connection reset by peer"),
        (Faults(cut_after=900), "connection reset by peer"),
        (Faults(end_after=900), "the connection broke off, or what came is not HTTP"),
        (
            Faults(stall_after=0),
            "there was no whole answer within 0.5 seconds of silence or 3 in all",
        ),
        (
            Faults(stall_after=900),
            "there was no whole answer within 0.5 seconds of silence or 3 in all",
        ),
        (Faults(bytes_per_s=40), "there was no whole answer within 0.5 seconds of silence or 3 in all"),
        (Faults(flip_at=frozenset(range(12))), "the connection broke off, or what came is not HTTP"),
    ],
)
def test_list_that_breaks_is_no_listing(
    source: JsonApiSource, network: BadNetwork, faults: Faults, reason: str
) -> None:
    network.disturb(down=faults)
    message = raised(SourceUnavailable, lambda: list(source.pages())).message
    step, _, rest = message.partition(f" failed on the API 127.0.0.1 (port {network.port}): ")
    assert step in ("Reading the list of students", "Reading page 2 of the list of students")
    assert rest == f"{reason}. {DO}"
    network.mend()
    assert len(entries_of(source)) == NUMBER


def test_garbled_list_is_no_listing(source: JsonApiSource, network: BadNetwork) -> None:
    network.disturb(down=Faults(flip_at=frozenset(range(300, 340))))
    message = raised(SourceUnavailable, lambda: list(source.pages())).message
    assert "its answer is not JSON" in message


def test_server_that_is_away(source: JsonApiSource, network: BadNetwork) -> None:
    network.refuse()
    assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
        f"Reading the list of students failed on the API 127.0.0.1 (port {network.port}): the connection was "
        f"refused. {DO}"
    )


def test_photos_that_stall_one_after_the_other_end_the_run(source: JsonApiSource, network: BadNetwork) -> None:
    """One may be at fault itself; three are not, and each of a thousand would be waited for."""

    def fetch(name: str) -> bytes:
        return source.fetch("students", name, limit_bytes=99_999).content

    assert len(fetch("1")) == 5_000
    for names in ("23", "56"):
        network.disturb(down=Faults(stall_after=3_000))
        for name in names:
            raised(TryLater, partial(fetch, name))
        if names == "23":
            network.mend()
            assert len(fetch("4")) == 5_000
    assert raised(SourceUnavailable, lambda: fetch("7")).message == (
        f'Reading the photo of "7" failed on the API 127.0.0.1 (port {network.port}): there was no whole answer '
        f"within 0.5 seconds of silence or 3 in all. {DO}"
    )


@pytest.mark.parametrize("photos", ["link", ""])
def test_photo_that_is_too_large_is_an_answer(api: PeopleApi, photos: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between silences it begins the count again, whether the list links to it or each is asked for by its path."""
    monkeypatch.setattr("photosync.connectors.json_api.asking.MORE_THAN_PHOTO_BYTES", 0)
    monkeypatch.setattr("photosync.connectors.json_api.asking.REFUSAL_BYTES", 0)
    stalls = Reply(200, b"o", {"Content-Length": "3", "Content-Type": "image/jpeg"})
    api.photos = photos
    with opened(api, one_student="students/{id}", paging="page", page_size="5", changed="$.id") as source:
        entries_of(source)
        for _ in range(2):
            api.replies = {begins: [stalls, stalls] for begins in ("/v1/photos", "/v1/students/")}
            for _ in range(2):
                assert type(raised(TryLater, lambda: source.fetch("students", "1", limit_bytes=99))) is TryLater
            api.replies = {}
            raised(ItemRejected, lambda: source.fetch("students", "1", limit_bytes=10))


def test_photos_that_are_sent_on_to_a_silent_server_end_no_run_and_name_it(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply(200, b"o", {"Content-Length": "3"})) as elsewhere:
        away = Reply(302, headers={"Location": f"http://127.0.0.1:{elsewhere.port}/photo"})
        api.replies = {"/v1/photos": [away] * 4}
        with opened(api, paging="page", page_size="5", changed="$.id") as source:
            entries_of(source)
            for _ in range(4):
                error = raised(TryLater, lambda: source.fetch("students", "1", limit_bytes=99_999))
                assert type(error) is TryLater
                assert error.message == (
                    'The photo of "1" could not be read from the server of the photos 127.0.0.1 (port '
                    f"{elsewhere.port}): there was no whole answer within 0.5 seconds of silence or 3 in all. It was "
                    "left as it is. Check that the server is running and can be reached from here, then run again."
                )


def test_photos_that_are_sent_on_to_a_closed_server_while_they_are_listed_name_it(api: PeopleApi) -> None:
    with web_server(lambda asked: Reply()) as gone:
        pass
    away = Reply(302, headers={"Location": f"http://127.0.0.1:{gone.port}/photo"})
    api.replies = {"/v1/photos": [away] * NUMBER}
    with opened(api, paging="page", page_size="5") as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            "Looking at the photos, one after the other, failed on the server of the photos 127.0.0.1 (port "
            f"{gone.port}): the connection was refused. {DO}"
        )


def test_photo_that_breaks_off_is_tried_again(source: JsonApiSource, network: BadNetwork) -> None:
    assert len(entries_of(source)) == NUMBER
    assert len(source.fetch("students", "1", limit_bytes=99_999).content) == 5_000
    network.cut()
    network.disturb(down=Faults(cut_after=3_000))
    assert raised(TryLater, lambda: source.fetch("students", "2", limit_bytes=99_999)).message == (
        f'The photo of "2" could not be read from the API 127.0.0.1 (port {network.port}): connection reset by peer. '
        "It was left as it is. Check that the server is running and can be reached from here, then run again."
    )
    network.mend()
    assert source.fetch("students", "2", limit_bytes=99_999).content == b"2" * 5_000


def test_turned_byte_of_a_photo_is_told_by_nothing_but_tls(source: JsonApiSource, network: BadNetwork) -> None:
    """The guide says so. The picture is as long as it was, and the one byte alone is another."""
    assert len(entries_of(source)) == NUMBER
    network.disturb(down=Faults(flip_at=frozenset({3_000})))
    content = source.fetch("students", "2", limit_bytes=99_999).content
    assert (len(content), content.count(b"2")) == (5_000, 4_999)
    network.mend()
    assert source.fetch("students", "2", limit_bytes=99_999).content == b"2" * 5_000


def test_turned_byte_in_base64_is_refused(api: PeopleApi, network: BadNetwork) -> None:
    api.photos = ""
    one = {"one_student": "students/{id}", "person_record": "$.data", "paging": "page", "changed": "$.id"}
    with opened(address=f"http://127.0.0.1:{network.port}/v1", **one) as source:
        assert len(entries_of(source)) == NUMBER
        network.disturb(down=Faults(flip_at=frozenset({3_000})))
        message = raised(TryLater, lambda: source.fetch("students", "2", limit_bytes=99_999)).message
        assert message.startswith(
            f'The photo of "2" could not be read from the API 127.0.0.1 (port {network.port}): '
        )
        assert "not JSON" in message
        network.mend()
        assert source.fetch("students", "2", limit_bytes=99_999).content == b"2" * 5_000
