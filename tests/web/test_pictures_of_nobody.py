"""The picture of a file of nobody, where an index says whose files are: no run reads it, and stamps may differ."""

from collections.abc import Callable
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from django.test import Client

from photosync.apps.accounts.models import Role
from photosync.apps.sources import opening
from photosync.apps.sources.models import ListedFile
from photosync.connectors.contract import Entry, Fetched
from photosync.connectors.testing.memory import MemorySource
from tests.apps.runs.scene import Scene, portrait
from tests.web.pages import make_user, signed_in

SHOWN = (200, "image/jpeg")
CHANGED = "The file has changed since it was listed. Its picture is shown after the next run."
OTHER_LENGTH = (
    "The data source gives this file with another length than it lists, so it may be another one by now. Its picture "
    "is not shown. Look again after the next run, or decide without it."
)
JUST_NOW = "The file is just being changed. Its picture is not shown. Look again in a minute."


class Server(MemorySource):
    """Lists files as they were put, and says something else of each when it is read."""

    says: Callable[[Fetched], Fetched] = staticmethod(lambda fetched: fetched)
    tells_sizes = True

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        fetched = super().fetch(folder, name, limit_bytes=limit_bytes)
        return self.says(fetched) if name == "IMG_9.jpg" else fetched

    def _listed(self, folder: str) -> list[Entry]:
        listed = super()._listed(folder)
        return listed if self.tells_sizes else [entry._replace(size_bytes=0) for entry in listed]


@pytest.fixture
def server(db: None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Server:
    """A server with a picture of someone who is not known here, as its index says."""
    held = Server({"map.csv": b"id,file\n9999,IMG_9.jpg\n"})
    held.put("IMG_9.jpg", portrait(1), stamp="6a2b")
    monkeypatch.setattr(opening, "open_source", lambda *_given, **_more: held)
    return held


@pytest.fixture
def scene(server: Server, tmp_path: Path) -> Scene:
    made = Scene(tmp_path / "photos", now=datetime.now(UTC).replace(microsecond=0))
    made.assign("LONG", date(2020, 1, 1), date(2090, 1, 1))
    made.options(match="index", index="map.csv")
    return made


@pytest.fixture
def look(scene: Scene) -> Callable[[], tuple[int, str]]:
    """Return what asks for the picture after a run, and gives the status and the text or the sort of it."""
    client: Client = signed_in(make_user("kim", Role.ADMINISTRATOR, scene.school))

    def looked() -> tuple[int, str]:
        file = ListedFile.objects.get(name="IMG_9.jpg")
        answer = client.get(f"/review/files/{file.pk}/card.jpg")
        if answer.status_code == 200:
            return 200, answer.headers["Content-Type"]
        assert file.picture_id is None
        return answer.status_code, answer.content.decode()

    return looked


Look = Callable[[], tuple[int, str]]


def test_picture_is_shown_though_its_source_never_says_the_same(scene: Scene, server: Server, look: Look) -> None:
    server.says = lambda fetched: Fetched(fetched.content, f"reading {len(server.fetched)}")
    scene.run()
    scene.run()
    assert look() == SHOWN


def test_picture_in_a_folder_of_several_pages_is_shown(scene: Scene, server: Server, look: Look) -> None:
    server._window = 1
    server.says = lambda fetched: Fetched(fetched.content, f"reading {len(server.fetched)}")
    scene.run()
    assert ListedFile.objects.get(name="IMG_9.jpg").page.bucket >= 0
    assert look() == SHOWN


@pytest.mark.parametrize(("stamp", "tells_sizes"), [("?", True), (".", True), ("abc.", False), (".", False)])
def test_picture_is_shown_though_its_source_says_too_little(
    scene: Scene, server: Server, look: Look, stamp: str, tells_sizes: bool
) -> None:
    server.tells_sizes = tells_sizes
    server.put("IMG_9.jpg", portrait(1), stamp=stamp)
    scene.run()
    server.fetched.clear()
    assert look() == SHOWN
    assert server.fetched == ["IMG_9.jpg", "IMG_9.jpg"]


def test_picture_of_another_size_in_the_same_second_waits_for_the_next_run(
    scene: Scene, server: Server, look: Look
) -> None:
    scene.run()
    server.put("IMG_9.jpg", portrait(2), stamp="6a2b")
    assert look() == (503, CHANGED)
    scene.run()
    assert look() == SHOWN


def test_file_that_is_listed_no_more_waits_for_the_next_run(scene: Scene, server: Server, look: Look) -> None:
    def goes(fetched: Fetched) -> Fetched:
        server.remove("IMG_9.jpg")
        return Fetched(fetched.content, "another")

    scene.run()
    server.says = goes
    assert look() == (503, CHANGED)


def test_file_that_comes_with_another_length_than_listed_is_not_shown(
    scene: Scene, server: Server, look: Look
) -> None:
    """Its entry in the folder may lag behind it."""
    scene.run()
    server.says = lambda fetched: Fetched(portrait(2), "another")
    assert look() == (503, OTHER_LENGTH)


def test_file_of_which_nothing_is_told_and_that_changes_is_not_shown(
    scene: Scene, server: Server, look: Look
) -> None:
    server.put("IMG_9.jpg", portrait(1), stamp="?")
    scene.run()

    def changes(fetched: Fetched) -> Fetched:
        return Fetched(fetched.content[:-1] + bytes([len(server.fetched) % 256]), "?")

    server.says = changes
    assert look() == (503, JUST_NOW)
