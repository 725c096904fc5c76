"""The lines of a run: every file that its counts name as unmatched, in review, rejected or failed."""

from collections import Counter

from photosync.apps.profiles.models import ProfilePeriod
from photosync.apps.runs.models import Run
from photosync.apps.runs.queries import change_documents, changed_since, latest_look
from tests.apps.runs.scene import Scene, counts

NAMED = ("unmatched", "review", "rejected", "failed")


def lines(run: Run) -> list[tuple[str, str]]:
    return sorted((line["action"], line["file"]) for line in change_documents(run))


def counted(run: Run) -> dict[str, int]:
    return {name: number for name in NAMED if (number := run.counts[name])}


def listed(run: Run) -> dict[str, int]:
    found = Counter(line["action"] for line in change_documents(run))
    return {name: found[name] for name in NAMED if found[name]}


def delivery_with_troubles(scene: Scene) -> None:
    scene.everyone(4)
    scene.put("0001.jpg", 1)
    scene.put("nobody.jpg", 2)
    scene.put("sub/0002.jpg", 3)
    scene.put("0003.jpg", 3)
    scene.put("0004.jpg", b"no picture")


TROUBLES = [
    ("rejected", "0004.jpg"),
    ("review", "0003.jpg"),
    ("review", "sub/0002.jpg"),
    ("unmatched", "nobody.jpg"),
]


def test_run_after_a_preview_lists_what_the_preview_found(scene: Scene) -> None:
    delivery_with_troubles(scene)
    preview = scene.preview()
    assert lines(preview) == [("add", "0001.jpg"), *TROUBLES]

    run = scene.run()

    assert run.counts == counts(observed=5, added=1, review=2, rejected=1, unmatched=1)
    assert lines(run) == [("add", "0001.jpg"), *TROUBLES]
    again = scene.run()
    assert lines(again) == TROUBLES
    for each in (preview, run, again):
        assert (listed(each), changed_since(each)) == (counted(each), 0)


def test_line_of_a_file_that_an_earlier_run_found_is_whole(scene: Scene) -> None:
    delivery_with_troubles(scene)
    first = {line["file"]: line for line in change_documents(scene.run())}

    later = {line["file"]: line for line in change_documents(scene.run())}

    assert later["0004.jpg"] == first["0004.jpg"]
    assert later["nobody.jpg"] == {
        "action": "unmatched",
        "state": "noted",
        "person": None,
        "year": None,
        "file": "nobody.jpg",
        "reason_code": "unmatched",
        "reason": 'No student or staff member has the code "nobody".',
        "before": None,
        "after": None,
        "doubt": None,
        "doubt_reasons": [],
    }
    assert later["0003.jpg"]["person"] == {"kind": "student", "code": "0003", "name": "P0003"}
    assert later["0003.jpg"]["reason"] == first["0003.jpg"]["reason"]


def test_files_that_have_changed_since_are_told_by_their_number(scene: Scene) -> None:
    delivery_with_troubles(scene)
    first = scene.run()
    scene.person("nobody")
    scene.put("0004.jpg", 4)

    last = scene.run()

    assert last.counts == counts(observed=5, unchanged=1, added=2, review=2)
    assert (lines(last)[2:], changed_since(last)) == (TROUBLES[1:3], 0)
    # The rejected file has its line in the plan; of the unmatched one there was none.
    assert (lines(first), changed_since(first)) == ([("add", "0001.jpg"), *TROUBLES[:3]], 1)
    undo = scene.undo(last)
    assert {action for action, _ in lines(undo)} == {"undo"}
    assert (changed_since(undo), latest_look(first)) == (0, last.pk)


def test_run_for_additions_only_lists_what_waits(scene: Scene) -> None:
    scene.everyone(1)
    scene.put("0001.jpg", 1)
    scene.run()
    ProfilePeriod.objects.update(mode="additions")
    scene.put("0001.jpg", 2)

    for _ in range(2):
        run = scene.run()
        assert (run.counts, lines(run)) == (counts(observed=1, waiting=1), [("waiting", "0001.jpg")])
