"""One process that sets many documents: the same bytes for the same data, and nothing lost when it ends."""

import os
import signal
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path

import pytest

from photosync.core.errors import Refused, TryLater
from photosync.printing import ManyPress, Presses, many, press, set_one, worker

TEXT = """#let said = json(bytes(sys.inputs.data))
#set document(title: "T", date: datetime(year: 2026, month: 1, day: 1))
"""


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(press, "TEMPLATES", tmp_path)
    monkeypatch.setattr(many, "TEMPLATES", tmp_path)
    (tmp_path / "hello.typ").write_text(TEXT + '#said.text\n#if said.text == "fail" { panic("told to") }')
    (tmp_path / "slow.typ").write_text(TEXT + '#said.text\n#if said.text == "slow" { lorem(2000000) }')
    return tmp_path


@pytest.fixture
def hello(templates: Path) -> Iterator[ManyPress]:
    with ManyPress("hello.typ") as made:
        yield made


def test_same_data_gives_the_same_bytes_in_any_process_and_order(hello: ManyPress) -> None:
    first = hello.set({"text": "one"}, {})
    other = hello.set({"text": "two"}, {})

    assert first.content.startswith(b"%PDF-")
    assert first != other
    assert hello.set({"text": "one"}, {}) == first
    assert set_one("hello.typ", {"text": "one"}, {}) == first.content


def test_document_keeps_the_standards_for_archives_and_for_reading_aloud(hello: ManyPress) -> None:
    content = hello.set({"text": "one"}, {}).content

    assert b"<pdfaid:part>2</pdfaid:part><pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content


def test_sign_that_no_font_has_is_told_and_the_document_is_made(hello: ManyPress) -> None:
    document = hello.set({"text": "\U0001f9ff\U000130b8"}, {})

    assert (document.content[:5], document.has_every_sign) == (b"%PDF-", False)


def test_text_is_never_read_as_a_command(hello: ManyPress) -> None:
    assert hello.set({"text": '#panic("x") $a^$ \ud800 \\ @ref `'}, {}).content.startswith(b"%PDF-")


def test_document_that_fails_costs_only_itself(hello: ManyPress) -> None:
    with pytest.raises(TryLater) as failed:
        hello.set({"text": "fail"}, {})

    assert failed.value.message == (
        "The document could not be made (panicked with: told to). Nothing was made. If it happens again, tell the "
        "administrator."
    )
    assert hello.set({"text": "one"}, {}).content.startswith(b"%PDF-")


def test_process_that_is_killed_is_replaced(hello: ManyPress) -> None:
    first = hello.set({"text": "one"}, {})
    assert hello._process is not None
    os.kill(hello._process.pid, signal.SIGKILL)
    hello._process.wait()

    with pytest.raises(TryLater) as ended:
        hello.set({"text": "one"}, {})

    assert ended.value.message == (
        "The process that makes the document ended before it was made; it may have needed more memory than it may "
        "use. Nothing was made. If it happens again, tell the administrator."
    )
    assert hello.set({"text": "one"}, {}) == first


def test_process_begins_anew_after_so_many_documents(hello: ManyPress, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "DOCUMENTS_PER_PROCESS", 2)
    pids = []
    for _ in range(3):
        hello.set({"text": "one"}, {})
        assert hello._process is not None
        pids.append(hello._process.pid)

    assert pids[0] == pids[1] != pids[2]


def test_document_that_takes_too_long_is_given_up(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with ManyPress("slow.typ") as slow:
        slow.set({"text": "quick"}, {})
        monkeypatch.setattr(many, "DOCUMENT_WITHIN_S", 0.05)
        with pytest.raises(TryLater) as given_up:
            slow.set({"text": "slow"}, {})
        assert slow._process is None

    assert given_up.value.message == (
        "Making the document took longer than 0.05 seconds and was given up. Nothing was made. Try again when the "
        "server is less busy."
    )


def test_nothing_is_left_behind_and_few_pictures_are_kept(
    templates: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = tmp_path_factory.mktemp("rest")
    monkeypatch.setattr("tempfile.tempdir", str(rest))
    with ManyPress("hello.typ") as made:
        for number in range(20):
            made.set({"text": "one"}, {"crest": b"crest", f"face{number}": b"face"})
        left = {path.name for path in made._folder.glob("pictures/*")}
        process = made._process
    assert left == {"crest.jpg", *(f"face{number}.jpg" for number in range(13, 20))}
    assert process is not None
    assert process.returncode == -signal.SIGKILL
    assert list(rest.iterdir()) == []


def test_disk_without_room_is_said(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(**_given: object) -> object:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(many.tempfile, "TemporaryDirectory", full)
    with pytest.raises(TryLater) as refused:
        set_one("hello.typ", {"text": "one"}, {})

    assert refused.value.message == (
        "The document could not be written (No space left on device). Nothing was made. See that the server's disk "
        "has room, then try again."
    )


def test_without_the_extra_it_is_refused(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(many, "printing_available", lambda: False)

    with pytest.raises(Refused, match="PDF documents need the extra `reports`"):
        set_one("hello.typ", {"text": "one"}, {})


def test_first_page_is_set_as_a_picture(templates: Path) -> None:
    assert set_one("hello.typ", {"text": "one"}, {}, as_picture=True).startswith(b"\x89PNG\r\n")


def test_what_documents_are_made_with_is_the_same_until_the_template_changes(
    hello: ManyPress, templates: Path
) -> None:
    with ManyPress("hello.typ") as other:
        assert other.made_with() == hello.made_with()
    (templates / "hello.typ").write_text((templates / "hello.typ").read_text() + "#v(1mm)")
    with ManyPress("hello.typ") as other:
        assert other.made_with() != hello.made_with()


def test_many_are_set_at_once_as_one_by_one(hello: ManyPress) -> None:
    names = [f"Person {number}" for number in range(12)]
    with Presses("hello.typ", number=2) as presses:
        asked = [presses.set({"text": name}, {}) for name in names]
        assert [each.result() for each in asked] == [hello.set({"text": name}, {}) for name in names]


def test_what_documents_are_made_with_names_program_standards_and_every_font() -> None:
    program, standards, fonts = worker._made_with()

    assert (program, standards) == (version("typst"), ["a-2a", "ua-1"])
    assert ["Libertinus Serif", "normal", "400"] in [font[:3] for font in fonts]
    assert fonts == sorted(fonts)
