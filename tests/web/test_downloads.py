"""What a view writes piece by piece: on the disk first, then to whoever asked."""

import tracemalloc
from collections.abc import Iterable, Iterator
from contextvars import ContextVar, copy_context
from pathlib import Path

import pytest

from photosync.web.downloads import Download, write_download
from tests.services.installation import Installation
from tests.web.serving import served

LANGUAGE = ContextVar("LANGUAGE", default="none")
A_MEGABYTE = 1_000_000


class Closing:
    closed = 0

    def __call__(self) -> None:
        self.closed += 1


def download(chunks: Iterable[bytes], close: Closing | None = None) -> Download:
    return Download(200, [("content-type", "text/csv")], chunks, close or Closing(), copy_context())


def test_all_pieces_are_written_and_the_file_has_no_name(tmp_path: Path) -> None:
    close = Closing()

    written = write_download(download([b"a,b\n", b"", b"1,2\n"], close), tmp_path)

    assert (Path(written.path).read_bytes(), written.size, close.closed) == (b"a,b\n1,2\n", 8, 1)
    assert list(tmp_path.iterdir()) == []
    written.file.close()


def test_much_is_written_with_little_memory(tmp_path: Path) -> None:
    tracemalloc.start()
    try:
        written = write_download(download(bytes(A_MEGABYTE) for _ in range(60)), tmp_path)
        _now, peak = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()

    assert written.size == 60 * A_MEGABYTE
    assert peak < 4 * A_MEGABYTE
    written.file.close()


def test_what_breaks_off_leaves_no_file(tmp_path: Path) -> None:
    close = Closing()

    def breaks() -> Iterator[bytes]:
        yield b"a,b\n"
        raise ConnectionError("the database is away")

    with pytest.raises(ConnectionError, match="the database is away"):
        write_download(download(breaks(), close), tmp_path)

    assert (close.closed, list(tmp_path.iterdir())) == (1, [])


def test_pieces_are_written_in_the_context_of_their_view(tmp_path: Path) -> None:
    def pieces() -> Iterator[bytes]:
        yield LANGUAGE.get().encode()

    token = LANGUAGE.set("en-AU")
    prepared = download(pieces())
    LANGUAGE.reset(token)

    written = write_download(prepared, tmp_path)

    assert Path(written.path).read_bytes() == b"en-AU"
    written.file.close()


def test_run_as_a_file_comes_through_with_its_length(installation: Installation) -> None:
    with served(installation) as site:
        visitor = site.visitor
        visitor.sign_in()
        address = "/administration/timetable-management/runs/1/changes.csv"

        answer = visitor.ask("GET", address)
        head = visitor.ask("HEAD", address)

        assert (answer.status, answer.headers["content-type"]) == (200, "text/csv; charset=utf-8")
        assert answer.body.startswith(
            b"\xef\xbb\xbfaction,state,kind,code,name,year,file,reason,doubt,why it is doubtful\r\n"
        )
        assert answer.headers["content-length"] == str(len(answer.body))
        assert (head.status, head.body) == (200, b"")
        assert "transfer-encoding" not in answer.headers
        assert [each.name for each in site.installation.data.glob("download-*")] == []
