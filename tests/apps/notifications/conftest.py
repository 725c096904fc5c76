from collections.abc import Iterator
from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from pytest_django import Settings

from photosync.apps.notifications.models import NotificationAddress
from photosync.apps.notifications.services import add_address
from photosync.outgoing import AllowedRanges
from photosync.project.outgoing_settings import MailServer
from tests.apps.runs.scene import Scene, at
from tests.services.receivers import HttpReceiver, MailReceiver, http_receiver, mail_receiver


@pytest.fixture
def scene(db: None, tmp_path: Path) -> Scene:
    return Scene(tmp_path / "photos")


@pytest.fixture
def receiver(settings: Settings) -> Iterator[HttpReceiver]:
    """Yield a service on loopback, which the operator allows."""
    settings.PHOTOSYNC_ALLOWED_RANGES = AllowedRanges.parse("127.0.0.0/8", setting="x")
    with http_receiver() as found:
        yield found


@pytest.fixture
def mail(settings: Settings) -> Iterator[MailReceiver]:
    """Yield the operator's mail server."""
    with mail_receiver() as found:
        settings.PHOTOSYNC_MAIL_SERVER = MailServer("127.0.0.1", found.port, "no", "", "", "sync@school.example")
        yield found


@pytest.fixture
def office(scene: Scene, receiver: HttpReceiver) -> NotificationAddress:
    """Return an address of the school that is told everything; nothing is sent to it by itself."""
    return add_address(scene.school, f"json://{receiver.place}/office", name="Office", by="kim", now=scene.now)


def on(day: date, hour: int = 9, minute: int = 0) -> datetime:
    return at(day.year, day.month, day.day, hour, minute).astimezone(UTC)
