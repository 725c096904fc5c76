"""One e-mail by the operator's mail server. To be called apart (`call_apart`)."""

from __future__ import annotations

import smtplib
import ssl
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any, Final

from photosync.core.errors import TryLater
from photosync.outgoing.hosts import reason_of

ANSWER_WITHIN_S: Final = 10.0


def send(server: dict[str, Any], to: str, subject: str, body: str, message_id: str) -> None:
    """Send an e-mail. Raises TryLater with what the mail server said.

    `server` has host, port, tls ("no", "starttls" or "yes"), user, password and sender. `message_id` is the same
    when a message is sent again, so that a mail program may see that it is the same.
    """
    message = EmailMessage()
    message["From"] = server["sender"]
    message["To"] = Address(addr_spec=to)
    message["Subject"] = subject
    message["Date"] = format_datetime(datetime.now(UTC))
    message["Message-ID"] = message_id
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(body)
    try:
        with _connected(server) as connection:
            if server["user"]:
                connection.login(server["user"], server["password"])
            connection.send_message(message)
    except smtplib.SMTPRecipientsRefused as error:
        code, said = next(iter(error.recipients.values()))
        raise TryLater(f"The mail server does not take messages for {to}: {code} {_text(said)}") from error
    except smtplib.SMTPResponseException as error:
        raise TryLater(f"The mail server refused the message: {error.smtp_code} {_text(error.smtp_error)}") from error
    except (smtplib.SMTPException, OSError) as error:
        raise TryLater(
            f"The mail server {server['host']} cannot be used: {reason_of(error)}. "
            "If this goes on, ask the operator to check PHOTOSYNC_SMTP_HOST and the settings beside it."
        ) from error


def _connected(server: dict[str, Any]) -> smtplib.SMTP:
    host, port = server["host"], int(server["port"])
    context = ssl.create_default_context()
    if server["tls"] == "yes":
        return smtplib.SMTP_SSL(host, port, timeout=ANSWER_WITHIN_S, context=context)
    connection = smtplib.SMTP(host, port, timeout=ANSWER_WITHIN_S)
    try:
        if server["tls"] == "starttls":
            connection.starttls(context=context)
    except BaseException:
        connection.close()
        raise
    return connection


def _text(said: bytes | str) -> str:
    text = said.decode(errors="replace") if isinstance(said, bytes) else said
    return " ".join(text.split())[:300]
