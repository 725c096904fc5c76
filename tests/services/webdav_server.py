"""A WebDAV server of the tests' own: Apache on a free port of loopback, gone when the tests end."""

from __future__ import annotations

import base64
import hashlib
import http.client
import os
import pwd
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from tests.services import ServiceMissing
from tests.services.starting import answers, ending_with_tests, free_port

MODULES = Path("/usr/lib/apache2/modules")
LOADED = ("mpm_event", "authn_core", "authn_file", "authz_core", "authz_user", "auth_basic", "dav", "dav_fs")
USER, PASSWORD = "photos", "pass word\u00e9"
CONFIGURATION = """
ServerRoot {place}
ServerName 127.0.0.1
Listen 127.0.0.1:{port}
PidFile {place}/pid
ErrorLog {place}/log
DocumentRoot {place}/files
{modules}
{account}
ServerLimit 1
StartServers 1
ThreadsPerChild 16
MaxRequestWorkers 16
KeepAlive On
MaxKeepAliveRequests 0
Timeout 20
DavLockDB {place}/locks/lock
<Directory {place}/files>
    Dav On
    ContentDigest On
    Options +Indexes
    AuthType Basic
    AuthName "Photos"
    AuthUserFile {place}/users
    Require valid-user
</Directory>
"""


@dataclass(frozen=True)
class WebdavServer:
    port: int
    files: Path
    """What the server gives; whoever may sign in may also write there."""

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}/"


@contextmanager
def webdav_server() -> Iterator[WebdavServer]:
    program = shutil.which("apache2") or shutil.which("httpd")
    if program is None or not (MODULES / "mod_dav_fs.so").exists():
        raise ServiceMissing("Apache is not installed (Debian package: apache2-bin).")
    with tempfile.TemporaryDirectory(prefix="photosync-webdav-") as folder:
        place = Path(folder)
        place.chmod(0o755)
        for name in ("files", "locks"):
            (place / name).mkdir()
            (place / name).chmod(0o777)
        digest = base64.b64encode(hashlib.sha1(PASSWORD.encode(), usedforsecurity=False).digest()).decode()
        (place / "users").write_text(f"{USER}:{{SHA}}{digest}\n")
        server, port = _start(program, place)
        try:
            yield WebdavServer(port, place / "files")
        finally:
            server.terminate()
            server.wait(30)


def _start(program: str, place: Path) -> tuple[subprocess.Popen[bytes], int]:
    """Start it on a free port; another program may take that port first, so try again."""
    for _ in range(5):
        port = free_port()
        modules = "\n".join(f"LoadModule {name}_module {MODULES}/mod_{name}.so" for name in LOADED)
        (place / "conf").write_text(CONFIGURATION.format(place=place, port=port, modules=modules, account=_account()))
        command = [program, "-f", str(place / "conf"), "-DFOREGROUND"]
        with (place / "output").open("ab") as output:
            server = subprocess.Popen(ending_with_tests(command), stdout=output, stderr=output)
        if answers(server, partial(_ask, port), OSError):
            return server, port
        server.terminate()
    raise RuntimeError(f"Apache did not start: {(place / 'output').read_text()[-2000:]}")


def _account() -> str:
    """Return who reads the files: as root Apache needs another user for that."""
    if os.geteuid() != 0:
        return ""
    for name in ("www-data", "nobody"):
        try:
            account = pwd.getpwnam(name)
        except KeyError:
            continue
        # Without its group, Apache would go on as root.
        return f"User #{account.pw_uid}\nGroup #{account.pw_gid}"
    raise ServiceMissing("Apache does not run as root, and there is no user www-data (Debian package: apache2-bin).")


def _ask(port: int) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
    connection.request("GET", "/")
    connection.getresponse().read()
    connection.close()
