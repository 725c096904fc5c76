"""Runs over SFTP: nothing is read twice, a line that breaks withdraws nothing, and the next run goes on."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

import asyncssh
import pytest
from pytest_django import Settings

from photosync.apps.profiles.source_secrets import set_secrets
from photosync.apps.sources.models import Listing
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts
from tests.connectors.sftp.served import LOOPBACK
from tests.services.bad_network import BadNetwork, bad_network
from tests.services.sftp import PASSWORD, USERNAME, Files, SftpServer, sftp_server


class Watched(Files):
    """Tells the test which files are opened, and lets it do something meanwhile."""

    opened: list[str] = []
    when: dict[str, Callable[[], None]] = {}

    def open(self, path: bytes, pflags: int, attrs: asyncssh.SFTPAttrs) -> Any:
        name = path.decode().lstrip("/")
        self.opened.append(name)
        self.when.pop(f"open number {len(self.opened)}", lambda: None)()
        return super().open(path, pflags, attrs)

    async def scandir(self, path: bytes) -> AsyncIterator[asyncssh.SFTPName]:
        self.when.pop(f"list {path.decode().lstrip('/')}", lambda: None)()
        async for name in super().scandir(path):
            yield name


@pytest.fixture
def server(scene: Scene) -> Iterator[SftpServer]:
    Watched.opened.clear()
    Watched.when.clear()
    with sftp_server(scene.folder, files=Watched) as server:
        yield server


@pytest.fixture
def network(scene: Scene, server: SftpServer, settings: Settings) -> Iterator[BadNetwork]:
    """Return the network before the server; the profile of the scene reads over it."""
    settings.PHOTOSYNC_ALLOWED_RANGES = LOOPBACK
    with bad_network(server.port) as network:
        options = {"host": "127.0.0.1", "port": str(network.port), "username": USERNAME, "host_key": server.host_key}
        set_secrets(scene.profile, {"password": PASSWORD})
        scene.set(source_kind="sftp", options=options, sealed_secrets=scene.profile.sealed_secrets)
        yield network


def refused(network: BadNetwork) -> str:
    return (
        f"Connecting failed on the SFTP server 127.0.0.1 (port {network.port}): Connection refused. Nothing was "
        "concluded from it, so nothing was changed. Check that the server runs and that host and port are right, "
        "then try again."
    )


def test_run_without_a_change_reads_no_photo(scene: Scene, network: BadNetwork) -> None:
    for seed, code in enumerate(scene.everyone(3)):
        scene.put(f"7A/{code}.jpg", seed)
    assert scene.run().counts == counts(observed=3, added=3)
    assert sorted(Watched.opened) == ["7A/0001.jpg", "7A/0002.jpg", "7A/0003.jpg"]
    Watched.opened.clear()

    assert scene.run().counts == counts(observed=3, unchanged=3)

    assert Watched.opened == []
    scene.put("7A/0002.jpg", 9)
    assert scene.run().counts == counts(observed=3, unchanged=2, replaced=1)
    assert Watched.opened == ["7A/0002.jpg"]


def test_listing_that_breaks_off_withdraws_nothing_and_the_next_run_goes_on(
    scene: Scene, network: BadNetwork
) -> None:
    scene.set(when_missing="withdraw")
    for seed, code in enumerate(scene.everyone(3)):
        scene.put(f"{code}/{code}.jpg", seed)
    scene.run()
    scene.remove("0001/0001.jpg")
    scene.put("0002/0002.jpg", 7)
    Watched.when["list 0003"] = network.lose

    run = scene.run()

    assert (run.state, run.explanation) == (RunState.FAILED, refused(network))
    assert (scene.items(run), scene.withdrawn()) == ([], set())
    network.mend()
    scene.run()
    assert scene.withdrawn() == {"0001"}
    assert scene.library() == {"0001": {2026: "0"}, "0002": {2026: "7"}, "0003": {2026: "2"}}


def test_photos_that_were_read_before_the_line_broke_are_not_read_again(scene: Scene, network: BadNetwork) -> None:
    codes = scene.everyone(120)
    for seed, code in enumerate(codes):
        scene.put(f"{code}.jpg", seed)
    Watched.when["open number 110"] = network.lose

    run = scene.run()

    assert (run.state, run.explanation, scene.library()) == (RunState.FAILED, refused(network), {})
    network.mend()
    first = set(Watched.opened)
    Watched.opened.clear()
    assert scene.run().counts == counts(observed=120, added=120)
    assert first | set(Watched.opened) == {f"{code}.jpg" for code in codes}
    assert len(Watched.opened) < 120


def test_host_key_that_is_entered_anew_is_no_other_source(
    scene: Scene, server: SftpServer, network: BadNetwork
) -> None:
    """The server's operator renews its key; a school's photos are not read anew for that."""
    scene.put(f"{scene.everyone(1)[0]}.jpg", 1)
    scene.run()
    listing = Listing.objects.get().pk
    Watched.opened.clear()
    server.stop()
    server.host_keys = [asyncssh.generate_private_key("ssh-ed25519")]
    server.start()

    run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation.startswith("Another host key than the one that was entered was shown by the SFTP server ")
    scene.set(options={**scene.profile.options, "host_key": server.fingerprint})
    assert scene.run().counts == counts(observed=1, unchanged=1)
    assert (Listing.objects.get().pk, Watched.opened) == (listing, [])
