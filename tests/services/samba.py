"""A Samba of the tests' own: smbd on loopback, with all that it keeps in a temporary folder, gone when they end."""

import os
import pwd
import secrets
import signal
import subprocess
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

from tests.services.starting import answers, connect, ending_with_tests, found, free_port

PACKAGE = "samba"
SHARE = "photos"
USER = "photographer"
KEPT_IN = {
    "private dir": "private",
    "lock directory": "lock",
    "state directory": "state",
    "cache directory": "cache",
    "pid directory": "pid",
    "ncalrpc dir": "ncalrpc",
}
SETTINGS = {
    "server role": "standalone server",
    "workgroup": "SCHOOL",
    "netbios name": "PHOTOS",
    "interfaces": "lo",
    "bind interfaces only": "yes",
    "disable netbios": "yes",
    "load printers": "no",
    "printing": "bsd",
    "printcap name": "/dev/null",
    "disable spoolss": "yes",
    "rpc start on demand helpers": "no",
    "map to guest": "never",
    "host msdfs": "yes",
    # As they are on the disk: else Samba invents short names for what Windows could not hold.
    "mangled names": "no",
}
SYSTEM_USERS = ("daemon", "bin", "games", "man", "mail", "news", "uucp", "proxy", "backup", "list")
"""Behind each account stands a user of the system; these Debian always has."""


@dataclass
class Samba:
    """`files` is what the share `photos` shows, on this machine's disk."""

    folder: Path
    port: int = 0
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    _accounts: dict[str, str] = field(default_factory=dict)
    _settings: dict[str, str] = field(default_factory=dict)
    _shares: dict[str, dict[str, str]] = field(default_factory=dict)
    _server: subprocess.Popen[bytes] | None = None

    @property
    def files(self) -> Path:
        return self.folder / "files"

    @property
    def config(self) -> Path:
        return self.folder / "smb.conf"

    def prepare(self, shares: Mapping[str, Mapping[str, str]], settings: Mapping[str, str]) -> None:
        self.folder.chmod(0o755)
        self.files.mkdir()
        for name in KEPT_IN.values():
            (self.folder / name).mkdir()
        self._settings = {
            **SETTINGS,
            **{setting: str(self.folder / name) for setting, name in KEPT_IN.items()},
            "passdb backend": f"tdbsam:{self.folder / 'private/passdb.tdb'}",
            "username map": str(self.folder / "users"),
            "log file": str(self.folder / "log"),
            **settings,
        }
        self._shares = {SHARE: {}, **{name: dict(options) for name, options in shares.items()}}
        self._write()
        self.add_account(USER)

    def add_account(self, name: str) -> None:
        """Add an account with the same password as all of them."""
        user = SYSTEM_USERS[len(self._accounts)]
        self._accounts[name] = user
        (self.folder / "users").write_text("".join(f"{of} = {name}\n" for name, of in self._accounts.items()))
        self.run("smbpasswd", "-c", str(self.config), "-s", "-a", user, told=f"{self.password}\n" * 2)

    def change_account(self, name: str, *changes: str) -> None:
        """Change an account with the options of pdbedit."""
        self.run("pdbedit", "-s", str(self.config), "-r", "-u", self._accounts[name], *changes)

    def share(self, name: str, **options: str) -> None:
        """Add a share, or change one; new connections see it once smbd has read it anew: call `reload`."""
        self._shares[name] = {key.replace("_", " "): value for key, value in options.items()}
        self._write()

    def run(self, program: str, *arguments: str, told: str = "") -> str:
        done = subprocess.run(
            [found(program, PACKAGE), *arguments], input=told, capture_output=True, text=True, check=False
        )
        if done.returncode:
            raise RuntimeError(f"{program} failed: {done.stdout}{done.stderr}")
        return done.stdout

    def start(self) -> None:
        """Start it on the port that it had, else on a free one; another program may take that first."""
        for _ in range(5):
            self.port = self.port or free_port()
            self._settings["smb ports"] = str(self.port)
            self._write()
            command = [found("smbd", PACKAGE), "-F", "--no-process-group", "-s", str(self.config)]
            with (self.folder / "output").open("ab") as output:
                self._server = subprocess.Popen(
                    ending_with_tests(command),
                    stdin=subprocess.DEVNULL,
                    stdout=output,
                    stderr=output,
                    start_new_session=True,
                )
            if answers(self._server, lambda: connect(self.port), OSError):
                return
            self.stop()
            self.port = 0
        raise RuntimeError(f"smbd did not start: {(self.folder / 'output').read_text()[-2000:]}")

    def stop(self) -> None:
        """End it with all its processes; those of connections would live on by themselves."""
        server, self._server = self._server, None
        if server is None:
            return
        with suppress(ProcessLookupError):
            os.killpg(server.pid, signal.SIGKILL)
        server.wait()
        while _lives(server.pid):
            time.sleep(0.01)

    def _write(self) -> None:
        sections = {"global": self._settings, **self._shares}
        # All as the user of the tests, whichever account it is: what they write there may be read and written.
        common = {"path": str(self.files), "read only": "no", "force user": _user_of_the_tests()}
        text = ""
        for name, options in sections.items():
            held = options if name == "global" else {**common, **options}
            text += f"[{name}]\n" + "".join(f"{key} = {value}\n" for key, value in held.items() if value)
        self.config.write_text(text)


@contextmanager
def running(
    *, shares: Mapping[str, Mapping[str, str]] | None = None, settings: Mapping[str, str] | None = None
) -> Iterator[Samba]:
    """Start a Samba with the share `photos` and an account for it, and yield it; stop it at the end.

    `shares` are further ones with their options (an option of "" is left out), `settings` of the whole server.
    """
    found("smbd", PACKAGE)
    with tempfile.TemporaryDirectory(prefix="photosync-samba-") as folder:
        samba = Samba(Path(folder))
        samba.prepare(shares or {}, settings or {})
        try:
            samba.start()
            yield samba
        finally:
            samba.stop()


def _lives(group: int) -> bool:
    """Whether a process of the group goes on. Those that only wait to be seen as ended do not."""
    for process in psutil.process_iter(["status"]):
        with suppress(ProcessLookupError):
            if os.getpgid(process.pid) == group and process.info["status"] != psutil.STATUS_ZOMBIE:
                return True
    return False


def _user_of_the_tests() -> str:
    return pwd.getpwuid(os.geteuid()).pw_name
