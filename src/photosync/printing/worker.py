"""The process that sets one document: `python -m photosync.printing.worker FOLDER TEMPLATE`.

Everything it reads lies in FOLDER, and so does what it writes. It has no more memory than it should need.
"""

import contextlib
import resource
import sys
from pathlib import Path

from photosync.printing.press import DOCUMENT

MEMORY_BYTES = 2_000_000_000


def main(folder_name: str, template: str) -> None:
    folder = Path(folder_name)
    if sys.platform == "linux":
        with contextlib.suppress(ValueError, OSError):  # an administrator's lower limit stays
            resource.setrlimit(resource.RLIMIT_AS, (MEMORY_BYTES, MEMORY_BYTES))
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))  # a crash must not leave faces in a core file
    import typst

    nowhere = str(folder / "packages")  # nothing is fetched: a template of ours uses none
    typst.compile(
        str(folder / template),
        output=str(folder / DOCUMENT),
        root=str(folder),
        package_path=nowhere,
        package_cache_path=nowhere,
    )


if __name__ == "__main__":
    main(*sys.argv[1:])
