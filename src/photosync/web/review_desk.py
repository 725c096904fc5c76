"""The page of Review: its queues with what waits, the thing to decide on now, what comes next, what was decided."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.accounts.permissions import Permission
from photosync.apps.people.protected_names import ProtectedNames, not_named
from photosync.apps.profiles.models import SyncProfile
from photosync.apps.profiles.queries import schedule_of
from photosync.apps.review.conflicts import fits_now
from photosync.apps.review.looking import may_be_of_protected
from photosync.apps.review.models import ReviewDecision, Verdict
from photosync.apps.review.queues import COUNTED_TO, Queue, Waiting
from photosync.apps.review.remembered import decisions_in_force
from photosync.apps.review.services import path_of
from photosync.apps.schools.models import School
from photosync.apps.schools.queries import academic_year_now
from photosync.apps.sources.models import ListedFile
from photosync.core.forecast import forecast
from photosync.core.wording import coming_words
from photosync.web.faces_wall import LONGEST_SEARCH
from photosync.web.review_item import Item, Onlooker, item_of
from photosync.web.run_words import moment_words
from photosync.web.runs_list import number_in

NEXT_SHOWN = 10
DECISIONS_PER_PAGE = 30
DECIDED = "decided"

WORDS = {
    Queue.UNMATCHED: gettext_lazy("Unmatched"),
    Queue.COLLISION: gettext_lazy("Number collisions"),
    Queue.SAME_PICTURE: gettext_lazy("Same picture"),
    Queue.TWO_PICTURES: gettext_lazy("Two pictures"),
    Queue.RETURNED: gettext_lazy("Old photos"),
    Queue.REJECTED: gettext_lazy("Rejected"),
    Queue.WITHOUT_PHOTO: gettext_lazy("Without a photo"),
}
EMPTY = {
    Queue.UNMATCHED: gettext_lazy("Every file matches a person. A file that matches nobody comes here after a run."),
    Queue.COLLISION: gettext_lazy("No file has a number that is both a student's and a staff member's."),
    Queue.SAME_PICTURE: gettext_lazy("No picture came for several people."),
    Queue.TWO_PICTURES: gettext_lazy("Nobody has two files with different pictures."),
    Queue.RETURNED: gettext_lazy("No photo of an earlier year has come back."),
    Queue.REJECTED: gettext_lazy("Every picture could be used."),
}


@dataclass(frozen=True, slots=True)
class Asked:
    """What the address asks for. `done` and `undone` are decisions just made and just taken back."""

    queue: Queue = Queue.UNMATCHED
    is_decided: bool = False
    profile_id: int | None = None
    item: int | None = None
    after: int | None = None
    search: str = ""
    done: int | None = None
    undone: int | None = None

    @classmethod
    def of(cls, query: Mapping[str, str]) -> Asked:
        name = query.get("queue", "")
        return cls(
            queue=Queue(name) if name in set(Queue) else Queue.UNMATCHED,
            is_decided=name == DECIDED,
            search=query.get("q", "").replace("\0", "").strip()[:LONGEST_SEARCH],
            profile_id=number_in(query.get("profile", "")),
            **{each: number_in(query.get(each, "")) for each in ("item", "after", "done", "undone")},
        )


@dataclass(frozen=True, slots=True)
class Tab:
    words: Any
    number: str
    url: str
    is_current: bool


@dataclass(frozen=True, slots=True)
class Next:
    words: str
    url: str


@dataclass(frozen=True, slots=True)
class Desk:
    """What someone with `permissions` sees of a school's review."""

    school: School
    permissions: Collection[Permission]
    asked: Asked
    now: datetime
    names: ProtectedNames
    """Of all who are protected, whoever looks: faces of them are shown to no one."""

    @property
    def shows_protected(self) -> bool:
        return Permission.DATA_MANAGE in self.permissions

    def context(self, *, only_found: bool = False) -> dict[str, Any]:
        """Return what the templates show; `only_found`: the people of a search alone."""
        item, file = self._item()
        found: dict[str, Any] = {
            "asked": self.asked,
            "item": item,
            "may_decide": Permission.PHOTO_MANAGE in self.permissions,
            "here": self.url(item=file.pk if file is not None else None),
        }
        if only_found:
            return found
        profiles = list(SyncProfile.objects.filter(school=self.school).order_by("name"))
        return found | {
            "tabs": self._tabs(),
            "profiles": profiles if len(profiles) > 1 else [],
            "queue_words": _("Decided") if self.asked.is_decided else WORDS[self.asked.queue],
            "empty": EMPTY.get(self.asked.queue, ""),
            "done": self._done(),
            "undone": self._decision(self.asked.undone),
            "run_words": self._run_words(file.profile) if file is not None else "",
            "may_run": Permission.SYNC_MANAGE in self.permissions,
            **self._neighbours(file),
        }

    def url(self, **more: object) -> str:
        """Return an address of this page, in the queue and for the profile that are asked for."""
        queue = DECIDED if self.asked.is_decided else self.asked.queue.value
        query = {"queue": queue, "profile": self.asked.profile_id, **more}
        return f"{reverse('review')}?{urlencode({k: v for k, v in query.items() if v is not None})}"

    def _waiting(self) -> Waiting:
        profile = SyncProfile.objects.filter(school=self.school, pk=self.asked.profile_id or 0).first()
        return Waiting(self.school, profile, self.shows_protected)

    def _items(self) -> QuerySet[ListedFile]:
        rows = self._waiting().items(self.asked.queue)
        return rows.select_related("page", "profile__school", "person__school", "picture")

    def _item(self) -> tuple[Item | None, ListedFile | None]:
        asked = self.asked
        if asked.queue is Queue.WITHOUT_PHOTO or asked.is_decided:
            return None, None
        items = self._items()
        file = items.filter(pk=asked.item).first() if asked.item is not None else None
        if file is None and (start := asked.after or asked.item) is not None:
            file = items.filter(pk__gt=start).first()
        file = file or items.first()
        if file is None:
            return None, None
        onlooker = Onlooker(
            now=self.now,
            names=self.names,
            sees_photos=Permission.PHOTO_VIEW in self.permissions,
            shows_protected=self.shows_protected,
            search=asked.search,
            year=academic_year_now(self.school, self.now),
        )
        return item_of(file, asked.queue, onlooker), file

    def _tabs(self) -> list[Tab]:
        waiting = self._waiting()
        tabs = [
            Tab(words, counted(waiting, queue), self._queue_url(queue), self._is_current(queue))
            for queue, words in WORDS.items()
        ]
        return [*tabs, Tab(_("Decided"), "", self._queue_url(DECIDED), self.asked.is_decided)]

    def _is_current(self, queue: Queue) -> bool:
        return queue is self.asked.queue and not self.asked.is_decided

    def _queue_url(self, queue: str) -> str:
        query = {"queue": str(queue), **({"profile": self.asked.profile_id} if self.asked.profile_id else {})}
        return f"{reverse('review')}?{urlencode(query)}"

    def _neighbours(self, file: ListedFile | None) -> dict[str, Any]:
        if file is None:
            return {"previous_url": "", "next_url": "", "next_items": (), "next_picture": ""}
        items = self._items()
        before = items.filter(pk__lt=file.pk).order_by("-pk").first()
        after = list(items.filter(pk__gt=file.pk)[:NEXT_SHOWN])
        hidden = may_be_of_protected(after, self.names)
        return {
            "previous_url": self.url(item=before.pk) if before else "",
            "next_url": self.url(item=after[0].pk) if after else "",
            "next_picture": self._picture_url(after[0], hidden) if after else "",
            "next_items": [Next(self._path(each, hidden), self.url(item=each.pk)) for each in after],
        }

    def _path(self, file: ListedFile, hidden: Collection[int]) -> str:
        return path_of(file) if self.shows_protected or file.pk not in hidden else not_named()

    def _picture_url(self, file: ListedFile, hidden: Collection[int]) -> str:
        """Return where the picture of the next file is, to be fetched while one looks at this."""
        shows = Permission.PHOTO_VIEW in self.permissions and self.asked.queue is not Queue.REJECTED
        return reverse("review-picture", args=[file.pk, "card"]) if shows and file.pk not in hidden else ""

    def _done(self) -> ReviewDecision | None:
        made = self._decision(self.asked.done)
        return None if made is None or made.undone_at is not None else made

    def _decision(self, number: int | None) -> ReviewDecision | None:
        rows = ReviewDecision.objects.filter(school=self.school).select_related("person")
        made = rows.filter(pk=number).first() if number is not None else None
        if made is None or self.shows_protected:
            return made
        hides = (made.person is not None and made.person.protected) or self.names.in_path(made.path)
        return None if hides else made

    def _run_words(self, profile: SyncProfile) -> str:
        """Return when what is decided takes effect."""
        zone = self.school.zone
        due = forecast(schedule_of(profile), self.now, upcoming=1).next_run
        if due is None:
            return _("No run of %(profile)s is due; what you decide takes effect once it runs.") % {
                "profile": profile.name
            }
        when = coming_words(due.astimezone(zone), self.now.astimezone(zone))
        return _("What you decide takes effect with the next run of %(profile)s, %(when)s.") % {
            "profile": profile.name,
            "when": when,
        }


