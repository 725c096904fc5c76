"""XML that is meant to do harm, or is not whole: refused with a word, and nothing is concluded from it."""

import os
import tracemalloc
import zipfile
from pathlib import Path

import pytest

from photosync.connectors.archive.source import ArchiveSource
from photosync.connectors.sif import documents
from photosync.connectors.sif.documents import FolderDocuments, PackedDocuments
from photosync.connectors.sif.files import SifFilesSource
from photosync.connectors.sif.links import Links
from photosync.connectors.sif.objects import PersonId, wanted_of
from photosync.connectors.sif.xml_objects import BadXml, sif_objects
from photosync.connectors.testing.conformance import entries_of, fetched, raised
from photosync.core.errors import SourceUnavailable, TryLater
from photosync.outgoing.ranges import AllowedRanges
from tests.services.sif import School, document, guid, person, picture

DTD = "it has a document type declaration (DTD), which SIF does not use and which can do harm"
WANTED = wanted_of(PersonId())
PEOPLE = [person(guid("mia"), "0417")]


def opened(folder):
    return SifFilesSource(FolderDocuments(str(folder)), Links(AllowedRanges()), PersonId())


def refused(content):
    with pytest.raises(BadXml) as caught:
        list(sif_objects([content], WANTED))
    return caught.value.reason


def test_entities_that_grow_are_refused():
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 10))
    assert refused(f'<!DOCTYPE a [<!ENTITY l0 "ha">{laughs}]><a>&l9;</a>'.encode()) == DTD


def test_external_entity_is_refused_and_nothing_is_opened(tmp_path):
    secret = tmp_path / "secret"
    secret.write_text("a secret")
    text = f'<!DOCTYPE a [<!ENTITY x SYSTEM "file://{secret}">]><a><PersonPicture RefId="&x;"/></a>'
    assert refused(text.encode()) == DTD


def test_external_dtd_is_refused():
    assert refused(b'<!DOCTYPE a SYSTEM "http://127.0.0.1:9/x.dtd"><a/>') == DTD


def test_entity_that_nobody_declared_is_refused():
    assert refused(b"<a>&x;</a>") == "it is not well-formed XML at line 1, column 4"


def test_deep_nesting_is_refused():
    assert refused(b"<a>" * 100_000) == "its elements lie more than 100 deep in one another"


def test_wrong_encoding_is_refused():
    assert refused(b'<?xml version="1.0" encoding="UTF-8"?>\n<a>\xe9</a>') == (
        "it is not well-formed XML at line 2, column 4"
    )
    assert refused(b'<?xml version="1.0" encoding="klingon"?><a/>') == "it is in an encoding that cannot be read"


@pytest.mark.parametrize("content", [b"", b"  ", b"<a", b"<a><b>\n</b>", b"<a><b>text", "<a>\u00e9".encode()[:-1]])
def test_truncated_document_is_refused(content):
    assert refused(content).startswith("it ends in the midst, at line ")


def test_huge_tag_is_refused_before_it_is_held():
    def endless():
        yield b"<a b='"
        for _ in range(10_000):
            yield b"x" * 60_000

    with pytest.raises(BadXml) as caught:
        list(sif_objects(endless(), WANTED))
    assert caught.value.reason == "it has a tag or a comment of more than a megabyte"


@pytest.mark.parametrize("element", ["PictureSource", "SchoolYear", "Unknown"])
def test_huge_text_takes_no_memory(element):
    """Of 60 MB in one element nothing is held, so a gigabyte takes no more."""

    def pieces():
        yield f"<PersonPicture RefId='1'><{element}>".encode()
        for _ in range(1_000):
            yield b"QUJD" * 15_000
        yield f"</{element}></PersonPicture>".encode()

    tracemalloc.start()
    try:
        (found,) = sif_objects(pieces(), WANTED, keep_letters=1_000)
        most = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert most < 5_000_000
    assert found.picture is None or (found.picture.letters, found.picture.text) == (60_000_000, None)


def test_many_values_of_one_object_take_no_memory():
    ids = b"<PublishingPermissionList><PublishingPermission>" + b"<PermissionValue>Y</PermissionValue>" * 50_000
    content = b"<PersonPicture>" + ids + b"</PublishingPermission></PublishingPermissionList></PersonPicture>"
    (found,) = sif_objects([content], WANTED)
    assert len(found.values) == 500


