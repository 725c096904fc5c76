"""Files over HTTP while the network breaks: nothing hangs, no listing ends quietly, reading goes on afterwards."""

from base64 import b64encode
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest

from photosync.connectors.contract import Fetched
from photosync.connectors.registry import Guard, open_source
from photosync.connectors.testing.conformance import entries_of
from photosync.core.errors import ItemRejected, Refused, SourceUnavailable, TryLater
from photosync.engine.fetch_ahead import fetched_ahead
from photosync.engine.ports import FileToFetch
from tests.connectors.s3 import plain_store
from tests.connectors.s3.plain_store import contents, listing
from tests.connectors.webdav import opened as webdav
from tests.connectors.webdav.opened import file_at, multistatus
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.object_store import object_store
from tests.services.web_server import Asked, Reply, web_server
from tests.services.webdav_server import webdav_server

PHOTO = bytes(range(256)) * 800
FILES = {"1.jpg": PHOTO, **{f"a/{number:03d}.jpg": b"%d" % number for number in range(120)}}
BROKE_OFF = "the connection broke off, or what came is not HTTP"
BUCKET = "over-a-bad-network"
TOO_LITTLE = Reply(200, b"o", {"Content-Length": "3"})


@dataclass(frozen=True)
class Remote:
    """A server with FILES, and what is said where it cannot be reached."""

    port: int
    opened: Callable[..., AbstractContextManager[Any]]
    """Opens the source at a port of this machine; `seconds` is how long it waits for an answer."""
    called: str
    first_step: str
    second_step: str
    """What is under way once `passes` bytes have come."""
    passes: int
    whole_s: int
    do: str
    garbled: Faults
    """Spoils what is listed, and none of the lines of the headers."""
    no_listing: str
    gives: Callable[[Reply, bytes], Callable[[Asked], Reply]]
    """Returns what answers as such a server does that lists these bytes as 1.jpg, and gives this reply for it."""

    @property
    def one_breaks_off(self) -> Callable[[Asked], Reply]:
        """Answers as such a server does, but for the photo 1.jpg, of which too little comes."""
        return self.gives(TOO_LITTLE, b"one")

    @property
    def silence(self) -> str:
        return f"there was no whole answer within 0.5 seconds of silence or {self.whole_s} in all"

    def failed(self, step: str, port: int, reason: str) -> str:
        return (
            f"{step} failed on the {self.called} 127.0.0.1 (port {port}): {reason}. Nothing was concluded from it, "
            f"so nothing was changed. {self.do}"
        )


@pytest.fixture(scope="module")
def s3() -> Iterator[Remote]:
    with object_store() as store:
        store.make_bucket(BUCKET)
        store.fill(BUCKET, FILES)
        step = f"Listing the bucket {BUCKET}"
        yield Remote(
            store.port,
            lambda port, seconds=0.5: plain_store.source(f"http://127.0.0.1:{port}", bucket=BUCKET, seconds=seconds),
            called="S3 store",
            first_step=step,
            second_step=step,
            passes=2_000,
            whole_s=300,
            do="Check the endpoint and the network; the next run tries again.",
            garbled=Faults(flip_at=frozenset({1_500})),
            no_listing="what it answered is no list of a bucket",
            gives=lambda reply, listed: (
                lambda asked: listing(contents(b"1.jpg", listed)) if "?" in asked.path else reply
            ),
        )


@pytest.fixture(scope="module")
def dav() -> Iterator[Remote]:
    with webdav_server() as server:
        for path, content in FILES.items():
            (server.files / "photos" / path).parent.mkdir(parents=True, exist_ok=True)
            (server.files / "photos" / path).write_bytes(content)
        yield Remote(
            server.port,
            lambda port, seconds=0.5: webdav.source(f"http://127.0.0.1:{port}/photos", seconds=seconds),
            called="WebDAV server",
            first_step="Listing the folder",
            second_step="Listing the folder a",
            passes=6_000,
            whole_s=600,
            do="Check the address and the network; the next run tries again.",
            garbled=Faults(flip_every=3_000),
            no_listing="it does not speak WebDAV at this address",
            gives=lambda reply, listed: (
                lambda asked: reply if asked.method == "GET" else multistatus(file_at("/1.jpg", size=len(listed)))
            ),
        )


