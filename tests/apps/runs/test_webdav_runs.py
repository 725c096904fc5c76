"""Runs from a WebDAV folder: first sync, nothing changed, and a server that goes away in the middle."""

from hashlib import sha256

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.library.models import PhotoVersion
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import set_secrets
from photosync.core.run_states import RunState
from photosync.outgoing import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.services.bad_network import BadNetwork, Heard, bad_network
from tests.services.webdav_server import PASSWORD, USER, WebdavServer, webdav_server

pytestmark = pytest.mark.django_db
PHOTOS = 120
"""So many that the first are kept long before the last are asked for."""


@pytest.fixture
def server() -> WebdavServer:
    with webdav_server() as running:
        (running.files / "9A").mkdir()
        yield running


@pytest.fixture
def network(scene: Scene, server: WebdavServer, settings: Settings) -> BadNetwork:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="TEST")
    with bad_network(server.port) as bad:
        profile = SyncProfile.objects.get(pk=scene.profile.pk)
        set_secrets(profile, {"password": PASSWORD})
        options = {"address": f"http://127.0.0.1:{bad.port}/", "user": USER}
        scene.set(source_kind="webdav", options=options, sealed_secrets=profile.sealed_secrets)
        yield bad


def test_first_sync_and_no_change(scene: Scene, server: WebdavServer, network: BadNetwork) -> None:
    scene.everyone(3)
    for number in range(1, 4):
        (server.files / "9A" / f"{number:04d}.jpg").write_bytes(portrait(number))

    heard = Heard()
    network.disturb(up=heard)

    assert scene.run().counts == counts(observed=3, added=3)
    assert heard.photos_got() == [f"/9A/{number:04d}.jpg" for number in range(1, 4)]

    assert scene.run().counts == counts(observed=3, unchanged=3)
    assert heard.photos_got() == []

    (server.files / "9A" / "0002.jpg").write_bytes(portrait(22))
    (server.files / "9A" / "0003.jpg").unlink()
    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)
    assert heard.photos_got() == ["/9A/0002.jpg"]


def test_server_that_goes_while_it_is_listed_withdraws_nothing_and_the_next_run_goes_on(
    scene: Scene, server: WebdavServer, network: BadNetwork
) -> None:
    scene.everyone(3)
    scene.set(when_missing="withdraw", withdraw_share_percent=100, withdraw_number=1000)
    for number in (1, 2):
        (server.files / "9A" / f"{number:04d}.jpg").write_bytes(portrait(number))
    scene.run()
    (server.files / "9A" / "0001.jpg").unlink()
    (server.files / "9A" / "0003.jpg").write_bytes(portrait(3))
    # The root is listed; then there is no server any more.
    network.lose_after(down_bytes=2_000)

    run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation.startswith(
        f"Listing the folder 9A failed on the WebDAV server 127.0.0.1 (port {network.port}): "
    )
    assert run.explanation.count(
        "Nothing was concluded from it, so nothing was changed. Check the address and the network; the next run "
        "tries again."
    )
    assert (scene.withdrawn(), PhotoVersion.objects.count()) == (set(), 2)

    network.mend()
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1, withdrawn=1)


def test_line_that_is_lost_while_photos_are_fetched_is_gone_on_with(
    scene: Scene, server: WebdavServer, network: BadNetwork
) -> None:
    """What was listed stands, and each photo that came whole is not asked for again."""
    codes = scene.everyone(PHOTOS)
    photos = {code: portrait(seed) for seed, code in enumerate(codes)}
    for code, content in photos.items():
        (server.files / "9A" / f"{code}.jpg").write_bytes(content)
    heard = Heard()
    network.disturb(up=heard)
    # The list and the headers came too, so that these are not the bytes of all photos.
    network.lose_after(down_bytes=sum(map(len, photos.values())))

    run = scene.run()

    assert run.state == RunState.FAILED
    assert f" failed on the WebDAV server 127.0.0.1 (port {network.port}): " in run.explanation
    assert "Nothing was concluded from it, so nothing was changed." in run.explanation
    assert scene.library() == {}
    first = heard.photos_got()

    network.mend()
    network.disturb(up=heard)
    assert scene.run().counts == counts(observed=PHOTOS, added=PHOTOS)
    again = heard.photos_got()
    assert {*first, *again} == {f"/9A/{code}.jpg" for code in codes}
    assert len(again) < PHOTOS
    held = {scene.code(person): sha for person, sha in PhotoVersion.objects.values_list("person", "source_sha256")}
    assert held == {code: sha256(content).hexdigest() for code, content in photos.items()}
