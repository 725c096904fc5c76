"""Real servers that messages and pings arrive at: one for HTTP and one for e-mail, on free ports of loopback."""

from __future__ import annotations

import json
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email.message import Message as ParsedMail
from email.parser import BytesParser
from email.policy import default
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult, LoginPassword


@dataclass
class HttpReceiver:
    """`got` are the (method, path, body) that arrived. Answers `status`, or leads on to `redirect_to`."""

    host: str = "127.0.0.1"
    port: int = 0
    status: int = 200
    redirect_to: str = ""
    got: list[tuple[str, str, str]] = field(default_factory=list)
    answers_when: threading.Event = field(default_factory=threading.Event)

    @property
    def place(self) -> str:
        return f"{self.host}:{self.port}"

    def titles(self) -> list[str]:
        return [json.loads(body)["title"] for _method, _path, body in self.got]


@contextmanager
def http_receiver(host: str = "127.0.0.1") -> Iterator[HttpReceiver]:
    receiver = HttpReceiver(host)
    receiver.answers_when.set()

    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            receiver.got.append((self.command, self.path, body))
            receiver.answers_when.wait(60)
            if receiver.redirect_to and "/end" not in self.path:
                self.send_response(302)
                self.send_header("Location", receiver.redirect_to)
            else:
                self.send_response(receiver.status)
            self.send_header("Content-Length", "0")
            self.end_headers()

        do_GET = do_POST = _answer  # noqa: N815 - the standard library's names

        def log_message(self, format: str, *args: Any) -> None:  # noqa: A002
            """Keep quiet."""

    server = ThreadingHTTPServer((host, 0), Handler)
    receiver.port = server.server_port
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield receiver
    finally:
        receiver.answers_when.set()
        server.shutdown()
        server.server_close()
        thread.join()


@dataclass
class MailReceiver:
    """`refuses` is what it answers to a recipient, if anything."""

    port: int = 0
    mails: list[ParsedMail] = field(default_factory=list)
    logins: list[tuple[str, str]] = field(default_factory=list)
    refuses: str = ""

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, _: Any) -> str:
        if self.refuses:
            return self.refuses
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        self.mails.append(BytesParser(policy=default).parsebytes(envelope.content))
        return "250 OK"

    def authenticate(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login.decode(), data.password.decode()))
        # Not handled: the refusal is the server's to say.
        return AuthResult(success=data.password == b"right", handled=False)


@contextmanager
def mail_receiver(*, asks_password: bool = False) -> Iterator[MailReceiver]:
    with socket.create_server(("127.0.0.1", 0)) as probe:
        receiver = MailReceiver(int(probe.getsockname()[1]))
    controller = Controller(
        receiver,
        hostname="127.0.0.1",
        port=receiver.port,
        authenticator=receiver.authenticate if asks_password else None,
        auth_required=asks_password,
        auth_require_tls=False,
    )
    controller.start()
    try:
        yield receiver
    finally:
        controller.stop()