@pytest.fixture(params=["s3", "dav"])
def remote(request: pytest.FixtureRequest) -> Remote:
    found: Remote = request.getfixturevalue(request.param)
    return found


@pytest.fixture
def network(remote: Remote) -> Iterator[BadNetwork]:
    with bad_network(remote.port) as network:
        yield network


@pytest.fixture
def source(remote: Remote, network: BadNetwork) -> Iterator[Any]:
    with remote.opened(network.port) as opened:
        yield opened


def told(action: Callable[[], object]) -> str:
    with pytest.raises(SourceUnavailable) as raised:
        action()
    return raised.value.message


@pytest.mark.parametrize("fault", ["cut", "end", "stall", "silent", "no HTTP"])
def test_listing_over_a_bad_network_says_host_step_and_what_to_do(
    remote: Remote, network: BadNetwork, source: Any, fault: str
) -> None:
    faults, step, reason = {
        "cut": (Faults(cut_after=remote.passes), remote.second_step, "connection reset by peer"),
        "end": (Faults(end_after=remote.passes), remote.second_step, BROKE_OFF),
        "stall": (Faults(stall_after=remote.passes), remote.second_step, remote.silence),
        "silent": (Faults(stall_after=0), remote.first_step, remote.silence),
        "no HTTP": (Faults(flip_at=frozenset({0})), remote.first_step, BROKE_OFF),
    }[fault]
    network.disturb(down=faults)
    assert told(lambda: list(source.pages())) == remote.failed(step, network.port, reason)
    network.mend()
    assert len(entries_of(source)) == len(FILES)


def test_garbled_listing_is_none(remote: Remote, network: BadNetwork, source: Any) -> None:
    network.disturb(down=remote.garbled)
    assert remote.no_listing in told(lambda: list(source.pages()))


def test_server_that_refuses_connections_is_told(remote: Remote, network: BadNetwork, source: Any) -> None:
    network.refuse()
    refused = "the connection was refused"
    assert told(lambda: list(source.pages())) == remote.failed(remote.first_step, network.port, refused)
    fetching = told(lambda: source.fetch("", "1.jpg", limit_bytes=1_000_000))
    assert fetching == remote.failed("Reading 1.jpg", network.port, refused)


def test_photo_whose_line_was_cut_is_read_once_more(network: BadNetwork, source: Any) -> None:
    network.disturb(down=Faults(cut_after=50_000), connection=1)
    assert source.fetch("", "1.jpg", limit_bytes=1_000_000).content == PHOTO
    assert len(network.connections) == 2


def test_photo_with_a_turned_byte_is_read_once_more(network: BadNetwork, source: Any) -> None:
    """It could be a picture all the same, and would be published and never be read again."""
    network.disturb(down=Faults(flip_at=frozenset({100_000})), connection=1)
    assert source.fetch("", "1.jpg", limit_bytes=1_000_000).content == PHOTO
    assert network.down_bytes > 2 * len(PHOTO)


def test_photo_that_comes_damaged_each_time_is_tried_later(remote: Remote, network: BadNetwork, source: Any) -> None:
    """Each time otherwise, whether the server keeps the line for the second try or not."""
    network.disturb(down=Faults(flip_at=frozenset({100_000, 300_000})), connection=1)
    network.disturb(down=Faults(flip_at=frozenset({150_000})), connection=2)
    with pytest.raises(TryLater) as raised:
        source.fetch("", "1.jpg", limit_bytes=1_000_000)
    assert type(raised.value) is TryLater
    assert raised.value.message == (
        f"1.jpg could not be read from the {remote.called} 127.0.0.1 (port {network.port}): what came is not what it "
        "has, going by the checksum that it gives. It was left as it is. The next run reads it again."
    )
    network.mend()
    assert source.fetch("", "1.jpg", limit_bytes=1_000_000).content == PHOTO


