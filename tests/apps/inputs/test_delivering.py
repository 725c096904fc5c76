"""Deliveries: whole or not at all, gone on with after a broken line, and hostile names and ZIPs."""

import re
import shutil
import zipfile
from datetime import timedelta
from hashlib import sha256
from typing import Any

import pytest

from photosync.apps.inputs import content as content_rules
from photosync.apps.inputs import delivering
from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.delivering import (
    Sent,
    Wanted,
    begin_delivery,
    deliver_file,
    deliver_files,
    drop_delivery,
    finish_delivery,
    forget_old_deliveries,
    missing_of,
)
from photosync.apps.inputs.delivering_zips import begin_archive, deliver_part, take_out_archive
from photosync.apps.inputs.documents import delivery_document
from photosync.apps.inputs.models import DeliveredFile, Delivery, Input
from photosync.apps.inputs.unpacking_work import MOST_ATTEMPTS, UnpackingWork, execute_delivery
from photosync.apps.library.store import photo_store
from photosync.core.errors import NotFound, Refused, StorageUnavailable, WrongUse
from tests.apps.inputs.delivered import (
    NOW,
    contents,
    deliver,
    make_input,
    make_worker,
    paths,
    send_zip,
    with_zip,
    worked,
    zipped,
)
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db
NOTHING_IN_IT = (
    "There is no photo or other file in photos.zip, so nothing was changed. Take out what is there, then send others."
)


@pytest.fixture
def made() -> Input:
    shutil.rmtree(_folder(), ignore_errors=True)  # what other tests sent
    return make_input(make_school(), files={"a/1.jpg": b"one", "2.jpg": b"two"})


def hashed(**files: bytes) -> dict[str, str]:
    return {path: sha256(each).hexdigest() for path, each in files.items()}


