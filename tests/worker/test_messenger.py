"""The threads of a worker that tell people: they decide, send and call ping addresses by themselves."""

import json
import subprocess
import sys

from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.services.receivers import http_receiver


def test_worker_tells_of_a_failure_and_of_its_end_and_calls_the_ping_address(installation: Installation) -> None:
    Program(migrated(installation)).do("init")
    with http_receiver() as receiver:
        done = subprocess.run(
            [sys.executable, "-m", "tests.worker.messaging", receiver.place],
            env=installation.environment | {"PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES": "127.0.0.0/8"},
            capture_output=True,
            text=True,
            check=False,
            timeout=200,
        )

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout.splitlines()[-1]) == {
        "sent": [["failed", "sent"], ["works-again", "sent"]],
        "pinged": "It answered 200.",
    }
    assert sorted((method, path) for method, path, _ in receiver.got) == [
        ("GET", "/ping"),
        ("POST", "/message"),
        ("POST", "/message"),
    ]
