"""Runs from a bucket: first sync, nothing changed, and a line that breaks in the middle of a listing."""

from hashlib import sha256

import pytest
from pytest_django.fixtures import Settings

from photosync.apps.library.models import PhotoVersion
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.source_secrets import set_secrets
from photosync.core.run_states import RunState
from photosync.outgoing import AllowedRanges
from tests.apps.runs.scene import Scene, counts, portrait
from tests.services.bad_network import BadNetwork, Faults, Heard, bad_network
from tests.services.object_store import ObjectStore, object_store

pytestmark = pytest.mark.django_db
PHOTOS = 120
"""So many that the first are kept long before the last are asked for."""
BUCKET = "school-photos"


@pytest.fixture
def store() -> ObjectStore:
    with object_store() as running:
        running.make_bucket(BUCKET)
        yield running


@pytest.fixture
def network(scene: Scene, store: ObjectStore, settings: Settings) -> BadNetwork:
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.1", setting="TEST")
    with bad_network(store.port) as bad:
        options = {
            "bucket": BUCKET,
            "endpoint": f"http://127.0.0.1:{bad.port}",
            "prefix": "2026",
            "access_key_id": "AKIDOFTHETESTS",
        }
        profile = SyncProfile.objects.get(pk=scene.profile.pk)
        set_secrets(profile, {"secret_access_key": "of the tests"})
        scene.set(source_kind="s3", options=options, sealed_secrets=profile.sealed_secrets)
        yield bad


def test_first_sync_and_no_change(scene: Scene, store: ObjectStore, network: BadNetwork) -> None:
    scene.everyone(3)
    for number in range(1, 4):
        store.put(BUCKET, f"2026/9A/{number:04d}.jpg", portrait(number))

    heard = Heard()
    network.disturb(up=heard)

    assert scene.run().counts == counts(observed=3, added=3)
    assert heard.photos_got() == [f"/school-photos/2026/9A/{number:04d}.jpg" for number in range(1, 4)]

    assert scene.run().counts == counts(observed=3, unchanged=3)
    assert heard.photos_got() == []

    store.put(BUCKET, "2026/9A/0002.jpg", portrait(22))
    store.remove(BUCKET, "2026/9A/0003.jpg")
    assert scene.run().counts == counts(observed=2, unchanged=1, replaced=1)
    assert heard.photos_got() == ["/school-photos/2026/9A/0002.jpg"]


def test_listing_that_breaks_off_withdraws_nothing_and_the_next_run_goes_on(
    scene: Scene, store: ObjectStore, network: BadNetwork
) -> None:
    scene.everyone(3)
    scene.set(when_missing="withdraw", withdraw_share_percent=100, withdraw_number=1000)
    for number in (1, 2):
        store.put(BUCKET, f"2026/{number:04d}.jpg", portrait(number))
    scene.run()
    store.remove(BUCKET, "2026/0001.jpg")
    store.put(BUCKET, "2026/0003.jpg", portrait(3))
    network.disturb(down=Faults(end_after=600))

    run = scene.run()

    assert run.state == RunState.FAILED
    assert run.explanation.startswith(
        "Listing 2026 in the bucket school-photos failed on the S3 store 127.0.0.1 "
        f"(port {network.port}): the connection broke off, or what came is not HTTP. Nothing was concluded from it, "
        "so nothing was changed. Check the endpoint and the network; the next run tries again."
    )
    assert (scene.withdrawn(), PhotoVersion.objects.count()) == (set(), 2)

    network.mend()
    assert scene.run().counts == counts(observed=2, unchanged=1, added=1, withdrawn=1)


def test_line_that_is_lost_while_photos_are_fetched_is_gone_on_with(
    scene: Scene, store: ObjectStore, network: BadNetwork
) -> None:
    """What was listed stands, and each photo that came whole is not asked for again."""
    codes = scene.everyone(PHOTOS)
    photos = {code: portrait(seed) for seed, code in enumerate(codes)}
    store.fill(BUCKET, {f"2026/{code}.jpg": content for code, content in photos.items()})
    heard = Heard()
    network.disturb(up=heard)
    # The list and the headers came too, so that these are not the bytes of all photos.
    network.lose_after(down_bytes=sum(map(len, photos.values())))

    run = scene.run()

    assert run.state == RunState.FAILED
    assert f" failed on the S3 store 127.0.0.1 (port {network.port}): " in run.explanation
    assert "Nothing was concluded from it, so nothing was changed." in run.explanation
    assert scene.library() == {}
    first = heard.photos_got()

    network.mend()
    network.disturb(up=heard)
    assert scene.run().counts == counts(observed=PHOTOS, added=PHOTOS)
    again = heard.photos_got()
    assert {*first, *again} == {f"/{BUCKET}/2026/{code}.jpg" for code in codes}
    assert len(again) < PHOTOS
    held = {scene.code(person): sha for person, sha in PhotoVersion.objects.values_list("person", "source_sha256")}
    assert held == {code: sha256(content).hexdigest() for code, content in photos.items()}
