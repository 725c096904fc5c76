"""The process that sets documents: `python -m photosync.printing.worker FOLDER TEMPLATE [--many]`.

Everything it reads lies in FOLDER, and so does what it writes. It has no more memory than it should need.

With `--many` it sets one document for each line that comes in, a JSON object whose `data` the template reads as
`sys.inputs.data` and whose `form` is pdf or png, and answers each with a line; it ends when no more can come. The
form `made-with` asks what documents are made with.
"""

import contextlib
import json
import resource
import sys
from importlib.metadata import version
from pathlib import Path
from typing import Any

from photosync.printing.press import DOCUMENT, MADE_WITH

MEMORY_BYTES = 2_000_000_000
PICTURE_PPI = 110
STANDARDS = ["a-2a", "ua-1"]
"""To be kept for decades (PDF/A-2a), and read aloud (PDF/UA-1)."""


def main(folder_name: str, template: str, many: str = "") -> None:
    folder = Path(folder_name)
    if sys.platform == "linux":
        with contextlib.suppress(ValueError, OSError):  # an administrator's lower limit stays
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not leave faces in a core file
    if many:
        _set_many(folder, template)
    else:
        _set_one(folder, template)


def _set_one(folder: Path, template: str) -> None:
    import typst

    nowhere = str(folder / "packages")  # nothing is fetched: a template of ours uses none
    typst.compile(
        str(folder / template),
        output=str(folder / DOCUMENT),
        root=str(folder),
        package_path=nowhere,
        package_cache_path=nowhere,
    )


def _set_many(folder: Path, template: str) -> None:
    import typst

    nowhere = str(folder / "packages")
    compiler = typst.Compiler(None, root=str(folder), package_path=nowhere, package_cache_path=nowhere)
    for line in sys.stdin.buffer:
        asked = json.loads(line)
        if asked["form"] == MADE_WITH:
            print(json.dumps({"made_with": _made_with()}), flush=True)
            continue
        setting = _picture if asked["form"] == "png" else _document
        try:
            content, has_every_sign = setting(compiler, str(folder / template), {"data": asked["data"]})
        except typst.TypstError as error:
            said = str(error).strip().splitlines()
            answer: dict[str, Any] = {"made": False, "why": said[0] if said else ""}
        else:
            (folder / DOCUMENT).write_bytes(content)
            answer = {"made": True, "has_every_sign": has_every_sign}
        print(json.dumps(answer), flush=True)


def _made_with() -> list[Any]:
    """Return what, beside template and data, decides what a document looks like: a font is known by name and size."""
    import typst

    fonts = []
    for font in typst.Fonts().fonts():
        size_bytes = Path(font.path).stat().st_size if font.path else 0
        fonts.append([font.family, str(font.style), str(font.weight), str(font.stretch), font.index, size_bytes])
    return [version("typst"), STANDARDS, sorted(fonts)]


def _document(compiler: Any, template: str, inputs: dict[str, str]) -> tuple[bytes, bool]:
    """Return a PDF, and whether there is a font for every sign of it.

    The standards allow no sign that no font has: a name in a script that this server cannot write is then printed
    with boxes, in a document that is tagged all the same.
    """
    import typst

    try:
        return compiler.compile(template, format="pdf", sys_inputs=inputs, pdf_standards=STANDARDS), True
    except typst.TypstError as error:
        if "could not be displayed" not in str(error):
            raise
        return compiler.compile(template, format="pdf", sys_inputs=inputs), False


def _picture(compiler: Any, template: str, inputs: dict[str, str]) -> tuple[bytes, bool]:
    """Return the first page as PNG."""
    pages = compiler.compile(template, format="png", sys_inputs=inputs, ppi=PICTURE_PPI)
    return (pages[0] if isinstance(pages, list) else pages), True


if __name__ == "__main__":
    main(*sys.argv[1:])
