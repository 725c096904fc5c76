"""A line to the SFTP server that breaks, stalls, garbles or refuses: no hang, no half listing, gone on with later."""

from __future__ import annotations

import asyncio
import re
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import asyncssh
import pytest

from photosync.connectors.sftp.source import SftpSource
from photosync.connectors.testing.conformance import entries_of, fetched, listing, raised
from photosync.core.errors import PhotoSyncError, SourceUnavailable, TryLater
from tests.connectors.sftp.served import SOON_S, source_on
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.sftp import Files, SftpServer, sftp_server

PHOTO = bytes(range(256)) * 2_000
FOLDERS = ("7A", "7B", "8A")
LISTED = {f"{folder}/{number}.jpg" for folder in FOLDERS for number in range(3)} | {"1.jpg"}
NOTHING = "Nothing was concluded from it, so nothing was changed."
LEFT = "It was left as it is. The next run reads it again."
LINE = f"{NOTHING} Check the server and the line to it, then run again."
SERVER = f"{NOTHING} Check that the server runs and that host and port are right, then try again."
SSH = (
    f"{NOTHING} Check that host and port are those of an SFTP server. If they are, ask whoever runs it to bring its "
    "SSH up to date."
)


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SftpServer]:
    root = tmp_path_factory.mktemp("served")
    for path in LISTED:
        (root / path).parent.mkdir(exist_ok=True)
        (root / path).write_bytes(PHOTO)
    with sftp_server(root) as server:
        yield server


@pytest.fixture
def network(server: SftpServer) -> Iterator[BadNetwork]:
    with bad_network(server.port) as network:
        yield network


def through(network: BadNetwork, server: SftpServer, **changed: float) -> SftpSource:
    return source_on(server, port=network.port, **changed)


def told(action: Callable[[], object]) -> str:
    return raised(SourceUnavailable, action).message


def where(network: BadNetwork) -> str:
    return f"the SFTP server 127.0.0.1 (port {network.port})"


# Before there is a connection


def test_port_that_is_closed_is_told(network: BadNetwork, server: SftpServer) -> None:
    network.refuse()
    with through(network, server) as source:
        message = f"Connecting failed on {where(network)}: Connection refused. {SERVER}"
        assert told(lambda: listing(source)) == message
        network.mend()
        assert set(entries_of(source)) == LISTED


@pytest.mark.parametrize(
    ("faults", "step"),
    [
        ({"down": Faults(stall_after=0)}, "Agreeing on how to encrypt"),
        ({"down": Faults(stall_after=300)}, "Agreeing on how to encrypt"),
        ({"up": Faults(stall_after=0)}, "Agreeing on how to encrypt"),
    ],
    ids=["says nothing", "stops halfway", "hears nothing"],
)
def test_server_that_falls_silent_on_the_way_in_is_given_up(
    network: BadNetwork, server: SftpServer, faults: dict[str, Faults], step: str
) -> None:
    network.disturb(**faults)
    with through(network, server, connect_within_s=SOON_S) as source:
        message = f"{step} failed on {where(network)}: there was no answer within 0.5 seconds. {SERVER}"
        assert told(lambda: listing(source)) == message


@pytest.mark.parametrize(
    "faults",
    [Faults(cut_after=0), Faults(end_after=0), Faults(cut_after=500), Faults(end_after=500), Faults(flip_every=100)],
    ids=["reset at once", "closed at once", "reset halfway", "closed halfway", "garbled"],
)
def test_way_in_that_breaks_is_told(network: BadNetwork, server: SftpServer, faults: Faults) -> None:
    network.disturb(down=faults)
    with through(network, server) as source:
        message = told(lambda: listing(source))
        assert message.startswith(("Connecting failed on ", "Agreeing on how to encrypt failed on "))
        assert message.endswith((SSH, SERVER))
        network.mend()
        assert set(entries_of(source)) == LISTED


def test_no_password_goes_to_a_garbled_line(network: BadNetwork, server: SftpServer) -> None:
    """The key that is shown is another one, or cannot be proven: whatever is said of it, nothing is sent."""
    server.asked.clear()
    for at in range(1_000, 2_000, 200):
        network.disturb(down=Faults(flip_at=frozenset({at})))
        with through(network, server) as source, pytest.raises(PhotoSyncError):
            listing(source)
    assert server.asked == []


# In the midst of it


class Slow(Files):
    """Lists a folder only once the test lets it."""

    let = threading.Event()

    async def scandir(self, path: bytes):  # type: ignore[no-untyped-def]  # as the library's
        if path.endswith(b"8A"):
            import asyncio

            await asyncio.get_running_loop().run_in_executor(None, self.let.wait, 60)
        async for name in super().scandir(path):
            yield name


