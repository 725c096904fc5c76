"""Runs from a Windows share: first sync, nothing changed, and a line that breaks in the midst of either."""

from collections.abc import Iterator
from hashlib import sha256

import pytest
from pytest_django import Settings

from photosync.apps.library.models import PhotoVersion
from photosync.apps.profiles.source_secrets import set_secrets
from photosync.connectors.smb import messages
from photosync.core.run_states import RunState
from photosync.outgoing import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.services import samba as servers
from tests.services.bad_network import BadNetwork, Faults, bad_network
from tests.services.samba import SHARE, USER, Samba

pytestmark = pytest.mark.django_db
PHOTOS = 12


@pytest.fixture(scope="module")
def samba(smbd: str) -> Iterator[Samba]:
    with servers.running() as running:
        yield running


@pytest.fixture
def network(samba: Samba) -> Iterator[BadNetwork]:
    with bad_network(samba.port) as network:
        yield network


@pytest.fixture
def on_a_share(scene: Scene, samba: Samba, network: BadNetwork, settings: Settings) -> Scene:
    """Return a school whose photos are on a share, behind a network that can be disturbed."""
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1/32", setting="allowed")
    folder = samba.files / f"photos {network.port}"
    (folder / "9A").mkdir(parents=True)
    scene.everyone(PHOTOS)
    for number in range(1, PHOTOS + 1):
        deliver(scene, samba, f"{folder.name}/9A/{number:04}.jpg", number)
    options = {
        "host": "127.0.0.1",
        "port": str(network.port),
        "share": SHARE,
        "folder": folder.name,
        "username": USER,
    }
    set_secrets(scene.profile, {"password": samba.password})
    scene.set(source_kind="smb", options=options, sealed_secrets=scene.profile.sealed_secrets)
    scene.set(when_missing="withdraw", withdraw_share_percent=100, withdraw_number=1000)
    return scene


def deliver(scene: Scene, samba: Samba, path: str, seed: int) -> None:
    content = portrait(seed)
    scene.names[sha256(content).hexdigest()] = str(seed)
    (samba.files / path).write_bytes(content)


def test_first_sync_reads_each_photo_and_the_second_none(on_a_share: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    open_file = messages.open_file

    def noting(path: bytes) -> object:
        opened.append(path.decode("utf-16-le").rpartition("\\")[2])
        return open_file(path)

    monkeypatch.setattr(messages, "open_file", noting)

    first = on_a_share.run()

    assert (first.state, first.counts) == (RunState.DONE, counts(observed=PHOTOS, added=PHOTOS))
    assert on_a_share.library() == {f"{number:04}": {2026: str(number)} for number in range(1, PHOTOS + 1)}
    assert sorted(opened) == [f"{number:04}.jpg" for number in range(1, PHOTOS + 1)]
    opened.clear()

    assert on_a_share.run().counts == counts(observed=PHOTOS, unchanged=PHOTOS)
    assert opened == []


@pytest.mark.parametrize("fault", [Faults(cut_after=2_500), Faults(flip_at=frozenset({2_000}))])
def test_listing_that_breaks_off_withdraws_nothing_and_the_next_run_goes_on(
    on_a_share: Scene, network: BadNetwork, fault: Faults
) -> None:
    on_a_share.run()
    network.disturb(down=fault)

    broken = on_a_share.run()

    assert broken.state == RunState.FAILED
    assert f"failed on the SMB server 127.0.0.1 (port {network.port}): " in broken.explanation
    assert "Nothing was concluded from it, so nothing was changed." in broken.explanation
    assert (on_a_share.withdrawn(), PhotoVersion.objects.count()) == (set(), PHOTOS)

    network.mend()
    assert on_a_share.run().counts == counts(observed=PHOTOS, unchanged=PHOTOS)


def test_line_that_is_lost_while_photos_are_fetched_is_gone_on_with(on_a_share: Scene, network: BadNetwork) -> None:
    """Each byte of what comes for half of the photos, and then no server any more."""
    network.lose_after(down_bytes=len(portrait(1)) * PHOTOS // 2)

    broken = on_a_share.run()

    assert broken.state == RunState.FAILED
    assert f" failed on the SMB server 127.0.0.1 (port {network.port}): " in broken.explanation

    network.mend()
    mended = on_a_share.run()
    assert (mended.state, mended.counts) == (RunState.DONE, counts(observed=PHOTOS, added=PHOTOS))
    assert on_a_share.library() == {f"{number:04}": {2026: str(number)} for number in range(1, PHOTOS + 1)}


def test_line_that_garbles_gives_whole_photos_or_none(on_a_share: Scene, network: BadNetwork) -> None:
    network.disturb(down=Faults(flip_every=7_919))
    garbled = on_a_share.run()
    whole = {f"{number:04}": {2026: str(number)} for number in range(1, PHOTOS + 1)}
    assert on_a_share.library().items() <= whole.items()
    assert garbled.counts["rejected"] == 0

    network.mend()
    assert on_a_share.run().state == RunState.DONE
    assert on_a_share.library() == whole
