"""A worker's messenger at work; started as a program in an installation, with the place of a receiver."""

from __future__ import annotations

import json
import os
import sys
import time
from datetime import timedelta
from typing import Any

ENDS_WITHIN_S = 90.0


def tell(place: str) -> dict[str, Any]:
    from django.utils import timezone

    from photosync.apps.notifications.models import Message
    from photosync.apps.notifications.pings import ping_document
    from photosync.apps.notifications.services import add_address
    from photosync.apps.profiles.models import SyncProfile
    from photosync.apps.profiles.ping_address import set_ping_address
    from photosync.apps.runs.models import Run
    from photosync.apps.schools.models import School
    from photosync.worker import messenger

    now = timezone.now()
    messenger.LOOKS_EVERY_S = 0.2
    school = School.objects.create(code="TEST", name="Test", time_zone="Australia/Sydney")
    profile = SyncProfile(school=school, name="Photo Sync", source_kind="folder", created_at=now, evaluated_until=now)
    set_ping_address(profile, f"http://{place}/ping")
    profile.save()
    add_address(school, f"json://{place}/message", by="kim", now=now - timedelta(minutes=10))
    for minutes, state in ((5, "failed"), (3, "done")):
        ended = now - timedelta(minutes=minutes)
        Run.objects.create(
            profile=profile, trigger="scheduled", state=state, started_by="x", accepted_at=ended, finished_at=ended
        )
    working = messenger.Messenger()
    working.start()
    deadline = time.monotonic() + ENDS_WITHIN_S
    while time.monotonic() < deadline:
        sent = list(Message.objects.order_by("pk").values_list("kind", "state"))
        pinged = ping_document(profile)["outcome"]
        if len(sent) == 2 and {state for _, state in sent} == {"sent"} and pinged:
            break
        time.sleep(0.1)
    working.stop()
    return {"sent": sent, "pinged": pinged}


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "photosync.project.settings"
    import django

    django.setup()
    print(json.dumps(tell(sys.argv[1])))
