"""An OpenLDAP of the tests' own: slapd on loopback, with all that it keeps in a temporary folder, gone when they end.

It knows the attributes of Active Directory too (msuser.schema), so that entries may look like that one's.
"""

import secrets
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

from tests.services.starting import answers, connect, ending_with_tests, found, free_port

PACKAGE = "slapd"
SUFFIX = "dc=school,dc=example"
ADMIN = f"cn=admin,{SUFFIX}"
READER = f"cn=photosync,{SUFFIX}"
"""May read; limits and access rules hold for this one, and not for `ADMIN`."""
SCHEMAS = ("core", "cosine", "nis", "inetorgperson", "msuser")
BASES = f"""\
dn: {SUFFIX}
objectClass: dcObject
objectClass: organization
dc: school
o: School

dn: {READER}
objectClass: organizationalRole
objectClass: simpleSecurityObject
cn: photosync
userPassword: {{password}}

dn: ou=students,{SUFFIX}
objectClass: organizationalUnit
ou: students

dn: ou=staff,{SUFFIX}
objectClass: organizationalUnit
ou: staff

"""


@dataclass
class Slapd:
    folder: Path
    certificate: Path | None = None
    port: int = field(default_factory=free_port)
    tls_port: int = field(default_factory=free_port)
    password: str = field(default_factory=lambda: secrets.token_urlsafe(12))
    """Of both users."""
    _server: subprocess.Popen[bytes] | None = None

    @property
    def config(self) -> Path:
        return self.folder / "slapd.conf"

    def fill(self, ldif: str, settings: Sequence[str] = ()) -> None:
        """Hold the two folders for people and what `ldif` says, and nothing that was there before; start.

        `settings` are further lines of the database's configuration.
        """
        self.stop()
        data = self.folder / "data"
        shutil.rmtree(data, ignore_errors=True)
        data.mkdir()
        self._configure(data, settings)
        content = self.folder / "content.ldif"
        content.write_text(BASES.format(password=self.password) + ldif, encoding="utf-8")
        command = [found("slapadd", PACKAGE), "-q", "-f", str(self.config), "-l", str(content)]
        done = subprocess.run(command, capture_output=True, text=True, check=False)
        if done.returncode:
            raise RuntimeError(f"slapadd failed: {done.stdout}{done.stderr}")
        self.start()

    def start(self) -> None:
        """Start it on the ports that it had, else on free ones; another program may take these first."""
        for _ in range(5):
            addresses = f"ldap://127.0.0.1:{self.port}/"
            if self.certificate:
                addresses += f" ldaps://127.0.0.1:{self.tls_port}/"
            command = [found("slapd", PACKAGE), "-f", str(self.config), "-h", addresses, "-d", "0"]
            with (self.folder / "output").open("ab") as output:
                self._server = subprocess.Popen(
                    ending_with_tests(command), stdin=subprocess.DEVNULL, stdout=output, stderr=output
                )
            if answers(self._server, lambda: connect(self.port), OSError):
                return
            self.stop()
            self.port, self.tls_port = free_port(), free_port()
        raise RuntimeError(f"slapd did not start: {(self.folder / 'output').read_text()[-2000:]}")

    def stop(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.send_signal(signal.SIGKILL)
            server.wait()

    def _configure(self, data: Path, settings: Sequence[str]) -> None:
        lines = [f"include /etc/ldap/schema/{name}.schema" for name in SCHEMAS]
        lines += [f"pidfile {self.folder}/pid", f"argsfile {self.folder}/args"]
        lines += ["modulepath /usr/lib/ldap", "moduleload back_mdb.la", "loglevel none"]
        if self.certificate:
            for name in ("TLSCertificateFile", "TLSCertificateKeyFile", "TLSCACertificateFile"):
                lines.append(f"{name} {self.certificate}")
        lines += ["database mdb", f"suffix {SUFFIX}", f"rootdn {ADMIN}", f"rootpw {self.password}"]
        lines += [f"directory {data}", "maxsize 67108864", "dbnosync", "index objectClass eq"]
        # Without this, nobody but the first user gets more than 500 entries.
        lines += [*settings] if any("size" in each for each in settings) else ["sizelimit unlimited", *settings]
        self.config.write_text("\n".join(lines) + "\n")
        self.config.chmod(0o600)


@contextmanager
def running(*, certificate: Path | None = None) -> Iterator[Slapd]:
    """Yield an OpenLDAP, which starts when it is filled; stop it at the end. With a certificate it offers TLS too."""
    found("slapd", PACKAGE)
    with tempfile.TemporaryDirectory(prefix="photosync-slapd-") as folder:
        slapd = Slapd(Path(folder), certificate)
        try:
            yield slapd
        finally:
            slapd.stop()
