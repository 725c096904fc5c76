"""Messages on their way: by e-mail and by a service, again and again, given up, and never by two senders."""

import json
import subprocess
import sys
from datetime import UTC, date, datetime, timedelta
from email.message import EmailMessage
from functools import partial

import pytest
from pytest_django import Settings

from photosync.apps.notifications.deciding import decide_on_days
from photosync.apps.notifications.models import Message, NotificationAddress
from photosync.apps.notifications.sending import CLAIM, NO_MAIL_SERVER, PAUSES, send_waiting
from photosync.apps.notifications.services import add_address, remove_address
from photosync.outgoing import AllowedRanges
from photosync.project.outgoing_settings import MailServer
from tests.apps.notifications.conftest import on
from tests.apps.runs.scene import Scene
from tests.services.installation import Installation
from tests.services.migrated import migrated
from tests.services.program import Program
from tests.services.receivers import HttpReceiver, MailReceiver, http_receiver, mail_receiver

NOW = on(date(2026, 12, 17))


def message() -> Message:
    return Message.objects.get()


def test_message_arrives_at_a_service(scene: Scene, office: NotificationAddress, receiver: HttpReceiver) -> None:
    decide_on_days(NOW)

    assert [send_waiting(lambda: NOW) for _ in range(3)] == [1, 0, 0]
    ((method, path, body),) = receiver.got
    assert (method, path) == ("POST", "/office")
    assert json.loads(body)["title"] == "Photo Sync stops tomorrow, on Friday 18 December 2026 (Test)"
    assert json.loads(body)["message"].strip() == message().body.strip()
    assert (message().state, message().attempts, message().ended_at, message().reason) == ("sent", 1, NOW, "")


def test_message_arrives_by_email(scene: Scene, mail: MailReceiver) -> None:
    add_address(scene.school, "office@school.example", by="kim", now=scene.now)
    decide_on_days(NOW)

    assert send_waiting(lambda: NOW) == 1
    (arrived,) = mail.mails
    assert isinstance(arrived, EmailMessage)
    assert (arrived["From"], arrived["To"]) == ("sync@school.example", "office@school.example")
    assert arrived["Subject"] == "Photo Sync stops tomorrow, on Friday 18 December 2026 (Test)"
    assert arrived["Message-ID"].endswith("@school.example>")
    assert arrived.get_content().replace("\r\n", "\n") == message().body


@pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS:UserWarning")
@pytest.mark.parametrize(("password", "state"), [("right", "sent"), ("wrong", "waiting")])
def test_mail_server_is_told_who_we_are(scene: Scene, settings: Settings, password: str, state: str) -> None:
    with mail_receiver(asks_password=True) as found:
        settings.PHOTOSYNC_MAIL_SERVER = MailServer(
            "127.0.0.1", found.port, "no", "photosync", password, "sync@school.example"
        )
        add_address(scene.school, "office@school.example", by="kim", now=scene.now)
        decide_on_days(NOW)
        send_waiting(lambda: NOW)

    assert (message().state, {user for user, _ in found.logins}) == (state, {"photosync"})
    reason = "The mail server refused the message: 535 5.7.8 Authentication credentials invalid"
    assert message().reason == ("" if state == "sent" else reason)


def test_mail_server_that_refuses_is_told(scene: Scene, mail: MailReceiver) -> None:
    mail.refuses = "550 5.1.1 No such mailbox"
    add_address(scene.school, "office@school.example", by="kim", now=scene.now)
    decide_on_days(NOW)
    send_waiting(lambda: NOW)

    assert message().reason == (
        "The mail server does not take messages for office@school.example: 550 5.1.1 No such mailbox"
    )


def test_mail_server_that_is_away_is_told(scene: Scene, settings: Settings) -> None:
    with mail_receiver() as found:
        settings.PHOTOSYNC_MAIL_SERVER = MailServer("127.0.0.1", found.port, "no", "", "", "sync@school.example")
        add_address(scene.school, "office@school.example", by="kim", now=scene.now)
    decide_on_days(NOW)
    send_waiting(lambda: NOW)

    assert message().reason == (
        "The mail server 127.0.0.1 cannot be used: Connection refused. If this goes on, ask the operator to check "
        "PHOTOSYNC_SMTP_HOST and the settings beside it."
    )


def test_mail_server_that_was_taken_away_is_told(scene: Scene, mail: MailReceiver, settings: Settings) -> None:
    add_address(scene.school, "office@school.example", by="kim", now=scene.now)
    decide_on_days(NOW)
    settings.PHOTOSYNC_MAIL_SERVER = None
    send_waiting(lambda: NOW)

    assert (message().state, message().reason) == ("waiting", NO_MAIL_SERVER)


