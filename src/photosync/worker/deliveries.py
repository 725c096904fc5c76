"""Unpacking deliveries, in a thread of the worker beside its runs; or in the command that delivered them."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable

from django.db import connections
from django.utils import timezone

from photosync.apps.inputs.models import Delivery
from photosync.apps.inputs.unpacking_work import (
    claim_delivery,
    execute_delivery,
    queued_deliveries,
    take_back_deliveries,
)
from photosync.apps.runs.models import Worker
from photosync.worker.identity import Identity, is_dead_here, live_workers
from photosync.worker.queues import Queue

FOLLOWED_EVERY_S = 0.1
WORKER_LOOKED_FOR_EVERY_S = 5.0

OnProgress = Callable[[Delivery], None]


def execute_or_follow(delivery: Delivery, on_progress: OnProgress) -> Delivery:
    """See that a delivery that waits is unpacked, by a live worker or here; wait for it and return it as it ended."""
    looked_at = -WORKER_LOOKED_FOR_EVERY_S
    while delivery.is_unpacking:
        if time.monotonic() - looked_at > WORKER_LOOKED_FOR_EVERY_S:
            looked_at = time.monotonic()
            if not live_workers(timezone.now()):
                take_back_deliveries(timezone.now(), is_dead_here)
                _executed_here(delivery, on_progress)
        time.sleep(FOLLOWED_EVERY_S)
        delivery.refresh_from_db()
        on_progress(delivery)
    return delivery


def _executed_here(delivery: Delivery, on_progress: OnProgress) -> None:
    identity = Identity(Worker.Kind.COMMAND, timezone.now)
    try:
        thread = threading.Thread(target=_in_thread, args=(delivery.pk, identity.worker), name="delivery")
        thread.start()
        while thread.is_alive():
            thread.join(FOLLOWED_EVERY_S)
            delivery.refresh_from_db()
            on_progress(delivery)
    finally:
        identity.release()


def _in_thread(delivery_id: int, worker: Worker) -> None:
    try:
        _claim_and_execute(delivery_id, worker)
    finally:
        connections.close_all()


def _claim_and_execute(delivery_id: int, worker: Worker) -> None:
    work = claim_delivery(delivery_id, worker, timezone.now)
    if work is not None:
        execute_delivery(work)


QUEUE = Queue("deliveries", queued_deliveries, _claim_and_execute)
