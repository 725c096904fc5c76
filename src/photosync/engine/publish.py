"""Publish: a change of rows only, in small transactions, each allowed anew."""

from __future__ import annotations

from photosync.engine.ports import Progress, PublishLedger, Rein

CHANGES_PER_TRANSACTION = 200


def publish(ledger: PublishLedger, rein: Rein) -> int:
    """Publish what is planned; return how many changes were made.

    Before each transaction the rein is asked: once the profile may not run any more, it raises and
    what is unpublished stays so.
    """
    progress = Progress("publish", total=ledger.publish_count())
    more = True
    while more:
        rein.may_publish()
        batch = ledger.publish_batch(CHANGES_PER_TRANSACTION)
        progress.done += batch.published + batch.dropped
        more = batch.more
        rein.checkpoint(progress)
    return progress.done
