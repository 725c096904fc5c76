"""An input passes the suite of every source, and gives no listing of two contents."""

from pathlib import Path

import pytest

from photosync.apps.inputs.content import locked
from photosync.apps.inputs.models import Input
from photosync.apps.inputs.queries import file_at
from photosync.apps.inputs.services import clear_input, delete_input, remove_file
from photosync.apps.inputs.shelf import SchoolInputs
from photosync.apps.library.store import photo_store
from photosync.connectors.input.source import InputSource
from photosync.connectors.registry import Guard, open_source
from photosync.connectors.testing.conformance import SourceConformance, entries_of
from photosync.core.errors import ItemRejected, SourceUnavailable, TryLater
from tests.apps.inputs.delivered import NOW, contents, deliver, make_input
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db


def opened(made: Input, *, index: str | None = None, window_entries: int = 40) -> InputSource:
    held = SchoolInputs(made.school).open(made.option)
    return InputSource(held, index=index, window_entries=window_entries)


class TestInput(SourceConformance):
    kind = "input"
    any_name = False
    composed_names = True

    def make(self, place, files, *, window_entries):
        self.input = make_input(make_school(), files=files)
        return opened(self.input, window_entries=window_entries)

    def put(self, place, source, path, content):
        deliver(self.input, {path: content})

    def remove(self, place, source, path):
        remove_file(self.input, file_at(self.input, path).pk, by="kim", now=NOW)

    def make_unavailable(self, place, source):
        delete_input(self.input)


def test_listing_of_an_input_that_changes_meanwhile_is_none() -> None:
    made = make_input(make_school(), files={"a/1.jpg": b"1", "b/2.jpg": b"2"})
    pages = opened(made).pages()
    next(pages)
    deliver(made, {"c/3.jpg": b"3"}, mode="replace")
    with pytest.raises(SourceUnavailable) as broken:
        list(pages)
    assert broken.value.message == (
        'The input "Photographer 2026" was changed while it was read. The listing is incomplete, so nothing was '
        "published or withdrawn. Run again."
    )


def test_deleted_input_is_unavailable_in_words() -> None:
    made = make_input(make_school(), files={"1.jpg": b"1"})
    source = opened(made)
    delete_input(made)
    with pytest.raises(SourceUnavailable) as gone:
        source.fetch("", "1.jpg", limit_bytes=10)
    assert gone.value.message == (
        'The input "Photographer 2026" has been deleted. Nothing was published or withdrawn. Choose another data '
        "source in Manage Sync."
    )


def test_file_that_is_larger_than_the_limit_says_what_to_do() -> None:
    source = opened(make_input(make_school(), files={"1.jpg": b"1" * 2_000}))
    with pytest.raises(ItemRejected) as large:
        source.fetch("", "1.jpg", limit_bytes=1_000)
    assert large.value.message == (
        '"1.jpg" is larger than 0.001 MB, so it was not read. Save it smaller, or raise the limit in the settings.'
    )


def test_same_bytes_again_are_the_same_stamp() -> None:
    made = make_input(make_school(), files={"1.jpg": b"1"})
    before = list(opened(made).pages())
    clear_input(made, by="kim", now=NOW)
    deliver(made, {"1.jpg": b"1"})
    assert list(opened(made).pages()) == before


def test_damaged_bytes_are_tried_later() -> None:
    made = make_input(make_school(), files={"1.jpg": b"damaged later"})
    photo_store().delete(contents(made)["1.jpg"])
    with pytest.raises(TryLater) as later:
        opened(made).fetch("", "1.jpg", limit_bytes=100)
    assert later.value.message.startswith('"1.jpg" cannot be read: The photo ')
    assert type(later.value) is TryLater
    assert locked(made).pk == made.pk


@pytest.mark.parametrize("index", ["idlink.txt", "papers/map.txt"])
def test_index_file_is_read_and_not_listed(index: str) -> None:
    made = make_input(make_school(), files={"1.jpg": b"1", "papers/2.jpg": b"2", index: b"7,1.jpg"})
    source = opened(made, index=index)
    assert sorted(entries_of(source)) == ["1.jpg", "papers/2.jpg"]
    folder, _, name = index.rpartition("/")
    assert source.fetch(folder, name, limit_bytes=100).content == b"7,1.jpg"
    assert sorted(entries_of(opened(made))) == sorted(["1.jpg", "papers/2.jpg", index])


def test_kind_leaves_its_index_file_out_and_a_file_of_that_name_elsewhere_in() -> None:
    made = make_input(make_school(), files={"1.jpg": b"1", "idlink.txt": b"7,1.jpg", "class/idlink.txt": b"text"})
    guard = Guard((), Path("/nowhere"), inputs=SchoolInputs(made.school))
    given = {"input": made.option, "match": "index", "index": "idlink.txt"}
    with open_source("input", given, guard=guard) as source:
        assert sorted(entries_of(source)) == ["1.jpg", "class/idlink.txt"]
