"""How much waits in each queue of Review, for the Overview."""

from __future__ import annotations

from dataclasses import dataclass

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from photosync.apps.accounts.permissions import Permission
from photosync.apps.review.queues import COUNTED_TO, Queue, review_counts
from photosync.apps.schools.models import School

WORDS: dict[str, Promise] = {
    Queue.UNMATCHED.value: _("unmatched"),
    Queue.SAME_PICTURE.value: _("same picture"),
    Queue.COLLISION.value: _("number collisions"),
    Queue.RETURNED.value: _("came back"),
    Queue.TWO_PICTURES.value: _("two pictures"),
    Queue.REJECTED.value: _("rejected"),
}


@dataclass(frozen=True, slots=True)
class WaitingCount:
    """`number` in words: "7", or "1,000 or more" where there was no more counting."""

    number: str
    words: str | Promise
    url: str


def waiting_in_review(school: School, permissions: frozenset[Permission]) -> list[WaitingCount]:
    """Return the queues in which something waits."""
    counts = review_counts(school, shows_protected=Permission.DATA_MANAGE in permissions)
    return [
        WaitingCount(
            str(_("%(number)s or more") % {"number": f"{number:,}"}) if number >= COUNTED_TO else str(number),
            WORDS.get(queue, queue),
            f"{reverse('review')}?queue={queue}",
        )
        for queue, number in counts.items()
        if number
    ]
