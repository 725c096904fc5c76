"""What a run did or would do, one kind at a time: people with the face before and after, and files with a reason."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from photosync.apps.library.models import PhotoVersion, Withdrawal
from photosync.apps.library.protected import pictures_of_protected
from photosync.apps.people.protected_names import ProtectedNames, may_be_protected, not_named
from photosync.apps.people.wording import initials_of
from photosync.apps.runs.models import PlanItem, Run
from photosync.apps.sources.models import ListedFile
from photosync.apps.sources.queries import files_in
from photosync.core.plan import Action
from photosync.core.run_states import RunState, Trigger
from photosync.engine.names import joined_path
from photosync.web.faces_wall import TINTS

CHANGES_PER_PAGE = 48
DEEPEST_PAGE = 25_000
SORTED_BY_NAME_UP_TO = 20_000
EARLIER_FILES = 50
DOUBTFUL_FROM = 35
"""From so many points on a pair is marked."""

State = PlanItem.State
KINDS: dict[str, tuple[Any, str]] = {
    "replaced": (gettext_lazy("Replaced"), Action.REPLACE),
    "added": (gettext_lazy("Added"), Action.ADD),
    "withdrawn": (gettext_lazy("Withdrawn"), Action.WITHDRAW),
    "undone": (gettext_lazy("Undone"), Action.UNDO),
    "unmatched": (gettext_lazy("Unmatched"), ""),
    "review": (gettext_lazy("In review"), Action.REVIEW),
    "rejected": (gettext_lazy("Rejected"), "rejected"),
    "failed": (gettext_lazy("Failed"), "failed"),
    "waiting": (gettext_lazy("Waiting"), Action.WAITING),
    "kept": (gettext_lazy("Kept"), Action.KEEP),
}
"""What can be looked at, by the name in the address: its words, and the action of its lines."""
FILE_STATES = {
    "unmatched": ListedFile.State.UNMATCHED,
    "review": ListedFile.State.REVIEW,
    "rejected": ListedFile.State.REJECTED,
    "failed": ListedFile.State.FAILED,
}
_OF_FACES = ("replaced", "added", "withdrawn", "undone")
_STATE_WORDS = {
    State.LEFT_OUT: gettext_lazy("left out"),
    State.DROPPED: gettext_lazy("not done"),
    State.FAILED: gettext_lazy("failed"),
}


@dataclass(frozen=True, slots=True)
class Tab:
    """`number` is None where it is not known, or is 0."""

    key: str
    words: Any
    number: int | None
    is_current: bool


@dataclass(frozen=True, slots=True)
class Shot:
    """One face of a pair: `which` is the middle of its photo address; without one it is said why there is none."""

    which: str
    instead: Any = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One line of the plan. A protected person has no name, code, file or face here."""

    item_id: int
    person_id: int | None
    is_protected: bool
    name: str
    code: str
    initials: str
    tint: int
    year: int | None
    file: str
    reason: str
    state: Any
    before: Shot | None
    after: Shot | None
    doubt: int | None
    doubt_reasons: Sequence[str]
    is_left_out: bool
    is_put_off: bool
    can_be_undone: bool

    @property
    def is_doubtful(self) -> bool:
        return (self.doubt or 0) >= DOUBTFUL_FROM


@dataclass(frozen=True, slots=True)
class FileLine:
    """A file that waits for a person. `noted_in` is the run that came to it, where it was an earlier one."""

    file: str
    reason: str
    noted_in: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChangesPage:
    kind: str
    words: Any
    tabs: tuple[Tab, ...]
    changes: tuple[Change, ...]
    files: tuple[FileLine, ...]
    more_files: bool
    number: int
    has_next: bool
    shows_faces: bool
    by_doubt: bool | None
    """Whether the most doubtful come first; None where that cannot be chosen."""


def kind_to_show(run: Run, asked: str) -> str:
    """Return what is shown: what is asked for, else what changes faces, else what wants a person."""
    offered = _offered(run)
    if asked in offered:
        return asked
    return next((kind for kind in offered if (run.counts or {}).get(kind)), offered[0])


