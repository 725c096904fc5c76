"""An SFTP server on loopback in a process of its own: `python -m bench.sftp_server FOLDER` shows that folder."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import asyncssh

USERNAME, PASSWORD = "bench", "bench"


@contextmanager
def sftp_server(folder: Path, project: Path) -> Iterator[dict[str, str]]:
    """Yield the options of a source that reads `folder` over SFTP; the server ends with the context."""
    command = [sys.executable, "-m", "bench.sftp_server", str(folder)]
    with subprocess.Popen(command, cwd=project, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        try:
            yield json.loads(process.stdout.readline())
        finally:
            process.stdin.close()


class _Door(asyncssh.SSHServer):
    def password_auth_supported(self) -> bool:
        return True

    def validate_password(self, username: str, password: str) -> bool:
        return (username, password) == (USERNAME, PASSWORD)


async def _serve(folder: str) -> None:
    host_key = asyncssh.generate_private_key("ssh-ed25519")
    server = await asyncssh.create_server(
        _Door,
        "127.0.0.1",
        0,
        server_host_keys=[host_key],
        sftp_factory=lambda channel: asyncssh.SFTPServer(channel, chroot=os.fsencode(folder)),
    )
    options = {
        "host": "127.0.0.1",
        "port": str(server.get_port()),
        "username": USERNAME,
        "password": PASSWORD,
        "host_key": host_key.export_public_key().decode().strip(),
    }
    print(json.dumps(options), flush=True)
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)  # until whoever measures has done


if __name__ == "__main__":
    asyncio.run(_serve(sys.argv[1]))
