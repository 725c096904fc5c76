"""ZIPs in deliveries: one that cannot be read as a whole changes nothing, and which ZIP is which."""

import shutil
from collections.abc import Mapping
from hashlib import sha256

import pytest

from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.delivering import begin_delivery, deliver_file, finish_delivery
from photosync.apps.inputs.delivering_zips import begin_archive, take_out_archive
from photosync.apps.inputs.documents import delivery_document
from photosync.apps.inputs.models import Input
from photosync.connectors.testing.zips import Zipped, zip_bytes
from photosync.core.errors import Refused, WrongUse
from tests.apps.inputs.delivered import NOW, contents, make_input, paths, send_zip, with_zip, worked, zipped
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db


@pytest.fixture
def made() -> Input:
    shutil.rmtree(_folder(), ignore_errors=True)  # what other tests sent
    return make_input(make_school(), files={"a/1.jpg": b"one", "2.jpg": b"two"})


def hashed(files: Mapping[str, bytes]) -> dict[str, str]:
    return {path: sha256(each).hexdigest() for path, each in files.items()}


def test_zip_that_holds_too_much_changes_nothing_also_where_everything_is_replaced(made: Input) -> None:
    vast = Zipped("film.jpg", b"", 0, size_bytes=30_000_000, packed_bytes=30_000_000)
    content = zip_bytes([Zipped("2.jpg", b"other"), *[vast] * 267])
    delivery = begin_delivery(made, mode="replace", by="kim", now=NOW)
    archive = send_zip(delivery, content)
    opened = worked(delivery)
    assert (opened.state, opened.explanation) == (
        "open",
        "photos.zip: The ZIP unpacks to more than 8 GB. Make several ZIPs of it. Nothing was changed. Take it out, "
        "then send it again.",
    )
    assert contents(made) == hashed({"a/1.jpg": b"one", "2.jpg": b"two"})
    take_out_archive(archive)
    deliver_file(delivery, "3.jpg", b"three", now=NOW)
    assert (finish_delivery(delivery, by="kim", now=NOW).state, paths(made)) == ("done", ["3.jpg"])


def test_link_in_a_zip_is_no_photo_and_the_former_file_stays(made: Input) -> None:
    link = Zipped("2.jpg", b"../../etc/passwd", attributes=0o120777 << 16)
    done = worked(with_zip(made, zip_bytes([link, Zipped("3.jpg", b"three")]), mode="replace"))
    assert contents(made) == hashed({"2.jpg": b"two", "3.jpg": b"three"})
    assert delivery_document(done)["refused"] == [
        {
            "file": "2.jpg",
            "reason": "It is a link or device inside the ZIP and not a file. Make the ZIP again with the files "
            "themselves.",
        }
    ]


def test_zips_of_one_name_and_size_are_told_apart_by_path_and_mark(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    first = send_zip(delivery, zipped({"3.jpg": b"x"}), "7A/photos.zip")
    others = [
        send_zip(delivery, zipped({"4.jpg": b"x"}), "7B/photos.zip"),
        send_zip(delivery, zipped({"5.jpg": b"x"}), "7C/photos.zip", "mark of 5"),
        send_zip(delivery, zipped({"6.jpg": b"x"}), "7C/photos.zip", "mark of 6"),
    ]
    assert len({first.pk, *(each.pk for each in others)}) == 4
    for mark, same in (("mark of 5", others[1]), ("mark of 6", others[2])):
        assert begin_archive(delivery, "7C\\photos.zip", first.size_bytes, mark=mark, now=NOW) == same
    # Of one that was sent without a mark, path and size are all that is known.
    for path, mark, same in (("7A/photos.zip", "any", first), ("./7A/photos.zip", "", first)):
        assert begin_archive(delivery, path, first.size_bytes, mark=mark, now=NOW) == same
    assert worked(delivery).state == "done"
    assert paths(made) == ["2.jpg", "3.jpg", "4.jpg", "5.jpg", "6.jpg", "a/1.jpg"]


def test_zip_whose_path_is_written_otherwise_by_a_mac_is_the_same(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    first = begin_archive(delivery, "Zo\u00eb/photos.zip", 9, now=NOW)
    assert begin_archive(delivery, "Zoe\u0308/photos.zip", 9, now=NOW) == first


def test_zip_in_a_folder_is_named_with_it(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    begin_archive(delivery, "7A/photos.zip", 10, now=NOW)
    with pytest.raises(Refused) as early:
        finish_delivery(delivery, by="kim", now=NOW)
    assert early.value.message.startswith("7A/photos.zip has not arrived yet: 0 of 10 bytes are here.")
    with pytest.raises(WrongUse) as hostile:
        begin_archive(delivery, "../photos.zip", 10, now=NOW)
    assert hostile.value.message == (
        'The path "../photos.zip" leads out of its folder. It was not taken. Send it under a plain name.'
    )