def counted(waiting: Waiting, queue: Queue) -> str:
    """Return how many wait, for a tab. People without a photo are counted on their own page only."""
    if queue is Queue.WITHOUT_PHOTO:
        return ""
    number = waiting.count(queue)
    return f"{COUNTED_TO - 1}+" if number >= COUNTED_TO else str(number)


@dataclass(frozen=True, slots=True)
class DecisionShown:
    decision_id: int
    path: str
    verdict: Any
    person_id: int | None
    person: str
    made: str
    note: str


def decided_page(
    school: School, query: Mapping[str, str], names: ProtectedNames, *, shows_protected: bool
) -> dict[str, Any]:
    """Return the decisions in force, the newest first, each of which can be taken back."""
    before = number_in(query.get("before", ""))
    rows = decisions_in_force().filter(school=school, part_of__isnull=True)
    if not shows_protected:
        rows = rows.exclude(person__protected=True)
    if before is not None:
        rows = rows.filter(pk__lt=before)
    found = list(rows.select_related("person", "profile__school").order_by("-pk")[: DECISIONS_PER_PAGE + 1])
    older = ""
    if len(found) > DECISIONS_PER_PAGE:
        found = found[:DECISIONS_PER_PAGE]
        older = f"{reverse('review')}?{urlencode({'queue': DECIDED, 'before': found[-1].pk})}"
    return {
        "decisions": [_shown(made, school, names, shows_protected=shows_protected) for made in found],
        "older_url": older,
    }


def _shown(made: ReviewDecision, school: School, names: ProtectedNames, *, shows_protected: bool) -> DecisionShown:
    note = ""
    other = fits_now(made)
    if other is not None and (shows_protected or not other.protected):
        note = _("The file's name now fits %(person)s; what was decided by hand still counts.") % {"person": other}
    return DecisionShown(
        decision_id=made.pk,
        path=made.path if shows_protected else names.path(made.path),
        verdict=Verdict(made.verdict).label,
        person_id=made.person_id,
        person="" if made.person is None else str(made.person),
        made=_("%(by)s, %(when)s") % {"by": made.made_by, "when": moment_words(made.made_at, school.zone)},
        note=note,
    )
