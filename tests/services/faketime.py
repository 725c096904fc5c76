"""The program `faketime`, which moves the clock of the commands it starts."""

import shutil

from tests.services import ServiceMissing


def executable() -> str:
    if found := shutil.which("faketime"):
        return found
    raise ServiceMissing("faketime is not installed (Debian package: faketime).")
