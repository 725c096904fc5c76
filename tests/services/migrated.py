"""The database that `photosync init` makes, as a copy: all migrations take longer than most tests.

The first test of a process that asks for it has it made by a real `photosync init`, from nothing. What else belongs
to an installation (its folder, key, locks and photo store) is not copied: the test's own `init` makes that.
"""

import atexit
import os
import shutil
import tempfile
from contextlib import ExitStack
from functools import cache
from pathlib import Path

from tests.services import postgresql
from tests.services.installation import Installation, fresh_installation
from tests.services.program import Program

FILE = "photosync.sqlite3"


def migrated(installation: Installation) -> Installation:
    """Give an empty installation a migrated database without a row of ours; return the same installation.

    Not for tests of `init` on nothing, of the demo or of restoring.
    """
    template = _template(os.environ.get("PHOTOSYNC_DATABASE_URL"))
    if installation.database_url is not None:
        assert template.database_url is not None
        postgresql.fill_from(template.database_url, installation.database_url)
        return installation
    installation.data.mkdir(mode=0o700)
    shutil.copy(template.data / FILE, installation.data / FILE)
    return installation


@cache
def _template(server_url: str | None) -> Installation:
    """Return an installation that has been set up, without a school; it is there until this process ends."""
    kept = ExitStack()
    atexit.register(kept.close)
    folder = kept.enter_context(tempfile.TemporaryDirectory(prefix="photosync-migrated-"))
    made = kept.enter_context(fresh_installation(Path(folder), server_url))
    Program(made).do("init")
    # What is in one would be missing in a copy of the file.
    assert not (made.data / f"{FILE}-wal").exists()
    return made