def test_nothing_is_seen_before_the_delivery_is_finished(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    assert paths(made) == ["2.jpg", "a/1.jpg"]
    ended = finish_delivery(delivery, by="kim", now=NOW)
    assert paths(made) == ["2.jpg", "3.jpg", "a/1.jpg"]
    assert ended.outcome == {"added": 1, "replaced": 0, "unchanged": 0, "removed": 0, "refused": 0}
    assert photo_store().read(contents(made)["3.jpg"]) == b"three"


def test_adding_keeps_what_was_not_delivered(made: Input) -> None:
    done = deliver(made, {"2.jpg": b"other", "a/1.jpg": b"one"})
    assert done.outcome == {"added": 0, "replaced": 1, "unchanged": 1, "removed": 0, "refused": 0}
    assert contents(made)["2.jpg"] == sha256(b"other").hexdigest()


def test_replacing_removes_what_was_not_delivered(made: Input) -> None:
    done = deliver(made, {"2.jpg": b"two", "b/4.jpg": b"four"}, mode="replace")
    assert done.outcome == {"added": 1, "replaced": 0, "unchanged": 1, "removed": 1, "refused": 0}
    assert paths(made) == ["2.jpg", "b/4.jpg"]


def test_replacing_keeps_the_former_file_of_one_that_could_not_be_taken(made: Input) -> None:
    done = deliver(made, {"2.jpg": zipped({"x": b"y"}), "3.jpg": b"three"}, mode="replace")
    assert paths(made) == ["2.jpg", "3.jpg"]
    assert contents(made)["2.jpg"] == sha256(b"two").hexdigest()
    assert delivery_document(done)["refused"] == [
        {"file": "2.jpg", "reason": "It is a ZIP. Send it as an archive, so that it is unpacked."}
    ]


def test_the_same_again_changes_nothing_and_is_no_new_revision(made: Input) -> None:
    before = Input.objects.get(pk=made.pk).revision
    deliver(made, {"a/1.jpg": b"one", "2.jpg": b"two"}, mode="replace")
    assert Input.objects.get(pk=made.pk).revision == before


def test_what_is_missing_is_asked_and_sent_alone(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    deliver_file(delivery, "b/3.jpg", b"three", now=NOW)
    wanted = [
        Wanted("b\\3.jpg", 5),
        Wanted("b/3.jpg", 6),
        Wanted("b/3.jpg", 5, "0" * 64),
        Wanted("4.jpg", 4),
        Wanted("Thumbs.db", 4),
        Wanted("../5.jpg", 4),
    ]
    assert missing_of(delivery, wanted) == ["b/3.jpg", "b/3.jpg", "4.jpg", "../5.jpg"]


def test_file_sent_again_replaces_the_first(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    assert deliver_file(delivery, "3.jpg", b"3", now=NOW) == Sent("3.jpg", "taken")
    ended = finish_delivery(delivery, by="kim", now=NOW)
    assert (ended.file_count, ended.size_bytes, contents(made)["3.jpg"]) == (1, 1, sha256(b"3").hexdigest())


def test_finishing_twice_is_finishing_once(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    first = finish_delivery(delivery, by="kim", now=NOW)
    assert finish_delivery(delivery, by="lee", now=NOW).outcome == first.outcome
    with pytest.raises(Refused) as ended:
        deliver_file(delivery, "4.jpg", b"four", now=NOW)
    assert ended.value.message == ("This delivery is not open any more (finished). Nothing was done. Begin another.")
    with pytest.raises(Refused) as done:
        drop_delivery(delivery, by="kim", now=NOW)
    assert done.value.message == "This delivery is finished already, so it cannot be dropped. Nothing was changed."


def test_delivery_of_nothing_is_refused_so_that_replacing_never_clears(made: Input) -> None:
    delivery = begin_delivery(made, mode="replace", by="kim", now=NOW)
    with pytest.raises(Refused) as refused:
        finish_delivery(delivery, by="kim", now=NOW)
    assert refused.value.message == "Nothing was delivered yet, so there is nothing to finish. Send files first."
    deliver_file(delivery, "3.jpg", zipped({"x": b"y"}), now=NOW)
    with pytest.raises(Refused) as of_none:
        finish_delivery(delivery, by="kim", now=NOW)
    assert of_none.value.message == (
        "None of the files could be taken, so nothing was changed. See why, then send others."
    )
    assert paths(made) == ["2.jpg", "a/1.jpg"]


@pytest.mark.parametrize("mode", ["replace", "add"])
@pytest.mark.parametrize(
    ("files", "told"),
    [
        (
            {},
            NOTHING_IN_IT,
        ),
        (
            {".DS_Store": b"x", "__MACOSX/._1.jpg": b"y", "folder/": b""},
            NOTHING_IN_IT,
        ),
        (
            {"x/inner.zip": zipped({"9.jpg": b"q"}), "../1.jpg": b"x"},
            "None of the files could be taken, so nothing was changed. Take out photos.zip, then send others. Not "
            "taken: x/inner.zip: It is an archive inside the ZIP. Put the files in directly. It was not taken. "
            '../1.jpg: The path "../1.jpg" leads out of its folder. It was not taken. Send it under a plain name.',
        ),
    ],
    ids=["empty", "junk", "refused"],
)
def test_zip_of_nothing_changes_nothing_and_says_so(
    made: Input, files: dict[str, bytes], told: str, mode: str
) -> None:
    delivery = with_zip(made, zipped(files), mode=mode)
    opened = worked(delivery)
    assert (opened.state, opened.explanation, opened.refused) == ("open", told, [])
    assert paths(made) == ["2.jpg", "a/1.jpg"]
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    assert worked(delivery).state == "done"
    assert paths(made) == (["3.jpg"] if mode == "replace" else ["2.jpg", "3.jpg", "a/1.jpg"])


@pytest.mark.parametrize(
    ("path", "state", "reason"),
    [
        (
            "../../etc/passwd",
            "refused",
            'The path "../../etc/passwd" leads out of its folder. It was not taken. Send',
        ),
        ("C:\\photos\\1.jpg", "refused", "leads out of its folder"),
        ("", "refused", '"" is not the name of a file. It was not taken.'),
        ("a\0b.jpg", "refused", "is not text. It was not taken. Rename the file."),
        ("\udce9.jpg", "refused", "is not text. It was not taken. Rename the file."),
        ("x" * 256, "refused", "is too long: at most 500 characters, and 255 for one name."),
        ("f/" * 31 + "1.jpg", "refused", "lies more than 30 folders deep. It was not taken. Move it up."),
        ("__MACOSX/._1.jpg", "ignored", "It is no photo: systems put it beside people's files."),
        ("a/Thumbs.db", "ignored", "It is no photo"),
        ("2.JPG", "taken", ""),
    ],
)
def test_names_that_are_hostile_or_junk(made: Input, path: str, state: str, reason: str) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    sent = deliver_file(delivery, path, b"x", now=NOW)
    assert sent.state == state
    assert reason in sent.reason


def test_names_are_only_names(made: Input) -> None:
    hostile = ["-rf", "a\nb.jpg", "\u202egpj.exe", "<script>.jpg", "..jpg", "con", "x;rm -rf.jpg", "%00.jpg"]
    deliver(made, dict.fromkeys(hostile, b"x"))
    assert set(hostile) < set(paths(made))
    assert sorted(each.name for each in photo_store().root.parent.iterdir() if each.name in hostile) == []


def test_names_that_differ_in_letter_case_only_are_said_in_words(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    told = (
        'There is "b/3.jpg" already, which differs in upper and lower case only. It was not taken. Rename one, or '
        "remove the other first."
    )
    sent = deliver_files(delivery, [("b/3.jpg", b"x"), ("B/3.jpg", b"y"), ("A/1.jpg", b"z")], now=NOW)
    assert [(each.state, each.reason) for each in sent] == [("taken", ""), ("refused", told), ("taken", "")]
    done = finish_delivery(delivery, by="kim", now=NOW)
    assert delivery_document(done)["refused"] == [
        {"file": "B/3.jpg", "reason": told},
        {"file": "A/1.jpg", "reason": told.replace("b/3.jpg", "a/1.jpg")},
    ]
    assert paths(made) == ["2.jpg", "a/1.jpg", "b/3.jpg"]


def test_replacing_may_change_letter_case(made: Input) -> None:
    assert deliver(made, {"A/1.JPG": b"one"}, mode="replace").outcome["replaced"] == 1
    assert paths(made) == ["A/1.JPG"]


def test_what_no_photo_can_be_is_refused(made: Input) -> None:
    largest = delivering.largest_file_bytes()
    sent = deliver_files(
        begin_delivery(made, by="kim", now=NOW),
        [("film.mov", b"x" * (largest + 1)), ("x.7z", b"7z\xbc\xaf\x27\x1c..."), ("empty.jpg", b"")],
        now=NOW,
    )
    assert [(each.state, each.reason) for each in sent] == [
        ("refused", "It is larger than 30 MB, which no photo may be. It was not taken."),
        ("refused", "It is an archive of another kind than ZIP. Send a ZIP, or the files in it."),
        ("taken", ""),
    ]


def test_input_that_would_hold_too_much_is_left_as_it_was(made: Input, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(content_rules, "MOST_FILES", 3)
    delivery = begin_delivery(made, by="kim", now=NOW)
    deliver_files(delivery, [("3.jpg", b"x"), ("4.jpg", b"x")], now=NOW)
    with pytest.raises(Refused) as refused:
        finish_delivery(delivery, by="kim", now=NOW)
    assert refused.value.message == (
        "Photographer 2026 would hold more than 3 files. Nothing was changed. Make another input for the rest."
    )
    assert paths(made) == ["2.jpg", "a/1.jpg"]
    monkeypatch.setattr(content_rules, "MOST_FILES", 50_000)
    monkeypatch.setattr(content_rules, "MOST_BYTES", 5)
    with pytest.raises(Refused) as large:
        deliver_file(delivery, "5.jpg", b"five", now=NOW)
    assert "would hold more than 0 GB" in large.value.message


def test_what_is_refused_is_not_stored_before(made: Input, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whoever may only deliver could else fill the disk with files for a delivery that takes none any more."""
    ended = deliver(made, {"3.jpg": b"three"})
    open_one = begin_delivery(made, by="kim", now=NOW)
    before = list(photo_store().iter_blobs())
    with pytest.raises(Refused):
        deliver_file(ended, "4.jpg", b"for one that is finished", now=NOW)
    monkeypatch.setattr(content_rules, "MOST_BYTES", 5)
    with pytest.raises(Refused):
        deliver_file(open_one, "4.jpg", b"more than it may hold", now=NOW)
    assert list(photo_store().iter_blobs()) == before


def test_nothing_is_taken_on_a_disk_that_is_nearly_full(made: Input, settings: Any) -> None:
    delivery = with_zip(made, zipped({"3.jpg": b"three"}))
    archive = begin_archive(delivery, "more.zip", 3, now=NOW)
    free_bytes = shutil.disk_usage(settings.PHOTOSYNC_DATA).free
    settings.PHOTOSYNC_KEPT_FREE_BYTES = free_bytes + 500_000_000_000
    before = list(photo_store().iter_blobs())
    told = (
        r"The disk of the server is nearly full: [\d,]+ MB are free, and [\d,]+ MB are kept free. This was not "
        r"taken; what had arrived before stays. Have room made on the disk, then go on with the delivery."
    )
    for send in (
        lambda: deliver_file(delivery, "4.jpg", b"no room for it", now=NOW),
        lambda: deliver_part(archive, 0, b"zip", now=NOW),
    ):
        with pytest.raises(StorageUnavailable) as full:
            send()
        assert re.fullmatch(told, full.value.message)
    take_out_archive(archive)
    still_open = worked(delivery)
    assert still_open.state == "open"
    assert re.fullmatch(told, still_open.explanation)
    assert list(photo_store().iter_blobs()) == before
    settings.PHOTOSYNC_KEPT_FREE_BYTES = 0
    assert worked(delivery).state == "done"


def test_zip_that_is_taken_out_counts_no_more(made: Input) -> None:
    """What was unpacked before another ZIP turned out to be broken went with it."""
    delivery = with_zip(made, zipped({"3.jpg": b"three", "4.jpg": b"four"}), name="good.zip")
    broken = send_zip(delivery, b"PK\x03\x04 and then nothing of a zip", "broken.zip")
    assert (worked(delivery).file_count, delivery.size_bytes) == (2, 9)
    take_out_archive(delivery.archives.get(name="good.zip"))
    delivery.refresh_from_db()
    assert (delivery.file_count, delivery.size_bytes, DeliveredFile.objects.count()) == (0, 0, 0)
    take_out_archive(broken)


def test_zip_is_unpacked_by_a_worker(made: Input) -> None:
    files = {"class 7/0417.jpg": b"x", "class 7/0418.jpg": b"y", "__MACOSX/._0417.jpg": b"j", "idlink.txt": b"1,2"}
    done = worked(with_zip(made, zipped(files)))
    assert done.outcome == {"added": 3, "replaced": 0, "unchanged": 0, "removed": 0, "refused": 0}
    assert paths(made) == ["2.jpg", "a/1.jpg", "class 7/0417.jpg", "class 7/0418.jpg", "idlink.txt"]
    assert list(_folder().iterdir()) == []
    assert DeliveredFile.objects.count() == 0


def test_zip_with_hostile_entries_gives_the_others(made: Input) -> None:
    files = {"../evil.jpg": b"x", "good.jpg": b"g", "inner.zip": zipped({"a": b"b"}), "bomb.jpg": b"\0" * 20_000_000}
    done = worked(with_zip(made, zipped(files, method=zipfile.ZIP_DEFLATED)))
    assert "good.jpg" in paths(made)
    assert {each["file"]: each["reason"] for each in delivery_document(done)["refused"]} == {
        "../evil.jpg": (
            'The path "../evil.jpg" leads out of its folder. It was not taken. Send it under a plain name.'
        ),
        "inner.zip": "It is an archive inside the ZIP. Put the files in directly. It was not taken.",
        "bomb.jpg": "It unpacks to far more than any photo. It was not taken.",
    }


def test_name_that_comes_twice_is_told_and_the_first_is_taken(made: Input) -> None:
    delivery = with_zip(made, zipped({"7.jpg": b"of the zip", "8.jpg": b"same"}))
    deliver_files(delivery, [("7.jpg", b"sent"), ("8.jpg", b"same")], now=NOW)
    done = worked(delivery)
    assert contents(made)["7.jpg"] == sha256(b"sent").hexdigest()
    assert delivery_document(done)["refused"] == [
        {"file": "7.jpg", "reason": "It comes twice in this delivery, with other content. The first one was taken."}
    ]


def test_zip_with_a_name_that_is_no_text_gives_the_others(made: Input) -> None:
    """It says that its names are UTF-8, and one is not."""
    content = zipped({"\u00e4\u00e41.jpg": b"x", "2.jpg": b"two"})
    done = worked(with_zip(made, content.replace("\u00e4\u00e4".encode(), b"\xc3\xa4\xe4\xe4")))
    assert "2.jpg" in paths(made)
    assert delivery_document(done)["refused"] == [
        {
            "file": "\u00e4??1.jpg",
            "reason": 'The name "\u00e4\ufffd\ufffd1.jpg" is not text. It was not taken. Rename the file.',
        }
    ]


def test_zip_that_cannot_be_read_changes_nothing_and_can_be_taken_out(made: Input) -> None:
    delivery = begin_delivery(made, mode="replace", by="kim", now=NOW)
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    archive = send_zip(delivery, b"PK\x03\x04 and then nothing of a zip")
    broken = worked(delivery)
    assert (broken.state, broken.explanation) == (
        "open",
        "photos.zip: The ZIP cannot be read: it is damaged, or not whole. Make it again. Nothing was changed. Take "
        "it out, then send it again.",
    )
    assert paths(made) == ["2.jpg", "a/1.jpg"]
    take_out_archive(archive)
    assert finish_delivery(delivery, by="kim", now=NOW).state == "done"
    assert paths(made) == ["3.jpg"]


def test_zip_goes_on_where_it_broke_off(made: Input) -> None:
    content = zipped({"3.jpg": b"three" * 100})
    delivery = begin_delivery(made, by="kim", now=NOW)
    archive = begin_archive(delivery, "photos.zip", len(content), now=NOW)
    assert deliver_part(archive, 0, content[:100], sha256=sha256(content[:100]).hexdigest(), now=NOW) == 100
    again = begin_archive(delivery, "photos.zip", len(content), now=NOW)
    assert (again.pk, again.received_bytes) == (archive.pk, 100)
    # The same part twice, one that leaves a gap, and one that overlaps.
    assert deliver_part(archive, 0, content[:100], now=NOW) == 100
    assert deliver_part(archive, 200, content[200:], now=NOW) == 100
    with pytest.raises(Refused) as early:
        finish_delivery(delivery, by="kim", now=NOW)
    assert early.value.message == (
        f"photos.zip has not arrived yet: 100 of {len(content)} bytes are here. Nothing was changed. Send the rest, "
        "or take it out."
    )
    assert deliver_part(archive, 50, content[50:], now=NOW) == len(content)
    assert worked(delivery).outcome["added"] == 1
    assert contents(made)["3.jpg"] == sha256(b"three" * 100).hexdigest()


def test_part_that_is_not_what_was_sent_is_not_taken(made: Input) -> None:
    archive = begin_archive(begin_delivery(made, by="kim", now=NOW), "photos.zip", 10, now=NOW)
    for content, digest, told in (
        (b"x", sha256(b"y").hexdigest(), "This part arrived otherwise than it was sent. It was not taken. Send it"),
        (b"x" * 11, "", "photos.zip was to have 10 bytes, and this goes beyond them. It was not taken."),
        (b"x" * 9_000_000, "", "A part of a ZIP has at most 8388608 bytes. It was not taken. Send smaller ones."),
    ):
        with pytest.raises(WrongUse) as wrong:
            deliver_part(archive, 0, content, sha256=digest, now=NOW)
        assert told in wrong.value.message
    archive.refresh_from_db()
    assert archive.received_bytes == 0
    with pytest.raises(WrongUse):
        begin_archive(archive.delivery, "huge.zip", 9_000_000_000, now=NOW)


def test_unpacking_that_was_killed_begins_again(made: Input) -> None:
    delivery = with_zip(made, zipped({"3.jpg": b"three", "4.jpg": b"four"}))
    finish_delivery(delivery, by="kim", now=NOW)
    first = UnpackingWork.claim(delivery.pk, make_worker("first"), lambda: NOW)
    assert first is not None
    assert UnpackingWork.take_back(NOW, lambda worker: worker.executor_id == "first") == [delivery.pk]
    execute_delivery(first)  # it was only silent: it may write nothing now
    delivery.refresh_from_db()
    assert (delivery.state, paths(made)) == ("queued", ["2.jpg", "a/1.jpg"])
    second = UnpackingWork.claim(delivery.pk, make_worker("second"), lambda: NOW)
    assert second is not None
    assert UnpackingWork.claim(delivery.pk, make_worker("third"), lambda: NOW) is None
    execute_delivery(second)
    delivery.refresh_from_db()
    assert (delivery.state, delivery.outcome["added"], delivery.done, delivery.total) == ("done", 2, 2, 2)


def test_unpacking_that_never_ends_is_opened_again(made: Input) -> None:
    delivery = with_zip(made, zipped({"3.jpg": b"three"}))
    finish_delivery(delivery, by="kim", now=NOW)
    Delivery.objects.filter(pk=delivery.pk).update(attempt=4)
    UnpackingWork.claim(delivery.pk, make_worker(), lambda: NOW)
    assert UnpackingWork.take_back(NOW, lambda worker: True) == []
    delivery.refresh_from_db()
    assert (delivery.state, delivery.explanation) == (
        "open",
        "The process that unpacked it ended 5 times before that was done. Nothing was changed. Take the ZIP out, or "
        "look into the log for the reason, then finish it again.",
    )


def test_delivery_that_was_often_refused_does_not_count_as_one_that_ends_its_process(made: Input) -> None:
    delivery = with_zip(made, b"PK\x03\x04 no ZIP")
    for _attempt in range(MOST_ATTEMPTS):
        assert worked(delivery).state == "open"
    finish_delivery(delivery, by="kim", now=NOW)
    assert UnpackingWork.claim(delivery.pk, make_worker(), lambda: NOW) is not None
    assert UnpackingWork.take_back(NOW, lambda worker: True) == [delivery.pk]


def test_dropped_delivery_leaves_nothing(made: Input) -> None:
    delivery = with_zip(made, zipped({"3.jpg": b"three"}))
    deliver_file(delivery, "4.jpg", b"four", now=NOW)
    assert drop_delivery(delivery, by="kim", now=NOW).state == "dropped"
    assert (paths(made), DeliveredFile.objects.count(), list(_folder().iterdir())) == (["2.jpg", "a/1.jpg"], 0, [])


def test_abandoned_delivery_is_dropped_after_a_week(made: Input) -> None:
    delivery = with_zip(made, zipped({"3.jpg": b"three"}))
    assert forget_old_deliveries(NOW + timedelta(days=6)) == 0
    assert forget_old_deliveries(NOW + timedelta(days=8)) == 1
    delivery.refresh_from_db()
    assert (delivery.state, delivery.finished_by, list(_folder().iterdir())) == ("dropped", "Photo Sync", [])
    assert forget_old_deliveries(NOW + timedelta(days=100)) == 0
    assert not Delivery.objects.filter(pk=delivery.pk).exists()
    with pytest.raises(NotFound):
        deliver_file(delivery, "3.jpg", b"x", now=NOW)


def test_too_many_open_deliveries_are_refused(made: Input, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(delivering, "MOST_OPEN", 1)
    begin_delivery(made, by="kim", now=NOW)
    with pytest.raises(Refused) as refused:
        begin_delivery(made, by="kim", now=NOW)
    assert refused.value.message == (
        "There are 1 deliveries open. Nothing was begun. Finish or drop some of them first."
    )
    with pytest.raises(WrongUse) as wrong:
        begin_delivery(made, mode="mix", by="kim", now=NOW)
    assert wrong.value.message == 'A delivery is add or replace, not "mix". Nothing was begun.'