def test_listing_that_is_cut_is_no_listing(tmp_path: Path) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.jpg").write_bytes(b"1")
    Slow.let.clear()
    with (
        sftp_server(tmp_path, files=Slow) as server,
        bad_network(server.port) as network,
        through(network, server) as source,
    ):
        threading.Timer(0.2, network.lose).start()
        try:
            message = told(lambda: list(source.pages()))
        finally:
            Slow.let.set()
        assert message == f"Connecting failed on {where(network)}: Connection refused. {SERVER}"
        network.mend()
        assert {path.partition("/")[0] for path in entries_of(source)} == set(FOLDERS)


def test_listing_that_stalls_is_given_up(tmp_path: Path) -> None:
    for folder in FOLDERS:
        (tmp_path / folder).mkdir()
        (tmp_path / folder / "1.jpg").write_bytes(b"1")
    Slow.let.clear()
    with sftp_server(tmp_path, files=Slow) as server, source_on(server, answer_within_s=SOON_S) as source:
        try:
            message = told(lambda: list(source.pages()))
        finally:
            Slow.let.set()
        # Which folder was asked for then is the server's order.
        assert re.sub("folder ..", "folder 8A", message) == (
            f"Listing the folder 8A failed on the SFTP server 127.0.0.1 (port {server.port}): there was no answer "
            f"within 0.5 seconds. {LINE}"
        )
        assert {path.partition("/")[0] for path in entries_of(source)} == set(FOLDERS)