def test_photo_that_comes_twice_alike_is_believed_whatever_sum_is_told(remote: Remote) -> None:
    """An ETag of any store may look like an MD5, and who uploads to Nextcloud may name any sum."""
    told = {"ETag": f'"{"0" * 32}"', "Content-MD5": b64encode(bytes(16)).decode()}
    with web_server(remote.gives(Reply(200, b"one", told), b"one")) as web, remote.opened(web.port) as source:
        assert source.fetch("", "1.jpg", limit_bytes=99).content == b"one"
        read = [asked for asked in web.asked if asked.method == "GET" and "?" not in asked.path]
        # At WebDAV once more between two looks at the listing, which has another ETag.
        assert len(read) == (3 if "WebDAV" in remote.called else 2)


def test_photo_that_alone_breaks_off_is_tried_later(remote: Remote) -> None:
    """The others can be listed and read, and the run goes on with them."""
    with (
        web_server(remote.one_breaks_off) as web,
        remote.opened(web.port) as source,
        pytest.raises(TryLater) as raised,
    ):
        source.fetch("", "1.jpg", limit_bytes=10)
    assert type(raised.value) is TryLater
    assert raised.value.message == (
        f"1.jpg could not be read from the {remote.called} 127.0.0.1 (port {web.port}): {remote.silence}. "
        "It was left as it is. The next run reads it again."
    )


def test_photos_that_stall_one_after_the_other_end_the_run(remote: Remote) -> None:
    """One may be at fault itself; three are not, and each of a thousand would be waited for. None is, twice."""
    with web_server(remote.one_breaks_off) as web, remote.opened(web.port) as source:
        for _ in range(2):
            with pytest.raises(TryLater) as raised:
                source.fetch("", "1.jpg", limit_bytes=10)
            assert type(raised.value) is TryLater
        assert told(lambda: source.fetch("", "1.jpg", limit_bytes=10)) == remote.failed(
            "Reading 1.jpg", web.port, remote.silence
        ).replace(remote.do, "Check the server and the network; the next run tries again.")
        assert len([asked for asked in web.asked if "1.jpg" in asked.path]) == 3


PAGE = b"<!DOCTYPE html><title>Sign in</title>"


def beside(remote: Remote, replies: Iterator[Reply]) -> Callable[[Asked], Reply]:
    """Answers as such a server does that gives a page for 1.jpg, so that it is asked how long that is listed."""
    plain = remote.gives(Reply(200, PAGE), PAGE)

    def answer(asked: Asked) -> Reply:
        is_aside = "1.jpg" in asked.path and (asked.method == "PROPFIND" or "?" in asked.path)
        return next(replies, None) or plain(asked) if is_aside else plain(asked)

    return answer


GARBLED = {"S3 store": Reply(200, b"<no list"), "WebDAV server": Reply(207, b"<no list")}


def test_question_beside_a_photo_that_is_lost_is_asked_once_more(remote: Remote) -> None:
    once = iter([GARBLED[remote.called]])
    with web_server(beside(remote, once)) as web, remote.opened(web.port) as source:
        assert source.fetch("", "1.jpg", limit_bytes=99).content == PAGE


@pytest.mark.parametrize("fault", ["garbled", "silent"])
def test_question_beside_a_photo_that_stays_lost_costs_that_photo_alone(remote: Remote, fault: str) -> None:
    reply = GARBLED[remote.called] if fault == "garbled" else TOO_LITTLE
    garbled = "it does not speak WebDAV at this address" if "WebDAV" in remote.called else remote.no_listing
    with (
        web_server(beside(remote, iter([reply] * 2))) as web,
        remote.opened(web.port) as source,
        pytest.raises(TryLater) as raised,
    ):
        source.fetch("", "1.jpg", limit_bytes=99)
    assert type(raised.value) is TryLater
    assert raised.value.message == (
        f"1.jpg could not be read from the {remote.called} 127.0.0.1 (port {web.port}): "
        f"{garbled if fault == 'garbled' else remote.silence}. It was left as it is. The next run reads it again."
    )


def test_silences_beside_photos_one_after_the_other_end_the_run(remote: Remote) -> None:
    """The photos themselves come, and each would be waited for all the same."""
    with web_server(beside(remote, iter([TOO_LITTLE] * 3))) as web, remote.opened(web.port) as source:
        for _ in range(2):
            with pytest.raises(TryLater) as raised:
                source.fetch("", "1.jpg", limit_bytes=99)
            assert type(raised.value) is TryLater
        assert told(lambda: source.fetch("", "1.jpg", limit_bytes=99)) == remote.failed(
            "Reading 1.jpg", web.port, remote.silence
        ).replace(remote.do, "Check the server and the network; the next run tries again.")


