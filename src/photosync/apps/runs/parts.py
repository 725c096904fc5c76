"""Parts of a held plan: which changes are approved now, and which are put off and stay held."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from hashlib import sha256

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from photosync.apps.runs.models import PlanItem, Run
from photosync.core.guard import DECIDE
from photosync.core.plan import PUBLISHED, Action
from photosync.core.run_states import RunState
from photosync.core.wording import list_words

State = PlanItem.State
ITEMS_AT_ONCE = 1_000
MOST_NAMED = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """What is approved of a held plan. Each empty wish asks for nothing; several wishes must all be met.

    It chooses people, never one change of several that one person has.
    """

    kinds: frozenset[str] = frozenset()
    year_levels: frozenset[str] = frozenset()
    roll_groups: frozenset[str] = frozenset()
    people: frozenset[int] = frozenset()
    """Only these."""
    not_now: frozenset[int] = field(default=frozenset())
    """All but these people."""
    but_most_doubtful: int = 0
    """All but the people of so many changes that are the most doubtful of what else is chosen."""

    @property
    def is_whole(self) -> bool:
        return self == Part()

    def items(self, run: Run, *, without: Collection[int] = ()) -> QuerySet[PlanItem]:
        """Return the planned changes of `run` that are chosen, but for those of the people in `without`."""
        chosen = run.items.filter(state=State.PLANNED).filter(self._wish())
        if without:
            chosen = chosen.exclude(person__in=without)
        if self.not_now:
            chosen = chosen.exclude(person__in=self.not_now)
        if self.but_most_doubtful:
            chosen = chosen.exclude(person__in=most_doubtful(chosen, self.but_most_doubtful))
        return chosen

    def _wish(self) -> Q:
        wish = Q()
        for name, values in (
            ("person__kind__in", self.kinds),
            ("person__year_level__in", self.year_levels),
            ("person__roll_group__in", self.roll_groups),
            ("person__in", self.people),
        ):
            if values:
                wish &= Q(**{name: values})
        return wish

    def told(self) -> str:
        """Return the part in words for the audit; empty for the whole."""
        words = [
            _("%(what)s %(which)s") % {"what": what, "which": list_words(_few(sorted(values)))}
            for what, values in (
                (_("component"), self.kinds),
                (_("year level"), self.year_levels),
                (_("roll group"), self.roll_groups),
            )
            if values
        ]
        if self.people:
            number = len(self.people)
            words.append(ngettext("%(number)d named person", "%(number)d named people", number) % {"number": number})
        if self.not_now:
            number = len(self.not_now)
            words.append(
                ngettext("all but %(number)d person", "all but %(number)d people", number) % {"number": number}
            )
        if self.but_most_doubtful:
            words.append(_("all but the %(number)d most doubtful") % {"number": self.but_most_doubtful})
        return "; ".join(words)


WHOLE = Part()


def _few(values: list[str]) -> list[str]:
    further = len(values) - MOST_NAMED
    if further <= 0:
        return values
    return [*values[:MOST_NAMED], ngettext("%(number)d more", "%(number)d more", further) % {"number": further}]


def most_doubtful(items: QuerySet[PlanItem], number: int) -> list[int]:
    """Return the people of the `number` changes among `items` that are most doubtful."""
    rows = items.filter(doubt__isnull=False, person__isnull=False).order_by("-doubt", "pk")[:number]
    return sorted(set(rows.values_list("person_id", flat=True)))


def put_off_rest(run: Run, part: Part) -> Run | None:
    """Move what `part` does not choose to a held run of its own, and return that; None where nothing is left.

    To be called in a transaction, once `run` itself is held no more. From then on no run publishes by itself what
    was put off, however few changes that are, until someone approves it or decides against it.
    """
    planned = run.items.filter(state=State.PLANNED)
    rest = planned.exclude(pk__in=part.items(run).values("pk"))
    if part.is_whole or not rest.exists():
        return None
    held = Run.objects.create(
        profile=run.profile,
        trigger=run.trigger,
        mode=run.mode,
        state=RunState.HELD,
        started_by=run.started_by,
        accepted_at=run.due_at or run.accepted_at,
        begun_at=run.begun_at,
        finished_at=run.approved_at,
        new_year_delivery=run.new_year_delivery,
        rest_of=run,
        held_since=run.approved_at,
    )
    rest.update(run=held, put_off=True)
    held.counts = _counts_of_rest(held)
    held.plan_fingerprint = plan_fingerprint(held)
    held.explanation = (
        f"{run.approved_by} approved a part of run {run.pk} and put these changes off. "
        f"Nothing of them was changed. {DECIDE.format(run=held.pk)}"
    )
    held.save(update_fields=("counts", "plan_fingerprint", "explanation"))
    run.counts = _without(run.counts, held.counts)
    run.save(update_fields=("counts",))
    return held


def _counts_of_rest(held: Run) -> dict[str, int]:
    names = ("observed", "unchanged", "added", "replaced", "withdrawn", "unmatched", "review", "rejected")
    counts = dict.fromkeys((*names, "failed", "waiting"), 0)
    items = held.items.filter(state=State.PLANNED)
    for action, name in ((Action.ADD, "added"), (Action.REPLACE, "replaced"), (Action.WITHDRAW, "withdrawn")):
        counts[name] = items.filter(action=action).count()
    counts["observed"] = counts["added"] + counts["replaced"]
    return counts


def _without(counts: dict[str, int], rest: dict[str, int]) -> dict[str, int]:
    """Return the counts of the run that was approved in part: what was put off waits."""
    files = rest["added"] + rest["replaced"]
    less = {name: counts[name] - rest[name] for name in ("added", "replaced", "withdrawn")}
    return counts | less | {"waiting": counts["waiting"] + files}


def decided_on(items: QuerySet[PlanItem]) -> None:
    """Note that someone decided on what the people of `items` had put off."""
    people = items.order_by().values("person")
    PlanItem.objects.filter(put_off=True, person__in=people).update(put_off=False)


def put_off_in(run: Run) -> QuerySet[PlanItem]:
    """Return those of the planned changes of `run` that someone put off, in a run before, and has not decided on."""
    before = PlanItem.objects.filter(put_off=True, person=OuterRef("person"), run__profile=run.profile_id)
    before = before.exclude(run=run.pk)
    same = Exists(before.filter(picture=OuterRef("picture")))
    # A withdrawal has no picture, and nothing equals nothing.
    withdrawal = Q(action=Action.WITHDRAW) & Exists(before.filter(action=Action.WITHDRAW))
    planned = run.items.filter(state=State.PLANNED, action__in=(*PUBLISHED, Action.WITHDRAW))
    return planned.filter(Q(same) | withdrawal)


def run_that_put_off(run: Run) -> Run | None:
    """Return the latest run, approved in part, that left some of the changes that `run` plans now."""
    people = put_off_in(run).values("person")
    items = PlanItem.objects.filter(put_off=True, person__in=people, run__profile=run.profile_id)
    found = items.exclude(run=run.pk).select_related("run__rest_of").order_by("-run").first()
    return None if found is None else found.run.rest_of


def told_put_off(number: int, run: Run) -> str:
    """Return the sentence that holds a plan with changes that were put off when `run` was approved in part."""
    what = "1 of its changes was" if number == 1 else f"{number} of its changes were"
    return f"{what} put off when {run.approved_by} approved a part of run {run.pk}."


def plan_fingerprint(run: Run) -> str:
    """Return 64 hex digits that are the same while the planned changes of `run` are the same."""
    digest = sha256()
    rows = run.items.filter(state=State.PLANNED).order_by("person_id", "academic_year", "action", "picture_id", "pk")
    columns = ("person_id", "academic_year", "action", "picture__full_sha256", "shown_before__full_sha256")
    for row in rows.values_list(*columns).iterator(chunk_size=ITEMS_AT_ONCE):
        digest.update(f"{row}\n".encode())
    return digest.hexdigest()