def test_pieces_of_any_size_give_the_same():
    content = document("All", [*PEOPLE, picture(guid("p"), guid("mia"), b"a photo" * 30, year="2026")])
    whole = list(sif_objects([content], WANTED))
    assert list(sif_objects((content[at : at + 1] for at in range(len(content))), WANTED)) == whole
    assert len(whole) == 2


def test_one_broken_document_is_no_listing(tmp_path):
    school = School({"students/0417": b"mia"})
    (tmp_path / "a.xml").write_bytes(school.document())
    (tmp_path / "b.xml").write_bytes(school.document()[:-20])
    with opened(tmp_path) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            "b.xml cannot be read: it ends in the midst, at line 4. Nothing was concluded from it, so nothing was "
            "changed. If it is still being copied, run again when that is finished; otherwise have it "
            "made again."
        )


def test_document_that_may_not_be_read_is_no_listing(tmp_path):
    (tmp_path / "a.xml").write_bytes(School({"students/0417": b"mia"}).document())

    class Unreadable(FolderDocuments):
        def open(self, document):
            raise TryLater(f"{document.path} cannot be read: {os.strerror(13)}")

    with SifFilesSource(Unreadable(str(tmp_path)), Links(AllowedRanges()), PersonId()) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            "a.xml cannot be read: Permission denied while the source was read. Nothing was concluded from it, so "
            "nothing was changed. If it is still being copied, run again when that is finished; otherwise see that "
            "Photo Sync may read it."
        )


def test_document_that_is_written_while_it_is_read_is_no_listing(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(School({"students/0417": b"mia"}).document())

    class Growing(FolderDocuments):
        def check(self, document, opened):
            with path.open("ab") as file:
                file.write(b" ")
            super().check(document, opened)

    with SifFilesSource(Growing(str(tmp_path)), Links(AllowedRanges()), PersonId()) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message.startswith("a.xml was changed while")


def test_picture_in_a_document_that_keeps_changing_is_tried_later(tmp_path):
    path = tmp_path / "a.xml"
    path.write_bytes(School({"students/0417": b"mia"}).document())

    class Restless(FolderDocuments):
        reads = 0

        def check(self, document, opened):
            self.reads += 1
            if self.reads in (2, 4):
                raise TryLater("It changed.")

    with SifFilesSource(Restless(str(tmp_path)), Links(AllowedRanges()), PersonId()) as source:
        assert raised(TryLater, lambda: fetched(source, "students/0417")).message == (
            'The file with the picture of "0417" was being written while it was read. It was left as it is; the next '
            "run reads it again."
        )


def test_large_document_in_a_zip_is_told(tmp_path, monkeypatch):
    monkeypatch.setattr(documents, "LARGEST_PACKED_BYTES", 100)
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as packed:
        packed.writestr("a.xml", School({"students/0417": b"mia"}).document())
    inner = ArchiveSource(str(tmp_path / "a.zip"))
    with SifFilesSource(PackedDocuments(inner), Links(AllowedRanges()), PersonId()) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            "a.xml is larger than 0 MB, which is the most that is read out of a ZIP or an input. Nothing was "
            "concluded from it, so nothing was changed. Have it made as several files, or put it into a folder."
        )


def test_odd_names_of_files_are_read(tmp_path):
    for at, name in enumerate(["two\nlines.xml", "caf\udce9.xml", " .xml", "..xml"]):
        objects = [person(guid(f"{at}"), f"{at}"), picture(guid(f"p{at}"), guid(f"{at}"), b"%d" % at)]
        Path(tmp_path, name).write_bytes(document("All", objects))
    with opened(tmp_path) as source:
        assert {fetched(source, path) for path in entries_of(source)} == {b"0", b"1", b"2", b"3"}


def test_single_file_that_is_not_there(tmp_path):
    with SifFilesSource(FolderDocuments(str(tmp_path), only="a.xml"), Links(AllowedRanges()), PersonId()) as source:
        assert raised(SourceUnavailable, lambda: list(source.pages())).message == (
            f"The file {tmp_path}/a.xml cannot be read: No such file or directory. Nothing was concluded "
            "from it, so nothing was changed. Check that it is there and may be read, then run again."
        )