@pytest.mark.parametrize("reply", [Reply(200, b"too many bytes"), Reply(404), Reply(403)])
def test_photo_that_is_too_large_or_refused_is_an_answer(remote: Remote, reply: Reply) -> None:
    """Between silences it begins the count again."""
    replies = [TOO_LITTLE, TOO_LITTLE, reply, TOO_LITTLE, TOO_LITTLE]
    given = iter(replies)
    names = [f"{number}.jpg" for number in range(len(replies))]

    def answer(asked: Asked) -> Reply:
        is_photo = asked.method == "GET" and "?" not in asked.path
        return remote.gives(next(given) if is_photo else reply, b"one")(asked)

    with web_server(answer) as web, remote.opened(web.port) as source:
        for name in names:
            with pytest.raises((TryLater, ItemRejected)) as raised:
                source.fetch("", name, limit_bytes=10)
            assert type(raised.value) is not SourceUnavailable


def test_server_that_freezes_once_costs_the_photos_under_way_alone(network: BadNetwork, source: Any) -> None:
    """All fetches give up at the same moment: that is one silence, and no three in a row."""
    begin = Barrier(source.fetches_at_once)
    for number in range(1, source.fetches_at_once + 1):
        network.disturb(down=Faults(stall_after=0), connection=number)

    def outcome(name: str) -> type[Exception]:
        begin.wait()
        with pytest.raises(TryLater) as raised:
            source.fetch("a", name, limit_bytes=99)
        return type(raised.value)

    with ThreadPoolExecutor(source.fetches_at_once) as pool:
        names = [f"{number:03d}.jpg" for number in range(source.fetches_at_once)]
        assert set(pool.map(outcome, names)) == {TryLater}
    assert source.fetch("a", "000.jpg", limit_bytes=99).content == b"0"


def test_photos_that_never_come_end_no_run_while_others_do(remote: Remote) -> None:
    """Wherever they lie in the order: three beside one another, and others where the fetches ahead wait for them."""
    never = {f"{number}.jpg" for number in (0, 1, 2, 31, 33, 34, 36, 70, 71, 72, 73)}

    def answer(asked: Asked) -> Reply:
        name = asked.path.rpartition("/")[2]
        return (remote.one_breaks_off if name in never else remote.gives(Reply(200, b"one"), b"one"))(asked)

    files = [FileToFetch(number, "", f"{number}.jpg", 3, "") for number in range(100)]
    with web_server(answer) as web, remote.opened(web.port) as source:
        outcomes = {file.name: outcome for file, outcome in fetched_ahead(source, files, 99)}
    assert {name for name, outcome in outcomes.items() if type(outcome) is TryLater} == never
    assert sum(isinstance(outcome, Fetched) for outcome in outcomes.values()) == len(files) - len(never)


def test_photos_are_fetched_ahead_of_one_another(remote: Remote) -> None:
    """No photo comes before as many are asked for as the source reads at the same time."""
    with web_server(remote.gives(Reply(200, b"one"), b"one")) as web, remote.opened(web.port, seconds=20) as source:
        assert source.fetches_at_once >= 4
        together, plain = Barrier(source.fetches_at_once), web.answer

        def answer(asked: Asked) -> Reply:
            if asked.method == "GET" and "?" not in asked.path:
                together.wait(20)
            return plain(asked)

        web.answer = answer
        files = [FileToFetch(number, "", f"{number}.jpg", 3, "") for number in range(2 * source.fetches_at_once)]
        outcomes = [outcome for _, outcome in fetched_ahead(source, files, 99)]
    assert [getattr(each, "content", each) for each in outcomes] == [b"one"] * len(files)


def test_connection_that_was_lost_between_two_calls_is_made_anew(network: BadNetwork, source: Any) -> None:
    assert len(entries_of(source)) == len(FILES)
    network.cut()
    assert source.fetch("", "1.jpg", limit_bytes=1_000_000).content == PHOTO


