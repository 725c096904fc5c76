"""Setting many documents of one template, one after another, in one process that stays.

Starting a process for each would take longer than setting it. This one has the same limits: its memory, a time for
each document, none of the server's secrets. When it ends unasked, the next document begins a new one.
"""

from __future__ import annotations

import json
import os
import selectors
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Final, Self

from photosync.core.errors import Refused, TryLater
from photosync.printing.press import (
    DOCUMENT,
    MADE_WITH,
    NOT_INSTALLED,
    PICTURES,
    TEMPLATES,
    place_to_print,
    printing_available,
    process_environment,
)

DOCUMENT_WITHIN_S: Final = 30.0
STARTS_WITHIN_S: Final = 30.0
ENDS_WITHIN_S: Final = 5.0
DOCUMENTS_PER_PROCESS: Final = 2_000
"""Then a new one begins, so that whatever a process gathers over time is given back."""
PICTURES_KEPT: Final = 8
_ANSWER_BYTES: Final = 4_096


@dataclass(frozen=True, slots=True)
class SetDocument:
    """`has_every_sign` is False where no font of this server has some sign of it: boxes stand in their place."""

    content: bytes
    has_every_sign: bool


@dataclass(slots=True)
class ManyPress:
    """Sets documents of `template`. To be used as a context manager, by one thread at a time."""

    template: str
    _place: Any = None
    _folder: Path = Path()
    _process: subprocess.Popen[bytes] | None = None
    _made: int = 0
    _written: dict[str, None] = field(default_factory=dict)

    def __enter__(self) -> Self:
        """Raises Refused without the extra `reports`, TryLater where the disk has no room."""
        if not printing_available():
            raise Refused(NOT_INSTALLED)
        try:
            self._place = tempfile.TemporaryDirectory(prefix="photosync-print-")
            self._folder = Path(self._place.name)
            (self._folder / PICTURES).mkdir()
            (self._folder / self.template).write_bytes((TEMPLATES / self.template).read_bytes())
        except OSError as exc:
            raise _not_written(exc) from exc
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._end_process()
        self._place.cleanup()

    def set(self, data: Mapping[str, Any], pictures: Mapping[str, bytes], *, as_picture: bool = False) -> SetDocument:
        """Return one document as PDF, or its first page as PNG.

        `pictures` gives the JPEG bytes of each name that `data` uses. The same data and pictures give the same bytes.
        Raises TryLater where it cannot be made: too long, too large, no room. The next may be asked for all the same.
        """
        try:
            self._write_pictures(pictures)
            text = json.dumps(data, ensure_ascii=False).encode("utf-8", errors="replace").decode("utf-8")
            answer = self._asked({"data": text, "form": "png" if as_picture else "pdf"})
            if not answer.get("made"):
                raise TryLater(
                    f"The document could not be made ({str(answer.get('why', 'no reason given'))[:200]}). "
                    "Nothing was made. If it happens again, tell the administrator."
                )
            content = (self._folder / DOCUMENT).read_bytes()
            return SetDocument(content, has_every_sign=bool(answer.get("has_every_sign")))
        except OSError as exc:
            self._end_process()
            raise _not_written(exc) from exc

    def made_with(self) -> str:
        """Return a SHA-256, in hex, of all that documents are made with: the same data and pictures give the same
        bytes as long as it is the same. It is of the template, the program that sets, its standards and its fonts.

        Raises TryLater.
        """
        answer = self._asked({"form": MADE_WITH})
        used = [answer["made_with"], sha256((self._folder / self.template).read_bytes()).hexdigest()]
        return sha256(json.dumps(used).encode("ascii")).hexdigest()

    def _write_pictures(self, pictures: Mapping[str, bytes]) -> None:
        """Put the pictures into the folder; those that were used longest ago leave it."""
        for name, content in pictures.items():
            if name not in self._written:
                (self._folder / PICTURES / f"{name}.jpg").write_bytes(content)
            self._written.pop(name, None)
            self._written[name] = None
        for name in list(self._written)[: max(0, len(self._written) - PICTURES_KEPT)]:
            if name not in pictures:
                (self._folder / PICTURES / f"{name}.jpg").unlink(missing_ok=True)
                del self._written[name]

    def _asked(self, asked: Mapping[str, str]) -> dict[str, Any]:
        request = json.dumps(asked).encode("ascii") + b"\n"
        process = self._running()
        assert process.stdin is not None and process.stdout is not None  # noqa: S101, PT018 - both are pipes
        try:
            process.stdin.write(request)
            process.stdin.flush()
        except BrokenPipeError:
            raise self._ended() from None
        line = _line_within(process.stdout, DOCUMENT_WITHIN_S if self._made else STARTS_WITHIN_S + DOCUMENT_WITHIN_S)
        if line is None:
            self._end_process()
            raise TryLater(
                f"Making the document took longer than {DOCUMENT_WITHIN_S:g} seconds and was given up. Nothing was "
                "made. Try again when the server is less busy."
            )
        if not line:
            raise self._ended()
        self._made += 1
        answer: dict[str, Any] = json.loads(line)
        return answer

    def _ended(self) -> TryLater:
        """Return what to raise once the process has ended by itself: mostly it needed more memory than it has."""
        self._end_process()
        return TryLater(
            "The process that makes the document ended before it was made; it may have needed more memory than it "
            "may use. Nothing was made. If it happens again, tell the administrator."
        )

    def _running(self) -> subprocess.Popen[bytes]:
        if self._process is not None and self._made >= DOCUMENTS_PER_PROCESS:
            self._end_process()
        if self._process is None:
            command = [
                *(sys.executable, "-P", "-m", "photosync.printing.worker"),
                *(str(self._folder), self.template, "--many"),
            ]
            self._process = subprocess.Popen(
                command,
                env=process_environment(),
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
            )
            self._made = 0
        return self._process

    def _end_process(self) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        process.kill()
        with suppress(subprocess.TimeoutExpired):
            process.wait(ENDS_WITHIN_S)
        for pipe in (process.stdin, process.stdout):
            if pipe is not None:
                with suppress(OSError):  # what was still to be written has no reader
                    pipe.close()


def _line_within(pipe: IO[bytes], within_s: float) -> bytes | None:
    """Return the next line, empty at the end of the pipe, None when it does not come in time."""
    line = b""
    with selectors.DefaultSelector() as selector:
        selector.register(pipe, selectors.EVENT_READ)
        while not line.endswith(b"\n"):
            if not selector.select(within_s):
                return None
            part = os.read(pipe.fileno(), _ANSWER_BYTES)
            if not part:
                return b""
            line += part
    return line


def _not_written(exc: OSError) -> TryLater:
    return TryLater(
        f"The document could not be written ({exc.strerror}). Nothing was made. "
        "See that the server's disk has room, then try again."
    )


def set_one(
    template: str, data: Mapping[str, Any], pictures: Mapping[str, bytes], *, as_picture: bool = False
) -> bytes:
    """Return one document for someone who waits for it. Raises Refused, TryLater."""
    with place_to_print(), ManyPress(template) as press:
        return press.set(data, pictures, as_picture=as_picture).content
