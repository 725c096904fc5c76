"""The queues of Review: which files wait for a person, and in which of them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Exists, OuterRef, Q, QuerySet

from photosync.apps.profiles.models import SyncProfile
from photosync.apps.schools.models import School
from photosync.apps.sources.models import ListedFile
from photosync.core.plan import Reason

State = ListedFile.State
COUNTED_TO = 1_000
COLLISION_CODE = "collision"


class Queue(StrEnum):
    UNMATCHED = "unmatched"
    SAME_PICTURE = "same-picture"
    COLLISION = "collision"
    RETURNED = "returned"
    TWO_PICTURES = "two-pictures"
    REJECTED = "rejected"
    WITHOUT_PHOTO = "without-photo"


OF_FILES = tuple(queue for queue in Queue if queue is not Queue.WITHOUT_PHOTO)

CODES = {
    Queue.SAME_PICTURE: (Reason.OTHER_PERSON.value, Reason.PLACEHOLDER.value),
    Queue.COLLISION: (COLLISION_CODE,),
    Queue.RETURNED: (Reason.OLD_PHOTO.value,),
    Queue.TWO_PICTURES: (Reason.TWO_PICTURES.value,),
}
"""The reasons of the files in state Review, each in exactly one queue."""

_ONE_OF = {Queue.SAME_PICTURE: "picture", Queue.TWO_PICTURES: "person"}
"""What is decided on once for several files."""


def queue_of(file: ListedFile) -> Queue | None:
    """Return the queue in which a file waits for a person; None where it does not wait."""
    if file.state == State.UNMATCHED:
        return Queue.UNMATCHED
    if file.state == State.REJECTED:
        return Queue.REJECTED
    if file.state != State.REVIEW:
        return None
    return next((queue for queue, codes in CODES.items() if file.reason_code in codes), None)


@dataclass(frozen=True, slots=True)
class Waiting:
    """What waits in a school, or for one of its profiles; of protected people only where `shows_protected`."""

    school: School
    profile: SyncProfile | None = None
    shows_protected: bool = False

    def files(self, queue: Queue) -> QuerySet[ListedFile]:
        """Return every file that waits in `queue`, in the order in which they were first listed."""
        return self._files(queue).order_by("pk")

    def items(self, queue: Queue) -> QuerySet[ListedFile]:
        """Return one file for each decision to make: the first of those with the same picture or person."""
        files = self.files(queue)
        if queue not in _ONE_OF:
            return files
        together = _ONE_OF[queue]
        earlier = self._files(queue).filter(**{together: OuterRef(together)}, pk__lt=OuterRef("pk")).order_by()
        return files.filter(~Exists(earlier))

    def count(self, queue: Queue) -> int:
        """Return how many decisions there are to make, counted to COUNTED_TO."""
        return self.items(queue).order_by()[:COUNTED_TO].count()

    def counts(self) -> dict[Queue, int]:
        """Return the number of decisions in each queue of files, counted to COUNTED_TO."""
        return {queue: self.count(queue) for queue in OF_FILES}

    def _files(self, queue: Queue) -> QuerySet[ListedFile]:
        # SQLite uses the index of unsettled files only where the query repeats which these are.
        files = ListedFile.objects.filter(~Q(state=State.SETTLED))
        if self.profile is not None:
            files = files.filter(profile=self.profile)
        else:
            profiles = SyncProfile.objects.filter(school=self.school).order_by()
            files = files.filter(profile__in=list(profiles.values_list("pk", flat=True)))
        if not self.shows_protected:
            files = files.filter(Q(person__isnull=True) | Q(person__protected=False))
        if queue in CODES:
            return files.filter(state=State.REVIEW, reason_code__in=CODES[queue])
        return files.filter(state=State.UNMATCHED if queue is Queue.UNMATCHED else State.REJECTED)


def review_counts(school: School, *, shows_protected: bool) -> dict[str, int]:
    """Return what waits in each queue of files by the name that its address has (`/review/?queue=`)."""
    return {queue.value: number for queue, number in Waiting(school, None, shows_protected).counts().items()}
