"""Photos that never come, side by side: they are asked for last, and keep back none of the others."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from photosync.apps.runs import execution
from photosync.apps.runs.ledger import staging
from photosync.apps.runs.queries import change_documents, changed_since
from photosync.connectors.contract import Fetched
from photosync.connectors.testing.memory import MemorySource
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.core.run_states import RunState
from tests.apps.runs.scene import Scene, counts, portrait

SILENT = (
    "Reading a photo failed on the SFTP server sftp.school.example (port 22): there was no answer within 30 seconds."
)
LEFT = (
    f"Photos that had not come in an earlier run either were asked for last, and 2 left for the next run: {SILENT} "
    "All other photos were read before that."
)


class Silent(MemorySource):
    """Is silent at photos that are `bad`, and given up at the third of them one after the other."""

    def __init__(self) -> None:
        super().__init__()
        self.bad: set[str] = set()
        self.asked: list[str] = []
        self._in_a_row = 0

    def fetch(self, folder: str, name: str, *, limit_bytes: int) -> Fetched:
        self.asked.append(name.removesuffix(".jpg"))
        if self.asked[-1] not in self.bad:
            self._in_a_row = 0
            return super().fetch(folder, name, limit_bytes=limit_bytes)
        self._in_a_row += 1
        if self._in_a_row == 3:
            self._in_a_row = 0
            raise SourceUnavailable(SILENT)
        raise TryLater("It did not come.")

    def close(self) -> None:
        """It is opened again in the next phase."""


@pytest.fixture
def source(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Silent:
    made = Silent()
    monkeypatch.setattr(execution, "open_profile_source", lambda profile: made)
    monkeypatch.setattr(staging, "FILES_AT_ONCE", 2)
    return made


@pytest.fixture
def put(scene: Scene, source: Silent) -> Callable[..., None]:
    """Add the people of these numbers, and a photo of each."""

    def added(first: int, last: int) -> None:
        for code in scene.everyone(last - first + 1, first=first):
            source.put(f"{code}.jpg", portrait(int(code)))

    return added


def test_what_came_before_the_source_was_given_up_is_kept(
    scene: Scene, source: Silent, put: Callable[..., None]
) -> None:
    put(1, 8)
    source.bad = {"0003", "0004", "0005"}

    run = scene.run()

    assert (run.state, run.explanation) == (RunState.FAILED, SILENT)
    states = {name.removesuffix(".jpg"): state for name, (state, _) in scene.files().items()}
    assert states == {
        **dict.fromkeys(("0001", "0002"), "to_decide"),
        **dict.fromkeys(("0003", "0004"), "failed"),
        **dict.fromkeys(("0005", "0006", "0007", "0008"), "to_fetch"),
    }


def test_photos_that_never_come_end_no_run_for_ever(scene: Scene, source: Silent, put: Callable[..., None]) -> None:
    put(1, 8)
    source.bad = {"0002", "0003", "0004", "0005"}
    assert scene.run().state == RunState.FAILED

    source.asked.clear()
    run = scene.run()

    assert source.asked == ["0004", "0005", "0006", "0007", "0008", "0002", "0003"]
    assert (run.state, run.counts) == (RunState.DONE_WITH_FAILURES, counts(observed=8, added=4, failed=4))
    put(9, 9)
    source.asked.clear()

    run = scene.run()

    assert run.state == RunState.DONE_WITH_FAILURES
    assert run.counts == counts(observed=9, added=1, unchanged=4, failed=4)
    assert run.warnings == [LEFT]
    # The two that were left stand in an earlier run's record, and are listed with this one all the same.
    listed = sorted(each["file"] for each in change_documents(run) if each["action"] == "failed")
    assert listed == ["0002.jpg", "0003.jpg", "0004.jpg", "0005.jpg"]
    assert changed_since(run) == 0
    # The third of them ended it.
    assert source.asked == ["0009", "0002", "0003", "0004"]

    source.asked.clear()
    source.bad = {"0002", "0003", "0004"}
    run = scene.run()

    # Those that were not asked for at last come first.
    assert source.asked == ["0004", "0005", "0002", "0003"]
    assert (run.state, run.warnings) == (RunState.DONE_WITH_FAILURES, [])
    assert run.counts == counts(observed=9, added=1, unchanged=5, failed=3)


def test_photo_that_was_changed_is_asked_for_with_the_new_ones(
    scene: Scene, source: Silent, put: Callable[..., None]
) -> None:
    put(1, 2)
    source.bad = {"0001", "0002"}
    assert scene.run().counts == counts(observed=2, failed=2)
    put(3, 3)
    source.put("0002.jpg", portrait(12))
    source.bad.clear()
    source.asked.clear()

    assert scene.run().counts == counts(observed=3, added=3)
    assert source.asked == ["0002", "0003", "0001"]
