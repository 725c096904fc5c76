"""ZIPs in deliveries: one that cannot be read as a whole changes nothing, and which ZIP is which."""

import shutil
from collections.abc import Mapping
from hashlib import sha256

import pytest

from photosync.apps.inputs.archives import _folder
from photosync.apps.inputs.delivering import begin_delivery, deliver_file, finish_delivery, take_out_archive
from photosync.apps.inputs.documents import delivery_document
from photosync.apps.inputs.models import Input
from photosync.connectors.testing.zips import Zipped, zip_bytes
from tests.apps.inputs.delivered import NOW, contents, make_input, paths, send_zip, with_zip, worked
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
