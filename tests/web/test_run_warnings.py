"""What a run could not use is told on its page."""

from datetime import UTC, datetime

from photosync.core.run_states import RunState
from tests.web.conftest import Scene
from tests.web.pages import Markup, make_profile, make_run


def test_warnings_of_a_run_are_on_its_page(scene: Scene) -> None:
    warnings = [f"Line {n} of index.csv has no file name, so it was left out. <b>" for n in range(1, 53)]
    run = make_run(make_profile(scene.school), RunState.DONE, datetime.now(UTC), warnings=warnings)

    page = Markup.of(scene.client.get(f"/administration/timetable-management/runs/{run.pk}/"))

    assert "What the run could not use Line 1 of index.csv has no file name, so it was left out. <b>" in page.text
    assert "Line 50 of" in page.text
    assert "Line 51 of" not in page.text
    assert "Only the first 50 are shown here." in page.text


def test_run_without_warnings_has_no_such_part(scene: Scene) -> None:
    run = make_run(make_profile(scene.school), RunState.DONE, datetime.now(UTC))

    page = Markup.of(scene.client.get(f"/administration/timetable-management/runs/{run.pk}/"))

    assert "What the run could not use" not in page.text
