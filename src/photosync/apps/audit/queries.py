"""Reading what is recorded: entries, views of photos, and what runs did with one person's photo."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from django.db.models import QuerySet
from django.utils.translation import gettext as _

from photosync.apps.audit.acting import Via
from photosync.apps.audit.models import Entry, PhotoView
from photosync.apps.audit.recording import searchable
from photosync.apps.audit.sentences import sentence_of
from photosync.apps.audit.walking import Place, Walked, unled, walk
from photosync.apps.runs.models import PlanItem, Run
from photosync.core.plan import Action

MOST_SEARCHED = 5
MOST_ITEMS = 500
ROWS_AT_ONCE = 500
State = PlanItem.State
_DONE = (Action.ADD, Action.REPLACE, Action.WITHDRAW, Action.UNDO)


@dataclass(frozen=True, slots=True, kw_only=True)
class EntriesWanted:
    """None or empty asks for everything. `since` is included, `before` is not; both are UTC."""

    school_id: int | None = None
    person_ids: tuple[int, ...] | None = None
    actor: str = ""
    about: str = ""
    act: str = ""
    search: str = ""
    since: datetime | None = None
    before: datetime | None = None

    def rows(self) -> tuple[QuerySet[Entry], QuerySet[Entry] | None]:
        """Return the entries by the condition that leads, and by all; None where it is the only one."""
        led = Entry.objects.all()
        if self.since is not None:
            led = led.filter(at__gte=self.since)
        if self.before is not None:
            led = led.filter(at__lt=self.before)
        further: dict[str, str | int] = {"act": self.act} if self.act else {}
        equal: list[tuple[str, str | int | None]] = [
            ("actor", self.actor or None),
            ("school_id", self.school_id),
            ("about", self.about or None),
        ]
        leads = self.person_ids is not None
        if self.person_ids is not None:
            led = led.filter(person_id_of__in=self.person_ids)
        for name, value in equal:
            if value is None:
                continue
            if leads:
                further[name] = value
            else:
                led, leads = led.filter(**{name: value}), True
        words = searchable(self.search).split()[:MOST_SEARCHED]
        if not further and not words:
            return led, None
        every = unled(led, **further)
        for word in words:
            every = every.filter(words__contains=word)
        return led, every

    def page(self, place: Place | None, size: int) -> Walked[Entry]:
        led, every = self.rows()
        return walk(
            led.select_related("school"), None if every is None else every.select_related("school"), "at", place, size
        )

    def all(self) -> Iterator[Entry]:
        """Yield every entry that is asked for, the newest first, with little memory."""
        led, every = self.rows()
        rows = led if every is None else every
        yield from rows.select_related("school").order_by("-at", "-pk").iterator(chunk_size=ROWS_AT_ONCE)


@dataclass(frozen=True, slots=True, kw_only=True)
class ViewsWanted:
    """None asks for everything. Both days are included; they are those of each school."""

    school_id: int | None = None
    person_ids: tuple[int, ...] | None = None
    account_id: int | None = None
    first_day: date | None = None
    last_day: date | None = None

    def rows(self) -> tuple[QuerySet[PhotoView], QuerySet[PhotoView] | None]:
        led = PhotoView.objects.all()
        if self.first_day is not None:
            led = led.filter(day__gte=self.first_day)
        if self.last_day is not None:
            led = led.filter(day__lte=self.last_day)
        further: dict[str, int] = {}
        leads = self.person_ids is not None
        if self.person_ids is not None:
            led = led.filter(person_id_of__in=self.person_ids)
        for name, value in (("account_id", self.account_id), ("school_id", self.school_id)):
            if value is None:
                continue
            if leads:
                further[name] = value
            else:
                led, leads = led.filter(**{name: value}), True
        return led, unled(led, **further) if further else None

    def page(self, place: Place | None, size: int) -> Walked[PhotoView]:
        led, every = self.rows()
        return walk(
            led.select_related("school"),
            None if every is None else every.select_related("school"),
            "day",
            place,
            size,
        )

    def all(self) -> Iterator[PhotoView]:
        led, every = self.rows()
        rows = led if every is None else every
        yield from rows.select_related("school").order_by("-day", "-pk").iterator(chunk_size=ROWS_AT_ONCE)


@dataclass(frozen=True, slots=True)
class Told:
    """A line of the record: an entry, or what a run did with a person's photo (then `run_id` is given)."""

    at: datetime
    sentence: str
    actor: str
    via: str
    act: str
    run_id: int | None = None


