"""An S3 store of the tests' own: moto's server on a free port of loopback, in memory, gone when the tests end."""

from __future__ import annotations

import http.client
import json
import logging
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any
from urllib.parse import quote

REGION = "ap-southeast-2"


@dataclass(frozen=True)
class ObjectStore:
    """While `checks_keys` was not asked for, any key may do anything, as moto has it."""

    port: int
    _clients: dict[str, Any] = field(default_factory=dict)

    @property
    def address(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def client(self, service: str = "s3") -> Any:
        """Return Amazon's own client, with a key that may do everything as long as keys are not checked."""
        if service not in self._clients:
            self._clients[service] = _client(service, self.address)
        return self._clients[service]

    def close(self) -> None:
        for client in self._clients.values():
            client.close()

    def make_bucket(self, bucket: str) -> None:
        self.client().create_bucket(Bucket=bucket, CreateBucketConfiguration={"LocationConstraint": REGION})

    def fill(self, bucket: str, files: Mapping[str, bytes]) -> None:
        """Put files there that are not there yet. In the plainest way: Amazon's client takes its time."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        for key, content in files.items():
            connection.request("PUT", f"/{bucket}/{quote(key)}", content, {"Host": f"127.0.0.1:{self.port}"})
            answer = connection.getresponse()
            said = answer.read()
            assert answer.status < HTTPStatus.MULTIPLE_CHOICES, said
        connection.close()

    def put(self, bucket: str, key: str, content: bytes, **more: str) -> None:
        self.client().put_object(Bucket=bucket, Key=key, Body=content, **more)

    def remove(self, bucket: str, key: str) -> None:
        self.client().delete_object(Bucket=bucket, Key=key)

    @contextmanager
    def checks_keys(self) -> Iterator[None]:
        """Check every signature, and what the key's user may do, as a real store does."""
        self._check_after("0")
        try:
            yield
        finally:
            self._check_after("inf")

    def user(self, name: str, *actions: str) -> tuple[str, str]:
        """Return both parts of a key of a new user, who may do `actions` on everything."""
        iam = self.client("iam")
        iam.create_user(UserName=name)
        statement = {"Effect": "Allow", "Action": list(actions), "Resource": "*"}
        policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
        if actions:
            iam.put_user_policy(UserName=name, PolicyName="of the tests", PolicyDocument=policy)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return key["AccessKeyId"], key["SecretAccessKey"]

    def forget(self) -> None:
        """Drop what is there. All servers of one process hold the same, also those that were stopped."""
        self._tell_moto("reset")

    def _check_after(self, calls: str) -> None:
        self._tell_moto("reset-auth", calls)

    def _tell_moto(self, what: str, body: str = "") -> None:
        connection = http.client.HTTPConnection("127.0.0.1", self.port)
        connection.request("POST", f"/moto-api/{what}", body)
        connection.getresponse().read()
        connection.close()


def _client(service: str, address: str) -> Any:
    import boto3
    from botocore.config import Config

    return boto3.client(
        service,
        endpoint_url=address,
        region_name=REGION,
        aws_access_key_id="AKIDOFTHETESTS",
        aws_secret_access_key="of the tests",
        config=Config(s3={"addressing_style": "path"}),
    )


@contextmanager
def object_store() -> Iterator[ObjectStore]:
    from moto.server import ThreadedMotoServer

    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    store = ObjectStore(server.get_host_and_port()[1])
    store.forget()
    try:
        yield store
    finally:
        store.close()
        server.stop()
