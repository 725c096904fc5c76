"""Pages and the API read some sources themselves: they end within their time, and say plainly what to do then."""

import threading
import time
from collections.abc import Iterator, Mapping
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role, User
from photosync.apps.profiles.models import DeliveryLicence
from photosync.apps.review import looking
from photosync.apps.runs import preflight
from photosync.apps.sources import licences, opening
from photosync.apps.sources.licences import read_licences
from photosync.connectors import registry
from photosync.connectors.attending import heed
from photosync.connectors.contract import Fetched, Page, PageKey, Source
from photosync.connectors.photographer.source import DeliverySource
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import OutOfTime, SourceUnavailable
from photosync.core.run_states import RunState
from tests.api.test_interface import API, client_of, post
from tests.apps.review.desk import listed
from tests.apps.runs.scene import Scene
from tests.web.pages import Markup, make_run, make_user, signed_in

MANAGE = "/administration/timetable-management/manage-sync/"
LICENCES = (
    "Listing the delivery and reading its licences took longer than 1 seconds and was broken off. Nothing was "
    "changed. Preview the sync: it has no such limit, reads them too, and they can be accepted then."
)
PREFLIGHT = (
    "The data source took longer than 1 seconds to say which photos should be in it, so the report was not made. "
    "Nothing was changed. Try again when it has less to do, or ask the operator of this server to make the report "
    "there, where it may take longer."
)
PICTURE = (
    "The data source did not give this picture within 1 seconds. Nothing was changed. Look again when it has less to "
    "do, or decide without it."
)


class Hanging(MemorySource):
    """Answers nothing until it is closed, as sources do whose server is silent."""

    def __init__(self) -> None:
        super().__init__({})
        self.closed = threading.Event()

    def pages(self, known: Mapping[PageKey, bytes] | None = None) -> Iterator[Page]:
        raise self._nothing()

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        raise self._nothing()

    def close(self) -> None:
        self.closed.set()

    def _nothing(self) -> SourceUnavailable:
        heed(3)
        assert self.closed.wait(30)
        return SourceUnavailable("It was closed.")


@pytest.fixture
def scene(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene(tmp_path / "photos", now=datetime.now(UTC))
    made.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    for module in (licences, preflight, looking):
        monkeypatch.setattr(module, "WITHIN_S", 1.0)
    return made


@pytest.fixture
def kim(scene: Scene) -> User:
    return make_user("kim", Role.ADMINISTRATOR, scene.school)


@pytest.fixture
def pages(kim: User) -> Client:
    return signed_in(kim)


def opens(monkeypatch: pytest.MonkeyPatch, source: Source) -> None:
    for module in (registry, opening):
        monkeypatch.setattr(module, "open_source", lambda *_given, **_more: source)


def test_licences_of_a_delivery_that_is_slow(
    scene: Scene, kim: User, pages: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.options(match="photographer")
    opens(monkeypatch, DeliverySource(Hanging()))
    told = pages.post(f"{MANAGE}{scene.profile.pk}/licences/", {"read": "1"}, follow=True)
    assert LICENCES in Markup.of(told).text

    opens(monkeypatch, DeliverySource(Hanging()))
    answer = post(client_of(kim), f"/profiles/{scene.profile.pk}/licences/read", {})
    assert (answer.status_code, answer.json()["detail"]) == (503, LICENCES)
    assert not DeliveryLicence.objects.exists()


@pytest.mark.parametrize("match", ["photographer", "index"])
def test_report_on_a_source_that_is_slow(
    scene: Scene, kim: User, pages: Client, monkeypatch: pytest.MonkeyPatch, match: str
) -> None:
    scene.options(match=match, **({"index": "map.txt"} if match == "index" else {}))
    make_run(scene.profile, RunState.DONE, datetime.now(UTC), observed_count=1)

    def hangs() -> None:
        opens(monkeypatch, DeliverySource(Hanging()) if match == "photographer" else Hanging())

    at = f"{MANAGE}{scene.profile.pk}/to-mend"
    hangs()
    assert PREFLIGHT in Markup.of(pages.get(f"{at}/")).text
    hangs()
    file = pages.get(f"{at}.html")
    hangs()
    assert (file.status_code, PREFLIGHT in Markup.of(pages.get(file.headers["Location"])).text) == (302, True)
    hangs()
    answer = client_of(kim).get(f"{API}/profiles/{scene.profile.pk}/preflight")
    assert (answer.status_code, answer.json()["detail"]) == (503, PREFLIGHT)


def test_picture_of_a_source_that_is_slow(scene: Scene, pages: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.put("IMG_1.jpg", 1)
    scene.run()
    opens(monkeypatch, Hanging())
    answer = pages.get(f"/review/files/{listed(scene, 'IMG_1.jpg').pk}/card.jpg")
    assert (answer.status_code, answer.content.decode()) == (503, PICTURE)


class ManyPapers(MemorySource):
    """Lists at once, and reads on after it was closed, as a disk does; each licence takes a while."""

    def __init__(self, papers: int) -> None:
        super().__init__({f"Vol{number}/COPYRIGHT.TXT": b"No %d." % number for number in range(papers)})

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        time.sleep(0.1)
        return super().fetch(folder, name, limit_bytes=limit_bytes)


def test_licences_are_read_one_after_the_other_only_while_there_is_time(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    scene.options(match="photographer")
    source = ManyPapers(100)
    opens(monkeypatch, DeliverySource(source))
    with pytest.raises(OutOfTime) as caught:
        read_licences(scene.profile, scene.now)
    assert (caught.value.message, len(source.fetched) < 20) == (LICENCES, True)


def test_operator_waits_for_as_long_as_it_takes(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    scene.options(match="photographer")
    opens(monkeypatch, DeliverySource(ManyPapers(15)))
    assert len(read_licences(scene.profile, scene.now, in_time=False)) == 15
