"""A PostgreSQL of the tests' own: a cluster in a temporary folder, gone when the tests end."""

import os
import pwd
import re
import secrets
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import TypedDict

import psycopg
from psycopg import sql

from tests.services import ServiceMissing
from tests.services.starting import answers, ending_with_tests, free_port

USER = "photosync"

# Only speed: nothing here has to survive a power cut. The database's own rules are the real ones.
SETTINGS = {
    "fsync": "off",
    "full_page_writes": "off",
    "synchronous_commit": "off",
    "max_connections": "200",
    "unix_socket_directories": "",
    "listen_addresses": "127.0.0.1",
}


def binaries() -> Path:
    """Return the folder of the newest PostgreSQL's programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: int(re.sub(r"\D", "", path.parent.name) or 0))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise ServiceMissing("PostgreSQL is not installed (Debian package: postgresql).")


class RunAs(TypedDict, total=False):
    """The user a program is started as; empty means: the user of the tests."""

    user: int
    group: int
    extra_groups: list[int]


@contextmanager
def running() -> Iterator[str]:
    """Start PostgreSQL and yield the URL of its maintenance database.

    PostgreSQL refuses to run as root, so there it runs as the user postgres.
    """
    programs = binaries()
    account = _account()
    with tempfile.TemporaryDirectory(prefix="photosync-postgresql-") as folder:
        if account:
            os.chown(folder, account.pw_uid, account.pw_gid)
        password = _initialise(programs, Path(folder), account)
        server, port = _start(programs, Path(folder), account, password)
        try:
            yield f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        finally:
            _stop(server)


@contextmanager
def fresh_database(server_url: str) -> Iterator[str]:
    """Create an empty database and yield its URL; drop it at the end, with all whose names begin like it."""
    name = f"test_{secrets.token_hex(6)}"
    with psycopg.connect(server_url, autocommit=True) as connection:
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
    try:
        yield server_url.rpartition("/")[0] + f"/{name}"
    finally:
        with psycopg.connect(server_url, autocommit=True) as connection:
            made = connection.execute("SELECT datname FROM pg_database WHERE datname LIKE %s", (f"{name}%",))
            for (database,) in made.fetchall():
                connection.execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(sql.Identifier(database)))


def fill_from(template_url: str, url: str) -> None:
    """Let the empty database at `url` be a copy of the one at `template_url`. Nobody may be connected to either."""
    server_url, _, template = template_url.rpartition("/")
    name = url.rpartition("/")[2]
    with psycopg.connect(f"{server_url}/postgres", autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE {}").format(sql.Identifier(name)))
        copied = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
        connection.execute(copied.format(sql.Identifier(name), sql.Identifier(template)))


def _account() -> pwd.struct_passwd | None:
    if os.geteuid() != 0:
        return None
    try:
        return pwd.getpwnam("postgres")
    except KeyError:
        raise ServiceMissing(
            "PostgreSQL does not run as root and there is no user postgres (Debian package: postgresql)."
        ) from None


def _initialise(programs: Path, folder: Path, account: pwd.struct_passwd | None) -> str:
    """Make the cluster and return the password of its owner.

    It sorts text as Australian English does, not by bytes, because a school's server does too:
    code that trusts one order on both databases must fail here.
    """
    password = secrets.token_hex(12)
    password_file = folder / "password"
    password_file.write_text(password)
    password_file.chmod(0o600)
    if account:
        os.chown(password_file, account.pw_uid, account.pw_gid)
    made = subprocess.run(
        [
            programs / "initdb",
            f"--pgdata={folder / 'data'}",
            f"--username={USER}",
            f"--pwfile={password_file}",
            "--auth=scram-sha-256",
            "--encoding=UTF8",
            "--locale=C.UTF-8",
            "--locale-provider=icu",
            "--icu-locale=en-AU",
            "--no-sync",
        ],
        check=False,
        cwd=folder,
        capture_output=True,
        text=True,
        **run_as(account),
    )
    if made.returncode:
        raise RuntimeError(f"initdb failed: {made.stderr.strip()}")
    return password


def _start(
    programs: Path, folder: Path, account: pwd.struct_passwd | None, password: str
) -> tuple[subprocess.Popen[bytes], int]:
    """Start the server on a free port; another program may take that port first, so try again."""
    log = folder / "log"
    for _ in range(5):
        port = free_port()
        command = [str(programs / "postgres"), "-D", str(folder / "data"), "-p", str(port)]
        command += [f"--{name}={value}" for name, value in SETTINGS.items()]
        with log.open("ab") as output:
            server = subprocess.Popen(
                ending_with_tests(command, by="INT"),
                cwd=folder,
                stdout=output,
                stderr=output,
                start_new_session=True,
                **run_as(account),
            )
        url = f"postgresql://{USER}:{password}@127.0.0.1:{port}/postgres"
        if answers(server, partial(_ask, url), psycopg.OperationalError):
            return server, port
        _stop(server)
    raise RuntimeError(f"PostgreSQL did not start: {log.read_text()[-2000:]}")


def _ask(url: str) -> None:
    psycopg.connect(url, connect_timeout=2).close()


def _stop(server: subprocess.Popen[bytes]) -> None:
    """Fast shutdown (SIGINT): open connections are closed, no child is left."""
    if server.poll() is None:
        server.send_signal(2)
    try:
        server.wait(timeout=30)
    except subprocess.TimeoutExpired:
        server.kill()
        server.wait()


def run_as(account: pwd.struct_passwd | None) -> RunAs:
    return {"user": account.pw_uid, "group": account.pw_gid, "extra_groups": []} if account else {}