def test_source_that_is_closed_reads_no_more(remote: Remote, network: BadNetwork, source: Any) -> None:
    source.close()
    message = told(lambda: source.fetch("", "1.jpg", limit_bytes=1_000_000))
    assert message == remote.failed("Reading 1.jpg", network.port, "it is no longer being read").replace(
        remote.do, "Run again."
    )
    assert "it is no longer being asked" in told(lambda: list(source.pages()))


A_PAGE = "it answered with a web page, such as one to sign in, and not with the file"


@pytest.mark.parametrize(
    ("reply", "reason"),
    [
        (Reply(200, PAGE), A_PAGE),
        (Reply(200, b"Back soon", {"Content-Type": "text/html; charset=utf-8"}), A_PAGE),
        (Reply(200), "it answered with nothing, and not with the file"),
    ],
)
def test_page_or_nothing_in_place_of_a_photo_is_tried_later(remote: Remote, reply: Reply, reason: str) -> None:
    """What is refused for its content is never asked for again, and the photo is there."""
    with (
        web_server(remote.gives(reply, b"one")) as web,
        remote.opened(web.port) as source,
        pytest.raises(TryLater) as raised,
    ):
        source.fetch("", "1.jpg", limit_bytes=99)
    assert type(raised.value) is TryLater
    assert raised.value.message == (
        f"1.jpg could not be read from the {remote.called} 127.0.0.1 (port {web.port}): {reason}. It was left as it "
        "is. The next run reads it again. If it goes on, ask who runs the server."
    )


@pytest.mark.parametrize("content", [PAGE, b""])
def test_file_that_is_a_page_itself_or_empty_is_read(remote: Remote, content: bytes) -> None:
    with web_server(remote.gives(Reply(200, content), content)) as web, remote.opened(web.port) as source:
        assert source.fetch("", "1.jpg", limit_bytes=99).content == content


@pytest.mark.parametrize(
    ("content", "headers", "may_be_cut"),
    [
        ([b"o", b"ne"], {}, True),
        ([b"3\r\none\r\n0\r\n\r\n"], {"Transfer-Encoding": "chunked"}, False),
        ([b"one"], {"Content-Length": "3"}, False),
    ],
    ids=["until the end", "chunked", "length"],
)
def test_photo_of_unknown_length_may_be_cut(
    remote: Remote, content: list[bytes], headers: dict[str, str], may_be_cut: bool
) -> None:
    def answer(asked: Asked) -> Reply:
        # What does not say which file it is may be asked for twice.
        return remote.gives(Reply(200, iter(content), headers), b"one")(asked)

    with web_server(answer) as web, remote.opened(web.port) as source:
        fetched = source.fetch("", "1.jpg", limit_bytes=99)
        assert (fetched.content, fetched.may_be_cut) == (b"one", may_be_cut)


OPTIONS = {"s3": plain_store.options, "webdav": webdav.options}


@pytest.mark.parametrize("kind", OPTIONS)
def test_secrets_are_not_sent_unencrypted_where_the_operator_did_not_allow_the_address(kind: str) -> None:
    with (
        open_source(kind, OPTIONS[kind]("http://192.0.43.8:9"), guard=plain_store.GUARD) as opened,
        pytest.raises(Refused) as raised,
    ):
        list(opened.pages())
    assert raised.value.message == (
        "The address http://192.0.43.8 is not encrypted, so whoever is on the way could read what is sent. "
        "Nothing was sent. Use an address that begins with https://."
    )


@pytest.mark.parametrize("kind", OPTIONS)
def test_private_address_is_refused(kind: str, tmp_path: Path) -> None:
    guard = Guard(source_roots=(), data_folder=tmp_path)
    with (
        open_source(kind, OPTIONS[kind]("https://127.0.0.1:9"), guard=guard) as opened,
        pytest.raises(Refused) as raised,
    ):
        list(opened.pages())
    assert raised.value.message == (
        '"127.0.0.1" is at 127.0.0.1, an address inside this server\'s own network, so nothing was sent. Use an '
        "address on the public internet, or ask the operator of the server to allow this one with "
        "PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES."
    )