def test_message_that_does_not_arrive_is_tried_again_with_growing_pauses_and_given_up(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver
) -> None:
    receiver.status = 500
    decide_on_days(NOW)
    now, tried_at = NOW, []
    while message().state == "waiting":
        before = message().attempts
        send_waiting(partial(datetime.fromtimestamp, now.timestamp(), UTC))
        if message().attempts > before:
            tried_at.append(now - NOW)
        now = message().next_attempt_at or now

    expected = [timedelta(0)]
    for pause in PAUSES:
        expected.append(expected[-1] + pause)
    assert tried_at == expected
    assert sorted(PAUSES) == list(PAUSES)
    assert (message().state, len(receiver.got)) == ("failed", len(PAUSES) + 1)
    assert message().reason.startswith("The service did not take the message: ")
    assert "500" in message().reason
    assert (send_waiting(lambda: now + timedelta(days=1)), len(receiver.got)) == (0, len(PAUSES) + 1)


def test_message_that_arrives_later_is_sent(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver
) -> None:
    receiver.status = 500
    decide_on_days(NOW)
    send_waiting(lambda: NOW)
    receiver.status = 200

    assert send_waiting(lambda: NOW + timedelta(seconds=59)) == 0
    assert send_waiting(lambda: NOW + timedelta(minutes=1)) == 1
    assert (message().state, message().attempts, message().reason) == ("sent", 2, "")


def test_address_inside_that_is_no_longer_allowed_is_given_up_at_once(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver, settings: Settings
) -> None:
    decide_on_days(NOW)
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges()
    send_waiting(lambda: NOW)

    assert (message().state, receiver.got) == ("failed", [])
    assert message().reason.startswith(
        "What was asked for is at 127.0.0.1, an address inside this server's own network"
    )


def test_service_that_leads_inside_is_given_up_at_once(scene: Scene, settings: Settings) -> None:
    with http_receiver("127.0.0.2") as outside, http_receiver() as inside:
        outside.redirect_to = f"http://{inside.place}/end"
        settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.2/32", setting="x")
        add_address(scene.school, f"json://{outside.place}/begin", by="kim", now=scene.now)
        decide_on_days(NOW)
        send_waiting(lambda: NOW)

    assert ([path for _, path, _ in outside.got], inside.got) == (["/begin"], [])
    assert message().state == "failed"
    assert message().reason.startswith("What was asked for is at 127.0.0.1, an address inside")


def test_reason_does_not_hold_the_secrets_of_the_address(scene: Scene, receiver: HttpReceiver) -> None:
    receiver.status = 500
    secret = "tok3n-that-nobody-may-see"
    add_address(scene.school, f"json://kim:{secret}@{receiver.place}/{secret}", by="kim", now=scene.now)
    decide_on_days(NOW)
    send_waiting(lambda: NOW)

    assert receiver.got != []
    assert secret not in message().reason


def test_removed_address_gets_nothing_that_waited(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver
) -> None:
    decide_on_days(NOW)
    remove_address(office, now=NOW)

    assert (send_waiting(lambda: NOW), receiver.got) == (0, [])
    assert (message().state, message().reason, message().to) == (
        "dropped",
        "The address was removed.",
        f"Office (json://{receiver.host}/…)",
    )


def test_message_of_a_sender_that_was_ended_is_sent_once_its_claim_has_run_out(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver
) -> None:
    decide_on_days(NOW)
    Message.objects.update(claimed_until=NOW + CLAIM, attempts=1)

    later = NOW + CLAIM + timedelta(seconds=1)
    assert [send_waiting(lambda: NOW), send_waiting(lambda: later)] == [0, 1]
    assert len(receiver.got) == 1


def test_message_that_ends_every_sender_is_given_up(
    scene: Scene, office: NotificationAddress, receiver: HttpReceiver
) -> None:
    decide_on_days(NOW)
    Message.objects.update(attempts=len(PAUSES) + 1)
    send_waiting(lambda: NOW)

    assert (message().state, receiver.got) == ("failed", [])
    assert message().reason == "The sender was ended before it knew whether the message went out."


def test_key_of_the_installation_that_has_changed_is_told(
    scene: Scene, office: NotificationAddress, settings: Settings
) -> None:
    decide_on_days(NOW)
    settings.SECRET_KEY = "another"
    send_waiting(lambda: NOW)

    assert (message().state, message().reason) == (
        "failed",
        "A secret cannot be read: the installation's secret key has changed since it was saved. Nothing was done "
        "with it. Enter it again, or put the former secret.key back into the data folder.",
    )


TELLING = [sys.executable, "-m", "tests.apps.notifications.telling"]


def test_workers_that_decide_and_send_at_once_tell_everything_once(installation: Installation) -> None:
    Program(migrated(installation)).do("init")
    with http_receiver() as receiver:
        environment = installation.environment | {"PHOTOSYNC_ALLOWED_PRIVATE_ADDRESSES": "127.0.0.1"}
        subprocess.run([*TELLING, "school", receiver.place], env=environment, check=True)
        workers = [subprocess.Popen([*TELLING, "tell"], env=environment) for _ in range(3)]
        statuses = [worker.wait(timeout=180) for worker in workers]

    assert statuses == [0, 0, 0]
    subjects = sorted(receiver.titles())
    assert subjects == sorted(
        f"{name} stops {when}, on Friday 18 December 2026 (Test)"
        for name in ("One", "Two")
        for when in ("in 30 days", "in 14 days", "in 7 days", "tomorrow")
    )
