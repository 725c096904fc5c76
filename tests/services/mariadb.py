"""A MariaDB of the tests' own: a data folder in a temporary one, on loopback, gone when the tests end."""

import os
import pwd
import secrets
import shutil
import ssl
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import pymysql

from tests.services import ServiceMissing
from tests.services.postgresql import run_as
from tests.services.starting import answers, ending_with_tests, free_port

USER = "photosync"
NEEDED = ("mariadbd", "mariadb-install-db")
# Only speed, as with PostgreSQL: nothing here has to survive a power cut.
SETTINGS = (
    "--bind-address=127.0.0.1",
    "--skip-name-resolve",
    "--innodb-flush-log-at-trx-commit=0",
    "--innodb-flush-method=nosync",
    "--innodb-buffer-pool-size=16M",
    "--innodb-log-file-size=4M",
    "--aria-pagecache-buffer-size=8M",
    "--performance-schema=OFF",
    "--max-allowed-packet=64M",
    "--lower-case-table-names=0",
)


@dataclass(frozen=True)
class MariaDb:
    """A running server; `USER` may do everything there with `password`."""

    port: int
    password: str

    def connect(self, database: str | None = None) -> "pymysql.connections.Connection":
        return pymysql.connect(
            host="127.0.0.1",
            port=self.port,
            user=USER,
            password=self.password,
            database=database,
            autocommit=True,
            ssl_disabled=True,
        )


@contextmanager
def running(*, certificate: Path | None = None, key: Path | None = None) -> Iterator[MariaDb]:
    """Start MariaDB and yield it. With a certificate it offers TLS. Root is refused, so there it runs as mysql."""
    programs = {name: shutil.which(name, path=f"{os.environ['PATH']}:/usr/sbin") for name in NEEDED}
    for name, path in programs.items():
        if path is None:
            raise ServiceMissing(f"{name} is not installed (Debian package: mariadb-server).")
    account = pwd.getpwnam("mysql") if os.geteuid() == 0 else None
    with tempfile.TemporaryDirectory(prefix="photosync-mariadb-") as name:
        folder = Path(name)
        settings = list(SETTINGS)
        if certificate is not None and key is not None:
            for option, file in (("cert", certificate), ("key", key)):
                shutil.copyfile(file, folder / option)
                settings.append(f"--ssl-{option}={folder / option}")
        password = secrets.token_hex(12)
        (folder / "first.sql").write_text(
            f"CREATE USER IF NOT EXISTS '{USER}'@'%' IDENTIFIED BY '{password}';\n"
            f"GRANT ALL ON *.* TO '{USER}'@'%' WITH GRANT OPTION;\n"
        )
        if account:
            for each in (folder, *folder.iterdir()):
                os.chown(each, account.pw_uid, account.pw_gid)
        _initialise(str(programs["mariadb-install-db"]), folder, account)
        server, port = _start(str(programs["mariadbd"]), folder, settings, account, password)
        try:
            yield MariaDb(port, password)
        finally:
            _stop(server)


def _initialise(program: str, folder: Path, account: pwd.struct_passwd | None) -> None:
    made = subprocess.run(
        [
            program,
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            "--auth-root-authentication-method=normal",
            "--skip-test-db",
            "--skip-name-resolve",
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        **run_as(account),
    )
    if made.returncode:
        raise RuntimeError(f"mariadb-install-db failed: {made.stdout[-1000:]}{made.stderr[-1000:]}")


def _start(
    program: str, folder: Path, settings: list[str], account: pwd.struct_passwd | None, password: str
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; another program may take that port first, so try again."""
    log = folder / "log"
    for _ in range(5):
        port = free_port()
        command = [
            program,
            "--no-defaults",
            f"--datadir={folder / 'data'}",
            f"--socket={folder / 'socket'}",
            f"--pid-file={folder / 'pid'}",
            f"--init-file={folder / 'first.sql'}",
            f"--port={port}",
            *settings,
        ]
        with log.open("ab") as output:
            server = subprocess.Popen(
                ending_with_tests(command, by="KILL"),
                cwd=folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **run_as(account),
            )
        database = MariaDb(port, password)
        if answers(server, partial(_ask, database), pymysql.err.OperationalError, ssl.SSLError, OSError):
            return server, port
        _stop(server)
    raise RuntimeError(f"MariaDB did not start: {log.read_text()[-2000:]}")


def _ask(database: MariaDb) -> None:
    database.connect().close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    if server.poll() is None:
        server.terminate()
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()