def told_entry(entry: Entry) -> Told:
    run_id = entry.subject_id if entry.act.startswith("run.") else None
    return Told(entry.at, sentence_of(entry), entry.actor, entry.via, entry.act, run_id)


def photo_changes(person_ids: Iterable[int], *, school_id: int | None = None) -> list[Told]:
    """Return what runs did with the photo of these people, the newest first; at most MOST_ITEMS.

    This is the runs' own record: a first sync of a whole school makes no entries.
    """
    items = PlanItem.objects.filter(person_id__in=list(person_ids), action__in=_DONE)
    items = items.filter(state__in=(State.PUBLISHED, State.LEFT_OUT)).order_by("-pk")
    if school_id is not None:
        items = items.filter(person__school_id=school_id)
    found = items.select_related("run", "person", "version_after", "run__undoes")[:MOST_ITEMS]
    return sorted((_told_item(item) for item in found), key=lambda each: each.at, reverse=True)


def _told_item(item: PlanItem) -> Told:
    run = item.run
    made = (
        item.version_after.created_at if item.version_after and item.action in (Action.ADD, Action.REPLACE) else None
    )
    who = run.approved_by or run.started_by
    return Told(
        made or run.finished_at or run.approved_at or run.accepted_at,
        _item_sentence(item, run, who),
        who,
        Via.WORKER.value,
        f"run.{item.action}" if item.state == State.PUBLISHED else "run.left-out",
        run.pk,
    )


def _item_sentence(item: PlanItem, run: Run, who: str) -> str:
    told = {
        "run": run.pk,
        "who": who,
        "person": item.person,
        "year": item.academic_year,
        "file": item.file_path,
        "undone": run.undoes_id,
    }
    started = _("approved by %(who)s") % told if run.approved_by else _("started by %(who)s") % told
    told["started"] = started
    if item.state == State.LEFT_OUT:
        return _("The photo of %(person)s for %(year)s was left out of run %(run)d, %(started)s.") % told
    sentences = {
        Action.ADD: _("Run %(run)d, %(started)s, added the photo of %(person)s for %(year)s from %(file)s."),
        Action.REPLACE: _("Run %(run)d, %(started)s, replaced the photo of %(person)s for %(year)s from %(file)s."),
        Action.WITHDRAW: _("Run %(run)d, %(started)s, withdrew the photo of %(person)s for %(year)s."),
        Action.UNDO: _(
            "Run %(run)d, %(started)s, put back the photo of %(person)s for %(year)s as before run %(undone)s."
        ),
    }
    return sentences[Action(item.action)] % told


def told_of_people(
    wanted: EntriesWanted, person_ids: Sequence[int], place: Place | None, size: int
) -> tuple[list[Told], Walked[Entry]]:
    """Return a page of entries about people together with what runs did with their photos meanwhile."""
    walked = wanted.page(place, size)
    lines = [told_entry(entry) for entry in walked.rows]
    if wanted.act or wanted.about not in ("", "photo") or wanted.search:
        return lines, walked
    earliest = walked.rows[-1].at if walked.goes_on is not None and walked.rows else None
    for each in photo_changes(person_ids, school_id=wanted.school_id):
        is_here = (place is None or each.at < place.at) and (earliest is None or each.at >= earliest)
        in_time = (wanted.since is None or each.at >= wanted.since) and (
            wanted.before is None or each.at < wanted.before
        )
        if is_here and in_time and wanted.actor in ("", each.actor):
            lines.append(each)
    return sorted(lines, key=lambda each: each.at, reverse=True), walked
