"""One name whose letters are composed in two ways, as Windows and a Mac send it, is one file."""

import unicodedata
from datetime import timedelta
from hashlib import sha256
from importlib import import_module

import pytest
from django.apps import apps

from photosync.apps.inputs.delivering import Sent, Wanted, begin_delivery, deliver_files, finish_delivery, missing_of
from photosync.apps.inputs.models import DeliveredFile, Delivery, Input, InputFile
from photosync.apps.inputs.queries import file_at
from photosync.core.input_names import input_path
from tests.apps.inputs.delivered import NOW, contents, deliver, make_input, with_zip, worked, zipped
from tests.web.pages import make_school

pytestmark = pytest.mark.django_db

ONE = unicodedata.normalize("NFC", "Zo\u00eb/Andr\u00e9.jpg")
MAC = unicodedata.normalize("NFD", ONE)


def hash_of(content: bytes) -> str:
    return sha256(content).hexdigest()


def former_key(path: str) -> str:
    return hash_of(path.casefold().encode())


@pytest.fixture
def made() -> Input:
    return make_input(make_school(), files={ONE: b"first"})


def test_keys_are_equal_however_the_letters_are_composed() -> None:
    assert ONE != MAC
    assert {input_path(each).key for each in (ONE, MAC, ONE.upper(), MAC.upper())} == {input_path(ONE).key}
    assert input_path("Zoe/Andre.jpg").key != input_path(ONE).key
    assert input_path("A/1.jpg").key == former_key("a/1.jpg")


def test_later_one_replaces_the_earlier_and_the_same_bytes_are_no_change(made: Input) -> None:
    assert deliver(made, {MAC: b"first"}).outcome["unchanged"] == 1
    done = deliver(made, {MAC: b"second"})
    assert (done.outcome["replaced"], done.outcome["added"], done.refused) == (1, 0, [])
    assert contents(made) == {ONE: hash_of(b"second")}
    assert file_at(made, MAC).size_bytes == len(b"second")


def test_replacing_everything_keeps_one(made: Input) -> None:
    assert deliver(made, {MAC: b"first"}, mode="replace").outcome["unchanged"] == 1
    assert contents(made) == {ONE: hash_of(b"first")}


def test_two_in_one_delivery_are_one_file(made: Input) -> None:
    delivery = begin_delivery(made, by="kim", now=NOW)
    other = "b/" + ONE
    sent = deliver_files(delivery, [(other, b"x"), ("b/" + MAC, b"later"), ("B/" + MAC, b"y")], now=NOW)
    assert [each.state for each in sent] == [Sent.TAKEN, Sent.TAKEN, Sent.REFUSED]
    assert missing_of(delivery, [Wanted("b/" + MAC, 5), Wanted(other, 5)]) == []
    done = finish_delivery(delivery, by="kim", now=NOW)
    assert (done.file_count, done.size_bytes) == (1, 5)
    assert contents(made) == {ONE: hash_of(b"first"), other: hash_of(b"later")}


def test_one_in_a_zip_and_one_beside_it_are_one_file(made: Input) -> None:
    delivery = with_zip(made, zipped({"c/" + MAC: b"same"}))
    deliver_files(delivery, [("c/" + ONE, b"same")], now=NOW)
    done = worked(delivery)
    assert (done.outcome["added"], done.refused) == (1, [])


def test_files_from_before_get_their_keys_and_no_photo_is_lost(made: Input) -> None:
    """The keys that they had told the two apart, so that both were there."""
    InputFile.objects.all().delete()
    rows = [
        (ONE, b"of September", 0),
        (MAC, b"of October", 1),
        ("b/" + MAC, b"the same", 0),
        ("b/" + ONE, b"the same", 1),
        ("plain/1.jpg", b"plain", 0),
        ("alone/" + MAC, b"alone", 0),
    ]
    for path, content, days in rows:
        place = input_path(path)
        InputFile.objects.create(
            input=made,
            folder=place.folder,
            name=place.name,
            path_key=former_key(path),
            size_bytes=len(content),
            sha256=hash_of(content),
            arrived_at=NOW + timedelta(days=days),
            arrived_by="kim",
        )
    delivery = begin_delivery(made, by="kim", now=NOW)
    for path, content in ((ONE, b"x"), (MAC, b"x"), ("b/" + ONE, b"y"), ("b/" + MAC, b"z")):
        place = input_path(path)
        DeliveredFile.objects.create(
            delivery=delivery,
            folder=place.folder,
            name=place.name,
            path_key=former_key(path),
            size_bytes=1,
            sha256=hash_of(content),
        )
    refused = [[MAC, "Why not.", former_key(MAC)], ["../x", "Other.", ""]]
    Delivery.objects.filter(pk=delivery.pk).update(file_count=4, size_bytes=4, refused=refused)
    before = Input.objects.get(pk=made.pk).revision

    import_module("photosync.apps.inputs.migrations.0003_composed_names").compose(apps, None)

    older = ONE.replace(".jpg", " (2).jpg")
    assert contents(made) == {
        MAC: hash_of(b"of October"),
        older: hash_of(b"of September"),
        "b/" + ONE: hash_of(b"the same"),
        "plain/1.jpg": hash_of(b"plain"),
        "alone/" + MAC: hash_of(b"alone"),
    }
    assert all(each.path_key == each.path.key for each in (*InputFile.objects.all(), *DeliveredFile.objects.all()))
    assert Input.objects.get(pk=made.pk).revision == before + 1
    delivery.refresh_from_db()
    assert (delivery.file_count, delivery.size_bytes) == (3, 3)
    assert sorted(DeliveredFile.objects.values_list("sha256", flat=True)) == sorted(map(hash_of, (b"x", b"y", b"z")))
    assert delivery.refused == [[MAC, "Why not.", input_path(MAC).key], ["../x", "Other.", ""]]
