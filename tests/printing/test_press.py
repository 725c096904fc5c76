"""The process that sets documents: what goes wrong in it is said, and costs the caller nothing."""

import os
from pathlib import Path

import pytest

from photosync.core.errors import TryLater
from photosync.printing import PrintJob, make_pdf, press


@pytest.fixture
def templates(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(press, "TEMPLATES", tmp_path)
    return tmp_path


def test_document_is_made_of_data_and_nothing_is_left_behind(
    templates: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    rest = tmp_path_factory.mktemp("rest")
    monkeypatch.setattr("tempfile.tempdir", str(rest))
    (templates / "hello.typ").write_text('#json("data.json").text')

    assert make_pdf(PrintJob("hello.typ", {"text": "#panic() \ud800"})).startswith(b"%PDF-")
    assert list(rest.iterdir()) == []


@pytest.mark.parametrize(
    ("template", "told"),
    [
        ('#read("/../../../../etc/passwd")', "would escape"),
        ('#import "@preview/cetz:0.3.0"', "package"),
        ("#let x = (", "unclosed delimiter"),
    ],
)
def test_template_that_fails_is_said(templates: Path, template: str, told: str) -> None:
    (templates / "bad.typ").write_text(template)

    with pytest.raises(TryLater) as caught:
        make_pdf(PrintJob("bad.typ", {}))

    assert "Nothing was made." in caught.value.message


def test_document_that_takes_too_long_is_given_up(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "WITHIN_S", 0.05)
    (templates / "slow.typ").write_text("#lorem(2000000)")

    with pytest.raises(TryLater, match=r"Making the document took longer than 0\.05 seconds and was given up\."):
        make_pdf(PrintJob("slow.typ", {}))


def test_too_many_at_once_wait_and_are_told(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(press, "WAITS_S", 0.01)
    for _ in range(press.AT_ONCE):
        press._places.acquire()
    try:
        with pytest.raises(TryLater, match=r"The server is making other documents\. Nothing was made\."):
            make_pdf(PrintJob("x.typ", {}))
    finally:
        for _ in range(press.AT_ONCE):
            press._places.release()


def test_process_is_told_no_secrets(templates: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PHOTOSYNC_SECRET", "hidden")
    seen: list[dict[str, str]] = []

    def run(command: list[str], *, env: dict[str, str], **_rest: object) -> object:
        seen.append(env)
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(press.subprocess, "run", run)
    (templates / "x.typ").write_text("x")

    with pytest.raises(TryLater, match="The document could not be written"):
        make_pdf(PrintJob("x.typ", {}))

    assert "PHOTOSYNC_SECRET" not in seen[0]
    assert os.environ["PHOTOSYNC_SECRET"] == "hidden"