def _offered(run: Run) -> list[str]:
    """Return the kinds to choose from: those that were counted, and those that are not counted."""
    counts = run.counts or {}
    if run.trigger == Trigger.UNDO:
        return ["undone"]
    # A plan that was not published after all is counted no more, but its lines are kept.
    return [
        kind
        for kind in KINDS
        if kind != "undone" and (kind in ("replaced", "added", "withdrawn", "kept") or counts.get(kind))
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class Looking:
    """How someone looks at a run: `out` and `later` are the people to be left out, and those to be put off.

    `names` are those that they may not read. `sees_planned`: they may see pictures that are planned only. `by_name`:
    not the most doubtful first.
    """

    names: ProtectedNames
    out: frozenset[int] = frozenset()
    later: frozenset[int] = frozenset()
    sees_planned: bool
    by_name: bool = False


def changes_page(run: Run, kind: str, number: int, looking: Looking) -> ChangesPage:
    """Return page `number` (from 1) of what became of `kind` in the run."""
    number = min(max(number, 1), DEEPEST_PAGE)
    start = (number - 1) * CHANGES_PER_PAGE
    items: list[PlanItem] = []
    files: list[ListedFile] = []
    by_doubt = None if not _has_doubts(run, kind) else not looking.by_name
    if kind == "unmatched":
        files = list(_files(run, kind)[start : start + CHANGES_PER_PAGE + 1])
    else:
        lines = _by_doubt if by_doubt else _by_name
        items = lines(run, kind, start, start + CHANGES_PER_PAGE + 1)
        if kind in FILE_STATES and number == 1:
            files = list(_files(run, kind)[: EARLIER_FILES + 1])
    counts = run.counts or {}
    return ChangesPage(
        kind=kind,
        words=KINDS[kind][0],
        tabs=tuple(Tab(each, KINDS[each][0], counts.get(each) or None, each == kind) for each in _offered(run)),
        changes=_changes(run, items[:CHANGES_PER_PAGE], looking),
        files=tuple(_file_line(file, run, looking.names) for file in files[: max(CHANGES_PER_PAGE, EARLIER_FILES)]),
        more_files=kind != "unmatched" and len(files) > EARLIER_FILES,
        number=number,
        has_next=len(items) > CHANGES_PER_PAGE or (kind == "unmatched" and len(files) > CHANGES_PER_PAGE),
        shows_faces=kind in _OF_FACES or kind in ("review", "waiting"),
        by_doubt=by_doubt,
    )


def doubted(items: QuerySet[PlanItem]) -> QuerySet[PlanItem]:
    """Return those of `items` of which it was told how doubtful they are."""
    return items.filter(doubt__isnull=False)


def _has_doubts(run: Run, kind: str) -> bool:
    return kind == "replaced" and doubted(_items(run, kind)).exists()


def _items(run: Run, kind: str) -> QuerySet[PlanItem]:
    return run.items.filter(action=KINDS[kind][1]).select_related("person")


def _by_name(run: Run, kind: str, start: int, end: int) -> list[PlanItem]:
    """Return the lines of one kind by name; in the order in which they were planned where they are too many."""
    items = _items(run, kind)
    if run.observed_count > SORTED_BY_NAME_UP_TO:
        return list(items.order_by("pk")[start:end])
    return list(items.order_by("person__family_name", "person__given_name", "person_id", "pk")[start:end])


def _by_doubt(run: Run, kind: str, start: int, end: int) -> list[PlanItem]:
    """Return the lines of one kind, the most doubtful first; then those with nothing to compare."""
    told = doubted(_items(run, kind)).order_by("-doubt", "pk")
    found = list(told[start:end])
    if len(found) < end - start:
        before = told.count()
        others = _items(run, kind).filter(doubt__isnull=True).order_by("pk")
        found += others[max(start - before, 0) : max(end - before, 0)]
    return found


def _files(run: Run, kind: str) -> QuerySet[ListedFile]:
    """Return the files that the run counted as `kind` and has no line of its own for, as far as they still wait."""
    files = files_in(run.profile_id, [FILE_STATES[kind]])
    earlier = Q(noted_in_run__lt=run.pk)
    here = Q(noted_in_run=run.pk)
    if kind == "review":
        files = files.filter(earlier | here & Q(person__isnull=True))
    else:
        files = files.filter(earlier | here if kind == "unmatched" else earlier)
    return files.exclude(person__protected=True).select_related("page").order_by("-noted_in_run", "pk")


def _file_line(file: ListedFile, run: Run, names: ProtectedNames) -> FileLine:
    noted_in = file.noted_in_run if file.noted_in_run != run.pk else None
    path = joined_path(file.page.folder, file.name)
    if names.tell_of(path, file.reason, is_matched=file.person_id is not None):
        return FileLine(not_named(), may_be_protected(), noted_in)
    return FileLine(path, file.reason, noted_in)


def _changes(run: Run, items: Sequence[PlanItem], looking: Looking) -> tuple[Change, ...]:
    people = {item.person_id for item in items if item.person_id is not None}
    withdrawn = set(Withdrawal.objects.filter(person_id__in=people).values_list("person_id", flat=True))
    rows = PhotoVersion.objects.filter(
        person_id__in=people, picture_id__in={item.shown_before_id for item in items}
    ).order_by("pk")
    shown = {(person, picture): pk for person, picture, pk in rows.values_list("person_id", "picture_id", "pk")}
    pictures = {item.picture_id for item in items if item.picture_id is not None}
    protected = pictures_of_protected(pictures, run.profile.school_id)
    return tuple(
        _change(
            run,
            item,
            looking.names,
            is_left_out=item.state == State.PLANNED and item.person_id in looking.out,
            is_put_off=item.state == State.PLANNED and item.person_id in looking.later,
            before=_before(item, shown, is_withdrawn=item.person_id in withdrawn),
            after=_after(
                item,
                is_withdrawn=item.person_id in withdrawn,
                is_of_protected=item.picture_id in protected,
                sees_planned=looking.sees_planned,
            ),
        )
        for item in items
    )


def _change(
    run: Run,
    item: PlanItem,
    names: ProtectedNames,
    *,
    is_left_out: bool,
    is_put_off: bool,
    before: Shot,
    after: Shot,
) -> Change:
    person = item.person
    hidden = person is not None and person.protected
    ended = not RunState(run.state).alive and run.state != RunState.HELD
    return Change(
        item_id=item.pk,
        person_id=item.person_id,
        is_protected=hidden,
        name=_("A protected person") if hidden else person.label if person else "",
        code=person.code if person and not hidden else "",
        initials="" if hidden or person is None else initials_of(person),
        tint=0 if hidden else (item.person_id or 0) % TINTS,
        year=item.academic_year,
        file="" if hidden else names.path_of_matched(item.file_path),
        reason="" if hidden else names.text(item.reason),
        state=_STATE_WORDS.get(State(item.state), ""),
        before=None if hidden or person is None else before,
        after=None if hidden or person is None else after,
        doubt=None if hidden else item.doubt,
        doubt_reasons=() if hidden else names.texts(item.doubt_reasons),
        is_left_out=is_left_out,
        is_put_off=is_put_off,
        can_be_undone=ended and item.state == State.PUBLISHED,
    )


def _before(item: PlanItem, shown: dict[tuple[int, int], int], *, is_withdrawn: bool) -> Shot:
    if item.shown_before_id is None or item.person_id is None:
        return Shot("", _("no photo"))
    version = shown.get((item.person_id, item.shown_before_id))
    if is_withdrawn or version is None:
        return Shot("", _("withdrawn") if is_withdrawn else _("no longer kept"))
    return Shot(f"v{version}")


def _after(item: PlanItem, *, is_withdrawn: bool, is_of_protected: bool, sees_planned: bool) -> Shot:
    if item.action == Action.WITHDRAW or (item.action == Action.UNDO and item.withdrawn_after):
        return Shot("", _("not shown"))
    if item.action == Action.UNDO or item.state == State.PUBLISHED:
        if is_withdrawn:
            return Shot("", _("withdrawn"))
        return Shot(f"v{item.version_after_id}") if item.version_after_id else Shot("", _("no photo"))
    if item.picture_id is None or (is_withdrawn and not (item.withdrawn_before and item.state == State.PLANNED)):
        return Shot("", _("no picture"))
    if is_of_protected:
        return Shot("", _("not shown: it may be of someone who is protected"))
    if not sees_planned:
        return Shot("", _("only for those who may approve"))
    return Shot(f"i{item.pk}")
