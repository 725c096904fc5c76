"""Programs whom the rights of files stop. Root, as which tests may run, is not stopped by them.

Not another account, such as nobody: that one may not even reach a Python or a checkout in /root. A program of root
that has lost every privilege is stopped by the rights of files as their owner is, wherever they lie.
"""

import os
from dataclasses import replace

from tests.services.installation import Installation
from tests.services.program import Program

WITHOUT_PRIVILEGES = ("setpriv", "--bounding-set=-all", "--inh-caps=-all") if os.geteuid() == 0 else ()
"""What starts a program so, before its own words. setpriv is of util-linux, which every Debian has."""


def unprivileged(installation: Installation) -> Program:
    """Return `photosync`, stopped by the rights of files, on an installation that belongs to who runs the tests."""
    return Program(replace(installation, command=(*WITHOUT_PRIVILEGES, *installation.command)))
