"""A profile whose source needs a password: saved from a file, kept, entered again, and never told."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.services.installation import Installation
from tests.services.program import Program
from tests.services.sftp import PASSWORD, USERNAME, SftpServer, sftp_server

pytestmark = pytest.mark.once


@pytest.fixture
def server(tmp_path: Path) -> Iterator[SftpServer]:
    served = tmp_path / "served"
    served.mkdir()
    (served / "0417.jpg").write_bytes(b"x")
    with sftp_server(served) as running:
        yield running


def test_profile_is_added_with_a_secret_from_a_file(
    installation: Installation, tmp_path: Path, server: SftpServer
) -> None:
    installation.environment["PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES"] = "127.0.0.1/32"
    program = Program(installation)
    program.do("init", "--school", "WGC", "--name", "Wattle Grove College", "--timezone", "Australia/Sydney")
    secret, wrong = tmp_path / "password", tmp_path / "wrong"
    secret.write_text(f"{PASSWORD}\n")
    wrong.write_text("not this one\n")
    options = {"host": "127.0.0.1", "port": str(server.port), "username": USERNAME, "host_key": server.host_key}
    place = [word for name, value in options.items() for word in ("--option", f"{name}={value}")]

    added = program.run(
        "profile", "add", "Remote", "--source", "sftp", *place, "--secret-file", f"password={secret}", "--json"
    )

    assert added.status == 0, added.error
    assert PASSWORD not in added.output + added.error
    shown = program.do("profile", "show", "Remote", "--json")
    assert PASSWORD not in shown
    assert json.loads(program.do("profile", "test", "Remote", "--json"))["files"] == 1

    program.do("profile", "set", "Remote", "--secret-file", f"password={wrong}")
    refused = program.run("profile", "test", "Remote")
    assert refused.status == 1
    assert f"Signing in as {USERNAME} failed on the SFTP server 127.0.0.1 (port {server.port})" in refused.error
    assert "not this one" not in refused.error

    program.do("profile", "set", "Remote", "--secret-file", f"password={secret}")
    assert json.loads(program.do("profile", "test", "Remote", "--json"))["files"] == 1
    for file in installation.data.rglob("*"):
        if file.is_file():
            assert PASSWORD.encode() not in file.read_bytes()