@pytest.mark.parametrize("folder_size", [3, 1_300])
def test_listing_is_the_same_whenever_the_line_is_cut_once(tmp_path: Path, folder_size: int) -> None:
    """Cut at any byte: it is either whole, by another connection, or an error; never a part of it."""
    (tmp_path / "a").mkdir()
    for number in range(folder_size):
        (tmp_path / f"a/{number}.jpg").write_bytes(b"1")
    outcomes = set()
    with sftp_server(tmp_path) as server, bad_network(server.port) as network:
        with through(network, server) as source:
            whole = listing(source)
        all_bytes = network.down_bytes
        for cut_after in range(2_200, all_bytes, max((all_bytes - 2_200) // 6, 1)):
            network.mend()
            network.disturb(down=Faults(cut_after=cut_after), connection=len(network.connections) + 1)
            with through(network, server) as source:
                try:
                    outcomes.add("whole" if listing(source) == whole else "a part")
                except SourceUnavailable:
                    outcomes.add("broken")
    assert "a part" not in outcomes
    assert "whole" in outcomes
    assert folder_size < 1_000 or "broken" in outcomes


def test_photo_is_fetched_over_a_new_connection_where_one_is_lost(network: BadNetwork, server: SftpServer) -> None:
    with through(network, server) as source:
        assert fetched(source, "1.jpg") == PHOTO
        network.cut()
        assert fetched(source, "7A/0.jpg") == PHOTO
        network.disturb(down=Faults(cut_after=100_000), connection=2)
        assert fetched(source, "7A/1.jpg") == PHOTO
        assert len(network.connections) == 3


def test_photos_under_way_share_one_new_connection(network: BadNetwork, server: SftpServer) -> None:
    with through(network, server) as source, ThreadPoolExecutor(source.fetches_at_once) as pool:
        assert fetched(source, "1.jpg") == PHOTO
        network.disturb(down=Faults(cut_after=300_000), connection=1)
        assert set(pool.map(lambda path: fetched(source, path), sorted(LISTED))) == {PHOTO}
    assert len(network.connections) == 2


def later(network: BadNetwork, path: str, reason: str) -> str:
    return f"{path} could not be read from {where(network)}: {reason}. {LEFT}"


def fetched_or_why(source: SftpSource, path: str) -> tuple[type[PhotoSyncError], str] | bytes:
    try:
        return fetched(source, path)
    except PhotoSyncError as error:
        return type(error), error.message


def test_photo_that_breaks_off_every_time_is_tried_later(network: BadNetwork, server: SftpServer) -> None:
    with through(network, server) as source:
        listing(source)
        network.disturb(down=Faults(cut_after=100_000))
        told = (TryLater, later(network, "7A/1.jpg", "the connection was closed"))
        assert [fetched_or_why(source, "7A/1.jpg") for _ in range(5)] == [told] * 5
        network.mend()
        assert fetched(source, "7A/1.jpg") == PHOTO


def test_photo_of_a_server_that_is_gone_ends_the_run(network: BadNetwork, server: SftpServer) -> None:
    with through(network, server) as source:
        listing(source)
        network.lose_after(down_bytes=100_000)
        assert told(lambda: fetched(source, "7A/1.jpg")) == (
            f"Connecting failed on {where(network)}: Connection refused. {SERVER}"
        )


def test_photo_that_breaks_the_line_costs_none_of_those_beside_it(server: SftpServer, tmp_path: Path) -> None:
    """As a server does that ends over one damaged file: the others were under way on the same connection."""

    class Breaking(Files):
        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            if path.endswith(b"bad.jpg"):
                self.channel.get_connection().abort()
            return super().open(path, pflags, attrs)

    for path in (*(f"{number}.jpg" for number in range(20)), "bad.jpg"):
        (tmp_path / path).write_bytes(PHOTO)
    paths = [*(f"{number}.jpg" for number in range(10)), "bad.jpg", *(f"{number}.jpg" for number in range(10, 20))]
    with (
        sftp_server(tmp_path, files=Breaking) as breaking,
        source_on(breaking) as source,
        ThreadPoolExecutor(source.fetches_at_once) as pool,
    ):
        found = dict(zip(paths, pool.map(lambda path: fetched_or_why(source, path), paths), strict=True))
        bad = found.pop("bad.jpg")
    assert set(found.values()) == {PHOTO}
    assert bad == (
        TryLater,
        "bad.jpg could not be read from the SFTP server 127.0.0.1 "
        f"(port {breaking.port}): the connection was closed. {LEFT}",
    )


def test_photos_that_stall_one_after_the_other_end_the_run(network: BadNetwork, server: SftpServer) -> None:
    reason = "there was no answer within 0.5 seconds"
    with through(network, server, answer_within_s=SOON_S) as source:
        listing(source)
        network.disturb(down=Faults(stall_after=100_000))
        tried_later = (TryLater, later(network, "7A/1.jpg", reason))
        assert [fetched_or_why(source, "7A/1.jpg") for _ in range(3)] == [
            tried_later,
            tried_later,
            (SourceUnavailable, f"Reading 7A/1.jpg failed on {where(network)}: {reason}. {LINE}"),
        ]
        network.mend()
        assert fetched(source, "7A/1.jpg") == PHOTO


def test_photos_that_never_come_are_one_silence_where_they_were_lost_together(tmp_path: Path) -> None:
    """They are asked for alone, each after the other, while the others that may be asked for ahead have come."""

    is_over = threading.Event()

    class Hanging(Files):
        async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            if path.endswith(b"never.jpg"):
                await asyncio.to_thread(is_over.wait, 30)
            return super().open(path, pflags, attrs)

    never = [f"{number}-never.jpg" for number in range(4)]
    for path in (*never, "1.jpg"):
        (tmp_path / path).write_bytes(PHOTO)
    with (
        sftp_server(tmp_path, files=Hanging) as server,
        source_on(server, answer_within_s=SOON_S) as source,
        ThreadPoolExecutor(len(never)) as pool,
    ):
        why = list(pool.map(lambda path: fetched_or_why(source, path), never))
        assert fetched(source, "1.jpg") == PHOTO
        is_over.set()
        # What hung ends before its server does.
        threading.Event().wait(0.1)
    assert why == [
        (
            TryLater,
            f"{path} could not be read from the SFTP server 127.0.0.1 (port {server.port}): there was no answer "
            f"within 0.5 seconds. {LEFT}",
        )
        for path in never
    ]


class HangsOrRefuses(Files):
    """Says nothing of what is called never, and does not let refused.jpg be read."""

    is_over = threading.Event()

    async def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
        # Without a thread: this server has few of them.
        while path.endswith(b"never.jpg") and not self.is_over.is_set():  # noqa: ASYNC110 - of another thread
            await asyncio.sleep(0.02)
        if path.endswith(b"refused.jpg"):
            raise asyncssh.SFTPPermissionDenied("No.")
        return super().open(path, pflags, attrs)


@pytest.mark.parametrize("answered", ["1.jpg", "refused.jpg", "gone.jpg", "large.jpg", "folder", "out.jpg"])
def test_whatever_a_server_says_of_a_photo_begins_the_count_of_silences_anew(tmp_path: Path, answered: str) -> None:
    (tmp_path / "served/folder").mkdir(parents=True)
    for name in ("1.jpg", "never.jpg", "refused.jpg", "../out.jpg"):
        (tmp_path / "served" / name).write_bytes(b"1")
    (tmp_path / "served/large.jpg").write_bytes(PHOTO)
    (tmp_path / "served/out.jpg").symlink_to("../out.jpg")
    HangsOrRefuses.is_over.clear()
    with (
        sftp_server(tmp_path, files=HangsOrRefuses) as server,
        source_on(server, folder="served", answer_within_s=SOON_S) as source,
    ):
        outcomes: list[type[Exception] | None] = []
        for name in ("never.jpg", "never.jpg", answered, "never.jpg"):
            try:
                source.fetch("", name, limit_bytes=1_000)
            except PhotoSyncError as error:
                outcomes.append(type(error))
        HangsOrRefuses.is_over.set()
        # What hung ends before its server does.
        threading.Event().wait(0.1)
    assert SourceUnavailable not in outcomes
    assert outcomes.count(TryLater) >= 3


def test_garbled_answers_are_no_silence(tmp_path: Path) -> None:
    class Garbling(Files):
        def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> object:
            if path.endswith(b"bad.jpg"):
                raise asyncssh.SFTPBadMessage("What?")
            return super().open(path, pflags, attrs)

    for name in ("1.jpg", "bad.jpg"):
        (tmp_path / name).write_bytes(PHOTO)
    with sftp_server(tmp_path, files=Garbling) as server, source_on(server) as source:
        assert [fetched_or_why(source, "bad.jpg") for _ in range(4)] == [
            (
                TryLater,
                f"bad.jpg could not be read from the SFTP server 127.0.0.1 (port {server.port}): it answered with "
                f"something that is not SFTP. {LEFT}",
            )
        ] * 4
        assert fetched(source, "1.jpg") == PHOTO


def test_photos_that_come_drop_by_drop_end_the_run(
    network: BadNetwork, server: SftpServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("photosync.connectors.sftp.fetching.WITHIN_S", 0.6)
    reason = "it did not come within 0.01 minutes"
    with through(network, server) as source:
        listing(source)
        network.disturb(down=Faults(bytes_per_s=200_000))
        tried_later = (TryLater, later(network, "7A/1.jpg", reason))
        outcomes = [fetched_or_why(source, "7A/1.jpg") for _ in range(3)]
        assert [message for _, message in outcomes[:2]] == [tried_later[1]] * 2
        assert outcomes[2] == (SourceUnavailable, f"Reading 7A/1.jpg failed on {where(network)}: {reason}. {LINE}")


def test_photo_over_a_garbled_line_is_never_given(network: BadNetwork, server: SftpServer) -> None:
    with through(network, server) as source:
        listing(source)
        network.disturb(down=Faults(flip_every=50_000))
        message = raised(TryLater, lambda: fetched(source, "7A/1.jpg")).message
        assert message.endswith((LINE, SSH, SERVER, LEFT))
        network.mend()
        assert fetched(source, "7A/1.jpg") == PHOTO


def test_slow_line_is_waited_for_as_long_as_something_comes(network: BadNetwork, server: SftpServer) -> None:
    """All photos together take longer than the server may be silent."""
    with through(network, server, answer_within_s=1.0) as source, ThreadPoolExecutor(source.fetches_at_once) as pool:
        listing(source)
        network.disturb(down=Faults(bytes_per_s=2_500_000))
        assert set(pool.map(lambda path: fetched(source, path), sorted(LISTED))) == {PHOTO}


def test_close_ends_what_is_under_way(network: BadNetwork, server: SftpServer) -> None:
    source = through(network, server)
    listing(source)
    network.disturb(down=Faults(stall_after=50_000))
    with ThreadPoolExecutor(4) as pool:
        under_way = [pool.submit(fetched, source, f"7A/{number}.jpg") for number in range(3)]
        threading.Event().wait(0.1)
        source.close()
        messages = {raised(SourceUnavailable, each.result).message for each in under_way}
    assert messages == {f"Reading failed on {where(network)}: the source was closed. {NOTHING} Run again."}
    assert told(lambda: listing(source)) in messages
    assert [each.name for each in threading.enumerate() if each.name == "sftp"] == []


def test_close_does_not_wait_for_a_connection_that_is_being_made(network: BadNetwork, server: SftpServer) -> None:
    source = through(network, server, connect_within_s=5.0)
    network.disturb(down=Faults(stall_after=0))
    with ThreadPoolExecutor(3) as pool:
        under_way = [pool.submit(fetched, source, f"7A/{number}.jpg") for number in range(3)]
        while not network.up_bytes:
            threading.Event().wait(0.01)
        source.close()
        messages = {raised(SourceUnavailable, each.result).message for each in under_way}
    assert messages == {f"Reading failed on {where(network)}: the source was closed. {NOTHING} Run again."}
    assert len(network.connections) == 1
    assert [each.name for each in threading.enumerate() if each.name == "sftp"] == []
